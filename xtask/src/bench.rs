//! `cargo xtask bench`: prints the benchmarks.

use crate::Result;

/// Runs the benchmarks on the finished program ([`crate::dist::dist`] builds it).
pub(crate) fn bench(_arguments: &[&str]) -> Result {
    Err("There are no benchmarks yet: xtask/src/bench.rs waits for them.".to_owned())
}
