//! `/account/factors/app`: setting up an authenticator app. The secret is made by a button, so that the page can be
//! opened again, and is good for nothing before a code of the app was typed.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::Language;

use super::Factors;
#[cfg(feature = "ssr")]
pub(in crate::account) use super::server::load_setup as load;
use crate::account::Shown;
use crate::components::{Button, ButtonKind, Icon, NavLink, PageHead, QrCode, QrPicture, Time};
use crate::form::{Done, Forms, Unmet};
use crate::language::shared::factors as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::{fields, section};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Setup {
    /// The secret, to be typed.
    pub secret: String,
    /// The same as an `otpauth:` link.
    pub link: String,
    /// The link as a picture; `None` when it is too long for one.
    pub picture: Option<QrCode>,
}

/// Begins to set up an app.
///
/// # Errors
/// [`Unmet`]: somebody has to show first who they are.
#[server(prefix = "/api/ui", endpoint = "account/factors/app/begin", input = PostUrl, output = Json)]
pub async fn begin_app() -> Result<Done, Unmet> {
    Ok(super::server::begin_app().await?)
}

/// Finishes it with a code that the app shows.
///
/// # Errors
/// [`Unmet`]: the code is wrong, or somebody has to show first who they are.
#[server(prefix = "/api/ui", endpoint = "account/factors/app", input = PostUrl, output = Json)]
pub async fn confirm_app(#[server(default)] code: String) -> Result<Done<Shown>, Unmet> {
    Ok(super::server::confirm_app(&code).await?)
}

/// Takes the app away.
///
/// # Errors
/// [`Unmet`]: somebody has to show first who they are.
#[server(prefix = "/api/ui", endpoint = "account/factors/app/remove", input = PostUrl, output = Json)]
pub async fn remove_app() -> Result<Done, Unmet> {
    Ok(super::server::remove_app().await?)
}

/// The section on the page of all factors.
pub(super) fn section_of(language: Language, factors: &Factors, forms: &Forms) -> AnyView {
    let state = match factors.app.clone() {
        Some(since) => view! { <p>{text::app_since(language)} " " <Time when=since/></p> }.into_any(),
        None => view! { <p>{text::app_off(language)}</p> }.into_any(),
    };
    let buttons = factors.fresh.then(|| buttons(language, factors, forms));
    let content = view! { <div class="stack">{state}{buttons}</div> };
    section("app-title", text::app_title(language), text::app_text(language), content.into_any())
}

fn buttons(language: Language, factors: &Factors, forms: &Forms) -> AnyView {
    const BEGIN: &str = "/account/factors/app/begin";
    const REMOVE: &str = "/account/factors/app/remove";
    let there = factors.app.is_some();
    let (label, kind) = if there {
        (text::replace_app(language), ButtonKind::Secondary)
    } else {
        (text::set_up_app(language), ButtonKind::Primary)
    };
    let remove = (there && !factors.last_required).then(|| {
        let about = text::remove_app_about(language);
        view! {
            <LiveForm language to=RemoveApp::PATH action=REMOVE form=forms.at(REMOVE) class="">
                <Button label=text::remove_app(language) kind=ButtonKind::Quiet icon=Some(Icon::Trash) about/>
            </LiveForm>
        }
    });
    let last = (there && factors.last_required)
        .then(|| view! { <p class="muted small">{text::last_one(language)}</p> });
    view! {
        <div class="cluster">
            <LiveForm language to=BeginApp::PATH action=BEGIN form=forms.at(BEGIN) class="">
                <Button label kind/>
            </LiveForm>
            {remove}
        </div>
        {last}
    }
    .into_any()
}

/// The page.
pub(in crate::account) fn page(visit: &Visit, setup: Setup, forms: &Forms) -> Page {
    const ACTION: &str = "/account/factors/app";
    let language = visit.language;
    let form = forms.at(ACTION);
    let page = Page::new(text::setup_title(language), Place::Account, move || {
        let Setup { secret, link, picture } = setup;
        let back = Some(NavLink::new(text::title(language), super::address()));
        let picture =
            picture.map(|code| view! { <QrPicture code label=text::setup_picture(language)/> }.into_any());
        view! {
            <PageHead title=text::setup_title(language) lede=text::setup_lede(language) back/>
            <div class="stack loose">
                <section class="card stack" aria-labelledby="scan">
                    <h2 id="scan">{text::setup_scan(language)}</h2>
                    <p>{text::setup_scan_text(language)}</p>
                    {picture}
                    <p><a href=link>{text::setup_open(language)}</a></p>
                    <p>{text::setup_type(language)} <br/> <code class="secret">{secret}</code></p>
                </section>
                <LiveForm
                    language
                    to=ConfirmApp::PATH
                    action=ACTION
                    form=form.clone()
                    class="form card"
                    failed=text::setup_failed(language)
                >
                    <h2>{text::setup_code(language)}</h2>
                    {fields::code_field(language, text::setup_code_hint(language), form.error("code"))}
                    <div class="form-actions">
                        <Button label=text::setup_done(language) kind=ButtonKind::Primary icon=Some(Icon::Check)/>
                        <a href=super::address().to_string()>{text::setup_cancel(language)}</a>
                    </div>
                </LiveForm>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
