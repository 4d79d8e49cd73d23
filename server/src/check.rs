//! `tresen config check`, and the same look at the settings at each start.
//!
//! [`settings`] is all that is wrong without a connection: `serve` begins with it, so what keeps a desk from
//! starting is refused by `config check` too. It creates nothing. [`connections`] tries the servers elsewhere.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tresen_desk::clock::SystemClock;
use tresen_desk::delivery::SendError;
use tresen_desk::intake::check_resolver;
use tresen_desk::{Location, MasterKey, MasterKeyError, Places, TooFew};
use tresen_model::MailTrouble;

use crate::config::Config;
use crate::mailbox::imap;
use crate::mailbox::settings::{Access, Listen};
use crate::sign_in::Providers;
use crate::validity::{self, OutOfDate};
use crate::{Failure, door, rules};

/// How long a server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks for everything in the settings that keeps a desk from starting, or fails soon after. Call it inside
/// the runtime.
///
/// # Errors
/// A sentence for the operator.
pub(crate) async fn settings(config: &Config) -> Result<(), Failure> {
    config.templates()?;
    config.smtp()?;
    config.signers()?;
    drop(rules::origins(&config.desk.public_url)?);
    door::check(config).await?;
    Providers::new(config, Arc::new(SystemClock))?;
    check_resolver(&config.desk.intake).map_err(|error| error.to_string())?;
    for mailbox in &config.mailboxes {
        let unusable = |reason: String| format!("the mailbox {} cannot be used: {reason}", mailbox.name);
        imap::check::certificates(mailbox).map_err(|trouble| unusable(trouble.to_string()))?;
        if let Access::PasswordFile(path) = &mailbox.access {
            let read = std::fs::read_to_string(path);
            read.map_err(|error| unusable(format!("{} cannot be read: {error}", path.display())))?;
        }
    }
    can_listen("listen", config.listen)?;
    if let Some(listen) = config.door.http_listen {
        can_listen("http_listen", listen)?;
    }
    match config.lmtp.as_ref().map(|lmtp| &lmtp.listen) {
        Some(Listen::Port(address)) => can_listen("lmtp.listen", *address)?,
        Some(Listen::Unix(path, _)) => has_folder("lmtp.listen", path)?,
        None => {}
    }
    if let Some(copy) = &config.erasures_copy {
        has_folder("erasures_copy", copy)?;
    }
    for (key, location) in [("database_url", &config.database), ("keys_url", &config.keys)] {
        if let Location::File(path) = location {
            is_in_data_or_has_folder(config, key, path)?;
        }
    }
    is_in_data_or_has_folder(config, "master_key_file", &config.master_key_file)?;
    // A file that is not there is made, or said to be lost, when the desk is opened.
    if !config.master_key_file.try_exists().unwrap_or(true) {
        return Ok(());
    }
    match MasterKey::load(&config.master_key_file, false) {
        // The desk closes it to others when it is opened.
        Ok(_) | Err(MasterKeyError::Exposed { .. }) => Ok(()),
        Err(error) => Err(error.to_string().into()),
    }
}

/// Looks for certificates that are not valid now. Returns sentences about those that may still do. A desk starts
/// all the same: the certificate may be renewed in the next minute, and a wrong clock is no reason for an outage.
///
/// # Errors
/// A sentence for the operator about what does not work now.
pub(crate) fn dates(config: &Config) -> Result<Vec<String>, Failure> {
    let (fatal, warnings): (Vec<_>, Vec<_>) =
        validity::out_of_date(config).into_iter().partition(|found| found.fatal);
    let sentences = |found: Vec<OutOfDate>| found.into_iter().map(|one| one.sentence).collect::<Vec<_>>();
    if fatal.is_empty() { Ok(sentences(warnings)) } else { Err(sentences(fatal).join("\n").into()) }
}

/// Logs at the start which certificates are not valid now.
pub(crate) fn warn_of_dates(config: &Config) {
    validity::out_of_date(config).iter().for_each(OutOfDate::log);
}

/// A port that is in use may be this desk's own, which is being served.
fn can_listen(key: &str, address: SocketAddr) -> Result<(), Failure> {
    match TcpListener::bind(address) {
        Err(error) if error.kind() != ErrorKind::AddrInUse => {
            Err(format!("the setting `{key}`: cannot listen on {address}: {error}").into())
        }
        _ => Ok(()),
    }
}

fn has_folder(key: &str, path: &Path) -> Result<(), Failure> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(format!("the setting `{key}`: there is no folder {}", folder.display()).into())
        }
        _ => Ok(()),
    }
}

/// The data folder itself is made where it is missing.
fn is_in_data_or_has_folder(config: &Config, key: &str, path: &Path) -> Result<(), Failure> {
    if path.parent() == Some(&config.data) { Ok(()) } else { has_folder(key, path) }
}

/// Tries every server that the settings name, and prints a line for each. Changes nothing. Returns whether
/// all of them answered.
pub(crate) async fn connections(config: &Config) -> Result<bool, Failure> {
    let (data, keys) = tokio::join!(database(&config.database), database(&config.keys));
    let both = matches!((&data, &keys), (Some((_, Ok(()))), Some((_, Ok(())))));
    let mut tried = Vec::new();
    for (name, outcome) in [("PostgreSQL, data", data), ("PostgreSQL, keys", keys)] {
        tried.extend(outcome.map(|(place, outcome)| (name.to_owned(), place, outcome)));
    }
    if both && one_database(config).await {
        let reason = "it is the database of the data; the keys need one of their own".to_owned();
        tried.retain(|(name, ..)| name != "PostgreSQL, keys");
        tried.push(("PostgreSQL, keys".to_owned(), config.keys.describe(), Err(reason)));
    }
    if both {
        tried.extend(
            too_few_connections(config)
                .await
                .into_iter()
                .map(|(place, sentence)| ("PostgreSQL, connections".to_owned(), place, Err(sentence))),
        );
    }
    if let Some(smtp) = config.smtp()? {
        let place = smtp.describe();
        let outcome = within(async { smtp.reach().await.map_err(|error| unsent(&error)) }).await;
        tried.push(("SMTP".to_owned(), place, outcome));
    }
    for mailbox in &config.mailboxes {
        let place = format!("{}:{}", mailbox.host, mailbox.port);
        let look =
            async { imap::check::look(mailbox).await.map(drop).map_err(|trouble| trouble.to_string()) };
        tried.push((format!("IMAP, {}", mailbox.name), place, within(look).await));
    }
    if tried.is_empty() {
        println!("The settings name no server to connect to.");
    }
    for (name, place, outcome) in &tried {
        match outcome {
            Ok(()) => println!("{name}: {place}: fine"),
            Err(reason) => println!("{name}: {place}: {reason}"),
        }
    }
    Ok(tried.iter().all(|(_, _, outcome)| outcome.is_ok()))
}

/// `None` for a file.
async fn database(location: &Location) -> Option<(String, Result<(), String>)> {
    match location {
        Location::File(_) => None,
        Location::Server(_) => Some((location.describe(), within(location.reach()).await)),
    }
}

/// The servers that may not take as many connections as this node opens, and why. One that cannot be asked is left
/// out: what is wrong with it is said elsewhere.
async fn too_few_connections(config: &Config) -> Vec<(String, String)> {
    let places = Places { data: &config.database, keys: &config.keys };
    let asked = timeout(PATIENCE, places.too_few_connections(config.connections)).await;
    let lacks = asked.ok().and_then(Result::ok).unwrap_or_default();
    let sentence = |lack: TooFew| {
        let TooFew { server, wanted, allowed, used } = lack;
        let sentence = format!(
            "this node opens up to {wanted} connections, but of the {allowed} that the server allows others use \
             {used}; raise `max_connections` of the server, or lower `database_connections`"
        );
        (server, sentence)
    };
    lacks.into_iter().map(sentence).collect()
}

/// Warns at the start where a server may not take as many connections as this node opens.
pub(crate) async fn warn_of_too_few_connections(config: &Config) {
    for (server, sentence) in too_few_connections(config).await {
        tracing::warn!("{server}: {sentence}");
    }
}

async fn one_database(config: &Config) -> bool {
    matches!(timeout(PATIENCE, config.database.is_one_database(&config.keys)).await, Ok(Ok(true)))
}

/// Why an SMTP server takes no mail.
fn unsent(error: &SendError) -> String {
    let reason = match error.trouble {
        MailTrouble::Unreachable => "it cannot be reached",
        MailTrouble::Silent => "it does not answer",
        MailTrouble::Tls => "no TLS connection can be made, or its certificate is not trusted",
        MailTrouble::Access => "it refused user and password",
        MailTrouble::Deferred => "it is busy",
        _ => "it refused the connection",
    };
    error.code.as_ref().map_or_else(|| reason.to_owned(), |code| format!("{reason} ({code})"))
}

async fn within(attempt: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let silent = || format!("no answer within {} seconds", PATIENCE.as_secs());
    timeout(PATIENCE, attempt).await.unwrap_or_else(|_| Err(silent()))
}
