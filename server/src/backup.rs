//! `tresen backup`, `tresen restore` and `tresen erase --keyless`.

use std::path::Path;
use std::sync::Arc;

use tresen_desk::MasterKey;
use tresen_desk::backup::{self, Part, Places};
use tresen_desk::clock::{Clock, SystemClock};

use crate::config::Config;
use crate::{Failure, open, permissions};

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

pub(crate) async fn restore(config: &Config, folder: &Path) -> Result<(), Failure> {
    open::require_for_restore(config).await?;
    permissions::tighten(config);
    let done = backup::restore(&places(config), master_key(config)?, folder).await;
    let done = done.map_err(|error| error.to_string())?;
    println!("Restored: {} files, {} bytes.", done.files, done.bytes);
    if done.keyless > 0 {
        println!("{} persons no longer have a key and are purged.", done.keyless);
    }
    purge_and_index(config).await
}

pub(crate) async fn erase_keyless(config: &Config) -> Result<(), Failure> {
    open::require(config, Part::Data).await?;
    open::require_master_key(config)?;
    permissions::tighten(config);
    let keyless = backup::give_up_keyless(&places(config), master_key(config)?).await;
    let keyless = keyless.map_err(|error| error.to_string())?;
    purge_and_index(config).await?;
    println!("{keyless} persons had no key and were erased.");
    Ok(())
}

fn master_key(config: &Config) -> Result<MasterKey, Failure> {
    Ok(MasterKey::load(&config.master_key_file, false).map_err(|error| error.to_string())?)
}

/// Opening a desk purges; then the search index is made again.
async fn purge_and_index(config: &Config) -> Result<(), Failure> {
    let desk = open::desk(config, Arc::new(SystemClock)).await?;
    while desk.index_stale().await.map_err(|error| error.to_string())? > 0 {}
    desk.close().await;
    Ok(())
}
