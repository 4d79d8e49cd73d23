//! A PostgreSQL for the tests, in a temporary folder, gone when they end.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::{Result, folders, install, shell};

/// A running server. Dropping it stops it and removes its folder.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    server: Child,
    user: Option<User>,
}

/// The user who runs it when root must not.
#[derive(Clone, Copy)]
struct User {
    id: u32,
    group: u32,
}

const FOLDER: &str = "tresen-test-postgres-";

impl Postgres {
    /// Starts one on a free port of the loopback device.
    pub(crate) fn start() -> Result<Self> {
        let programs = install_programs()?;
        let user = if shell::is_root() { Some(postgres_user()?) } else { None };
        remove_leftovers();
        // Not in the target folder: the user may not be allowed to reach it.
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        folders::remove(&folder)?;
        folders::create(&folder)?;
        let own = |e| format!("The folder {} cannot be given away: {e}.", folder.display());
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).map_err(own)?;
        if let Some(user) = user {
            chown(&folder, Some(user.id), Some(user.group)).map_err(own)?;
        }
        let data = folder.join("data");
        let mut initdb = command(&programs, "initdb", user, &folder);
        initdb.args(["--username=tresen", "--auth=trust", "--encoding=UTF8", "--locale=C", "--pgdata"]);
        if let Err(e) = shell::output(initdb.arg(&data)) {
            folders::remove(&folder)?;
            return Err(e);
        }

        let port = free_port()?;
        let mut server = command(&programs, "postgres", user, &folder);
        server.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=400",
            // No test takes the power away, and each makes databases of its own.
            "fsync=off",
            // A log that a test can search.
            "max_wal_size=64MB",
        ] {
            server.arg("-c").arg(setting);
        }
        let log = std::fs::File::create(folder.join("log"))
            .map_err(|e| format!("The log of PostgreSQL cannot be written: {e}."))?;
        let server = server
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("PostgreSQL cannot be started: {e}."))?;
        let mut postgres = Self { programs, folder, port, server, user };
        postgres.wait()?;
        Ok(postgres)
    }

    /// Its address, for `TRESEN_TEST_POSTGRES`. The user may make databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://tresen@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self) -> Result {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            // The file says `ready` once it takes connections; the port alone may be another's.
            let state = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            let ready = state.lines().last().is_some_and(|line| line.trim() == "ready");
            if ready && TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            if !matches!(self.server.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL did not start: {}", log.trim()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = command(&self.programs, "pg_ctl", self.user, &self.folder);
        stop.args(["stop", "--mode=immediate", "--wait", "--pgdata"]).arg(self.folder.join("data"));
        if let Err(e) = shell::output(&mut stop)
            && matches!(self.server.try_wait(), Ok(None))
        {
            eprintln!("PostgreSQL does not stop, so it is killed: {e}");
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        if let Err(e) = folders::remove(&self.folder) {
            eprintln!("{e}");
        }
    }
}

/// One of PostgreSQL's programs as the right user. It ends with this program, however that ends.
fn command(programs: &Path, program: &str, user: Option<User>, folder: &Path) -> Command {
    let program = programs.join(program);
    let mut command = match shell::find("setpriv") {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            if let Some(user) = user {
                command.arg(format!("--reuid={}", user.id)).arg(format!("--regid={}", user.group));
                command.arg("--clear-groups");
            }
            command.arg("--pdeathsig=INT").arg(program);
            command
        }
        None => Command::new(program),
    };
    // The folder of the checkout may be closed to that user.
    command.current_dir(folder);
    command
}

fn install_programs() -> Result<PathBuf> {
    const QUIET: &str = "/etc/postgresql-common/createcluster.d/tresen-xtask.conf";
    let installs = find_programs().is_none() && shell::is_root() && shell::find("apt-get").is_some();
    if installs {
        // Debian makes and starts a database of its own with the package; nobody asked for one.
        install::apt(&["postgresql-common"])?;
        folders::write(Path::new(QUIET), b"create_main_cluster = false\n")?;
    }
    let found = install::find_or_install("PostgreSQL", &["postgresql"], find_programs);
    if installs {
        let _ = std::fs::remove_file(QUIET);
    }
    found
}

/// The folder with `initdb`, `postgres` and `pg_ctl`: from `PATH`, or Debian's newest.
fn find_programs() -> Option<PathBuf> {
    let complete =
        |folder: &PathBuf| ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
    let in_path = shell::find("initdb").and_then(|file| file.parent().map(Path::to_owned)).filter(complete);
    in_path.or_else(|| {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let folders = versions.flatten().map(|version| version.path().join("bin")).filter(complete);
        folders.max_by_key(|folder| {
            folder.parent().map(folders::name).and_then(|version| version.parse::<u32>().ok())
        })
    })
}

/// The user `postgres`: PostgreSQL refuses to run as root.
fn postgres_user() -> Result<User> {
    let id = |which: &str| shell::output(Command::new("id").args([which, "postgres"]));
    if id("-u").is_err() {
        shell::run(Command::new("useradd").args([
            "--system",
            "--user-group",
            "--no-create-home",
            "postgres",
        ]))?;
    }
    if shell::find("setpriv").is_none() {
        return Err("PostgreSQL refuses to run as root, and `setpriv` (util-linux), which runs it as \
                    another user, is missing; install it, or run the tests as another user."
            .to_owned());
    }
    let number = |which: &str| id(which)?.parse().map_err(|e| format!("`id {which} postgres`: {e}."));
    Ok(User { id: number("-u")?, group: number("-g")? })
}

/// Removes folders of runs that were killed.
fn remove_leftovers() {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(run) = folders::name(&path).strip_prefix(FOLDER) else { continue };
        if Path::new("/proc/self").exists() && !Path::new("/proc").join(run).exists() {
            let _ = folders::remove(&path);
        }
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|e| format!("No port is free: {e}."))
}
