//! Embeds the front end in a release build: turns `assets.json`, which `cargo xtask` leaves in `target/site`,
//! into a table.
//!
//! Without it, and in debug builds, the table is empty and the program serves its pages bare, so that
//! `cargo test` and an editor need no front end; `tresen serve --site` brings one. `TRESEN_SITE` names another
//! folder, for packagers.

#[path = "src/assets/list.rs"]
mod list;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::list::List;

type Result<T> = std::result::Result<T, String>;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=src/assets/list.rs");
    println!("cargo::rerun-if-env-changed=TRESEN_SITE");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR.")?);
    let named = env::var_os("TRESEN_SITE").map(PathBuf::from);
    let code = if named.is_some() || env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let site = match named {
            Some(named) => named,
            None => target(&out)?.join("site"),
        };
        // Cargo runs this each time if what it shall watch is not there.
        fs::create_dir_all(&site).map_err(|e| format!("{} cannot be made: {e}.", site.display()))?;
        println!("cargo::rerun-if-changed={}", site.display());
        table(&site)?
    } else {
        code(None, "")
    };
    fs::write(out.join("assets.rs"), code).map_err(|e| format!("The table cannot be written: {e}."))
}

/// Cargo's target folder: the outermost one above `OUT_DIR` that Cargo marked as such.
fn target(out: &Path) -> Result<&Path> {
    let marked = out.ancestors().filter(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked
        .last()
        .ok_or_else(|| "No target folder above OUT_DIR; name the front end's in TRESEN_SITE.".to_owned())
}

fn table(site: &Path) -> Result<String> {
    let path = site.join("assets.json");
    if !path.is_file() {
        return Ok(code(None, ""));
    }
    let text = fs::read_to_string(&path).map_err(|e| format!("{} cannot be read: {e}.", path.display()))?;
    let list = List::parse(&text)?;
    let mut rows = String::new();
    for asset in &list.assets {
        let file = |name: &String| format!("include_bytes!({:?})", site.join(name));
        let or_none = |name: &Option<String>| {
            name.as_ref().map_or("None".to_owned(), |name| format!("Some({})", file(name)))
        };
        writeln!(
            rows,
            "    Asset {{ path: {:?}, media_type: {:?}, tag: {:?}, raw: {}, br: {}, gzip: {} }},",
            asset.path,
            asset.media_type,
            asset.tag(),
            file(&asset.raw),
            or_none(&asset.br),
            or_none(&asset.gzip),
        )
        .map_err(|e| e.to_string())?;
    }
    Ok(code(Some(&list), &rows))
}

fn code(list: Option<&List>, rows: &str) -> String {
    let name =
        |name: fn(&List) -> &Option<String>| format!("{:?}", list.and_then(|list| name(list).as_deref()));
    let chunks = list.map(|list| &list.chunks[..]).unwrap_or_default();
    let chunks = chunks.iter().map(|(part, chunks)| format!("({part:?}, &{chunks:?}),")).collect::<String>();
    format!(
        "const NAMES: Names = Names {{ css: {}, script: {}, icon: {}, proof: {}, chunks: &[{chunks}] }};\n\
         static ASSETS: &[Asset] = &[\n{rows}];\n",
        name(|list| &list.css),
        name(|list| &list.script),
        name(|list| &list.icon),
        name(|list| &list.proof),
    )
}
