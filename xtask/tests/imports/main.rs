//! No module of a crate imports from one that imports it, directly or by way of others.
//!
//! Modules are compared with their neighbours in the same folder; what is below a neighbour counts as that neighbour.
//! Imports between a module and what is below it stay inside it, and are not looked at; `x/server.rs` is the same
//! module as `x/mod.rs`. A name that a module only passes on (`pub use`) is imported from where it is defined.

#![allow(clippy::unwrap_used, reason = "a test that meets what it did not expect fails")]

mod source;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use self::source::{Module, Source, module_of, read};

/// The file of a module with what the server does for it.
const SERVER: &str = "server";

/// The crate's modules, each in a file of its own.
#[derive(Default)]
struct Modules {
    sources: BTreeMap<Module, Source>,
}

impl Modules {
    fn of(files: &[(&str, &str)]) -> Self {
        let names: BTreeSet<Module> = files.iter().map(|(path, _)| module_of(path)).collect();
        let sources =
            files.iter().map(|(path, text)| (module_of(path), read(&module_of(path), text, &names)));
        Self { sources: sources.collect() }
    }

    /// The module that defines what a path names.
    fn home(&self, path: &[String], patience: usize) -> Module {
        let mut at = Module::new();
        for (index, name) in path.iter().enumerate() {
            let next: Module = [&at[..], std::slice::from_ref(name)].concat();
            if self.sources.contains_key(&next) {
                at = next;
                continue;
            }
            let passed_on = self.sources.get(&at).and_then(|source| source.names.get(name));
            return match passed_on {
                Some(from) if patience > 0 => self.home(&[from, &path[index + 1..]].concat(), patience - 1),
                _ => at,
            };
        }
        at
    }

    /// For each folder, which of its modules imports which.
    fn imports(&self) -> BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> {
        let mut folders: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (module, source) in &self.sources {
            for path in &source.paths {
                let other = self.home(path, 8);
                let shared = module.iter().zip(&other).take_while(|(one, other)| one == other).count();
                if let (Some(one), Some(other)) = (module.get(shared), other.get(shared))
                    && one != SERVER
                    && other != SERVER
                {
                    let folder = folders.entry(module[..shared].to_vec()).or_default();
                    folder.entry(one.clone()).or_default().insert(other.clone());
                }
            }
        }
        folders
    }

    /// A sentence for each circle: `agent: queue -> held -> queue`.
    fn circles(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (folder, imports) in self.imports() {
            let mut known = BTreeSet::new();
            for start in imports.keys() {
                if known.contains(start) {
                    continue;
                }
                if let Some(circle) = circle_from(start, &imports) {
                    found.push(format!("{}: {}", name_of(&folder), circle.join(" -> ")));
                    known.extend(circle);
                }
            }
        }
        found
    }
}

/// The shortest way from a module back to itself.
fn circle_from(start: &str, imports: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in imports.get(way.last()?).into_iter().flatten() {
            let further = [&way[..], std::slice::from_ref(next)].concat();
            if next == start {
                return Some(further);
            }
            if seen.insert(next.clone()) {
                ways.push_back(further);
            }
        }
    }
    None
}

fn name_of(module: &[String]) -> String {
    if module.is_empty() { "crate".to_owned() } else { module.join("::") }
}

fn collect(folder: &Path, below: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{below}{name}/"), files);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            files.push((format!("{below}{name}"), fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

/// The crates that are free of circles. Those of `mail`, `server`, `store` and `xtask` are not yet.
const CRATES: [&str; 7] = ["app", "bench", "desk", "frontend", "keys", "model", "xtask/tools"];

/// The modules of a crate.
fn modules_of(name: &str) -> Modules {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src"), "", &mut files);
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Modules::of(&files)
}

#[test]
fn modules_import_in_no_circle() {
    let circles: Vec<String> = CRATES
        .into_iter()
        .flat_map(|name| modules_of(name).circles().into_iter().map(move |circle| format!("{name} {circle}")))
        .collect();
    assert_eq!(circles, Vec::<String>::new());
}

/// The test reads what there is.
#[test]
fn imports_are_seen() {
    for (name, one, other) in [("app", "routes", "serve"), ("desk", "accounts", "people")] {
        let folders = modules_of(name).imports();
        assert!(folders[&Vec::new()][one].contains(other), "{name}: {folders:?}");
    }
}

#[test]
fn circles_are_found_and_named() {
    for (files, circles) in [
        (
            &[("a.rs", "use crate::b::B;"), ("b.rs", "fn f() { crate::a::f() }")][..],
            &["crate: a -> b -> a"][..],
        ),
        (&[("a.rs", "use crate::b::B;"), ("b.rs", "// crate::a\nconst A: &str = \"crate::a\";")], &[]),
        // By way of others, and in groups.
        (
            &[
                ("a.rs", "use crate::{b::{self, B}, c};"),
                ("b.rs", "use super::c;"),
                ("c.rs", "use crate::b::B as A;"),
            ],
            &["crate: b -> c -> b"],
        ),
        // What is below a module counts as that module.
        (
            &[
                ("a/mod.rs", ""),
                ("a/one.rs", "use crate::b::B;"),
                ("a/two.rs", ""),
                ("b.rs", "use crate::a::two::f;"),
            ],
            &["crate: a -> b -> a"],
        ),
        // Neighbours in a folder.
        (
            &[("x/mod.rs", ""), ("x/a.rs", "use super::b::B;"), ("x/b.rs", "use crate::x::a;")],
            &["x: a -> b -> a"],
        ),
        // A module and what is below it are one, and what the server does for it.
        (
            &[
                ("x/mod.rs", "mod a; use a::f;"),
                ("x/a.rs", "use super::server::f;"),
                ("x/server.rs", "use super::a::A;"),
            ],
            &[],
        ),
        // A name that is passed on is where it is defined.
        (
            &[
                ("x/mod.rs", "mod a; mod b; pub use a::A;"),
                ("x/a.rs", "use super::b::B;"),
                ("x/b.rs", "use super::A;"),
            ],
            &["x: a -> b -> a"],
        ),
        // Modules inside a file, and visibilities.
        (
            &[
                ("x/mod.rs", ""),
                ("x/a.rs", "mod server { use super::A; use super::super::b; }"),
                ("x/b.rs", "pub(in crate::x::a) fn f() {}"),
            ],
            &[],
        ),
        (
            &[
                ("x/mod.rs", ""),
                ("x/a.rs", "mod server { use super::super::b; }"),
                ("x/b.rs", "use super::a;"),
            ],
            &["x: a -> b -> a"],
        ),
    ] {
        assert_eq!(Modules::of(files).circles(), circles, "{files:?}");
    }
}
