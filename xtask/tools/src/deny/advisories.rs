//! Known holes in dependencies: the advisories of RustSec, which are a git repository of text files.
//!
//! Not every machine reaches it. Where it cannot be had, that is said, and counted as not checked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use semver::{Version, VersionReq};
use serde::Deserialize;

use super::Package;
use crate::Checked;
use xtask::{Result, folders, shell};

const REPOSITORY: &str = "https://github.com/RustSec/advisory-db";

/// Names a folder with a copy of the repository, for machines that do not reach it.
const VARIABLE: &str = "TRESEN_ADVISORY_DB";

/// The head of an advisory. What is not needed is not read.
#[derive(Deserialize)]
struct Document {
    advisory: Advisory,
    versions: Versions,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    package: String,
    withdrawn: Option<String>,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

impl Document {
    /// The advisory stands in the first code block, the words for people below it.
    fn parse(text: &str) -> Result<Self> {
        let head = text.split_once("```toml").and_then(|(_, rest)| rest.split_once("```"));
        let (head, _) = head.ok_or("it has no head")?;
        toml::from_str(head).map_err(|error| error.to_string())
    }

    fn hits(&self, package: &Package) -> bool {
        let Ok(version) = Version::parse(&package.version) else { return false };
        let safe = self.versions.patched.iter().chain(&self.versions.unaffected);
        self.advisory.package == package.name
            && self.advisory.withdrawn.is_none()
            && !safe.into_iter().any(|range| range.matches(&version))
    }
}

/// Compares everything in `Cargo.lock` with the advisories.
pub(crate) fn check() -> Result<Checked> {
    let folder = match database() {
        Ok(folder) => folder,
        Err(sentence) => return Ok(Checked::NotChecked(sentence)),
    };
    let (policy, packages) = (super::policy()?, super::packages()?);
    let (count, found) = compare(&folder, &packages)?;
    let ignored: BTreeSet<&str> = policy.advisories.ignore.iter().map(|one| one.id.as_str()).collect();
    let mut open = 0;
    for (id, spec) in &found {
        let known = ignored.contains(id.as_str());
        open += usize::from(!known);
        println!(
            "{spec}: https://rustsec.org/advisories/{id}{}",
            if known { " (ignored in deny.toml)" } else { "" }
        );
    }
    if let Some(id) = ignored.iter().find(|id| !found.iter().any(|(found, _)| found == *id)) {
        return Err(format!("{id} no longer concerns us: take it from `ignore` in deny.toml."));
    }
    println!("{count} advisories, {} crates.", packages.len());
    if open == 0 { Ok(Checked::Passed) } else { Err(format!("{open} advisories concern dependencies.")) }
}

/// A copy of the advisories: the one that is named, or one that is fetched now.
fn database() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Ok(named.into());
    }
    let folder = folders::target()?.join("advisory-db");
    let mut git = Command::new("git");
    // A network that lets nothing through must not hold up the tests.
    git.args(["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=10"]).env("GIT_TERMINAL_PROMPT", "0");
    if folder.join(".git").is_dir() {
        git.arg("-C").arg(&folder).args(["pull", "--quiet", "--ff-only", "--depth", "1"]);
    } else {
        git.args(["clone", "--quiet", "--depth", "1", REPOSITORY]).arg(&folder);
    }
    shell::output(&mut git).map(|_| folder).map_err(|_| {
        format!("{REPOSITORY} cannot be fetched here; {VARIABLE} can name a folder with a copy of it.")
    })
}

/// How many advisories there are, and which concern which package.
fn compare(folder: &Path, packages: &[Package]) -> Result<(usize, Vec<(String, String)>)> {
    let mut found = Vec::new();
    let mut count = 0;
    for package in packages.iter().filter(|package| package.source.is_some()) {
        let own = folder.join("crates").join(&package.name);
        if !own.is_dir() {
            continue;
        }
        for file in folders::files(&own)? {
            let document = Document::parse(&folders::read_text(&file)?)
                .map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
            count += 1;
            if document.hits(package) {
                found.push((document.advisory.id, package.spec()));
            }
        }
    }
    // A folder without a single one of so many well-known crates is no copy of the repository.
    if count == 0 {
        return Err(format!("{} holds no advisories.", folder.display()));
    }
    Ok((count, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2026-0001\"\npackage = \"zip\"\ndate = \"2026-01-01\"\n\n\
        [versions]\npatched = [\">= 2.3.0\", \"^1.9.1\"]\nunaffected = [\"< 1.3.0\"]\n```\n\n# Words\n";

    fn package(name: &str, version: &str) -> Package {
        let source = Some("registry".to_owned());
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: None,
            source,
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn reads_which_versions_are_hit() {
        let document = Document::parse(TEXT).expect("an advisory");
        for (version, hit) in
            [("1.2.9", false), ("1.3.0", true), ("1.9.1", false), ("2.2.9", true), ("2.3.0", false)]
        {
            assert_eq!(document.hits(&package("zip", version)), hit, "{version}");
        }
        assert!(!document.hits(&package("other", "1.3.0")));
        let withdrawn = TEXT.replace("date =", "withdrawn = \"2026-02-01\"\ndate =");
        assert!(!Document::parse(&withdrawn).expect("an advisory").hits(&package("zip", "1.3.0")));
        assert!(Document::parse("no head").is_err());
    }
}
