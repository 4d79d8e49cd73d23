//! `tresen verify-erasure`: is something of a person still stored anywhere?

use std::io::{Read, stdin};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tresen_desk::Needles;
use tresen_desk::clock::SystemClock;

use crate::config::Config;
use crate::{Failure, open, permissions};

/// The texts are read from standard input, so that they stand in no list of processes and in
/// no history of a shell. None of them is printed.
pub(crate) async fn verify_erasure(config: &Config, all: bool) -> Result<ExitCode, Failure> {
    open::require_all(config).await?;
    let mut lines = String::new();
    stdin().lock().read_to_string(&mut lines).map_err(|error| format!("nothing could be read: {error}"))?;
    let needles = Needles::parse(&lines).map_err(|error| error.to_string())?;
    let desk = open::existing(config, Arc::new(SystemClock)).await?;
    let outgoing = config.data.join("mail").join("outgoing");
    let skip = if all { Vec::new() } else { vec![outgoing] };
    let found = desk.privacy.find_traces(Arc::new(needles), places(config), skip).await;
    desk.close().await;
    let found = found.map_err(|error| error.to_string())?;
    if found.is_empty() {
        println!("Nothing was found.");
        return Ok(ExitCode::SUCCESS);
    }
    for trace in &found {
        println!("{}: line {} as {}", trace.place, trace.line, trace.form);
    }
    eprintln!("tresen: {} places.", found.len());
    Ok(ExitCode::FAILURE)
}

/// The data folder, and what the settings have put elsewhere.
fn places(config: &Config) -> Vec<PathBuf> {
    let mut places = vec![config.data.clone()];
    let mut add = |path: PathBuf| {
        if !path.starts_with(&config.data) {
            places.push(path);
        }
    };
    permissions::database_files(config).into_iter().for_each(&mut add);
    add(config.objects.clone());
    places
}
