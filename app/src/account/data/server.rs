//! What the server does for `/account/data`.

use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_desk::people::{PersonEvent, Purpose};
use tresen_desk::privacy::{self, Overview, Owner};
use tresen_desk::settings::Processor;
use tresen_model::address::Mailed;
use tresen_model::{Address, Language, Problem};

use super::Data;
use super::stored::{Consent, Restriction, Step, Stored};
use crate::form::Done;
use crate::web::identity::is_good;
use crate::web::{Answer, Context, Cookie, Stop, Submitted, asked};

/// Returns the address of the page, for a signed-in person or for one who came by a link.
fn address(by_link: bool, done: &str) -> Address {
    let by = if by_link { Mailed::BY_LINK } else { "" };
    Address::Data { mailed: Mailed { by: by.to_owned(), ..Mailed::default() }, done: done.to_owned() }
}

/// Turns a link that is no longer good into the page that offers another one.
fn ask_again(stop: impl Into<Stop>) -> Stop {
    match stop.into() {
        Stop::Desk(Error::Gone) => Stop::gone_link(&address(false, "")),
        stop => stop,
    }
}

/// Loads the data of the page.
pub(in crate::account) async fn load(context: &Context, mailed: &Mailed, done: &str) -> Result<Data, Stop> {
    if !mailed.token.is_empty() {
        return match is_good(context, Purpose::Data, &mailed.token).await? {
            true => Ok(Data::Opened { token: mailed.token.clone() }),
            false => Err(ask_again(Error::Gone)),
        };
    }
    if mailed.sent {
        return Ok(Data::Sent { lifetime: Purpose::Data.lifetime() });
    }
    if mailed.by_link() {
        let access = context.require_data_access().await.map_err(ask_again)?;
        return stored(context, &access, true, done).await;
    }
    match context.session() {
        Some(session) => stored(context, session, false, done).await,
        None => Ok(Data::Ask { done: done.to_owned() }),
    }
}

async fn stored(context: &Context, owner: &impl Owner, by_link: bool, done: &str) -> Result<Data, Stop> {
    let settings = context.app.desk.settings();
    let Overview {
        email,
        name,
        since,
        proven_at,
        count,
        channels,
        mails_sent,
        consents,
        restriction,
        needs_consent,
        history,
        staff,
    } = context.app.desk.privacy.data_overview(owner).await?;
    let processors = &settings.privacy.processors;
    Ok(Data::Stored(Box::new(Stored {
        done: done.to_owned(),
        by_link,
        email: email.as_str().to_owned(),
        name,
        since: context.when(since),
        proven: proven_at.map(|at| context.when(at)),
        count,
        history: history.iter().map(|one| (step(one.event), context.when(one.at))).collect(),
        channels,
        mails_sent,
        processors: processors.iter().map(|one| received_by(context.language, one)).collect(),
        requests_months: settings.retention.closed_requests_months,
        person_months: settings.retention.idle_person_months,
        consents: consents.into_iter().map(|one| consent(context, one)).collect(),
        restriction: restriction.map(|one| Restriction {
            since: context.when(one.since).in_full(),
            own: one.by.customer(),
            by_us: one.by.agent(),
        }),
        needs_consent,
        staff,
        stale: !owner.is_fresh(context.now),
    })))
}

const fn step(event: PersonEvent) -> Step {
    match event {
        PersonEvent::Name => Step::Name,
        PersonEvent::Address => Step::Address,
        PersonEvent::Imported => Step::Imported,
    }
}

fn consent(context: &Context, consent: privacy::Consent) -> Consent {
    let privacy::Consent { id, version, given_at, via, withdrawn_at, elsewhere } = consent;
    Consent {
        id,
        version,
        given: context.when(given_at).in_full(),
        via,
        withdrawn: withdrawn_at.map(|at| context.when(at).in_full()),
        elsewhere,
    }
}

/// Returns a processor with its purpose, in the other language where this one has none.
fn received_by(language: Language, processor: &Processor) -> String {
    let (own, other) = match language {
        Language::English => (&processor.purpose.en, &processor.purpose.de),
        Language::German => (&processor.purpose.de, &processor.purpose.en),
    };
    let purpose = if own.trim().is_empty() { other.trim() } else { own.trim() };
    let name = processor.name.trim();
    if purpose.is_empty() { name.to_owned() } else { format!("{name}: {purpose}") }
}

/// Takes every form of the page.
pub(super) async fn act(token: &str, by: &str, act: &str, email: &str, consent: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let desk = &context.app.desk;
    if !token.is_empty() {
        let access = desk.privacy.exchange_data_link(&Secret::received(token)).await.map_err(ask_again)?;
        context.set_cookies([Cookie::data_access(&access)]);
        return Ok(Done::go(address(true, "")));
    }
    if by == Mailed::BY_LINK {
        if act == "end" {
            if let Some(access) = context.data_access() {
                desk.privacy.end_data_access(access).await?;
            }
            context.set_cookies([Cookie::no_data_access()]);
            return Ok(Done::Enter(address(false, "end").to_string()));
        }
        let access = context.require_data_access().await.map_err(ask_again)?;
        decide(&context, &access, act, consent).await?;
        return Ok(Done::go(address(true, act)));
    }
    if act.is_empty() {
        desk.privacy.ask_data_link(email).await?;
        let mailed = Mailed { sent: true, ..Mailed::default() };
        return Ok(Done::go(Address::Data { mailed, done: String::new() }));
    }
    decide(&context, context.require_session()?, act, consent).await?;
    Ok(Done::go(address(false, act)))
}

/// Carries out what a person decides about their own data.
async fn decide(context: &Context, owner: &impl Owner, act: &str, consent: &str) -> Result<(), Stop> {
    let desk = &context.app.desk;
    let done = match act {
        "restrict" => desk.privacy.restrict(owner).await,
        "lift" => desk.privacy.lift_restriction(owner).await,
        "withdraw" => desk.privacy.withdraw_consent(owner, Some(consent).filter(|id| !id.is_empty())).await,
        "consent" => desk.privacy.give_consent(owner).await,
        _ => Err(Error::refused("act", Problem::ChoiceUnknown)),
    };
    done.map_err(ask_again)
}

/// Leads to the page from the address of the download, opened by GET after signing in, for example.
pub(crate) async fn to_page(context: Context) -> Response {
    context.finish(Ok(Answer::go(address(false, ""))))
}

/// Streams the copy of all data as a ZIP file.
pub(crate) async fn export(context: Context, form: Submitted) -> Response {
    let answer = async {
        let desk = &context.app.desk;
        let copy = if form.get("by") == Mailed::BY_LINK {
            desk.privacy.export(&context.require_data_access().await?).await?
        } else {
            desk.privacy.export(context.require_session()?).await?
        };
        let disposition = format!("attachment; filename=\"{}\"", copy.file_name);
        let headers = [
            (header::CONTENT_TYPE, "application/zip"),
            (header::CONTENT_DISPOSITION, disposition.as_str()),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        Ok(Answer::other((headers, Body::from_stream(copy.contents))))
    };
    context.finish(answer.await.map_err(|stop: Stop| ask_again(stop)))
}
