//! `[uploads]`: what is done with files that come in.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tresen_model::FileCheck;

/// What the operator sets about files that come in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Uploads {
    /// A clamd that looks at every file; none by default.
    pub scanner: Option<Scanner>,
    /// Whether a file is served while the scanner has not looked at it. `false`: it waits.
    pub serve_unchecked: bool,
    /// Larger images get no small picture, in millions of pixels: one takes up to twelve bytes of memory
    /// while it is made smaller. 0: none gets one.
    pub preview_megapixels: u32,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { scanner: None, serve_unchecked: false, preview_megapixels: 25 }
    }
}

impl Uploads {
    /// What is known of a file, by the column `attachment.checked`.
    pub(crate) fn check_of(&self, checked: Option<&str>) -> FileCheck {
        match checked {
            Some("infected") => FileCheck::Infected,
            // Without a scanner nobody would ever look.
            Some("waiting") if self.scanner.is_some() => FileCheck::Waiting,
            _ => FileCheck::Fine,
        }
    }

    /// Whether a file may be given to anybody.
    pub(crate) fn serves(&self, check: FileCheck) -> bool {
        match check {
            FileCheck::Fine => true,
            FileCheck::Waiting => self.serve_unchecked,
            FileCheck::Infected => false,
        }
    }
}

/// Where a clamd listens: `/run/clamav/clamd.ctl`, or `127.0.0.1:3310`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scanner {
    /// A socket in the file system.
    Socket(PathBuf),
    /// Host and port. The files go there in the clear: it is this machine, or a network of your own.
    Network(String),
}

impl TryFrom<String> for Scanner {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.starts_with('/') {
            return Ok(Self::Socket(PathBuf::from(text)));
        }
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        match port.and_then(|(_, port)| port.parse::<u16>().ok()) {
            Some(_) => Ok(Self::Network(text)),
            None => Err(format!(
                "{text:?} is no place of a clamd: it is a socket such as /run/clamav/clamd.ctl, or host:port"
            )),
        }
    }
}

impl From<Scanner> for String {
    fn from(scanner: Scanner) -> Self {
        scanner.to_string()
    }
}

impl std::fmt::Display for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(path) => path.display().fmt(f),
            Self::Network(address) => address.fmt(f),
        }
    }
}
