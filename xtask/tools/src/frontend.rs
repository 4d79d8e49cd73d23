//! The front end: WASM becomes smaller WASM with JavaScript beside it, and goes with the style into a folder.

use std::collections::BTreeMap;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;
use xtask::{Result, folders, install};

use crate::assets::{Asset, Site, hash};
use crate::chunks::Cut;
use crate::{chunks, styles, wasm_opt};

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

    // The files name each other, so one hash names the folder of all.
    let together: Vec<&[u8]> = module.files.values().map(Vec::as_slice).collect();
    let build = hash(&together.concat());
    let script = format!("{build}/{NAME}");
    let mut assets = style.assets;
    for (name, content) in module.files {
        assets.push(Asset::new(format!("/pkg/{build}/{name}"), content)?);
    }
    let path = |file: String| format!("{build}/{file}");
    let needed = module.needed.into_iter();
    let chunks = needed.map(|(part, files)| (part, files.into_iter().map(path).collect())).collect();
    let worker = without_comments(&folders::read(&folders::root()?.join("frontend/proof.js"))?);
    let proof = format!("/assets/proof-{}.js", hash(&worker));
    assets.push(Asset::new(proof.clone(), worker)?);
    Site { css: style.css, script, icon: style.icon, proof, chunks, assets }.write(site, !quick)?;
    drop(lock);
    Ok(())
}

/// A script of ours without the lines that are comments, and without indentation.
fn without_comments(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

/// What the names of the main module's files begin with.
const NAME: &str = "tresen";

struct Module {
    /// Every file, by its name.
    files: BTreeMap<String, Vec<u8>>,
    /// The files that a part of the app needs beside the main module.
    needed: BTreeMap<String, Vec<String>>,
}

/// Cuts the module, runs wasm-bindgen and wasm-opt, or takes what they made of the same input the last time.
fn bind(compiled: &Path, folder: &Path, quick: bool) -> Result<Module> {
    let input = folders::read(compiled)?;
    let optimiser = if quick { None } else { optimiser() };
    let lock = folders::read(&folders::root()?.join("xtask/tools/wasm-opt/package-lock.json"))?;
    let tools = format!("{}{}", optimiser.is_some(), wasm_opt::OPTIONS.concat());
    // The version of wasm-bindgen is in the input.
    let stamp = hash(&[input.as_slice(), lock.as_slice(), tools.as_bytes()].concat());
    let kept = folder.join("kept");
    let stamp_file = folder.join("stamp");
    if std::fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Module::read(&kept);
    }

    let script = format!("{NAME}.js");
    let cut = if quick { Cut::whole(input) } else { chunks::cut(&input, &script, folder)? };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(NAME, cut.main)
        .web(true)
        .map_err(|e| format!("wasm-bindgen refuses the front end: {e:#}."))?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_producers_section(true);
    if quick {
        bindgen.remove_name_section(true);
    } else {
        // The chunks find what they share by its name.
        bindgen.keep_lld_exports(true).demangle(false).remove_name_section(false);
    }
    let mut output =
        bindgen.generate_output().map_err(|e| format!("wasm-bindgen refuses the front end: {e:#}."))?;
    let inline = output.snippets().iter().filter(|(_, pieces)| !pieces.is_empty()).map(|(name, _)| name);
    if let Some(name) = inline.chain(output.local_modules().keys()).next() {
        return Err(format!(
            "The crate behind `{name}` brings JavaScript files of its own, which nothing here serves \
             under a hashed name; do without it, or add its files in xtask/tools/src/frontend.rs."
        ));
    }
    let mut files = cut.files;
    files.insert(script, output.js().as_bytes().to_vec());
    files.insert(format!("{NAME}_bg.wasm"), output.wasm_mut().emit_wasm());
    if let Some(optimiser) = optimiser {
        for (_, content) in files.iter_mut().filter(|(name, _)| name.ends_with(".wasm")) {
            *content = wasm_opt::optimise(&optimiser, content, folder)?;
        }
    }
    let module = Module { files, needed: cut.needed };
    module.keep(&kept)?;
    folders::write(&stamp_file, stamp.as_bytes())?;
    Ok(module)
}

impl Module {
    fn keep(&self, folder: &Path) -> Result {
        folders::remove(folder)?;
        folders::create(folder)?;
        for (name, content) in &self.files {
            folders::write(&folder.join(name), content)?;
        }
        folders::write(&folder.join("needed.json"), serde_json::json!(self.needed).to_string().as_bytes())
    }

    fn read(folder: &Path) -> Result<Self> {
        let needed = folders::read(&folder.join("needed.json"))?;
        let needed = serde_json::from_slice(&needed).map_err(|e| format!("needed.json is damaged: {e}."))?;
        let mut files = BTreeMap::new();
        for path in folders::files(folder)? {
            let name = folders::name(&path).to_owned();
            if name != "needed.json" {
                files.insert(name, folders::read(&path)?);
            }
        }
        Ok(Self { files, needed })
    }
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
