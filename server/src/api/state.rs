//! What the handlers work with.

use std::ops::Deref;
use std::sync::Arc;

use tresen_desk::Desk;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Inner>);

/// What [`Api`] holds.
pub(crate) struct Inner {
    pub(super) desk: Desk,
}

impl Api {
    pub(super) fn new(desk: Desk) -> Self {
        Self(Arc::new(Inner { desk }))
    }
}

impl Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
