//! Opening the desk that the settings describe.

use std::path::Path;
use std::sync::Arc;

use tresen_desk::backup::Part;
use tresen_desk::clock::{Clock, SystemClock};
use tresen_desk::{Desk, Location, MasterKey, MasterKeyError, Opening, Pool};

use crate::config::Config;
use crate::{Failure, check, permissions};

/// Opens the desk, or makes a new one where there is none. For `serve`, `init`, and where it was looked before
/// whether there is one.
pub(crate) async fn desk(config: &Config, clock: Arc<dyn Clock>) -> Result<Desk, Failure> {
    // With a database but no key something is lost, and a new key would not find it.
    let has_data = has_data(config).await? || has_keys(config).await?;
    let data = &config.data;
    std::fs::create_dir_all(data)
        .map_err(|error| format!("the data folder {} cannot be created: {error}", data.display()))?;
    permissions::tighten(config);
    let first = !has_data && !config.master_key_file.exists();
    let master_key =
        MasterKey::load(&config.master_key_file, !has_data).map_err(|error| error.to_string())?;
    if first {
        // Once, and also for operators who log warnings only.
        tracing::warn!("this is a new desk. {}", about_master_key(&config.master_key_file));
    }
    let opening = Opening {
        settings: config.desk.clone(),
        clock,
        database: config.database.clone(),
        keys: config.keys.clone(),
        pool: Pool::of(config.connections),
        folder: data.clone(),
        objects: config.objects.clone(),
        erasures_copy: config.erasures_copy.clone(),
        master_key,
        templates: config.templates()?,
        transport: config.transport()?,
    };
    let desk = Desk::open(opening).await.map_err(|error| format!("the desk cannot be opened: {error}"))?;
    if !has_data {
        tracing::info!("a new desk was made: {}", config.database.describe());
    }
    Ok(desk)
}

/// `tresen init`: makes a desk where there is none, and says where it is.
pub(crate) async fn init(config: &Config) -> Result<(), Failure> {
    check::settings(config).await?;
    let was_there = has_data(config).await?;
    if was_there {
        existing(config, Arc::new(SystemClock)).await?.close().await;
    } else {
        desk(config, Arc::new(SystemClock)).await?.close().await;
    }
    let said = if was_there { "There is a desk already" } else { "A new desk was made" };
    println!("{said}: {} ({}).", config.database.describe(), config.source.describe());
    Ok(())
}

/// Opens the desk for a command that fills a new one before its first start. It makes one only where the
/// settings say where that is: a folder that nobody has named is the wrong one.
pub(crate) async fn named(config: &Config, clock: Arc<dyn Clock>) -> Result<Desk, Failure> {
    require_named(config).await?;
    desk(config, clock).await
}

/// Checks that [`named`] may open or make the desk.
pub(crate) async fn require_named(config: &Config) -> Result<(), Failure> {
    if config.source.names_a_place() { Ok(()) } else { require_all(config).await }
}

/// Logs which databases in the data folder are not used, because the settings name others.
pub(crate) fn warn_of_unused(config: &Config) {
    for sentence in unused(config) {
        tracing::warn!("{sentence}");
    }
}

/// Sentences about databases in the data folder that are not used.
pub(crate) fn unused(config: &Config) -> Vec<String> {
    let databases = [("database_url", &config.database, "tresen.db"), ("keys_url", &config.keys, "keys.db")];
    let beside = databases.into_iter().filter_map(|(key, used, file)| {
        let file = config.data.join(file);
        let is_full = std::fs::metadata(&file).is_ok_and(|about| about.len() > 0);
        let other = Location::File(file);
        (is_full && !used.is_same_as(&other)).then(|| {
            let (other, used) = (other.describe(), used.describe());
            format!("{other} is not used, because `{key}` is set: {used} is. Move the file away, or take `{key}` out")
        })
    });
    beside.collect()
}

/// Opens a desk that is there. Without one, or without a part of it, it creates nothing.
pub(crate) async fn existing(config: &Config, clock: Arc<dyn Clock>) -> Result<Desk, Failure> {
    require_all(config).await?;
    desk(config, clock).await
}

/// Checks that the whole desk is there. Creates nothing.
pub(crate) async fn require_all(config: &Config) -> Result<(), Failure> {
    require(config, Part::Data).await?;
    require(config, Part::Keys).await?;
    require_master_key(config)
}

/// Checks that a part of the desk is there. Creates nothing.
pub(crate) async fn require(config: &Config, part: Part) -> Result<(), Failure> {
    let (there, location, variable) = match part {
        Part::Data => (has_data(config).await?, &config.database, "TRESEN_DATABASE_URL"),
        Part::Keys => (has_keys(config).await?, &config.keys, "TRESEN_KEYS_URL"),
    };
    if there {
        return Ok(());
    }
    let lost = part == Part::Keys && has_data(config).await?;
    let place = location.describe();
    let (looked, variable) = match location {
        Location::File(path) if path.starts_with(&config.data) => {
            let data = config.data.display();
            (format!("{place} does not exist (TRESEN_DATA is {data})"), "TRESEN_DATA")
        }
        Location::File(_) => (format!("{place} does not exist"), variable),
        Location::Server(_) => (format!("{place} contains no tables of a desk"), variable),
    };
    Err(Failure::NoDesk(if lost {
        format!(
            "the desk's key store is missing: {looked}. Put it back, or set {variable} to its location. If the keys \
             are lost for good, run: tresen erase --keyless"
        )
    } else {
        let settings = config.source.describe();
        format!(
            "there is no desk here: {looked}; {settings}. Set {variable} to the location of the desk, or make a new \
             one with: tresen init"
        )
    }))
}

/// Says where the master key is, and what the operator has to do about it.
pub(crate) fn about_master_key(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    format!(
        "The master key is {}. Keep a copy of this file somewhere else, such as in a safe: without it nobody can \
         read the data, and no backup contains it.",
        path.display()
    )
}

/// Checks that the master key file is there. Creates nothing.
pub(crate) fn require_master_key(config: &Config) -> Result<(), Failure> {
    let path = &config.master_key_file;
    match path.try_exists() {
        Ok(false) => {
            let path = path.display().to_string();
            Err(Failure::NoDesk(MasterKeyError::Lost { path }.to_string()))
        }
        // What else is wrong with it is said when it is read.
        _ => Ok(()),
    }
}

/// Checks that the keys are there that a backup of the data is read with. Creates nothing.
pub(crate) async fn require_for_restore(config: &Config) -> Result<(), Failure> {
    let needed = |failure: Failure| match failure {
        Failure::NoDesk(sentence) => Failure::NoDesk(format!(
            "{sentence} A restore needs the key store and the master key in place first."
        )),
        failure => failure,
    };
    require(config, Part::Keys).await.map_err(needed)?;
    // That there is no database yet is why there is a restore.
    let path = &config.master_key_file;
    let missing = || Failure::NoDesk(format!("the master key file {} does not exist.", path.display()));
    if path.try_exists().unwrap_or(true) { Ok(()) } else { Err(needed(missing())) }
}

async fn has_data(config: &Config) -> Result<bool, Failure> {
    let place = &config.database;
    tresen_desk::has_data(place)
        .await
        .map_err(|error| format!("{} cannot be used: {error}", place.describe()).into())
}

async fn has_keys(config: &Config) -> Result<bool, Failure> {
    let place = &config.keys;
    tresen_desk::has_keys(place)
        .await
        .map_err(|error| format!("{} cannot be used: {error}", place.describe()).into())
}
