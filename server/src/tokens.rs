//! `tresen token`: tokens for programs.

use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp as Time;
use tresen_desk::clock::SystemClock;
use tresen_desk::{Desk, Scope};
use tresen_model::Timestamp;

use crate::config::Config;
use crate::{Failure, open};

#[derive(Subcommand)]
pub(crate) enum Token {
    /// Make a token, and print it once.
    Add {
        /// What you call it.
        #[arg(long)]
        name: String,
        /// What it is good for.
        #[arg(long)]
        scope: ScopeArgument,
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

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ScopeArgument {
    /// `POST /api/v1/mail`.
    Mail,
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
        Token::Add { name, scope: ScopeArgument::Mail, days } => {
            let added = desk.add_api_token(name, Scope::Mail, *days).await.map_err(broken)?;
            let secret = added.ok_or_else(|| {
                format!("the name `{name}` is taken, or it does not have 1 to 60 characters")
            })?;
            println!("{}", secret.reveal());
        }
        Token::List => {
            for token in desk.api_tokens().await.map_err(broken)? {
                let day = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), day);
                println!(
                    "{}: {}, created {}, last used {}, expires {}",
                    token.name,
                    token.scope,
                    day(Some(token.created_at)),
                    day(token.last_used_at),
                    day(token.expires_at)
                );
            }
        }
        Token::Remove { name } => {
            if !desk.remove_api_token(name).await.map_err(broken)? {
                return Err(format!("there is no token `{name}`").into());
            }
        }
    }
    Ok(())
}

fn day(at: Timestamp) -> String {
    Time::from_microsecond(at.0).map_or_else(|_| "?".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}
