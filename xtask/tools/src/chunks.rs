//! Cutting a module into the chunks that `tresen_app::chunks` names.

use std::collections::BTreeMap;
use std::path::Path;

use xtask::Result;

/// The script that loads the others; the main module imports it.
#[cfg(feature = "chunks")]
const LOADER: &str = "chunks.js";

/// What a module was cut into.
pub(crate) struct Cut {
    /// The module that everybody needs.
    pub(crate) main: Vec<u8>,
    /// The files beside it, by name: the chunks, and the script that loads them.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The files that a part needs beside the main module, by the part's name.
    pub(crate) needed: BTreeMap<String, Vec<String>>,
}

impl Cut {
    /// A module that stays whole.
    pub(crate) fn whole(main: Vec<u8>) -> Self {
        Self { main, files: BTreeMap::new(), needed: BTreeMap::new() }
    }
}

/// Cuts it. `script` is the name of the script that starts the main module.
#[cfg(feature = "chunks")]
pub(crate) fn cut(input: &[u8], script: &str, folder: &Path) -> Result<Cut> {
    use xtask::folders;

    let folder = folder.join("chunks");
    folders::remove(&folder)?;
    folders::create(&folder)?;
    let main = folder.join("main.wasm");
    let (main_module, link_name) = (format!("./{script}"), format!("./{LOADER}"));
    let mut options = wasm_split_cli_support::Options::new(input);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let done = wasm_split_cli_support::transform(options)
        .map_err(|e| format!("The front end cannot be cut into chunks: {e:#}."))?;
    // Names without the hashes of places in the source: the folder that they are served from has a hash.
    let mut names = BTreeMap::new();
    for (part, chunks) in &done.prefetch_map {
        let name = part.rsplit_once('_').map_or(part.as_str(), |(name, _)| name);
        names.insert(part.clone(), name.to_owned());
        for chunk in chunks {
            names.entry(chunk.clone()).or_insert_with(|| chunk.clone());
        }
    }
    let short = |stem: &str| {
        let named = names.iter().find(|(long, _)| stem == long.as_str() || stem.ends_with(long.as_str()));
        named.map_or_else(|| stem.to_owned(), |(_, short)| short.clone())
    };
    let mut loader = String::from_utf8(folders::read(&folder.join(LOADER))?)
        .map_err(|_| "The loader of the chunks is no text.".to_owned())?;
    let mut files = BTreeMap::new();
    for path in &done.split_modules {
        let name = folders::name(path);
        let stem = name.strip_suffix(".wasm").unwrap_or(name);
        let to = format!("{}.wasm", short(stem));
        loader = loader.replace(&format!("{stem}.wasm"), &to);
        files.insert(to, folders::read(path)?);
    }
    files.insert(LOADER.to_owned(), loader.into_bytes());
    let needed = done.prefetch_map.iter().map(|(part, chunks)| {
        let files = chunks.iter().map(|chunk| format!("{}.wasm", short(chunk))).collect();
        (short(part), files)
    });
    Ok(Cut { main: folders::read(&main)?, needed: needed.collect(), files })
}

/// Without the feature `chunks` nothing can be cut.
#[cfg(not(feature = "chunks"))]
pub(crate) fn cut(_: &[u8], _: &str, _: &Path) -> Result<Cut> {
    Err("tresen-tools was built without its feature `chunks`.".to_owned())
}
