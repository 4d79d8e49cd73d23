//! The folder `style/`: its CSS becomes one file, its pictures and fonts get hashed names.
//!
//! `style/order` names the CSS files in the order in which they go into the bundle, one a line;
//! without it they go by name. `url(mark.svg)` in them means the file beside them, and becomes
//! the name under which it is served.

use std::collections::BTreeMap;
use std::path::Path;

use crate::assets::{Asset, hash};
use crate::minify::minify;
use xtask::{Result, folders};

/// What the pages need from `style/`.
#[derive(Debug)]
pub(crate) struct Style {
    /// The path of the bundle, if there is any CSS.
    pub(crate) css: Option<String>,
    /// The path of `icon.svg`, if there is one.
    pub(crate) icon: Option<String>,
    /// All of it.
    pub(crate) assets: Vec<Asset>,
}

/// Reads the folder.
pub(crate) fn bundle(folder: &Path) -> Result<Style> {
    let mut sheets = BTreeMap::new();
    let mut served = BTreeMap::new();
    let mut assets = Vec::new();
    for file in folders::files(folder)? {
        let name = folders::name(&file).to_owned();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("css") => {
                sheets.insert(name, folders::read_text(&file)?);
            }
            Some("md" | "txt") | None => {}
            Some(extension) => {
                let content = folders::read(&file)?;
                let stem = name.trim_end_matches(extension).trim_end_matches('.');
                let path = format!("/assets/{stem}-{}.{extension}", hash(&content));
                assets.push(Asset::new(path.clone(), content)?);
                served.insert(name, path);
            }
        }
    }

    let names = order(folder, &sheets)?;
    let mut bundle = String::new();
    for name in &names {
        let sheet = sheets.get(name).map(String::as_str).unwrap_or_default();
        let small = minify(sheet, &|url| local(url, &served)).map_err(|e| format!("style/{name}: {e}"))?;
        bundle.push_str(&small);
    }
    let mut css = None;
    if bundle.is_empty() {
        println!("There is no CSS in style/, so the pages come without.");
    } else {
        let path = format!("/assets/tresen-{}.css", hash(bundle.as_bytes()));
        assets.push(Asset::new(path.clone(), bundle.into_bytes())?);
        css = Some(path);
    }
    Ok(Style { css, icon: served.get("icon.svg").cloned(), assets })
}

/// The names of the sheets in the order of the bundle.
fn order(folder: &Path, sheets: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let list = folder.join("order");
    if !list.is_file() {
        return Ok(sheets.keys().cloned().collect());
    }
    let list = folders::read_text(&list)?;
    let names: Vec<String> = list
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    if let Some(missing) = names.iter().find(|name| !sheets.contains_key(*name)) {
        return Err(format!("style/order names {missing}, which is not there."));
    }
    if let Some(forgotten) = sheets.keys().find(|name| !names.contains(name)) {
        return Err(format!("style/order does not name {forgotten}; add it, or remove the file."));
    }
    Ok(names)
}

/// What stands in a `url(…)`: a file of this folder, a piece of this page, or data. No other host.
fn local(url: &str, served: &BTreeMap<String, String>) -> Result<String> {
    if url.starts_with('#') || url.starts_with("data:") {
        return Ok(url.to_owned());
    }
    let name = url.trim_start_matches("./");
    served.get(name).cloned().ok_or_else(|| format!("url({url}) names no file of style/."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_files_that_are_served() {
        let served = BTreeMap::from([("mark.svg".to_owned(), "/assets/mark-1.svg".to_owned())]);
        assert_eq!(local("mark.svg", &served), Ok("/assets/mark-1.svg".to_owned()));
        assert_eq!(local("./mark.svg", &served), Ok("/assets/mark-1.svg".to_owned()));
        assert_eq!(local("#shape", &served), Ok("#shape".to_owned()));
        assert!(local("https://example.com/font.woff2", &served).is_err());
        assert!(local("gone.svg", &served).is_err());
    }
}
