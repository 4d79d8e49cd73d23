//! `assets.json`, which `cargo xtask` leaves beside the files that browsers load. The build script reads it too.

use serde_json::Value;

/// What is in `assets.json`.
pub(crate) struct List {
    /// The path of the style sheet.
    pub(crate) css: Option<String>,
    /// What the names of script and WASM begin with.
    pub(crate) script: Option<String>,
    /// The path of the icon.
    pub(crate) icon: Option<String>,
    /// The path of the worker that finds proofs of work.
    pub(crate) proof: Option<String>,
    /// The chunks of code by the part of the app that needs them: paths below `/pkg/`.
    pub(crate) chunks: Vec<(String, Vec<String>)>,
    /// Every file that is served.
    pub(crate) assets: Vec<Entry>,
}

/// One file with its compressed siblings; all names are relative to the folder.
pub(crate) struct Entry {
    /// The path in its address.
    pub(crate) path: String,
    pub(crate) media_type: String,
    pub(crate) raw: String,
    pub(crate) br: Option<String>,
    pub(crate) gzip: Option<String>,
}

impl List {
    /// Reads the text of `assets.json`.
    ///
    /// # Errors
    /// One sentence. A name that the pages refer to and that is not in the list is an error: the pages would
    /// break silently.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let json: Value = serde_json::from_str(text).map_err(|e| format!("assets.json is no JSON: {e}."))?;
        let name = |key: &str| json[key].as_str().map(str::to_owned);
        let entries = json["assets"].as_array().ok_or("assets.json lists no assets.")?;
        let assets = entries.iter().map(Entry::parse).collect::<Result<Vec<_>, _>>()?;
        let list = Self {
            css: name("css"),
            script: name("script"),
            icon: name("icon"),
            proof: name("proof"),
            chunks: chunks(&json["chunks"]),
            assets,
        };
        let script = list.script.iter();
        let script = script.flat_map(|name| [format!("/pkg/{name}.js"), format!("/pkg/{name}_bg.wasm")]);
        let plain = [&list.css, &list.icon, &list.proof].into_iter().flatten().cloned();
        let chunks = list.chunks.iter().flat_map(|(_, chunks)| chunks).map(|chunk| format!("/pkg/{chunk}"));
        let missing = plain
            .chain(script)
            .chain(chunks)
            .find(|path| list.assets.iter().all(|asset| asset.path != *path));
        match missing {
            Some(missing) => Err(format!("assets.json names {missing} and does not list it.")),
            None => Ok(list),
        }
    }
}

fn chunks(json: &Value) -> Vec<(String, Vec<String>)> {
    let texts = |list: &Value| {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    json.as_object().into_iter().flatten().map(|(part, chunks)| (part.clone(), texts(chunks))).collect()
}

impl Entry {
    fn parse(json: &Value) -> Result<Self, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let needed = |key: &str| text(&json[key]).ok_or_else(|| format!("An asset lacks `{key}`."));
        let path = needed("path")?;
        let raw = text(&json["files"]["identity"]).ok_or_else(|| format!("{path} lacks its file."))?;
        let (br, gzip) = (text(&json["files"]["br"]), text(&json["files"]["gzip"]));
        Ok(Self { path, media_type: needed("type")?, raw, br, gzip })
    }

    /// Names the content: the path holds its hash.
    pub(crate) fn tag(&self) -> &str {
        self.path.trim_start_matches('/')
    }
}
