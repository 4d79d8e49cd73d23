//! What the pages are given by the program.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use tresen_desk::Desk;

use super::sign_in::SignIn;
use crate::part::Part;

/// Everything that pages need. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What [`App`] holds.
pub struct Inner {
    /// The service desk.
    pub desk: Desk,
    /// Asks providers of sign-ins.
    pub sign_in: Arc<dyn SignIn>,
    /// The operator's looks.
    pub look: Look,
    /// The names of the files that every page loads.
    pub assets: AssetNames,
    /// The zone in which times are told.
    pub time_zone: TimeZone,
    /// Whether people come by HTTPS: cookies are kept for it alone then.
    pub https: bool,
    /// Under `--dev`: the folder of outgoing mails, shown at `/dev/mail`.
    pub dev_mail: Option<PathBuf>,
}

/// What the operator looks like.
#[derive(Debug, Clone)]
pub struct Look {
    /// The address of the logo, if there is one.
    pub logo: Option<String>,
    /// The address of the style sheet with the operator's colours.
    pub theme: String,
}

/// The names of embedded files; each holds a hash of what it names.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssetNames {
    /// The path of the style sheet.
    pub css: Option<&'static str>,
    /// What the names of script and WASM begin with.
    pub script: Option<&'static str>,
    /// The path of the icon.
    pub icon: Option<&'static str>,
    /// The path of the worker that finds proofs.
    pub proof: Option<&'static str>,
    /// The chunks of code that a part of the app needs beside the first, by the part's name: paths below `/pkg/`.
    pub chunks: &'static [(&'static str, &'static [&'static str])],
}

impl AssetNames {
    /// Names the build of the code.
    pub(crate) fn build(&self) -> &'static str {
        self.script.map_or("", |script| script.split('/').next().unwrap_or(script))
    }

    /// The chunks that a part needs beside the first.
    pub(crate) fn chunks_of(&self, part: Part) -> &'static [&'static str] {
        self.chunks.iter().find(|(name, _)| *name == part.name()).map_or(&[], |(_, chunks)| *chunks)
    }
}

impl App {
    /// Puts it together.
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
