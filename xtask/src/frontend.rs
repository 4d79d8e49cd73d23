//! The front end: compiles the crate `frontend` to WASM and has `xtask/tools` pack it.

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::{Result, folders, shell};

use crate::tools;

const TRIPLE: &str = "wasm32-unknown-unknown";

/// What a front end is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For visitors: as small as it gets, compressed files beside it. In `target/site`.
    Small,
    /// For trying out: with the profile and the macros of the server. In `target/site-quick`.
    Quick,
}

impl Kind {
    /// Where Cargo leaves it.
    fn folder(self) -> &'static str {
        match self {
            Self::Small => "wasm-release",
            Self::Quick => "debug",
        }
    }

    /// The folder with the files that browsers load.
    pub(crate) fn site(self) -> Result<PathBuf> {
        let name = match self {
            Self::Small => "site",
            Self::Quick => "site-quick",
        };
        Ok(folders::target()?.join(name))
    }
}

/// Builds the front end. What did not change keeps its time, so Cargo embeds it anew only if needed.
pub(crate) fn build(kind: Kind) -> Result {
    let compiled = compile(kind)?;
    match kind {
        Kind::Small => tools::build_with_chunks()?,
        Kind::Quick => tools::build()?,
    }
    pack(kind, &compiled)
}

/// Makes the files that browsers load of compiled WASM. The tools must be built.
pub(crate) fn pack(kind: Kind, compiled: &Path) -> Result {
    let mut tools = tools::command("frontend")?;
    tools.arg(compiled).arg(kind.site()?);
    if kind == Kind::Quick {
        tools.arg("--quick");
    }
    shell::run(&mut tools)
}

/// Compiles the crate `frontend`.
pub(crate) fn compile(kind: Kind) -> Result<PathBuf> {
    ensure_target()?;
    let mut cargo = shell::cargo(["build", "--package", "tresen-frontend", "--target", TRIPLE])?;
    if kind == Kind::Small {
        cargo.args(["--profile", "wasm-release", "--features", "chunks"]);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", rustflags()?);
    }
    shell::run(&mut cargo)?;
    Ok(folders::target()?.join(TRIPLE).join(kind.folder()).join("tresen_frontend.wasm"))
}

/// Makes sure that the compiler can compile for WASM.
pub(crate) fn ensure_target() -> Result {
    let root = folders::root()?;
    let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(&root))?;
    if Path::new(&sysroot).join("lib/rustlib").join(TRIPLE).is_dir() {
        return Ok(());
    }
    shell::run(Command::new("rustup").args(["target", "add", TRIPLE]).current_dir(&root)).map_err(|e| {
        format!("The compiler lacks {TRIPLE} ({e}) Install it, with rustup by `rustup target add {TRIPLE}`.")
    })
}

/// The flags for the front end: panic messages carry file names, and every visitor can read them.
/// They shall tell nothing about the machine that built it, and be the same on each.
fn rustflags() -> Result<String> {
    let mut flags: Vec<String> = match std::env::var("RUSTFLAGS") {
        Ok(own) => own.split_whitespace().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    };
    // As `.cargo/config.toml` has it for the server.
    flags.extend(["--cfg", "erase_components"].map(str::to_owned));
    // To cut it into chunks one has to know what refers to what.
    flags.push("-Clink-args=--emit-relocs".to_owned());
    flags.push(format!("--remap-path-prefix={}=tresen", folders::root()?.display()));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        // Cargo's own default.
        std::env::home_dir().map(|home| home.join(".cargo"))
    });
    if let Some(crates) = home.map(|home| home.join("registry/src"))
        && let Ok(registries) = std::fs::read_dir(&crates)
    {
        for registry in registries.flatten() {
            flags.push(format!("--remap-path-prefix={}=crates", registry.path().display()));
        }
    }
    Ok(flags.join("\u{1f}"))
}
