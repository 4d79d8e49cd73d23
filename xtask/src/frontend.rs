//! The front end: Rust to WASM, WASM to JavaScript beside it, all of it into `target/site`.

use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::assets::{Asset, Site, hash};
use crate::{Result, folders, install, shell, styles, wasm_opt};

const TRIPLE: &str = "wasm32-unknown-unknown";

/// Builds `target/site`. What did not change keeps its time, so Cargo embeds it anew only if needed.
pub(crate) fn build() -> Result {
    let target = folders::target()?;
    folders::create(&target.join("frontend"))?;
    // Two builds at a time would tidy away each other's files.
    let lock = std::fs::File::create(target.join("frontend/lock"))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|e| format!("The lock of target/frontend cannot be taken: {e}."))?;

    let wasm = compile()?;
    let module = bind(&wasm, &target.join("frontend"))?;
    let style = styles::bundle(&folders::root()?.join("style"))?;

    // One hash for both: Leptos derives both names from one.
    let together = [module.script.as_slice(), module.wasm.as_slice()].concat();
    let script = format!("tresen-{}", hash(&together));
    let mut assets = style.assets;
    assets.push(Asset::new(format!("/pkg/{script}.js"), module.script)?);
    assets.push(Asset::new(format!("/pkg/{script}_bg.wasm"), module.wasm)?);
    let worker = without_comments(&folders::read(&folders::root()?.join("frontend/proof.js"))?);
    let proof = format!("/assets/proof-{}.js", hash(&worker));
    assets.push(Asset::new(proof.clone(), worker)?);
    Site { css: style.css, script, icon: style.icon, proof, assets }.write(&target.join("site"))?;
    drop(lock);
    Ok(())
}

/// A script of ours without the lines that are comments, and without indentation.
fn without_comments(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

/// Compiles the crate `frontend`.
fn compile() -> Result<PathBuf> {
    ensure_target()?;
    let mut cargo = shell::cargo(["build", "--package", "tresen-frontend", "--profile", "wasm-release"])?;
    shell::run(cargo.args(["--target", TRIPLE]).env("CARGO_ENCODED_RUSTFLAGS", rustflags()?))?;
    Ok(folders::target()?.join(TRIPLE).join("wasm-release/tresen_frontend.wasm"))
}

/// Makes sure that the compiler can compile for WASM.
pub(crate) fn ensure_target() -> Result {
    let root = folders::root()?;
    let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(&root))?;
    if Path::new(&sysroot).join("lib/rustlib").join(TRIPLE).is_dir() {
        return Ok(());
    }
    shell::run(Command::new("rustup").args(["target", "add", TRIPLE]).current_dir(&root)).map_err(|e| {
        format!("The compiler lacks {TRIPLE} ({e}) Install it, with rustup by `rustup target add {TRIPLE}`.")
    })
}

/// The flags for the front end: panic messages carry file names, and every visitor can read them.
/// They shall tell nothing about the machine that built it, and be the same on each.
fn rustflags() -> Result<String> {
    let mut flags: Vec<String> = match std::env::var("RUSTFLAGS") {
        Ok(own) => own.split_whitespace().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    };
    flags.push(format!("--remap-path-prefix={}=tresen", folders::root()?.display()));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        // Cargo's own default.
        std::env::home_dir().map(|home| home.join(".cargo"))
    });
    if let Some(crates) = home.map(|home| home.join("registry/src"))
        && let Ok(registries) = std::fs::read_dir(&crates)
    {
        for registry in registries.flatten() {
            flags.push(format!("--remap-path-prefix={}=crates", registry.path().display()));
        }
    }
    Ok(flags.join("\u{1f}"))
}

struct Module {
    script: Vec<u8>,
    wasm: Vec<u8>,
}

/// Runs wasm-bindgen and wasm-opt, or takes what they made of the same input the last time.
fn bind(compiled: &Path, folder: &Path) -> Result<Module> {
    let input = folders::read(compiled)?;
    let optimiser = install::node_if_present().and_then(|_| wasm_opt::ready().map_err(not_optimised).ok());
    if optimiser.is_none() && install::node_if_present().is_none() {
        println!("Node is missing, so wasm-opt is left out: the WASM stays about a fifth larger.");
    }
    let lock = folders::read(&folders::root()?.join("xtask/wasm-opt/package-lock.json"))?;
    let tools = format!("{}{}", optimiser.is_some(), wasm_opt::OPTIONS.concat());
    // The version of wasm-bindgen is in the input.
    let stamp = hash(&[input.as_slice(), lock.as_slice(), tools.as_bytes()].concat());
    let (script, wasm) = (folder.join("tresen.js"), folder.join("tresen_bg.wasm"));
    let stamp_file = folder.join("stamp");
    if std::fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(Module { script: folders::read(&script)?, wasm: folders::read(&wasm)? });
    }

    let mut output = Bindgen::new()
        .input_bytes("tresen", input)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                .omit_default_module_path(true)
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate_output()
        })
        .map_err(|e| format!("wasm-bindgen refuses the front end: {e:#}."))?;
    let inline = output.snippets().iter().filter(|(_, pieces)| !pieces.is_empty()).map(|(name, _)| name);
    if let Some(name) = inline.chain(output.local_modules().keys()).next() {
        return Err(format!(
            "The crate behind `{name}` brings JavaScript files of its own, which nothing here serves \
             under a hashed name; do without it, or add its files in xtask/src/frontend.rs."
        ));
    }
    let mut module = Module { script: output.js().as_bytes().to_vec(), wasm: output.wasm_mut().emit_wasm() };
    if let Some(optimiser) = optimiser {
        module.wasm = wasm_opt::optimise(&optimiser, &module.wasm, folder)?;
    }
    folders::write(&script, &module.script)?;
    folders::write(&wasm, &module.wasm)?;
    folders::write(&stamp_file, stamp.as_bytes())?;
    Ok(module)
}

fn not_optimised(reason: String) {
    println!("wasm-opt is left out, so the WASM stays about a fifth larger: {reason}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_loses_its_comments_only() {
        let small = without_comments(b"// What it is.\n\nconst a = 'x // y';\n  f(a); // kept\n");
        assert_eq!(small, b"const a = 'x // y';\nf(a); // kept\n");
    }
}
