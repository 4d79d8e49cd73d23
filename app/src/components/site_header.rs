//! The top of every page: whose desk it is, where one can go, languages, the account.

use leptos::prelude::*;
use tresen_model::Language;
use tresen_model::query::escape;

use super::{Beside, Icon, MaybeText, NavLink, link::nav_items};

/// A language that the reader may switch to.
#[derive(Clone, Copy)]
pub struct LanguageChoice {
    /// The language.
    pub language: Language,
    /// Whether the page is in it.
    pub current: bool,
}

/// The form that ends the session.
#[derive(Clone)]
pub struct LogoutButton {
    /// What the button says.
    pub label: String,
    /// Where it posts to.
    pub action: String,
}

/// The top of every page. It needs no script: on a phone it has two rows.
#[component]
pub fn SiteHeader(
    /// What the operator is called.
    #[prop(into)]
    operator: String,
    /// Where the operator's name leads.
    #[prop(default = "/".to_owned(), into)]
    home: String,
    /// The address of the operator's logo. It stands beside the name, so it has no text of its own.
    #[prop(optional, into)]
    logo: MaybeText,
    /// "To the content", for keyboards.
    #[prop(into)]
    skip_label: String,
    /// What the navigation is called, for screen readers.
    #[prop(into)]
    nav_label: String,
    /// Where one can go.
    links: Vec<NavLink>,
    /// Log in, or the account.
    account: Vec<NavLink>,
    /// For those who are logged in.
    #[prop(optional_no_strip)]
    logout: Option<LogoutButton>,
    /// The language switch.
    #[prop(optional)]
    children: Option<Children>,
    /// Whether the page is as wide as the workspace.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let account = account
        .into_iter()
        .map(|link| {
            let current = link.aria_current();
            view! {
                <a aria-current=current href=link.href>
                    <Icon icon=Icon::Person/>
                    <span>{link.label}</span>
                </a>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <header class=if wide { "site-header wide" } else { "site-header" }>
            <a class="skip-link" href="#main">{skip_label}</a>
            <div class="site-header-inner">
                <a class="brand" href=home>
                    {logo.get().map(|logo| view! { <img src=logo alt=""/> })}
                    <span>{operator}</span>
                </a>
                <nav class="site-nav" aria-label=nav_label><ul>{nav_items(links)}</ul></nav>
                <div class="site-tools">
                    {children.map(|children| children())}
                    {account}
                    {logout.map(|logout| {
                        view! {
                            <form method="post" action=logout.action>
                                <button type="submit" class="link-button">
                                    <Icon icon=Icon::Logout/>
                                    <span>{logout.label}</span>
                                </button>
                            </form>
                        }
                    })}
                </div>
            </div>
        </header>
    }
    .into_any()
}

/// The language switch: one button a language, a form that posts `to` (a tag) and `return_to`.
///
/// Beside a form in which people write, the buttons belong to that one where no scripts run, and the query of the
/// address says `return_to`. The first button of a form is the one that the Enter key presses: one that does nothing
/// else comes before them.
#[component]
pub fn LanguageSwitch(
    /// What it is called, for screen readers.
    #[prop(into)]
    label: String,
    /// The languages.
    languages: Vec<LanguageChoice>,
    /// Where the form posts to.
    #[prop(into)]
    action: String,
    /// The address of the page, to come back to.
    #[prop(into)]
    return_to: String,
    /// Where people write on the page.
    #[prop(optional_no_strip)]
    beside: Option<Beside>,
) -> impl IntoView {
    let form = move || beside.and_then(Beside::form);
    let carried = format!("{action}?return_to={}", escape(&return_to));
    let buttons = languages
        .into_iter()
        .map(|LanguageChoice { language, current }| {
            view! {
                <button
                    type="submit"
                    class="link-button"
                    name="to"
                    form=form
                    formnovalidate=move || form().is_some()
                    formaction={
                        let carried = carried.clone();
                        move || form().map(|_| carried.clone())
                    }
                    value=language.tag()
                    lang=language.tag()
                    aria-current=current.then_some("true")
                >
                    {language.own_name()}
                </button>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <form class="language-switch" method="post" action=action aria-label=label>
            <Icon icon=Icon::Globe/>
            {beside.map(|_| view! { <button type="submit" form=form hidden></button> })}
            <input type="hidden" name="return_to" value=return_to/>
            {buttons}
        </form>
    }
    .into_any()
}
