//! `target/site`: every file that browsers load, named by its content, with smaller siblings.
//!
//! `assets.json` lists them; `server/build.rs` reads it and embeds them. A name stands for one
//! content for ever, so browsers keep the files for ever, and nothing here is made twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use xtask::{Result, folders};

/// A file that browsers load.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The path in its address, `/assets/…` or `/pkg/…`.
    path: String,
    content: Vec<u8>,
    kind: Kind,
}

/// All of them, and those that the pages name.
pub(crate) struct Site {
    /// The path of the style sheet.
    pub(crate) css: Option<String>,
    /// What the names of script and WASM begin with, below `/pkg/` and without ending.
    pub(crate) script: String,
    /// The path of the icon.
    pub(crate) icon: Option<String>,
    /// The path of the worker that finds proofs of work.
    pub(crate) proof: String,
    /// The files below `/pkg/` that a part of the app needs beside those, by the part's name.
    pub(crate) chunks: BTreeMap<String, Vec<String>>,
    /// Everything that is served.
    pub(crate) assets: Vec<Asset>,
}

/// A media type, and whether files of it become smaller.
type Kind = (&'static str, bool);

type Compress = fn(&[u8]) -> std::io::Result<Vec<u8>>;

/// The content codings (RFC 9110, 8.4.1) and the endings of the files in them.
const SIBLINGS: [(&str, &str, Compress); 2] = [("br", "br", brotli), ("gzip", "gz", gzip)];

/// 64 bits of SHA-256 in hexadecimal: names, not proofs.
pub(crate) fn hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    data_encoding::HEXLOWER.encode(digest.get(..8).unwrap_or_default())
}

fn kind(path: &str) -> Result<Kind> {
    Ok(match path.rsplit('.').next().unwrap_or_default() {
        "css" => ("text/css; charset=utf-8", true),
        "ico" => ("image/x-icon", true),
        "js" => ("text/javascript; charset=utf-8", true),
        "png" => ("image/png", false),
        "svg" => ("image/svg+xml", true),
        "wasm" => ("application/wasm", true),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        _ => return Err(format!("{path}: its media type is unknown; add it in xtask/tools/src/assets.rs.")),
    })
}

impl Asset {
    /// A file whose name holds the hash of its content. Fails on an unknown ending.
    pub(crate) fn new(path: String, content: Vec<u8>) -> Result<Self> {
        let kind = kind(&path)?;
        Ok(Self { path, content, kind })
    }

    /// Writes the file and its siblings, unless they are there. Answers its line in `assets.json`.
    fn write(&self, site: &Path, siblings: bool, names: &mut BTreeSet<String>) -> Result<Value> {
        let name = self.path.trim_start_matches('/');
        let mut files = json!({ "identity": name });
        write_new(&site.join(name), || Ok(self.content.clone()))?;
        names.insert(name.to_owned());
        if self.kind.1 && siblings {
            for (encoding, ending, compress) in SIBLINGS {
                let sibling = format!("{name}.{ending}");
                write_new(&site.join(&sibling), || {
                    compress(&self.content).map_err(|e| format!("{name} cannot be compressed: {e}."))
                })?;
                files[encoding] = json!(sibling);
                names.insert(sibling);
            }
        }
        Ok(json!({ "path": self.path, "type": self.kind.0, "files": files }))
    }
}

impl Site {
    /// Brings the folder to hold exactly this, with or without compressed siblings.
    pub(crate) fn write(&self, site: &Path, siblings: bool) -> Result {
        let mut names = BTreeSet::new();
        let mut assets = Vec::new();
        for asset in &self.assets {
            assets.push(asset.write(site, siblings, &mut names)?);
        }
        let list = json!({
            "css": self.css,
            "script": self.script,
            "icon": self.icon,
            "proof": self.proof,
            "chunks": self.chunks,
            "assets": assets,
        });
        folders::write(&site.join("assets.json"), format!("{list:#}\n").as_bytes())?;
        for folder in ["assets", "pkg"] {
            folders::create(&site.join(folder))?;
            tidy(&site.join(folder), folder, &names)?;
        }
        Ok(())
    }
}

/// Removes what is not named, folders of earlier builds too.
fn tidy(folder: &Path, name: &str, names: &BTreeSet<String>) -> Result {
    let cannot = |path: &Path, e: std::io::Error| format!("{} cannot be removed: {e}.", path.display());
    for entry in
        std::fs::read_dir(folder).map_err(|e| format!("{} cannot be read: {e}.", folder.display()))?.flatten()
    {
        let path = entry.path();
        let name = format!("{name}/{}", folders::name(&path));
        if path.is_dir() {
            if names.iter().any(|known| known.starts_with(&format!("{name}/"))) {
                tidy(&path, &name, names)?;
            } else {
                std::fs::remove_dir_all(&path).map_err(|e| cannot(&path, e))?;
            }
        } else if !names.contains(&name) {
            std::fs::remove_file(&path).map_err(|e| cannot(&path, e))?;
        }
    }
    Ok(())
}

/// Writes what has never been written. A half-written file would stay for ever, hence the renaming.
fn write_new(path: &Path, content: impl FnOnce() -> Result<Vec<u8>>) -> Result {
    if path.is_file() {
        return Ok(());
    }
    let half = path.with_extension("half");
    folders::write(&half, &content()?)?;
    std::fs::rename(&half, path).map_err(|e| format!("{} cannot be written: {e}.", path.display()))
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut small, &parameters)?;
    Ok(small)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn names_follow_the_content() {
        assert_eq!(hash(b"a"), hash(b"a"));
        assert_ne!(hash(b"a"), hash(b"b"));
        assert_eq!(hash(b"").len(), 16);
    }

    #[test]
    fn an_unknown_ending_is_refused() {
        assert!(Asset::new("/assets/a.exe".to_owned(), Vec::new()).is_err());
    }

    #[test]
    fn siblings_hold_the_same() -> std::io::Result<()> {
        let content = b"body{color:red}".repeat(100);
        let mut read = Vec::new();
        brotli::Decompressor::new(&brotli(&content)?[..], 4096).read_to_end(&mut read)?;
        assert_eq!(read, content);
        read.clear();
        flate2::read::GzDecoder::new(&gzip(&content)?[..]).read_to_end(&mut read)?;
        assert_eq!(read, content);
        Ok(())
    }
}
