//! What a form shows before the server has answered.

use leptos::prelude::*;
use tresen_model::Status;

/// The text that a form sends, and the status that it sets: a page shows them while they are on their way, and takes
/// them back when they are refused. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Echo {
    body: RwSignal<Option<String>>,
    status: RwSignal<Option<Status>>,
}

impl Default for Echo {
    fn default() -> Self {
        Self { body: RwSignal::new(None), status: RwSignal::new(None) }
    }
}

impl Echo {
    /// The text, while it is on its way.
    pub(crate) fn body(self) -> Option<String> {
        self.body.get()
    }

    /// The status, while it is on its way.
    pub(crate) fn status(self) -> Option<Status> {
        self.status.get()
    }
}

#[cfg(feature = "hydrate")]
impl Echo {
    /// Shows what is sent. The page may be gone.
    pub(super) fn show(self, body: Option<String>, status: Option<Status>) {
        self.body.try_set(body.filter(|body| !body.trim().is_empty()));
        self.status.try_set(status);
    }

    /// Shows the text no more: the comment itself is there.
    pub(crate) fn drop_body(self) {
        self.body.try_set(None);
    }
}
