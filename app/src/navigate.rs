//! Going from page to page, for those who do not know how that is done: `nav` is what does it.

use std::rc::Rc;

use leptos::prelude::*;

use crate::visit::Visit;

/// What leads from page to page.
pub(crate) trait Navigate {
    /// Goes to an address. To the one that is shown means: asks for it again.
    fn go(&self, address: &str);

    /// The same, where the reader chose the address, as by a search. A form that is answered meanwhile leads nowhere.
    fn choose(&self, address: &str);

    /// The path of the page that is shown.
    fn place(&self) -> String;

    /// Whether the reader has left that place by now, or is on the way to another page that they chose.
    fn has_left(&self, place: &str) -> bool;

    /// Drops the page that was fetched before it was asked for: it is from before a form.
    fn forget_ahead(&self);

    /// Goes to an address by a new document.
    fn load(&self, address: &str);

    /// Shows what a form was answered with, on the page where it stood.
    fn show(&self, shown: &str);

    /// The same after an erasure, which drops all state of the erased person.
    fn show_as(&self, visit: Visit, shown: &str);

    /// Has somebody show again who they are before they come back here.
    fn confirm(&self);

    /// Goes where somebody wanted to go when the server could not be reached.
    fn again(&self);
}

/// Leads from page to page. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Navigator(StoredValue<Rc<dyn Navigate>, LocalStorage>);

/// The navigator of the app.
pub(crate) fn use_navigator() -> Navigator {
    expect_context::<Navigator>()
}

impl Navigator {
    /// With what does it.
    pub(crate) fn new(navigate: impl Navigate + 'static) -> Self {
        Self(StoredValue::new_local(Rc::new(navigate)))
    }

    fn inner(&self) -> Rc<dyn Navigate> {
        self.0.get_value()
    }

    /// See [`Navigate::go`].
    pub(crate) fn go(&self, address: &str) {
        self.inner().go(address);
    }

    /// See [`Navigate::choose`].
    pub(crate) fn choose(&self, address: &str) {
        self.inner().choose(address);
    }

    /// See [`Navigate::place`].
    pub(crate) fn place(&self) -> String {
        self.inner().place()
    }

    /// See [`Navigate::has_left`].
    pub(crate) fn has_left(&self, place: &str) -> bool {
        self.inner().has_left(place)
    }

    /// See [`Navigate::forget_ahead`].
    pub(crate) fn forget_ahead(&self) {
        self.inner().forget_ahead();
    }

    /// See [`Navigate::load`].
    pub(crate) fn load(&self, address: &str) {
        self.inner().load(address);
    }

    /// See [`Navigate::show`].
    pub(crate) fn show(&self, shown: &str) {
        self.inner().show(shown);
    }

    /// See [`Navigate::show_as`].
    pub(crate) fn show_as(&self, visit: Visit, shown: &str) {
        self.inner().show_as(visit, shown);
    }

    /// See [`Navigate::confirm`].
    pub(crate) fn confirm(&self) {
        self.inner().confirm();
    }

    /// See [`Navigate::again`].
    pub(crate) fn again(&self) {
        self.inner().again();
    }
}
