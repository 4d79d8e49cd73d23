//! `cargo xtask watch`: serves like `run`, and builds and serves again whenever a file changes.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant, SystemTime};

use xtask::{Result, folders};

use crate::run::{self, Desk};

/// How often the files are looked at.
const POLL: Duration = Duration::from_millis(300);

/// Folders whose files go into the program.
const WATCHED: &[&str] = &["app", "desk", "frontend", "keys", "mail", "model", "server", "store", "style"];

/// Serves until Ctrl-C. The data stays as it is between two builds.
pub(crate) fn watch() -> Result {
    let desk = Desk::here()?;
    desk.check()?;
    let mut seen = newest()?;
    run::build()?;
    desk.check()?;
    desk.fill()?;
    let mut served = Served::start(&desk)?;
    loop {
        std::thread::sleep(POLL);
        let now = newest()?;
        if now == seen {
            continue;
        }
        seen = now;
        let begun = Instant::now();
        // A mistake in the code is no reason to end: the next change may mend it.
        match run::build_again() {
            Err(sentence) => eprintln!("{sentence}"),
            Ok(()) => {
                drop(served);
                served = Served::start(&desk)?;
                println!("Serving again after {:.1} s.", begun.elapsed().as_secs_f64());
            }
        }
    }
}

/// The program, ended when this is dropped.
struct Served(Child);

impl Served {
    fn start(desk: &Desk) -> Result<Self> {
        desk.serve()?.spawn().map(Self).map_err(|e| format!("The program cannot be started: {e}."))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended by itself if this fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// When a watched file was last changed, and how many there are: removing one is a change too.
fn newest() -> Result<(SystemTime, usize)> {
    let root = folders::root()?;
    let mut newest = (SystemTime::UNIX_EPOCH, 0);
    for folder in WATCHED {
        look(&root.join(folder), &mut newest)?;
    }
    Ok(newest)
}

fn look(folder: &Path, newest: &mut (SystemTime, usize)) -> Result {
    let failed = |e| format!("The folder {} cannot be read: {e}.", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)?.flatten() {
        let about = entry.metadata().map_err(failed)?;
        if about.is_dir() {
            look(&entry.path(), newest)?;
        } else {
            newest.0 = newest.0.max(about.modified().map_err(failed)?);
            newest.1 += 1;
        }
    }
    Ok(())
}
