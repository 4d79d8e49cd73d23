//! `tresen token`: tokens for programs.

use std::sync::Arc;

use clap::Subcommand;
use jiff::Timestamp as Time;
use tresen_desk::clock::SystemClock;
use tresen_desk::tokens::{NewService, Scope};
use tresen_desk::{Desk, Error};
use tresen_model::Timestamp;

use crate::config::Config;
use crate::{Failure, open};

#[derive(Subcommand)]
pub(crate) enum Token {
    /// Make a token, and print it once.
    Add {
        /// The name of the service. Customers read it below what the service writes.
        #[arg(long)]
        name: String,
        /// What it may do, such as `requests:read` or `mail`. May be given several times.
        #[arg(long, required = true, value_parser = scope)]
        scope: Vec<Scope>,
        /// The id of a request type that it reaches. May be given several times; without it, all of them.
        #[arg(long)]
        kind: Vec<String>,
        /// It ends after so many days; without, it never ends by itself.
        #[arg(long)]
        days: Option<u32>,
    },
    /// List them, without what they are.
    List,
    /// End one.
    Remove {
        /// What you called it.
        #[arg(long)]
        name: String,
    },
}

fn scope(word: &str) -> Result<Scope, String> {
    let known = || Scope::ALL.map(Scope::as_str).join(", ");
    Scope::parse(word).ok_or_else(|| format!("the scopes are: {}", known()))
}

/// Does what was asked.
pub(crate) async fn token(config: &Config, asked: &Token) -> Result<(), Failure> {
    let desk = open::existing(config, Arc::new(SystemClock)).await?;
    let done = with(&desk, asked).await;
    desk.close().await;
    done
}

async fn with(desk: &Desk, asked: &Token) -> Result<(), Failure> {
    let broken = |error: tresen_desk::Error| Failure::from(error.to_string());
    match asked {
        Token::Add { name, scope, kind, days } => {
            let new = NewService { name, scopes: scope.iter().copied().collect(), kinds: kind, days: *days };
            let secret = match desk.tokens.add_service_token(&new).await {
                Err(Error::Refused(refusals)) if refusals.iter().any(|refusal| refusal.field == "kind") => {
                    let known = desk.settings().request_types.iter().map(|known| known.id.as_str());
                    let known = known.collect::<Vec<_>>().join(", ");
                    return Err(format!("a `--kind` is no request type; there are: {known}").into());
                }
                Err(Error::Refused(_)) => {
                    let why = format!("the name `{name}` is taken, or it does not have 1 to 60 characters");
                    return Err(why.into());
                }
                added => added.map_err(broken)?,
            };
            println!("{}", secret.reveal());
        }
        Token::List => {
            for token in desk.tokens.service_tokens().await.map_err(broken)? {
                let day = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), day);
                println!(
                    "{}: {}, created {}, last used {}, expires {}",
                    token.name,
                    token.scopes.words(),
                    day(Some(token.created_at)),
                    day(token.last_used_at),
                    day(token.expires_at)
                );
            }
        }
        Token::Remove { name } => {
            if !desk.tokens.remove_service_token(name).await.map_err(broken)? {
                return Err(format!("there is no token `{name}`").into());
            }
        }
    }
    Ok(())
}

fn day(at: Timestamp) -> String {
    Time::from_microsecond(at.0).map_or_else(|_| "?".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}
