//! `tresen mail ingest`: one message on standard input, for mail servers and filters that run a
//! program. It works beside a server and without one, but makes no desk.

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tresen_desk::clock::SystemClock;
use tresen_desk::intake::{Envelope, IntakeChannel};

use crate::config::Config;
use crate::{Failure, open};

/// The message cannot be taken in, ever (`EX_DATAERR` of sysexits.h).
pub(crate) const REFUSED: u8 = 65;

/// It can be, later (`EX_TEMPFAIL`).
pub(crate) const TRY_AGAIN: u8 = 75;

/// How the message came.
#[derive(Args)]
pub(crate) struct Ingest {
    /// The address of ours that it was delivered to. May be given more than once.
    #[arg(long = "to", value_name = "ADDRESS", allow_hyphen_values = true)]
    to: Vec<String>,
    /// The id of the request type of a new request; the first in the settings by default.
    #[arg(long, value_name = "TYPE")]
    kind: Option<String>,
    /// The sender of the envelope; "" for the empty one of bounces.
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    return_path: Option<String>,
}

/// Takes in the message. What became of it is in the exit code.
pub(crate) async fn ingest(asked: &Ingest) -> ExitCode {
    match try_ingest(asked).await {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, sentence)) => {
            eprintln!("tresen: {sentence}");
            code.into()
        }
    }
}

async fn try_ingest(asked: &Ingest) -> Result<(), (u8, String)> {
    let later = |failure: Failure| (TRY_AGAIN, failure.to_string());
    let config = Config::load().map_err(|error| later(error.into()))?;
    if let Some(kind) = &asked.kind
        && config.desk.request_type(kind).is_none()
    {
        return Err((TRY_AGAIN, format!("`--kind {kind}`: there is no such request type")));
    }
    // A new desk that nobody serves would swallow the mail.
    open::require_all(&config).await.map_err(later)?;
    open::warn_of_unused(&config);
    let raw = read(config.largest_mail)?;
    let desk = open::desk(&config, Arc::new(SystemClock)).await.map_err(later)?;
    let envelope = Envelope {
        channel: IntakeChannel::Command,
        recipients: asked.to.clone(),
        // Postfix writes the empty one as MAILER-DAEMON unless it is told otherwise.
        return_path: asked.return_path.as_deref().map(|path| match path {
            "<>" | "MAILER-DAEMON" => String::new(),
            path => path.trim_start_matches('<').trim_end_matches('>').to_owned(),
        }),
        kind: asked.kind.clone(),
    };
    let taken = desk.intake.take_in(&raw, &envelope).await;
    desk.close().await;
    taken.map(drop).map_err(|error| (TRY_AGAIN, error.to_string()))
}

fn read(largest: usize) -> Result<Vec<u8>, (u8, String)> {
    let mut raw = Vec::new();
    let most = u64::try_from(largest).unwrap_or(u64::MAX).saturating_add(1);
    std::io::stdin()
        .lock()
        .take(most)
        .read_to_end(&mut raw)
        .map_err(|error| (TRY_AGAIN, format!("the message could not be read: {error}")))?;
    if raw.len() > largest {
        return Err((REFUSED, format!("the message is larger than {largest} bytes")));
    }
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err((REFUSED, "the message is empty".to_owned()));
    }
    Ok(raw)
}
