//! What pages around mailed links share: the form that asks for one, a mail is on its way, a link is no
//! longer good, and the password that a link lets one choose.

use axum::http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::Error;
use tresen_desk::people::{Entry, Login, MIN_PASSWORD, Purpose, Secret};
use tresen_model::Language;

use super::login::after_login;
use crate::components::{Button, ButtonKind, ButtonLink, Field, Icon, Notice, NoticeKind, PageHead};
use crate::islands::{LiveForm, PasswordStrength};
use crate::language::{common, mailed_link as text, password};
use crate::web::{Answer, Context, Cookie, Form, Page, Place, Stop, Width, escape, local};

/// What the address of such a page says.
#[derive(Deserialize)]
pub(super) struct Mailed {
    /// The secret of a mailed link.
    #[serde(default)]
    pub(super) token: String,
    /// There after a mail was asked for.
    pub(super) sent: Option<String>,
    /// [`BY_LINK`] for whoever has exchanged a link to their data.
    #[serde(default)]
    by: String,
}

/// What pages and forms say that are meant for whoever came by a link, and for nobody who happens
/// to be logged in in the same browser.
pub(super) const BY_LINK: &str = "link";

/// The field of such a form.
pub(super) fn by_link_field() -> AnyView {
    view! { <input type="hidden" name="by" value=BY_LINK/> }.into_any()
}

impl Mailed {
    /// Whether somebody came by a mailed link.
    pub(super) fn by_link(&self) -> bool {
        !self.token.is_empty()
    }

    /// Whether they have exchanged one.
    pub(super) fn by_data_access(&self) -> bool {
        self.by == BY_LINK
    }
}

/// Looks whether a link is good, and changes nothing.
pub(super) async fn is_good(context: &Context, purpose: Purpose, token: &str) -> Result<bool, Stop> {
    match context.app.desk.check_link(purpose, &Secret::received(token)).await {
        Ok(()) => Ok(true),
        Err(Error::Gone) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A mail is on its way. It says the same whatever the address was; `again` is the page that
/// sends another one.
pub(super) fn sent(
    language: Language,
    place: Place,
    lede: &'static str,
    purpose: Purpose,
    again: &'static str,
) -> Page {
    let page = Page::new(text::sent_title(language), place, move || {
        view! {
            <PageHead title=text::sent_title(language) lede/>
            <div class="stack loose">
                <div class="prose">
                    <p>{text::good_for(language, purpose.lifetime())}</p>
                    <p class="muted">{text::sent_no_mail(language)}</p>
                </div>
                <p class="cluster">
                    <ButtonLink href=again label=text::ask_again(language) kind=ButtonKind::Secondary icon=Some(Icon::Mail)/>
                    <ButtonLink href="/" label=common::back_to_start(language) kind=ButtonKind::Quiet/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// 410: the link was used or has expired. `again` is the page that sends another one, and
/// `also` another way on.
pub(super) fn gone(
    language: Language,
    again: &'static str,
    also: Option<(&'static str, &'static str)>,
) -> Page {
    let mut page = Page::new(common::gone_title(language), Place::Elsewhere, move || {
        view! {
            <PageHead title=common::gone_title(language) lede=common::gone_text(language)/>
            <p class="cluster">
                <ButtonLink href=again label=text::ask_again(language) icon=Some(Icon::Mail)/>
                {also.map(|(href, label)| view! { <ButtonLink href label kind=ButtonKind::Secondary/> })}
            </p>
        }
        .into_any()
    });
    page.status = StatusCode::GONE;
    page.width(Width::Narrow)
}

/// What is said of the form that asks for a mailed link.
pub(super) struct Asking {
    /// Where it goes.
    pub(super) action: &'static str,
    /// What to call the address.
    pub(super) label: &'static str,
    /// Which address is meant.
    pub(super) hint: Option<&'static str>,
    /// The `autocomplete` token: `username` where the address is that of a login.
    pub(super) autocomplete: &'static str,
    /// What the button says.
    pub(super) button: &'static str,
}

/// The form that asks for a mailed link, with what protects it from programs if anything does.
pub(super) fn ask_form(form: &Form, asking: Asking, shield: Option<AnyView>) -> AnyView {
    let Asking { action, label, hint, autocomplete, button } = asking;
    view! {
        <form class="form card" method="post" action=action>
            {form.notice().map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> })}
            {shield}
            <Field
                name="email"
                kind="email"
                label
                hint
                value=form.value("email")
                error=form.error("email")
                autocomplete
                required=true
            />
            <div class="form-actions">
                <Button label=button kind=ButtonKind::Primary icon=Some(Icon::Mail)/>
            </div>
        </form>
    }
    .into_any()
}

/// What is said on the page on which a link lets somebody choose a password.
pub(super) struct Choosing {
    /// Where the form goes.
    pub(super) action: &'static str,
    /// The title of the page.
    pub(super) title: &'static str,
    /// What happens then.
    pub(super) lede: &'static str,
    /// What to call the password.
    pub(super) label: &'static str,
    /// What the button says.
    pub(super) button: &'static str,
}

/// The page on which a link, whose token the form has, lets somebody choose a password.
pub(super) fn choose_password(language: Language, form: Form, choosing: Choosing) -> Page {
    let Choosing { action, title, lede, label, button } = choosing;
    let page = Page::new(title, Place::Login, move || {
        view! {
            <PageHead title lede/>
            <LiveForm language>
                <form class="form card" method="post" action=action>
                    {form.notice().map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> })}
                    <input type="hidden" name="token" value=form.value("token")/>
                    {new_password(language, label, "", &form)}
                    <div class="form-actions">
                        <Button label=button kind=ButtonKind::Primary/>
                    </div>
                </form>
            </LiveForm>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// Lets somebody in who has just proven who they are. `next` is where they wanted to go, if anywhere.
pub(super) async fn let_in(context: &Context, entry: &Entry, next: &str) -> Result<Answer, Stop> {
    let session = context.app.desk.session(&entry.session).await?;
    Ok(Answer::Go(after_login(session.as_ref(), next), Cookie::entry(entry)))
}

/// Lets somebody in who has shown their password or a link that stands in for it, or asks for their
/// second factor.
pub(super) async fn first_step(context: &Context, login: Login, next: &str) -> Result<Answer, Stop> {
    match login {
        Login::In(entry) => let_in(context, &entry, next).await,
        Login::Second(half) => {
            let next =
                if next.is_empty() { String::new() } else { format!("?next={}", escape(&local(next))) };
            Ok(Answer::Go(format!("/login/second{next}"), vec![Cookie::second_step(&half)]))
        }
    }
}

/// The field for a password that is chosen. Its id is its name where `id` is empty.
pub(super) fn new_password(
    language: Language,
    label: &'static str,
    id: &'static str,
    form: &Form,
) -> AnyView {
    let error = form.error("password");
    view! {
        <PasswordStrength language>
            <Field
                name="password"
                id
                kind="password"
                label
                hint=password::hint(language, MIN_PASSWORD)
                error
                autocomplete="new-password"
                required=true
            />
        </PasswordStrength>
    }
    .into_any()
}

/// A page as an answer.
pub(super) fn page(page: Page) -> Answer {
    Answer::Page(Box::new(page))
}
