//! Our own icons: a grid of 24, one stroke of 1.75 (from the style sheet), round ends, the colour of the text.

use leptos::prelude::*;

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $paths:literal,)*) => {
        /// What can be drawn.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Icon {
            $($(#[$doc])* $name),*
        }

        impl Icon {
            /// Every icon.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            const fn paths(self) -> &'static str {
                match self { $(Self::$name => $paths),* }
            }
        }
    };
}

icons! {
    /// A tray: the agents' queue.
    Inbox = r#"<path d="M3.5 13.5 6.2 5.6A1.6 1.6 0 0 1 7.7 4.5h8.6a1.6 1.6 0 0 1 1.5 1.1l2.7 7.9v4.4a1.6 1.6 0 0 1-1.6 1.6H5.1a1.6 1.6 0 0 1-1.6-1.6z"/><path d="M3.5 13.5h4.7l1.5 2.7h4.6l1.5-2.7h4.7"/>"#,
    /// Lines: my requests.
    List = r#"<path d="M9 6.5h11M9 12h11M9 17.5h11"/><path stroke-width="2.5" d="M4.75 6.5h.01M4.75 12h.01M4.75 17.5h.01"/>"#,
    /// Something new.
    Plus = r#"<path d="M12 5v14M5 12h14"/>"#,
    /// Somebody.
    Person = r#"<circle cx="12" cy="8" r="3.75"/><path d="M4.75 20a7.25 7.25 0 0 1 14.5 0"/>"#,
    /// Login, password.
    Lock = r#"<rect x="4.75" y="10.5" width="14.5" height="9.75" rx="1.75"/><path d="M8 10.5V7.75a4 4 0 0 1 8 0v2.75M12 14.5v2"/>"#,
    /// A file that comes along.
    Paperclip = r#"<path d="m19.5 11.2-7.9 7.9a4.9 4.9 0 0 1-6.9-6.9l8.2-8.2a3.3 3.3 0 0 1 4.6 4.6l-8.2 8.2a1.6 1.6 0 0 1-2.3-2.3l7.5-7.5"/>"#,
    /// Off it goes.
    Send = r#"<path d="M20.5 3.5 10.2 13.8M20.5 3.5l-6.4 17-3.9-6.7-6.7-3.9z"/>"#,
    /// Done.
    Check = r#"<path d="m4.75 12.75 4.75 4.75L19.25 7"/>"#,
    /// Away with it.
    Close = r#"<path d="m6 6 12 12M18 6 6 18"/>"#,
    /// Looking for something.
    Search = r#"<circle cx="10.75" cy="10.75" r="6.25"/><path d="m15.4 15.4 4.6 4.6"/>"#,
    /// Back.
    ArrowLeft = r#"<path d="M20 12H4.5M10.5 6l-6 6 6 6"/>"#,
    /// On.
    ArrowRight = r#"<path d="M4 12h15.5M13.5 6l6 6-6 6"/>"#,
    /// A choice that opens.
    ChevronDown = r#"<path d="m6.5 9.5 5.5 5.5 5.5-5.5"/>"#,
    /// An answer.
    Reply = r#"<path d="M9.5 6 4 11.5 9.5 17"/><path d="M4 11.5h9.5a6.5 6.5 0 0 1 6.5 6.5v.5"/>"#,
    /// An internal note.
    Note = r#"<path d="M5 4.5h14v9.6L13.6 19.5H5z"/><path d="M19 14.1h-5.4v5.4M8.5 8.75h7M8.5 12.25h3.5"/>"#,
    /// Languages.
    Globe = r#"<circle cx="12" cy="12" r="8.25"/><path d="M3.75 12h16.5M12 3.75c2.3 2.3 3.5 5.1 3.5 8.25s-1.2 5.95-3.5 8.25c-2.3-2.3-3.5-5.1-3.5-8.25S9.7 6.05 12 3.75z"/>"#,
    /// Privacy.
    Shield = r#"<path d="M12 3.5 19.25 6v5.4c0 4.2-2.8 7.5-7.25 9.1-4.45-1.6-7.25-4.9-7.25-9.1V6z"/><path d="m8.75 11.75 2.4 2.4 4.2-4.4"/>"#,
    /// Deleted for good.
    Trash = r#"<path d="M4.5 6.75h15M9.25 6.5V5a1.25 1.25 0 0 1 1.25-1.25h3A1.25 1.25 0 0 1 14.75 5v1.5M6.25 6.75l.8 11.9a1.75 1.75 0 0 0 1.75 1.6h6.4a1.75 1.75 0 0 0 1.75-1.6l.8-11.9M10.25 10.75v5.5M13.75 10.75v5.5"/>"#,
    /// Time.
    Clock = r#"<circle cx="12" cy="12" r="8.25"/><path d="M12 7.25V12l3.25 2"/>"#,
    /// A call.
    Phone = r#"<path d="M8.6 4.25 10.2 8 8.1 9.9a11.2 11.2 0 0 0 6 6l1.9-2.1 3.75 1.6v3.1a1.75 1.75 0 0 1-1.9 1.75C10.6 19.7 4.3 13.4 3.75 6.15A1.75 1.75 0 0 1 5.5 4.25z"/>"#,
    /// A mail.
    Mail = r#"<rect x="3.5" y="5.25" width="17" height="13.5" rx="1.75"/><path d="m4 7 8 6 8-6"/>"#,
    /// Out.
    Logout = r#"<path d="M13.5 4H6.25A1.75 1.75 0 0 0 4.5 5.75v12.5A1.75 1.75 0 0 0 6.25 20h7.25M10 12h10M16.25 8.25 20 12l-3.75 3.75"/>"#,
    /// A file to take away.
    Download = r#"<path d="M12 4v11M7.25 10.5 12 15.25l4.75-4.75M4.5 19.75h15"/>"#,
    /// A picture.
    Image = r#"<rect x="3.5" y="4.5" width="17" height="15" rx="1.75"/><circle cx="8.75" cy="9.5" r="1.5"/><path d="m4 17 4.75-4.25 3.5 3 3.5-4L20.5 16"/>"#,
    /// Careful.
    Warning = r#"<path d="M12 4 21 19.5H3z"/><path d="M12 10v4.25M12 16.9v.01"/>"#,
    /// Worth knowing.
    Info = r#"<circle cx="12" cy="12" r="8.25"/><path d="M12 11.25v4.75M12 8v.01"/>"#,
    /// Status: something is to be done. An empty ring.
    StatusOpen = r#"<circle cx="12" cy="12" r="8"/>"#,
    /// Status: somebody else has the turn. A ring half full.
    StatusWaiting = r#"<circle cx="12" cy="12" r="8"/><path fill="currentColor" stroke="none" d="M12 4a8 8 0 0 1 0 16z"/>"#,
    /// Status: answered. A ring with a check.
    StatusResolved = r#"<circle cx="12" cy="12" r="8.5"/><path d="m8.4 12.3 2.5 2.5 4.7-5.2"/>"#,
    /// Status: ended. A square with a bar.
    StatusClosed = r#"<rect x="4.5" y="4.5" width="15" height="15" rx="2"/><path d="M8.75 12h6.5"/>"#,
    /// Priority: before everything else.
    Urgent = r#"<path d="m6 12 6-6 6 6M6 18.5l6-6 6 6"/>"#,
    /// Priority: before the normal ones.
    High = r#"<path d="m6 15 6-6 6 6"/>"#,
    /// Priority: the usual.
    Normal = r#"<path d="M6.5 12h11"/>"#,
    /// Priority: when there is time.
    Low = r#"<path d="m6 9 6 6 6-6"/>"#,
}

/// Draws an icon. It is decoration: the words beside it say the same.
#[component]
pub fn Icon(
    /// Which.
    icon: Icon,
) -> impl IntoView {
    // The drawing is a constant of this file, so it may go in unescaped.
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" inner_html=icon.paths()></svg> }
}
