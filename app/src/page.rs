//! A page: what stands between header and footer, and what they need to know of it.

use leptos::prelude::*;

/// What stands between header and footer, and what they need to know of it.
pub struct Page {
    /// The title, for the browser's tab. Plain text.
    pub title: String,
    /// The status (RFC 9110, section 15) of a document with this page.
    pub status: u16,
    /// Which entry of the navigation it belongs to.
    pub place: Place,
    /// How wide its column is.
    pub width: Width,
    /// Whether people write in it: in the form with the id [`WRITING`](crate::components::WRITING).
    pub writing: bool,
    /// The contents of the column.
    pub view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The form for a new request.
    NewRequest,
    /// The customer's list.
    MyRequests,
    /// The agents' pages.
    Queue,
    /// The agents' reports.
    Reports,
    /// The account.
    Account,
    /// Signing in.
    Login,
    /// None of them.
    Elsewhere,
}

/// How wide the column of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Forms and texts.
    Narrow,
    /// Lists and conversations.
    Normal,
    /// The agents' workspace.
    Wide,
    /// The page makes its own columns.
    Bare,
}

impl Page {
    /// A page of normal width.
    pub fn new(
        title: impl Into<String>,
        place: Place,
        view: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            status: 200,
            place,
            width: Width::Normal,
            writing: false,
            view: Box::new(view),
        }
    }

    /// The same in another width.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// The same, where people write in it.
    #[must_use]
    pub fn writing(mut self) -> Self {
        self.writing = true;
        self
    }

    /// The contents in their column.
    pub fn column(self) -> AnyView {
        let content = (self.view)();
        match self.width {
            Width::Bare => content,
            Width::Narrow => view! { <div class="page narrow">{content}</div> }.into_any(),
            Width::Normal => view! { <div class="page">{content}</div> }.into_any(),
            Width::Wide => view! { <div class="page wide">{content}</div> }.into_any(),
        }
    }
}
