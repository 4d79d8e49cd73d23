//! What is done with files once they are stored: a scanner looks at them if the operator has one
//! ([`scanner`]), and images get a small picture ([`preview`]).
//!
//! The rows are the queue: `attachment.work_at` says when a file is due. So a request is stored whatever a
//! scanner does, a crash forgets nothing, and of several nodes one does the work.

mod preview;
mod scanner;
mod worker;

use serde::{Deserialize, Serialize};
use tresen_model::FileCheck;

pub use preview::{SmallPicture, small_picture};
pub(crate) use preview::{image_type, is_image};
pub use scanner::Scanner;

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
