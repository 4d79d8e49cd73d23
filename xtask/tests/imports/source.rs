//! Reads what a file says of other modules, without a parser: names, `::` and braces are enough.

use std::collections::{BTreeMap, BTreeSet};

/// The path of a module below the crate: `["agent", "queue"]`.
pub(crate) type Module = Vec<String>;

/// What a file says of other modules.
#[derive(Default)]
pub(crate) struct Source {
    /// Every path of this crate that stands in it, from the crate's root.
    pub(crate) paths: BTreeSet<Module>,
    /// What the names are that its `use` declarations bring in.
    pub(crate) names: BTreeMap<String, Module>,
}

/// `agent/queue/mod.rs` and `agent/queue.rs` are `agent::queue`; `lib.rs` is the crate itself.
pub(crate) fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// Reads a file: names, and the signs that matter, one after another.
pub(crate) fn read(module: &[String], text: &str, modules: &BTreeSet<Module>) -> Source {
    let tokens = tokens(text);
    let mut source = Source::default();
    // The modules inside the file, and at which depth of braces each of them ends.
    let mut inside: Vec<(String, usize)> = Vec::new();
    let (mut at, mut depth) = (0, 0);
    while let Some(token) = tokens.get(at) {
        let token = token.as_str();
        let after = |more: usize| tokens.get(at + more).map_or("", String::as_str);
        let scope: Module = module.iter().chain(inside.iter().map(|(name, _)| name)).cloned().collect();
        match token {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inside.retain(|(_, end)| *end <= depth);
            }
            "mod" if after(2) == "{" => {
                depth += 1;
                inside.push((after(1).to_owned(), depth));
                at += 2;
            }
            // A visibility is no import.
            "pub" if after(1) == "(" => {
                at += tokens[at..].iter().position(|token| token == ")").unwrap_or_default();
            }
            "use" => {
                let mut tree = Vec::new();
                at = read_tree(&tokens, at + 1, &Vec::new(), &mut tree);
                for (path, name) in tree {
                    let first = path.first().map_or("", String::as_str);
                    let child: Module = [&scope[..], &path[..1.min(path.len())]].concat();
                    if let Some(path) = absolute(&scope, &path) {
                        note(&mut source, path, name, inside.is_empty());
                    } else if !first.is_empty() && modules.contains(&child) {
                        note(&mut source, [scope.clone(), path].concat(), name, inside.is_empty());
                    }
                }
                continue;
            }
            "crate" | "super" | "self" if after(1) == "::" && (at == 0 || tokens[at - 1] != "::") => {
                let mut path = vec![token.to_owned()];
                while tokens.get(at + 1).is_some_and(|token| token == "::")
                    && tokens.get(at + 2).is_some_and(|token| is_name(token))
                {
                    path.push(tokens[at + 2].clone());
                    at += 2;
                }
                source.paths.extend(absolute(&scope, &path));
            }
            _ => {}
        }
        at += 1;
    }
    source
}

fn note(source: &mut Source, path: Module, name: String, passed_on: bool) {
    if passed_on {
        source.names.insert(name, path.clone());
    }
    source.paths.insert(path);
}

/// Reads what follows `use`, up to its end: each path, and the name that it is known by afterwards.
fn read_tree(tokens: &[String], mut at: usize, prefix: &Module, tree: &mut Vec<(Module, String)>) -> usize {
    let mut path = prefix.clone();
    let mut name = None;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "::" => {}
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = read_tree(tokens, at, &path, tree);
                    if tokens.get(at).is_some_and(|token| token == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "as" => {
                name = tokens.get(at + 1).cloned();
                at += 1;
            }
            // `{self}` is the module itself.
            "self" if !path.is_empty() => {}
            token if is_name(token) || token == "*" => path.push(token.to_owned()),
            _ => break,
        }
        at += 1;
    }
    let last = path.last().cloned().unwrap_or_default();
    tree.push((path, name.unwrap_or(last)));
    at
}

/// The same path from the crate's root; `None` for one that leads out of the crate.
fn absolute(scope: &[String], path: &[String]) -> Option<Module> {
    let mut base = match path.first()?.as_str() {
        "crate" => Vec::new(),
        "super" | "self" => scope.to_vec(),
        _ => return None,
    };
    for name in path {
        match name.as_str() {
            "crate" | "self" | "*" => {}
            "super" => drop(base.pop()),
            name => base.push(name.to_owned()),
        }
    }
    Some(base)
}

fn is_name(token: &str) -> bool {
    token.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
}

/// The names, `::` and single signs of a text, without comments and what stands in quotes.
fn tokens(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    let sign = |at: usize| signs.get(at).copied().unwrap_or_default();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        let begin = at;
        match sign(at) {
            '/' if sign(at + 1) == '/' => {
                while at < signs.len() && sign(at) != '\n' {
                    at += 1;
                }
            }
            '"' => at = end_of_string(&signs, at + 1, 0),
            // `br"…"`.
            'b' if sign(at + 1) == 'r' && matches!(sign(at + 2), '"' | '#') => at += 1,
            'r' if matches!(sign(at + 1), '"' | '#') => {
                let hashes = signs[at + 1..].iter().take_while(|sign| **sign == '#').count();
                // `r#type` is a name.
                at += 1 + hashes;
                if sign(at) == '"' {
                    at = end_of_string(&signs, at + 1, hashes.max(1));
                }
            }
            // A character; otherwise a lifetime.
            '\'' if sign(at + 1) == '\\' => {
                at += 3;
                while at < signs.len() && sign(at) != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '\'' if sign(at + 2) == '\'' => at += 3,
            ':' if sign(at + 1) == ':' => {
                at += 2;
                tokens.push("::".to_owned());
            }
            first if first.is_alphanumeric() || first == '_' => {
                while sign(at).is_alphanumeric() || sign(at) == '_' {
                    at += 1;
                }
                tokens.push(signs[begin..at].iter().collect());
            }
            other => {
                at += 1;
                if !other.is_whitespace() {
                    tokens.push(other.to_string());
                }
            }
        }
    }
    tokens
}

/// Where a string ends that begins at `at`. Without `hashes` a backslash hides the next sign.
fn end_of_string(signs: &[char], mut at: usize, hashes: usize) -> usize {
    while let Some(sign) = signs.get(at) {
        match sign {
            '\\' if hashes == 0 => at += 2,
            '"' => {
                let closing = signs[at + 1..].iter().take_while(|sign| **sign == '#').count();
                if closing >= hashes || signs.get(at + 1) != Some(&'#') {
                    return at + 1 + closing.min(hashes);
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    at
}
