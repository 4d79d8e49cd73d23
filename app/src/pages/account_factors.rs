//! `/account/factors`: the second factors of whoever is logged in.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::people::{FactorAdded, Factors, PasskeyLine};

use super::account_factors_app as app;
use super::account_factors_passkeys as passkeys;
use super::mailed_link;
use super::parts::section;
use crate::components::{Button, ButtonKind, ButtonLink, Icon, NavLink, Notice, NoticeKind, PageHead};
use crate::language::{common, factors as text, passkeys as passkeys_text};
use crate::web::{Answer, Context, Cookie, Form, Page, Place, Stop, Submitted, Width};

pub(super) const PATH: &str = "/account/factors";

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Where {
    /// There for somebody of the desk who cannot go on without a factor.
    needed: Option<String>,
    /// What was changed just now.
    #[serde(default)]
    done: String,
}

/// What the sections are made of.
pub(super) struct View {
    pub(super) context: Context,
    pub(super) factors: Factors,
    pub(super) passkeys: Vec<PasskeyLine>,
    /// Whether something may be changed now.
    pub(super) fresh: bool,
}

pub(super) async fn show(context: Context, Query(from): Query<Where>) -> Response {
    let language = context.language;
    let notice = match from.done.as_str() {
        "app" => Some(text::app_added(language)),
        "app-removed" => Some(text::app_removed(language)),
        "passkey" => Some(passkeys_text::added(language)),
        "passkey-removed" => Some(passkeys_text::removed(language)),
        _ => None,
    };
    let page = page(&context, notice, from.needed.is_some(), Form::default()).await;
    context.finish(page.map(mailed_link::page))
}

/// The address of one of the buttons, opened instead of sent: after proving who one is, say.
pub(super) async fn back(context: Context) -> Response {
    context.finish(Ok(Answer::go(PATH)))
}

/// Makes new recovery codes. Its answer is the page that shows them.
pub(super) async fn codes(context: Context, _: Submitted) -> Response {
    let done = async {
        let codes = context.app.desk.new_recovery_codes(context.require_session()?).await?;
        Ok(Answer::Shown(Box::new(kept(&context, codes)), Vec::new()))
    };
    let done = done.await;
    context.finish(done)
}

/// The same with a form that was refused.
pub(super) async fn page_with(context: Context, form: Form) -> Result<Page, Stop> {
    page(&context, None, false, form).await
}

async fn page(
    context: &Context,
    notice: Option<&'static str>,
    needed: bool,
    form: Form,
) -> Result<Page, Stop> {
    let language = context.language;
    let session = context.require_session()?;
    let factors = context.app.desk.factors(session).await?;
    let needed = needed && session.lacks_factor();
    let passkeys = context.app.desk.passkeys_of(session).await?;
    let view = View { context: context.clone(), factors, passkeys, fresh: session.is_fresh(context.now) };
    let back = Some(NavLink::new(common::account(language), "/account"));
    Ok(Page::new(text::title(language), Place::Account, move || {
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            <div class="stack loose">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                {needed.then(|| view! { <Notice kind=NoticeKind::Warning>{text::needed(language)}</Notice> })}
                {(!view.fresh).then(|| locked(&view))}
                <div>
                    {passkeys::section_of(&view, &form)}
                    {app::section_of(&view)}
                    {recovery(&view)}
                </div>
            </div>
        }
        .into_any()
    }))
}

/// Instead of buttons that would lead to the question anyway.
fn locked(view: &View) -> AnyView {
    let language = view.context.language;
    view! {
        <div class="card sunken stack">
            <p>{text::locked(language)}</p>
            <p class="cluster">
                <ButtonLink
                    href="/account/confirm?next=/account/factors"
                    label=text::unlock(language)
                    icon=Some(Icon::Lock)
                />
            </p>
        </div>
    }
    .into_any()
}

fn recovery(view: &View) -> AnyView {
    let language = view.context.language;
    let left = view.factors.recovery_codes;
    let words = match left {
        _ if !view.factors.any() => text::codes_later(language).to_owned(),
        0 => text::codes_none(language).to_owned(),
        left => text::codes_left(language, left),
    };
    let button = (view.fresh && view.factors.any()).then(|| {
        view! {
            <form class="stack tight" method="post" action="/account/factors/codes">
                <p class="muted small">{text::new_codes_hint(language)}</p>
                <div><Button label=text::new_codes(language) kind=ButtonKind::Secondary/></div>
            </form>
        }
    });
    let content = view! { <div class="stack"><p>{words}</p>{button}</div> };
    section("codes-title", text::codes_title(language), text::codes_text(language), content.into_any())
}

/// After a factor was added: the page of all factors, which says `done`, or, where recovery codes came
/// with it, the page that shows them.
pub(super) fn added(context: &Context, added: FactorAdded, done: &str) -> Answer {
    let cookies = Cookie::entry(&added.entry);
    if added.recovery_codes.is_empty() {
        Answer::Go(format!("{PATH}?done={done}"), cookies)
    } else {
        Answer::Shown(Box::new(kept(context, added.recovery_codes)), cookies)
    }
}

/// The page that shows recovery codes, once.
fn kept(context: &Context, codes: Vec<String>) -> Page {
    let language = context.language;
    let staff = context.session().is_some_and(|session| session.role().is_staff());
    let on = if staff { "/agent" } else { PATH };
    let page = Page::new(text::kept_title(language), Place::Account, move || {
        let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect::<Vec<_>>();
        view! {
            <PageHead title=text::kept_title(language) lede=text::kept_lede(language)/>
            <div class="stack loose">
                <ol class="codes card" aria-label=text::codes_label(language)>{codes}</ol>
                <p class="cluster">
                    <ButtonLink href=on label=text::kept(language) icon=Some(Icon::Check)/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
