//! `wasm-opt` from the npm package `binaryen`: itself WASM, so it needs no compiler, only Node.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, folders, install, shell};

/// Smallest code, and the features that rustc uses and every browser of these years has.
/// Features that are not listed would be refused, so nothing newer slips in.
pub(crate) const OPTIONS: &[&str] = &[
    "-Oz",
    "--strip-debug",
    "--strip-producers",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Installs the version that `xtask/wasm-opt/package-lock.json` pins by its hash, once.
/// Answers where the script is.
pub(crate) fn ready() -> Result<PathBuf> {
    let folder = folders::target()?.join("frontend/wasm-opt");
    npm_ci(&folders::root()?.join("xtask/wasm-opt"), &folder)?;
    Ok(folder.join("node_modules/binaryen/bin/wasm-opt"))
}

/// `npm ci` of the lock file in `from`, into `to`, unless that was done for the same lock file.
pub(crate) fn npm_ci(from: &Path, to: &Path) -> Result {
    let lock = folders::read(&from.join("package-lock.json"))?;
    let stamp = to.join("node_modules/.tresen-installed");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if from != to {
        folders::write(&to.join("package-lock.json"), &lock)?;
        folders::write(&to.join("package.json"), &folders::read(&from.join("package.json"))?)?;
    }
    install::node()?;
    // Scripts of packages stay off: nothing of these needs one, and they run with our rights.
    let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    shell::output(Command::new("npm").args(quiet).current_dir(to))?;
    folders::write(&stamp, &lock)
}

/// Optimises a module. The files in between stay in `folder`, where a curious person finds them.
pub(crate) fn optimise(script: &Path, wasm: &[u8], folder: &Path) -> Result<Vec<u8>> {
    let (before, after) = (folder.join("before-wasm-opt.wasm"), folder.join("after-wasm-opt.wasm"));
    folders::write(&before, wasm)?;
    let node = install::node()?;
    let mut command = Command::new(node);
    shell::output(command.arg(script).args(OPTIONS).arg(&before).arg("-o").arg(&after))?;
    folders::read(&after)
}
