//! `wasm-opt` from the npm package `binaryen`: itself WASM, so it needs no compiler, only Node.

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::{Result, folders, install, npm, shell};

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

/// Installs the version that `xtask/tools/wasm-opt/package-lock.json` pins by its hash, once.
/// Answers where the script is.
pub(crate) fn ready() -> Result<PathBuf> {
    let folder = folders::target()?.join("frontend/wasm-opt");
    npm::ci(&folders::root()?.join("xtask/tools/wasm-opt"), &folder)?;
    Ok(folder.join("node_modules/binaryen/bin/wasm-opt"))
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
