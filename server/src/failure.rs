//! Why the program ends without having done what it was asked.

use std::fmt;
use std::process::ExitCode;

/// Exit code where there is no desk, or where a part of it is missing.
const NO_DESK: u8 = 2;

/// A sentence for the operator, and the exit code that goes with it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It could not be done. Exit code 1.
    Failed(String),
    /// There is no desk where the settings say, or a part of it is missing. Exit code 2.
    NoDesk(String),
}

impl Failure {
    /// Returns the exit code.
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Self::Failed(_) => ExitCode::FAILURE,
            Self::NoDesk(_) => NO_DESK.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(sentence) | Self::NoDesk(sentence) => f.write_str(sentence),
        }
    }
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self::Failed(sentence)
    }
}
