//! SPDX licence expressions (annex D of SPDX 2.3), as far as crates write them.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::vec::IntoIter;

type Words = Peekable<IntoIter<String>>;

/// Whether somebody who takes only the `allowed` licences may use what is under `expression`;
/// `None` if it cannot be read.
pub(super) fn satisfies(expression: &str, allowed: &BTreeSet<String>) -> Option<bool> {
    // Older crates wrote `MIT/Apache-2.0` for either.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter().peekable();
    let satisfied = either(&mut words, allowed)?;
    words.next().is_none().then_some(satisfied)
}

fn either(words: &mut Words, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut satisfied = both(words, allowed)?;
    while words.next_if(|word| word == "OR").is_some() {
        satisfied |= both(words, allowed)?;
    }
    Some(satisfied)
}

fn both(words: &mut Words, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut satisfied = one(words, allowed)?;
    while words.next_if(|word| word == "AND").is_some() {
        satisfied &= one(words, allowed)?;
    }
    Some(satisfied)
}

fn one(words: &mut Words, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut name = words.next()?;
    if name == "(" {
        let satisfied = either(words, allowed)?;
        return words.next_if(|word| word == ")").map(|_| satisfied);
    }
    if ["AND", "OR", "WITH", ")"].contains(&name.as_str()) {
        return None;
    }
    if words.next_if(|word| word == "WITH").is_some() {
        name = format!("{name} WITH {}", words.next()?);
    }
    Some(allowed.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_expressions() {
        let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
        for (expression, expected) in [
            ("MIT", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("GPL-3.0-only OR MIT", Some(true)),
            ("GPL-3.0-only/MIT", Some(true)),
            ("GPL-3.0-only AND MIT", Some(false)),
            ("MIT AND ISC OR GPL-3.0-only", Some(true)),
            ("(MIT OR GPL-3.0-only) AND ISC", Some(true)),
            ("(MIT OR ISC) AND GPL-3.0-only", Some(false)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("Apache-2.0", Some(false)),
            ("MIT ISC", None),
            ("(MIT", None),
            ("MIT)", None),
            ("OR", None),
            ("", None),
        ] {
            assert_eq!(satisfies(expression, &allowed), expected, "{expression}");
        }
    }
}
