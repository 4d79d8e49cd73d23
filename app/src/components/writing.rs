//! The form in which people write, and what stands beside it.
//!
//! A browser without scripts sends one form and drops what stands in the others. Buttons beside the form in which
//! people write therefore belong to it until scripts run: they send the text along, and the page comes back with it.

use leptos::prelude::*;

/// The id of the form in which people write, on a page that has one.
pub const WRITING: &str = "writing";

/// Whether something beside the form in which people write belongs to it: only where no scripts run. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Beside(RwSignal<bool>);

impl Default for Beside {
    fn default() -> Self {
        let plain = RwSignal::new(true);
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| plain.set(false));
        Self(plain)
    }
}

impl Beside {
    /// The attribute `form` of a field or a button; `None` where it belongs to its own form.
    pub fn form(self) -> Option<&'static str> {
        self.0.get().then_some(WRITING)
    }
}

/// A button beside the form in which people write.
#[derive(Clone)]
pub struct Carries {
    /// Whether it takes the text along.
    pub beside: Beside,
    /// The path that its own form is sent to.
    pub action: String,
}

impl Carries {
    /// The button of a form that is sent to `action`.
    pub fn to(action: impl Into<String>) -> Self {
        Self { beside: Beside::default(), action: action.into() }
    }
}
