//! `/account/data`: what is stored about a person, and what they can do about it (Art. 7, 15,
//! 18 and 20 GDPR).

use axum::body::Body;
use axum::extract::Query;
use axum::http::header;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::Error;
use tresen_desk::privacy::{Consent, Overview};
use tresen_model::Problem;

use super::mailed_link;
use super::parts::section;
use crate::components::{
    Button, ButtonKind, ButtonLink, Facts, Icon, NavLink, Notice, NoticeKind, PageHead, Time,
};
use crate::language::{common, data as text, erase};
use crate::web::{Answer, Context, Page, Place, Stop, Submitted};

const PATH: &str = "/account/data";

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Done {
    /// What was done just now.
    #[serde(default)]
    done: String,
}

pub(super) async fn show(context: Context, Query(done): Query<Done>) -> Response {
    let language = context.language;
    let notice = match done.done.as_str() {
        "restrict" => Some(text::restrict_done(language)),
        "lift" => Some(text::lift_done(language)),
        "withdraw" => Some(text::withdraw_done(language)),
        "consent" => Some(text::consent_done(language)),
        _ => None,
    };
    let page = page(&context, notice).await;
    context.finish(page.map(mailed_link::page))
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish(done)
}

/// The address of the copy, opened instead of sent: after logging in again, say.
pub(super) async fn back(context: Context) -> Response {
    context.finish(Ok(Answer::go(PATH)))
}

/// The copy of everything, as a download that is made while it is sent.
pub(super) async fn export(context: Context) -> Response {
    let answer = async {
        let copy = context.app.desk.export(context.require_session()?).await?;
        let disposition = format!("attachment; filename=\"{}\"", copy.file_name);
        let headers = [
            (header::CONTENT_TYPE, "application/zip"),
            (header::CONTENT_DISPOSITION, disposition.as_str()),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        Ok(Answer::other((headers, Body::from_stream(copy.contents))))
    };
    let answer = answer.await;
    context.finish(answer)
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let session = context.require_session()?;
    let desk = &context.app.desk;
    let act = form.get("act");
    match act {
        "restrict" => desk.restrict(session).await?,
        "lift" => desk.lift_restriction(session).await?,
        "withdraw" => {
            let which = Some(form.get("consent")).filter(|id| !id.is_empty());
            desk.withdraw_consent(session, which).await?;
        }
        "consent" => desk.give_consent(session).await?,
        _ => return Err(Error::refused("act", Problem::ChoiceUnknown).into()),
    }
    Ok(Answer::go(format!("{PATH}?done={act}")))
}

async fn page(context: &Context, notice: Option<&'static str>) -> Result<Page, Stop> {
    let overview = context.app.desk.data_overview(context.require_session()?).await?;
    let context = context.clone();
    let language = context.language;
    Ok(Page::new(text::title(language), Place::Account, move || {
        let back = Some(NavLink::new(common::account(language), "/account"));
        view! {
            <PageHead title=text::title(language) lede=text::lede(language) back/>
            <div class="stack loose">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                {state(&context, &overview)}
                <div>
                    {stored(&context, &overview)}
                    {origin(&context, &overview)}
                    {recipients(&context, &overview)}
                    {purposes(&context)}
                    {consents(&context, &overview)}
                    {restriction(&context, &overview)}
                    {copy(&context)}
                    {deletion(&context)}
                </div>
            </div>
        }
        .into_any()
    }))
}

fn lines(lines: Vec<String>) -> AnyView {
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
    view! { <ul>{lines}</ul> }.into_any()
}

/// A form with one button.
fn button(act: &'static str, consent: Option<String>, label: &'static str, kind: ButtonKind) -> AnyView {
    view! {
        <form method="post" action=PATH>
            {consent.map(|consent| view! { <input type="hidden" name="consent" value=consent/> })}
            <Button label kind name="act" value=act/>
        </form>
    }
    .into_any()
}

/// Whether the data is restricted, above everything else.
fn state(context: &Context, overview: &Overview) -> Option<AnyView> {
    let language = context.language;
    let restriction = overview.restriction?;
    let since = context.when(restriction.since).in_full();
    let delete = overview.needs_consent.then(|| {
        view! { <p><a href="/account/delete">{text::delete(language)}</a></p> }
    });
    let words = if overview.needs_consent { text::state_withdrawn(language) } else { text::state(language) };
    let view = view! {
        <Notice kind=NoticeKind::Warning title=text::own_restricted_title(language)>
            {text::state_since(language)} " " <Time when=since/> ". " {words} {delete}
        </Notice>
    };
    Some(view.into_any())
}

fn stored(context: &Context, overview: &Overview) -> AnyView {
    let language = context.language;
    let name = match overview.name.clone() {
        Some(name) => view! { <bdi>{name}</bdi> }.into_any(),
        None => view! { <span class="muted">{text::no_name(language)}</span> }.into_any(),
    };
    let email = view! { <bdi>{overview.email.as_str().to_owned()}</bdi> }.into_any();
    let since = context.when(overview.since);
    let proven = match overview.proven_at.map(|at| context.when(at)) {
        Some(at) => view! { <Time when=at/> }.into_any(),
        None => view! { <span class="muted">{text::not_proven(language)}</span> }.into_any(),
    };
    let fact = |name: &'static str, value: AnyView| (name.to_owned(), value);
    let facts = vec![
        fact(text::email(language), email),
        fact(text::name(language), name),
        fact(text::since(language), view! { <Time when=since/> }.into_any()),
        fact(text::proven(language), proven),
    ];
    let content = view! {
        <div class="stack">
            <Facts facts/>
            {lines(erase::counted(language, &overview.count))}
        </div>
    };
    section("stored-title", text::stored_title(language), text::stored_text(language), content.into_any())
}

fn origin(context: &Context, overview: &Overview) -> AnyView {
    let language = context.language;
    let mut ways: Vec<String> =
        overview.channels.iter().map(|(way, count)| text::channel(language, *way, *count)).collect();
    ways.push(text::from_you(language).to_owned());
    section("origin-title", text::origin_title(language), text::origin_text(language), lines(ways))
}

fn recipients(context: &Context, overview: &Overview) -> AnyView {
    let language = context.language;
    let mut who = vec![
        text::received_by_team(language).to_owned(),
        text::received_by_you(language, overview.mails_sent),
    ];
    let processors = &context.app.desk.settings().privacy.processors;
    who.extend(processors.iter().map(|processor| text::received_by(language, processor)));
    let content = view! {
        <div class="stack">
            {lines(who)}
            <p><a href="/privacy#recipients">{text::more_about_recipients(language)}</a></p>
        </div>
    };
    let words = text::recipients_text(language);
    section("recipients-title", text::recipients_title(language), words, content.into_any())
}

fn purposes(context: &Context) -> AnyView {
    let language = context.language;
    let retention = &context.app.desk.settings().retention;
    let content = view! {
        <div class="stack">
            <p>{text::purpose(language)}</p>
            <p>{text::how_long(language, retention.closed_requests_months, retention.idle_person_months)}</p>
            <p><a href="/privacy#purposes">{text::more_about_purposes(language)}</a></p>
        </div>
    };
    section(
        "purposes-title",
        text::purposes_title(language),
        text::purposes_text(language),
        content.into_any(),
    )
}

fn consents(context: &Context, overview: &Overview) -> AnyView {
    let language = context.language;
    let rows = overview.consents.iter().map(|consent| line(context, consent)).collect::<Vec<_>>();
    let in_force = overview.consents.iter().filter(|consent| consent.withdrawn_at.is_none()).count();
    let list = if rows.is_empty() {
        view! { <p class="muted">{text::no_consent(language)}</p> }.into_any()
    } else {
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let all =
        (in_force > 1).then(|| button("withdraw", None, text::withdraw_all(language), ButtonKind::Secondary));
    let by_us = overview.restriction.is_some_and(|restriction| restriction.by.agent());
    let again = overview.needs_consent.then(|| {
        let label = if by_us { text::consent_again_only(language) } else { text::consent_again(language) };
        view! {
            <p>
                {text::consent_again_text(language)} " "
                <a href="/privacy">{text::consent_again_link(language)}</a>
            </p>
            {button("consent", None, label, ButtonKind::Secondary)}
        }
    });
    let content = view! { <div class="stack">{list}{all}{again}</div> };
    section(
        "consents-title",
        text::consents_title(language),
        text::consents_text(language),
        content.into_any(),
    )
}

fn line(context: &Context, consent: &Consent) -> AnyView {
    let language = context.language;
    let given = context.when(consent.given_at).in_full();
    let about = format!("({})", given.said);
    let version = format!("/privacy?version={}", consent.version);
    let withdrawn = consent.withdrawn_at.map(|at| {
        let at = context.when(at).in_full();
        view! { <br/> <span class="muted">{text::withdrawn(language)} " " <Time when=at/></span> }
    });
    let form = consent.withdrawn_at.is_none().then(|| {
        view! {
            <form method="post" action=PATH>
                <input type="hidden" name="consent" value=consent.id.clone()/>
                <Button
                    label=text::withdraw(language)
                    kind=ButtonKind::Quiet
                    name="act"
                    value="withdraw"
                    about
                />
            </form>
        }
    });
    view! {
        <li>
            <div>
                <Time when=given/> ", " {text::given_at(language, &consent.via)} ", "
                <a href=version>{text::version(language, consent.version)}</a>
                {withdrawn}
            </div>
            {form}
        </li>
    }
    .into_any()
}

fn restriction(context: &Context, overview: &Overview) -> Option<AnyView> {
    let language = context.language;
    if context.session().is_some_and(|session| session.role().is_staff()) {
        return None;
    }
    let own = overview.restriction.is_some_and(|restriction| restriction.by.customer());
    let by_us = overview.restriction.is_some_and(|restriction| restriction.by.agent());
    let form = match (own, overview.needs_consent) {
        (true, true) => view! { <p>{text::lift_by_consent(language)}</p> }.into_any(),
        (true, false) => button("lift", None, text::lift(language), ButtonKind::Secondary),
        (false, _) => button("restrict", None, text::restrict(language), ButtonKind::Secondary),
    };
    let content = view! {
        <div class="stack">
            {by_us.then(|| {
                let words = if own { text::by_both(language) } else { text::by_us(language) };
                view! { <p>{words}</p> }
            })}
            {form}
        </div>
    };
    let words = text::restriction_text(language);
    Some(section("restriction-title", text::restriction_title(language), words, content.into_any()))
}

fn copy(context: &Context) -> AnyView {
    let language = context.language;
    let content = view! {
        <form method="post" action="/account/data/export">
            <Button label=text::export(language) kind=ButtonKind::Secondary icon=Some(Icon::Download)/>
        </form>
    };
    section("export-title", text::export_title(language), text::export_text(language), content.into_any())
}

fn deletion(context: &Context) -> AnyView {
    let language = context.language;
    let content = view! {
        <p class="cluster">
            <ButtonLink
                href="/account/delete"
                label=text::delete(language)
                kind=ButtonKind::Secondary
                icon=Some(Icon::Trash)
            />
        </p>
    };
    section("delete-title", text::delete_title(language), text::delete_text(language), content.into_any())
}
