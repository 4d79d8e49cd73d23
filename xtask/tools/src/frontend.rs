//! The front end: WASM becomes smaller WASM with JavaScript beside it, and goes with the style into a folder.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;
use xtask::{Result, folders, install};

use crate::assets::{Asset, Site, hash};
use crate::{styles, wasm_opt};

/// Fills the folder `site` from compiled WASM. Quickly: without optimised and compressed files.
pub(crate) fn pack(compiled: &Path, site: &Path, quick: bool) -> Result {
    let folder = folders::target()?.join(if quick { "frontend/quick" } else { "frontend" });
    folders::create(&folder)?;
    // Two builds at a time would tidy away each other's files.
    let lock = std::fs::File::create(folder.join("lock"))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|e| format!("The lock of {} cannot be taken: {e}.", folder.display()))?;

    let module = bind(compiled, &folder, quick)?;
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
    Site { css: style.css, script, icon: style.icon, proof, assets }.write(site, !quick)?;
    drop(lock);
    Ok(())
}

/// A script of ours without the lines that are comments, and without indentation.
fn without_comments(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

struct Module {
    script: Vec<u8>,
    wasm: Vec<u8>,
}

/// Runs wasm-bindgen and wasm-opt, or takes what they made of the same input the last time.
fn bind(compiled: &Path, folder: &Path, quick: bool) -> Result<Module> {
    let input = folders::read(compiled)?;
    let optimiser = if quick { None } else { optimiser() };
    let lock = folders::read(&folders::root()?.join("xtask/tools/wasm-opt/package-lock.json"))?;
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
             under a hashed name; do without it, or add its files in xtask/tools/src/frontend.rs."
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

/// The script of wasm-opt, where Node is present.
fn optimiser() -> Option<std::path::PathBuf> {
    if install::node_if_present().is_none() {
        println!("Node is missing, so wasm-opt is left out: the WASM stays about a fifth larger.");
        return None;
    }
    let ready = wasm_opt::ready();
    ready
        .map_err(|reason| println!("wasm-opt is left out, so the WASM stays about a fifth larger: {reason}"))
        .ok()
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
