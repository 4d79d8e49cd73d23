//! Embeds the front end: turns `assets.json`, which `cargo xtask` leaves in `target/site`, into a table.
//!
//! Without it the table is empty and the program serves its pages bare, so that `cargo test` and an
//! editor need no front end. `TRESEN_SITE` names another folder, for whoever packages this.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

type Result<T> = std::result::Result<T, String>;

fn main() -> Result<()> {
    println!("cargo::rerun-if-env-changed=TRESEN_SITE");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR.")?);
    let site = match env::var_os("TRESEN_SITE") {
        Some(named) => PathBuf::from(named),
        None => target(&out)?.join("site"),
    };
    // Cargo runs this each time if what it shall watch is not there.
    fs::create_dir_all(&site).map_err(|e| format!("{} cannot be made: {e}.", site.display()))?;
    println!("cargo::rerun-if-changed={}", site.display());

    let list = site.join("assets.json");
    let code = if list.is_file() { table(&site, &read(&list)?)? } else { empty() };
    fs::write(out.join("assets.rs"), code).map_err(|e| format!("The table cannot be written: {e}."))
}

/// Cargo's target folder: the nearest one above `OUT_DIR` that Cargo marked as such.
fn target(out: &Path) -> Result<&Path> {
    let marked = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.ok_or_else(|| "No target folder above OUT_DIR; name the front end's in TRESEN_SITE.".to_owned())
}

fn read(list: &Path) -> Result<Value> {
    let text = fs::read_to_string(list).map_err(|e| format!("{} cannot be read: {e}.", list.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{} is no JSON: {e}.", list.display()))
}

fn empty() -> String {
    code(&Value::Null, "")
}

fn table(site: &Path, list: &Value) -> Result<String> {
    let mut rows = String::new();
    for asset in list["assets"].as_array().ok_or("assets.json lists no assets.")? {
        let text = |key: &str| asset[key].as_str().ok_or_else(|| format!("An asset lacks `{key}`."));
        let (path, media_type) = (text("path")?, text("type")?);
        let file = |encoding: &str| {
            asset["files"][encoding].as_str().map(|file| format!("include_bytes!({:?})", site.join(file)))
        };
        let raw = file("identity").ok_or_else(|| format!("{path} lacks its file."))?;
        let or_none = |file: Option<String>| file.map_or("None".to_owned(), |file| format!("Some({file})"));
        let (br, gzip) = (or_none(file("br")), or_none(file("gzip")));
        // The name holds the hash of the content.
        let tag = path.rsplit('/').next().unwrap_or(path);
        writeln!(
            rows,
            "    Asset {{ path: {path:?}, media_type: {media_type:?}, tag: {tag:?}, raw: {raw}, br: {br}, gzip: {gzip} }},"
        )
        .map_err(|e| e.to_string())?;
    }
    Ok(code(list, &rows))
}

fn code(list: &Value, rows: &str) -> String {
    let name = |key: &str| format!("{:?}", list[key].as_str());
    format!(
        "const NAMES: Names = Names {{ css: {}, script: {}, icon: {}, proof: {} }};\n\
         static ASSETS: &[Asset] = &[\n{rows}];\n",
        name("css"),
        name("script"),
        name("icon"),
        name("proof"),
    )
}
