//! What the tasks of `cargo xtask` share: folders, commands, and programs that are installed when they are missing.
//!
//! This crate has no dependencies, since every build begins with it. Tasks that need some are in `xtask/tools`.

pub mod folders;
pub mod install;
pub mod npm;
pub mod pip;
pub mod shell;

/// The outcome of a task: a value, or one sentence that says what is wrong and how to go on.
pub type Result<T = ()> = std::result::Result<T, String>;
