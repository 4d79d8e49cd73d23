//! What may be built in: licences, sources and versions of the dependencies, held to `deny.toml`.
//!
//! The keys are cargo-deny's. Why this is not cargo-deny: `docs/decisions/0010`.

mod advisories;
mod licence;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

pub(crate) use self::advisories::check as advisories;
use xtask::{Result, folders, shell};

/// `deny.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
    advisories: Advisories,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bans {
    multiple_versions: Deny,
    wildcards: Deny,
    #[serde(rename = "allow-wildcard-paths")]
    _paths: bool,
    skip: Vec<Skip>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Skip {
    #[serde(rename = "crate")]
    name: String,
    #[serde(rename = "reason")]
    _reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    unknown_registry: Deny,
    unknown_git: Deny,
    allow_registry: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advisories {
    ignore: Vec<Ignored>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignored {
    id: String,
    #[serde(rename = "reason")]
    _reason: String,
}

/// Nothing else is understood here, so nothing else can be set by mistake.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deny {
    Deny,
}

/// What `cargo metadata` says (format 1).
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for what is on this disk.
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    req: String,
    path: Option<String>,
}

impl Package {
    fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// Holds everything in `Cargo.lock`, for every platform, to `deny.toml`.
pub(crate) fn check() -> Result {
    let (policy, packages) = (policy()?, packages()?);
    let wrong = judge(&policy, &packages);
    if wrong.is_empty() {
        println!("{} crates are as deny.toml wants them.", packages.len());
        return Ok(());
    }
    for sentence in &wrong {
        eprintln!("{sentence}");
    }
    Err(format!("{} dependencies are not as deny.toml wants them.", wrong.len()))
}

fn policy() -> Result<Policy> {
    let path = folders::root()?.join("deny.toml");
    toml::from_str(&folders::read_text(&path)?).map_err(|error| format!("deny.toml: {error}"))
}

fn packages() -> Result<Vec<Package>> {
    let said = shell::output(&mut shell::cargo(["metadata", "--format-version", "1", "--locked"])?)?;
    let metadata: Metadata =
        serde_json::from_str(&said).map_err(|error| format!("cargo metadata cannot be read: {error}"))?;
    Ok(metadata.packages)
}

/// One sentence for each thing that is wrong.
fn judge(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let Policy { licenses, bans, sources, .. } = policy;
    // Only `deny` can be written there, so this is all there is to be asked.
    let (Deny::Deny, Deny::Deny, Deny::Deny, Deny::Deny) =
        (&bans.multiple_versions, &bans.wildcards, &sources.unknown_registry, &sources.unknown_git);
    let mut wrong = Vec::new();
    for package in packages {
        let spec = package.spec();
        match package
            .license
            .as_deref()
            .map(|written| (written, licence::satisfies(written, &licenses.allow)))
        {
            Some((_, Some(true))) => {}
            Some((written, Some(false))) => {
                wrong.push(format!("{spec}: its licence `{written}` is not allowed."));
            }
            Some((written, None)) => {
                wrong.push(format!("{spec}: its licence `{written}` is no SPDX expression."));
            }
            None => wrong.push(format!("{spec}: it names no licence.")),
        }
        if let Some(source) = &package.source {
            let registry = source.strip_prefix("registry+");
            if !registry.is_some_and(|registry| sources.allow_registry.contains(registry)) {
                wrong.push(format!("{spec}: it comes from {source}."));
            }
        }
        for Dependency { name, req, path } in &package.dependencies {
            if package.source.is_none() && req == "*" && path.is_none() {
                wrong.push(format!("{spec}: it takes any version of {name}."));
            }
        }
    }
    wrong.extend(duplicates(&bans.skip, packages));
    wrong
}

/// Crates that are built in twice. The newest version is the one that stays.
fn duplicates(skip: &[Skip], packages: &[Package]) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(package);
    }
    let mut older = BTreeSet::new();
    for same in versions.values_mut().filter(|same| same.len() > 1) {
        same.sort_by_key(|package| semver::Version::parse(&package.version).ok());
        older.extend(same.iter().rev().skip(1).map(|package| package.spec()));
    }
    let known: BTreeSet<String> = skip.iter().map(|skip| skip.name.clone()).collect();
    let new = older.difference(&known).map(|spec| format!("{spec}: there is a newer version of it as well."));
    let gone = known
        .difference(&older)
        .map(|spec| format!("{spec}: it is no longer there twice; take it from `skip`."));
    new.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, license: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: Some(license.to_owned()),
            source: Some("registry+https://github.com/rust-lang/crates.io-index".to_owned()),
            dependencies: Vec::new(),
        }
    }

    fn judged(packages: &[Package]) -> Vec<String> {
        let mut policy = policy().expect("deny.toml");
        policy.bans.skip.clear();
        judge(&policy, packages)
    }

    #[test]
    fn finds_what_is_not_allowed() {
        assert_eq!(judged(&[package("good", "1.0.0", "MIT OR GPL-3.0-only")]), [""; 0]);
        assert_eq!(judged(&[package("copyleft", "1.0.0", "GPL-3.0-only AND MIT")]).len(), 1);
        assert_eq!(judged(&[package("nonsense", "1.0.0", "do what you like")]).len(), 1);
        let nameless = Package { license: None, ..package("nameless", "1.0.0", "") };
        assert_eq!(judged(&[nameless]).len(), 1);
        for source in ["git+https://github.com/somebody/fork#abc", "registry+https://registry.example/index"]
        {
            let foreign = Package { source: Some(source.to_owned()), ..package("foreign", "1.0.0", "MIT") };
            assert_eq!(judged(&[foreign]).len(), 1, "{source}");
        }
        let any = |path: Option<&str>| {
            let path = path.map(str::to_owned);
            let any = Dependency { name: "any".to_owned(), req: "*".to_owned(), path };
            Package { source: None, dependencies: vec![any], ..package("ours", "1.0.0", "MIT") }
        };
        assert_eq!(judged(&[any(None)]).len(), 1);
        assert_eq!(judged(&[any(Some("model"))]), [""; 0]);
    }

    #[test]
    fn finds_what_is_there_twice_and_what_no_longer_is() {
        let twice =
            [package("a", "1.10.0", "MIT"), package("a", "1.9.0", "MIT"), package("b", "1.0.0", "MIT")];
        let found = judged(&twice);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a@1.9.0:"), "{found:?}");
        let skip = [Skip { name: "a@1.9.0".to_owned(), _reason: String::new() }];
        assert_eq!(duplicates(&skip, &twice), [""; 0]);
        assert_eq!(duplicates(&skip, &twice[2..]).len(), 1);
    }

    /// `unsafe_code = "forbid"` stands once, in the workspace: whoever does not inherit it escapes it.
    #[test]
    fn every_crate_of_ours_forbids_unsafe_code() {
        let root = folders::root().expect("the root");
        let manifest = |folder: &str| -> toml::Table {
            let text = folders::read_text(&root.join(folder).join("Cargo.toml")).expect("a manifest");
            toml::from_str(&text).expect("TOML")
        };
        let workspace = &manifest("")["workspace"];
        assert_eq!(workspace["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
        let members = workspace["members"].as_array().expect("members");
        assert!(members.len() >= 8);
        for member in members {
            let member = member.as_str().expect("a folder");
            let inherits = manifest(member).get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
            assert_eq!(inherits, Some(true), "{member}/Cargo.toml lacks `[lints] workspace = true`");
        }
    }
}
