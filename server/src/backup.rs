//! `tresen backup`, `tresen restore` and `tresen erase --keyless`.

use std::path::Path;
use std::sync::Arc;

use tresen_desk::MasterKey;
use tresen_desk::backup::{self, BackupError, Part, Places, Remembered};
use tresen_desk::clock::{Clock, SystemClock};
use tresen_model::Timestamp;

use crate::config::Config;
use crate::{Failure, commands, open, permissions};

fn places(config: &Config) -> Places {
    Places {
        database: config.database.clone(),
        keys: config.keys.clone(),
        objects: config.objects.clone(),
        folder: config.data.clone(),
    }
}

pub(crate) async fn backup(config: &Config, folder: &Path, keys: bool) -> Result<(), Failure> {
    let part = if keys { Part::Keys } else { Part::Data };
    // Only what is backed up: of a desk that lost its keys, too, a backup can be made.
    open::require(config, part).await?;
    permissions::tighten(config);
    let done = backup::backup(&places(config), part, folder, SystemClock.now()).await;
    let done = done.map_err(|error| error.to_string())?;
    println!("Backed up: {} files, {} bytes.", done.files, done.bytes);
    if keys {
        let days = config.desk.retention.key_backup_days;
        println!(
            "Delete it after {days} days at the latest: until then it can read what is erased from now on."
        );
    }
    Ok(())
}

pub(crate) async fn restore(
    config: &Config,
    folder: &Path,
    remembered: &Remembered<'_>,
) -> Result<(), Failure> {
    open::require_for_restore(config).await?;
    permissions::tighten(config);
    let now = SystemClock.now();
    let done = backup::restore(&places(config), master_key(config)?, folder, remembered, now).await;
    let done = done.map_err(|error| match (&error, &config.erasures_copy) {
        (BackupError::UnknownErasures { .. }, Some(copy)) if copy.is_file() && remembered.list.is_none() => {
            format!("{error}. The settings name the list {}", copy.display())
        }
        _ => error.to_string(),
    })?;
    // Whoever was erased is erased again by opening the desk: nothing is done before that is.
    let unfinished = purge_and_index(config).await?;
    if unfinished > 0 {
        return Err(Failure::from(format!(
            "erasures that could not be finished: {unfinished}. Nobody sees anything of these persons; the desk \
             tries again when it is started"
        )));
    }
    println!("Restored: {} files, {} bytes.", done.files, done.bytes);
    if done.keyless > 0 {
        println!("Without a key, and purged: {}.", counted(done.keyless));
    }
    if done.again > 0 {
        println!("Erased before, and erased again: {}.", counted(done.again));
    }
    if let Some(newest) = done.newest_erasure {
        println!("The newest erasure that is known is of {}.", time(newest));
    }
    if let Some(since) = done.unknown_since {
        println!("Erasures since {} are unknown. Erase again whom you know of.", time(since));
    }
    Ok(())
}

fn counted(persons: usize) -> String {
    commands::counted(persons as u64, "person", "persons")
}

/// To the second (RFC 3339).
fn time(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).unwrap_or_default().to_string()
}

pub(crate) async fn erase_keyless(config: &Config) -> Result<(), Failure> {
    open::require(config, Part::Data).await?;
    open::require_master_key(config)?;
    permissions::tighten(config);
    let keyless = backup::give_up_keyless(&places(config), master_key(config)?).await;
    let keyless = keyless.map_err(|error| error.to_string())?;
    purge_and_index(config).await?;
    println!("Without a key, and erased: {}.", counted(keyless));
    Ok(())
}

fn master_key(config: &Config) -> Result<MasterKey, Failure> {
    Ok(MasterKey::load(&config.master_key_file, false).map_err(|error| error.to_string())?)
}

/// Opening a desk purges; then the search index is made again. Gives how many erasures are not finished.
async fn purge_and_index(config: &Config) -> Result<u64, Failure> {
    let desk = open::desk(config, Arc::new(SystemClock)).await?;
    while desk.indexer.index_stale().await.map_err(|error| error.to_string())? > 0 {}
    let unfinished = desk.privacy.unfinished_erasures().await;
    desk.close().await;
    Ok(unfinished.map_err(|error| error.to_string())?)
}
