//! What the server does for `/agent/settings/mail`.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tresen_desk::Error;
use tresen_desk::intake::TakenIn;
use tresen_model::views::{MailTroubles, ParkedMail};
use tresen_model::{Address, AsideId};

use super::{Aside, Leaving, Mail, Parked, SENT, STILL, TAKEN};
use crate::form::Done;
use crate::web::{Answer, Context, Stop, asked};

/// Asks the desk for what the page shows.
pub(in crate::settings) async fn load(context: &Context, done: &str) -> Result<Mail, Stop> {
    let admin = context.require_agent()?;
    let messages = context.app.desk.intake.set_aside(&admin).await?;
    let troubles = context.app.desk.delivery.mail_trouble(&admin).await?;
    let aside = messages.into_iter().map(|message| Aside {
        id: AsideId(message.id),
        reason: message.reason,
        size: message.size,
        channel: message.channel,
        at: context.when(message.at),
        from: message.from,
        subject: message.subject,
    });
    Ok(Mail { done: done.to_owned(), aside: aside.collect(), leaving: leaving(context, troubles) })
}

fn leaving(context: &Context, troubles: MailTroubles) -> Leaving {
    let MailTroubles { waiting, waiting_since, locked_out, parked, newest_parked } = troubles;
    let newest = newest_parked.into_iter().map(|mail| {
        let ParkedMail { id, number, trouble, code, created_at, .. } = mail;
        Parked { id, number, trouble, code, created: context.when(created_at) }
    });
    Leaving {
        waiting,
        waiting_since: waiting_since.map(|since| context.when(since).exact),
        locked_out: locked_out > 0,
        parked,
        newest: newest.collect(),
    }
}

fn page(done: &str) -> Done {
    Done::go(Address::Mail { done: done.to_owned() })
}

pub(super) async fn send(mail: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let admin = context.require_agent()?;
    let mail = Some(mail).filter(|mail| !mail.is_empty());
    context.app.desk.delivery.send_parked_again(&admin, mail).await?;
    Ok(page(SENT))
}

fn id(text: &str) -> Result<AsideId, Stop> {
    Ok(AsideId::parse(text).ok_or(Error::NotFound)?)
}

pub(super) async fn retry(named: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (admin, id) = (context.require_agent()?, id(named)?);
    let taken = context.app.desk.intake.retry_aside(&admin, id.0).await?;
    Ok(page(if taken == TakenIn::Aside { STILL } else { TAKEN }))
}

pub(super) async fn delete(named: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (admin, id) = (context.require_agent()?, id(named)?);
    context.app.desk.intake.delete_aside(&admin, id.0).await?;
    Ok(page(""))
}

/// `/agent/settings/mail/aside/{id}`: the message itself.
pub(crate) async fn download(context: Context, named: Result<Path<String>, PathRejection>) -> Response {
    let answer = message(&context, named.as_ref().map_or("", |Path(id)| id)).await;
    context.finish(answer)
}

async fn message(context: &Context, named: &str) -> Result<Answer, Stop> {
    let (admin, id) = (context.require_agent()?, id(named)?);
    let bytes = context.app.desk.intake.aside_message(&admin, id.0).await?;
    let headers: [(HeaderName, &str); 5] = [
        // Not message/rfc822: no browser is to make anything of it.
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"message.eml\""),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok(Answer::other((headers, bytes).into_response()))
}
