//! What the server does for this part.

use axum::extract::Path;
use axum::http::header;
use axum::response::Response;
use tresen_desk::Error;
use tresen_model::Address;

use super::Shown;
use super::files::{Mail, decode, read_list, read_one};
use super::mailbox::{Line, Message};
use crate::web::{Answer, Context, Stop};

/// Reads what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::DevMail => {
            let mails = read_list(folder(context)?).await?;
            Shown::List(mails.into_iter().map(|mail| line(context, &mail)).collect())
        }
        Address::DevMessage { name } => {
            let mail = decode(name.clone(), &read_one(folder(context)?, name).await?);
            let line = line(context, &mail);
            let Mail { from, thread, body, .. } = mail;
            let thread = thread.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Shown::Message(Message { line, from, thread, body })
        }
        _ => return Err(Error::NotFound.into()),
    })
}

/// Nothing is there without `--dev`.
fn folder(context: &Context) -> Result<&std::path::Path, Stop> {
    Ok(context.app.dev_mail.as_deref().ok_or(Error::NotFound)?)
}

fn line(context: &Context, mail: &Mail) -> Line {
    Line {
        name: mail.name.clone(),
        subject: mail.subject.clone(),
        to: mail.to.clone(),
        when: mail.at.map(|at| context.when(at)),
    }
}

pub(crate) async fn raw(context: Context, Path(name): Path<String>) -> Response {
    let answer = read_raw(&context, &name).await;
    context.finish(answer)
}

async fn read_raw(context: &Context, name: &str) -> Result<Answer, Stop> {
    let bytes = read_one(folder(context)?, name).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok(Answer::other((headers, bytes)))
}
