//! What the handlers work with.

use std::ops::Deref;
use std::sync::Arc;

use tresen_desk::Desk;

use super::pages;
use crate::mailbox::room::Room;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Inner>);

/// What [`Api`] holds.
pub(crate) struct Inner {
    pub(super) desk: Desk,
    /// Room in memory for emails.
    pub(super) room: Arc<Room>,
    /// The address of the style sheet.
    pub(super) css: String,
    /// The body of the page about the operations.
    pub(super) operations: String,
}

impl Api {
    pub(super) fn new(desk: Desk, room: Arc<Room>, css: String) -> Self {
        Self(Arc::new(Inner { desk, room, css, operations: pages::list() }))
    }
}

impl Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
