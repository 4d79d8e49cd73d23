//! `/account/factors`: the second factors of whoever is signed in.

pub mod app;
pub mod codes;
pub mod passkeys;
#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{NavLink, Notice, NoticeKind, PageHead, When};
use crate::form::Forms;
use crate::language::shared::{common, factors as text, passkeys as passkeys_text};
use crate::page::{Page, Place};
use crate::parts::locked::locked;
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Factors {
    /// Whether somebody of the desk cannot go on without a factor.
    pub needed: bool,
    /// What was done just now.
    pub done: String,
    /// Whether something may be changed now.
    pub fresh: bool,
    /// Since when an authenticator app is set up.
    pub app: Option<When>,
    /// The passkeys; `None` where browsers make none.
    pub passkeys: Option<Vec<passkeys::Line>>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// Whether there is a factor at all.
    pub any: bool,
    /// Whether the one factor that is left may not be removed.
    pub last_required: bool,
}

/// The address of the page.
fn address() -> Address {
    Address::Factors { needed: false, done: String::new() }
}

/// The page.
pub(super) fn page(visit: &Visit, factors: Factors, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    Page::new(text::title(language), Place::Account, move || {
        let back = Some(NavLink::new(common::account(language), Address::Account { done: String::new() }));
        let notice = done(language, &factors.done);
        let needed = factors.needed;
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            <div class="stack loose">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                {needed.then(|| view! { <Notice kind=NoticeKind::Warning>{text::needed(language)}</Notice> })}
                {(!factors.fresh).then(|| locked(language, text::locked(language), &address()))}
                <div>
                    {passkeys::section_of(language, &factors, &forms)}
                    {app::section_of(language, &factors, &forms)}
                    {codes::section_of(language, &factors, &forms)}
                </div>
            </div>
        }
        .into_any()
    })
}

fn done(language: Language, what: &str) -> Option<&'static str> {
    match what {
        "app" => Some(text::app_added(language)),
        "app-removed" => Some(text::app_removed(language)),
        "passkey" => Some(passkeys_text::added(language)),
        "passkey-removed" => Some(passkeys_text::removed(language)),
        _ => None,
    }
}
