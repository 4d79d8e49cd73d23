//! What `cargo xtask bench` runs: the finished program under load, and beside it, in the same
//! minutes on the same machine, what a bare handler and a bare commit loop can do.
//!
//! The program is the one that `TRESEN_BINARY` names. Everything happens on the loopback
//! device and in a temporary folder, which is removed at the end.

mod arguments;
mod backup;
mod cases;
mod client;
mod commits;
mod copies;
mod cpu;
mod erasure;
mod flood;
mod intake;
mod limits;
mod load;
mod people;
mod postgres;
mod report;
mod server;
mod wire;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::cpu::Meter;
use crate::report::Once;
use crate::server::Tresen;

/// Requests that are submitted beside those that are stored in bulk: each is mailed its confirmation.
const MAILED: u64 = 1_000;

/// What every step answers: done, or one sentence that says what went wrong.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((command, [])) if command == "bare" => {
            runtime(tokio::runtime::Builder::new_multi_thread()).and_then(|rt| rt.block_on(limits::serve()))
        }
        Some((command, rest)) if command == "commits" => runtime(tokio::runtime::Builder::new_multi_thread())
            .and_then(|rt| rt.block_on(commits::Bare::run(rest))),
        // One thread for the load: the server needs the others.
        _ => runtime(tokio::runtime::Builder::new_current_thread()).and_then(|rt| {
            rt.block_on(async {
                tokio::select! {
                    done = bench(&arguments) => done,
                    _ = tokio::signal::ctrl_c() => Err("ended by Ctrl-C".to_owned()),
                }
            })
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("tresen-bench: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn runtime(mut builder: tokio::runtime::Builder) -> Result<tokio::runtime::Runtime> {
    builder.enable_all().build().map_err(|e| format!("no threads can be started: {e}"))
}

async fn bench(arguments: &[String]) -> Result {
    let arguments = Arguments::parse(arguments)?;
    let program = std::env::var_os("TRESEN_BINARY").map(PathBuf::from);
    let program = program.ok_or("start this as `cargo xtask bench`, or name the program in TRESEN_BINARY")?;
    let program = program.canonicalize().map_err(|e| format!("{}: {e}", program.display()))?;
    let folder = tempfile::Builder::new().prefix("tresen-bench-").tempdir_in(&arguments.folder);
    let folder =
        folder.map_err(|e| format!("no folder can be made in {}: {e}", arguments.folder.display()))?;
    let databases = match &arguments.postgres {
        Some(url) => Some(postgres::Databases::create(url).await?),
        None => None,
    };
    let tresen = Tresen {
        program,
        folder: folder.path().to_owned(),
        listen: server::free_address()?,
        databases: databases.as_ref().map(postgres::Databases::urls),
    };
    let database_process = databases.as_ref().and_then(|databases| databases.process);
    let done = if arguments.erasure {
        erasure::run(&arguments, &tresen, database_process).await
    } else if arguments.backup {
        tokio::task::LocalSet::new().run_until(backup::run(&arguments, &tresen)).await
    } else if arguments.flood {
        flood::run(&arguments, &tresen, database_process).await
    } else {
        measure(&arguments, &tresen, database_process).await
    };
    if let Some(databases) = &databases {
        databases.remove().await?;
    }
    done
}

async fn measure(arguments: &Arguments, tresen: &Tresen, database: Option<u32>) -> Result {
    intake::prepare(&tresen.folder)?;
    let (serving, first_start) = tresen.serve().await?;
    drop(serving);
    eprintln!("filling with {} requests", arguments.requests);
    let number = arguments.requests.to_string();
    let fill = async || tresen.run(&["bench-data", "--requests", &number], "");
    let filled = copies::filled(arguments, tresen, "company", fill).await?;
    tresen.run(&["bench-data", "--by-form", "--requests", &MAILED.to_string()], "")?;
    people::add_agent(tresen)?;

    let (serving, start) = tresen.serve().await?;
    let meter = Meter::new([serving.id()].into_iter().chain(database));
    eprintln!("sending {MAILED} mails");
    let mails = meter.settle(Duration::from_secs(600)).await?;
    let idle_mib = cpu::pss_mib(serving.id())?;

    let people = people::come(tresen).await?;
    let wire = wire::Wire::of(tresen.listen, "/requests/new").await?;
    meter.settle(Duration::from_secs(60)).await?;
    let bare = limits::Bare::start().await?;
    let place = cases::Place { arguments, tresen, meter: &meter, bare: &bare };
    let mut rows = cases::run(&place, &people).await.map_err(|e| format!("{e}\n{}", tresen.log()))?;
    rows.extend(intake::run(&place).await.map_err(|e| format!("{e}\n{}", tresen.log()))?);

    let once = Once {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        fill_seconds: filled.took.as_secs_f64(),
        copied: filled.copied,
        mails_seconds: mails.as_secs_f64(),
        first_start_ms: first_start.as_secs_f64() * 1000.0,
        start_ms: start.as_secs_f64() * 1000.0,
        idle_mib,
        busy_mib: cpu::pss_mib(serving.id())?,
        program_mib: server::size_mib(&tresen.program),
        data_mib: server::size_mib(&tresen.data()),
        sync_ms: sync_ms(&tresen.folder)?,
        wire,
    };
    println!("{}", report::table(arguments, &once, &rows));
    let log = tresen.log();
    if !log.is_empty() {
        println!("The server said:\n{log}");
    }
    if let Some(path) = &arguments.json {
        let json = format!("{:#}\n", report::json(arguments, &once, &rows));
        std::fs::write(path, json).map_err(|e| format!("{} cannot be written: {e}", path.display()))?;
    }
    Ok(())
}

/// The median time until 4 KiB at the end of a file are on disk.
fn sync_ms(folder: &Path) -> Result<f64> {
    let failed = |e: std::io::Error| format!("the disk cannot be measured: {e}");
    let mut file = std::fs::File::create(folder.join("sync")).map_err(failed)?;
    let mut took = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).map_err(failed)?;
        took.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(load::median(took))
}
