//! The commands that do one thing and end.

use std::fs::File;
use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tresen_desk::clock::SystemClock;
use tresen_desk::privacy::Erased;
use tresen_desk::{Desk, Error};
use tresen_model::{Language, Problem, Role};

use crate::Failure;
use crate::config::Config;
use crate::{open, terminal};

/// The desk; a new one where there is none and the settings say where it is to be.
pub(crate) async fn desk(config: &Config) -> Result<Desk, Failure> {
    open::named(config, Arc::new(SystemClock)).await
}

/// The desk that is there: these commands make none.
async fn existing(config: &Config) -> Result<Desk, Failure> {
    open::existing(config, Arc::new(SystemClock)).await
}

/// Whom `tresen person add` adds.
pub(crate) struct NewPerson<'a> {
    pub(crate) email: &'a str,
    pub(crate) name: &'a str,
    pub(crate) role: Role,
    /// `None` leaves it to their first sign-in.
    pub(crate) language: Option<Language>,
    /// The request types that an agent sees; none are all.
    pub(crate) kinds: &'a [String],
}

/// `tresen person add`.
pub(crate) async fn add_person(config: &Config, new: &NewPerson<'_>, password: &str) -> Result<(), Failure> {
    if new.role != Role::Agent && !new.kinds.is_empty() {
        return Err(Failure::from("--kinds is for agents: admins see all request types".to_owned()));
    }
    open::require_named(config).await?;
    check_kinds(config, new.kinds)?;
    let desk = desk(config).await?;
    let added = add_to(&desk, new, password).await;
    desk.close().await;
    added.map_err(|error| Failure::from(sentence(&error)))
}

async fn add_to(desk: &Desk, new: &NewPerson<'_>, password: &str) -> Result<(), Error> {
    desk.accounts.add_person(new.email, new.name, new.role, password).await?;
    if !new.kinds.is_empty() {
        desk.staff.set_kinds(new.email, new.kinds).await?;
    }
    if let Some(language) = new.language {
        desk.accounts.set_language(new.email, language).await?;
    }
    Ok(())
}

/// `tresen person kinds`.
pub(crate) async fn set_kinds(config: &Config, email: &str, kinds: &[String]) -> Result<(), Failure> {
    open::require_all(config).await?;
    check_kinds(config, kinds)?;
    let desk = existing(config).await?;
    let set = desk.staff.set_kinds(email, kinds).await;
    desk.close().await;
    match set {
        Err(Error::Refused(refusals)) if refusals.iter().any(|refusal| refusal.field == "email") => {
            Err(Failure::from("this is not the address of an agent; admins see all request types".to_owned()))
        }
        set => set.map_err(|error| Failure::from(sentence(&error))),
    }
}

fn check_kinds(config: &Config, kinds: &[String]) -> Result<(), Failure> {
    let known: Vec<&str> = config.desk.request_types.iter().map(|known| known.id.as_str()).collect();
    match kinds.iter().find(|kind| !known.contains(&kind.as_str())) {
        Some(kind) => Err(Failure::from(format!(
            "there is no request type {kind:?}; the settings have: {}",
            known.join(", ")
        ))),
        None => Ok(()),
    }
}

/// `tresen person reset-factors`: exit code 1 when nobody has the address.
pub(crate) async fn reset_factors(config: &Config, email: &str) -> Result<ExitCode, Failure> {
    let desk = existing(config).await?;
    let removed = desk.accounts.reset_factors_by_operator(email).await;
    desk.close().await;
    match removed.map_err(|error| sentence(&error))? {
        Some(removed) => {
            println!(
                "Removed: {}. The person is told by email.",
                counted(removed, "second factor", "second factors")
            );
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("tresen: there is no person with this address.");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// `tresen erase`: exit code 1 when nobody has the address, or when it is of an agent or admin and `staff` is
/// not set.
pub(crate) async fn erase(config: &Config, email: &str, staff: bool) -> Result<ExitCode, Failure> {
    let desk = existing(config).await?;
    let erased = erase_confirmed(&desk, email, staff).await;
    desk.close().await;
    match erased? {
        Some(erased) => {
            let count = erased.count;
            println!(
                "Erased: {}, {}, {}.",
                counted(count.requests, "request", "requests"),
                counted(count.comments, "comment", "comments"),
                counted(count.attachments, "file", "files"),
            );
            println!("\nThe receipt, for them and for your records:\n\n{}", erased.receipt);
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("tresen: there is no person with this address.");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn erase_confirmed(desk: &Desk, email: &str, staff: bool) -> Result<Option<Erased>, Failure> {
    let Some(role) = desk.privacy.role_by_operator(email).await.map_err(|error| sentence(&error))? else {
        return Ok(None);
    };
    if role.is_staff() && !staff {
        return Err(Failure::from(format!(
            "this address belongs to an {}; to delete them too, add --staff",
            role.as_str()
        )));
    }
    terminal::confirm(
        "This deletes the person and everything they wrote, for good.\nType the address: ",
        email,
    )?;
    Ok(desk.privacy.erase_by_operator(email).await.map_err(|error| sentence(&error))?)
}

/// `tresen export`: exit code 1 when nobody has the address.
pub(crate) async fn export(config: &Config, email: &str) -> Result<ExitCode, Failure> {
    let desk = existing(config).await?;
    let written = write_copy(&desk, email).await;
    desk.close().await;
    if written? {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("tresen: there is no person with this address.");
    Ok(ExitCode::FAILURE)
}

async fn write_copy(desk: &Desk, email: &str) -> Result<bool, Failure> {
    let copy = desk.privacy.export_by_operator(email).await.map_err(|error| sentence(&error))?;
    let Some(mut copy) = copy else { return Ok(false) };
    let mut out = stdout().lock();
    while let Some(part) = copy.next().await {
        let part = part.map_err(|error| error.to_string())?;
        out.write_all(&part).map_err(|error| format!("the copy could not be written: {error}"))?;
    }
    out.flush().map_err(|error| format!("the copy could not be written: {error}"))?;
    Ok(true)
}

/// `tresen import person`.
pub(crate) async fn import_person(config: &Config, path: &Path) -> Result<(), Failure> {
    open::require_all(config).await?;
    let file = File::open(path).map_err(|error| format!("{} cannot be opened: {error}", path.display()))?;
    let desk = existing(config).await?;
    let imported = desk.privacy.import_person(file).await;
    // What was imported is found at once, also by a desk that serves already.
    while imported.is_ok() && desk.indexer.index_stale().await.map_err(|error| error.to_string())? > 0 {}
    desk.close().await;
    let imported = imported.map_err(|error| error.to_string())?;
    println!(
        "Imported: {}, {}, {}.",
        counted(imported.requests, "request", "requests"),
        counted(imported.comments, "comment", "comments"),
        counted(imported.files, "file", "files"),
    );
    if imported.known > 0 {
        println!("{} here already.", counted(imported.known, "request was", "requests were"));
    }
    if imported.renumbered > 0 {
        let renumbered = counted(imported.renumbered, "request has", "requests have");
        println!("{renumbered} another number here, because the old one was taken.");
    }
    Ok(())
}

/// `tresen retention`.
pub(crate) async fn retention(config: &Config, dry_run: bool) -> Result<(), Failure> {
    let desk = existing(config).await?;
    let expired = if dry_run { desk.privacy.retention_preview().await } else { desk.privacy.retain().await };
    desk.close().await;
    let expired = expired.map_err(|error| sentence(&error))?;
    println!(
        "{}: {}, {}, {}, {} without requests.",
        if dry_run { "Would be erased now" } else { "Erased" },
        counted(expired.closed_requests, "settled request", "settled requests"),
        counted(expired.unconfirmed_requests, "unconfirmed request", "unconfirmed requests"),
        counted(expired.held_requests, "held request", "held requests"),
        counted(expired.idle_persons, "person", "persons"),
    );
    Ok(())
}

/// A number of things, in words: `1 file`, `2 files`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

pub(crate) fn sentence(error: &Error) -> String {
    let Error::Refused(refusals) = error else { return error.to_string() };
    let said = refusals.iter().map(|refusal| {
        let problem = match &refusal.problem {
            Problem::PasswordTooShort { min } => format!("is too short; it needs {min} characters"),
            Problem::PasswordWeak => "is guessed too quickly; add a word or two".to_owned(),
            problem => format!("cannot be used ({problem})"),
        };
        format!("the {} {problem}", refusal.field)
    });
    said.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_not_many() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "file", "files")), ["0 files", "1 file", "2 files"]);
    }
}
