//! Opening the desk that the settings describe.

use std::sync::Arc;

use tresen_desk::clock::Clock;
use tresen_desk::{Desk, Location, MasterKey, Opening};

use crate::config::Config;
use crate::{Failure, permissions};

/// Opens the desk: for the server, and for commands beside it.
pub(crate) async fn desk(config: &Config, clock: Arc<dyn Clock>) -> Result<Desk, Failure> {
    let data = &config.data;
    std::fs::create_dir_all(data)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", data.display()))?;
    permissions::tighten(config);
    // With a database but no key something is lost, and a new key would not find it.
    let has_data = [&config.database, &config.keys].iter().any(|location| match location {
        Location::File(path) => path.exists(),
        Location::Server(_) => false,
    });
    let master_key =
        MasterKey::load(&config.master_key_file, !has_data).map_err(|error| error.to_string())?;
    let opening = Opening {
        settings: config.desk.clone(),
        clock,
        database: config.database.clone(),
        keys: config.keys.clone(),
        folder: data.clone(),
        objects: config.objects.clone(),
        master_key,
        templates: config.templates()?,
        transport: config.transport()?,
    };
    Ok(Desk::open(opening).await.map_err(|error| format!("the desk cannot be opened: {error}"))?)
}
