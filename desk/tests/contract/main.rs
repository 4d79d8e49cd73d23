//! The desk's promises, told as stories through its public door, the same on SQLite and on
//! PostgreSQL. `cargo xtask test` starts a PostgreSQL for them.

#![allow(clippy::unwrap_used, reason = "a test that meets what it did not expect fails")]

/// Makes two tests of each story: `sqlite::NAME` and `postgres::NAME`.
///
/// They run with pools of one connection: a unit of work that takes a second one waits for itself, and fails.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        crate::tell! { sqlite, Sqlite, crate::support::ONE_CONNECTION; $($name),+ }
        crate::tell! { postgres, Postgres, crate::support::ONE_CONNECTION; $($name),+ }
    };
}

/// Tells stories of what happens at once a second time, with as many connections as a server has.
macro_rules! races {
    ($($name:ident),+ $(,)?) => {
        crate::tell! { sqlite_at_once, Sqlite, tresen_desk::CONNECTIONS; $($name),+ }
        crate::tell! { postgres_at_once, Postgres, tresen_desk::CONNECTIONS; $($name),+ }
    };
}

macro_rules! tell {
    ($module:ident, $engine:ident, $connections:expr; $($name:ident),+) => {
        mod $module {
            use crate::support::{Engine, World};

            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let world = World::with_connections(Engine::$engine, $connections).await;
                super::$name(&world).await;
                world.end().await;
            })+
        }
    };
}
pub(crate) use tell;

mod abuse;
mod accounts;
mod acknowledged;
mod agents;
mod api_tokens;
mod assignments;
mod attachments;
mod backups;
mod bytes;
mod clock;
mod customers;
mod data_link;
mod devices;
mod erasure;
mod erasure_list;
mod erasure_races;
mod expiry;
mod export;
mod factor_changes;
mod factors;
mod form_proofs;
mod form_spam;
mod import;
mod intake;
mod intake_asides;
mod intake_erasure;
mod intake_held;
mod intake_own_links;
mod intake_senders;
mod intake_threads;
mod intake_verified;
mod join;
mod kinds;
mod languages;
mod letters;
mod links;
mod lists;
mod made_up;
mod mail;
mod nodes;
mod opening;
mod outgoing;
mod passkeys;
mod people_roles;
mod proof;
mod quotes;
mod races;
mod receipts;
mod rectification;
mod relay;
mod resolver;
mod restriction;
mod retention;
mod roles;
mod search;
mod search_spellings;
mod sender_names;
mod sign_in;
// The unit tests of the transport use the rest of it.
#[allow(dead_code)]
mod sink;
mod statistics;
mod submitting;
mod support;
mod traces;
mod unfinished;
mod uploads;
mod webhooks;
