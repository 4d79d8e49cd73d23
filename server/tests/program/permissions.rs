//! What the program stores is closed to other users of the machine, whatever the umask is.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

const PASSWORD: &str = "vermilion gearbox sonata 88\n";

const MAIL: &str = "Message-ID: <1@mail.example.com>\r\nFrom: Ada <ada@example.com>\r\nTo: support@example.com\r\n\
    Subject: Lamp\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
    --b\r\nContent-Type: text/plain\r\n\r\nIt flickers.\r\n\
    --b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nSee here.\r\n--b--\r\n";

/// A folder that everybody may enter, with settings and a data folder, for one test.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    port: u16,
}

impl Place {
    pub(crate) fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "listen = '127.0.0.1:{port}'\nmail_from = 'support@example.com'\n{settings}\n\
             [sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n[lmtp]\nlisten = 'unix:lmtp.sock'\n"
        );
        fs::write(folder.path().join("tresen.toml"), settings).unwrap();
        Self { folder, port }
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The program with the umask that most systems have.
    pub(crate) fn tresen(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new("sh");
        program.args(["-c", "umask 022; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_tresen")]).args(arguments);
        program.current_dir(self.folder.path()).env("TRESEN_CONFIG", self.at("tresen.toml"));
        program.env("TRESEN_LOG", "info");
        program
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut program = self.tresen(arguments);
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = program.spawn().unwrap();
        // A command that reads nothing may have ended.
        drop(program.stdin.take().unwrap().write_all(input.as_bytes()));
        let output = program.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Serves until the answer is dropped.
    pub(crate) fn serve(&self) -> Serving {
        let log = File::create(self.at("log")).unwrap();
        let program = self.tresen(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let serving = Serving { program };
        wait("it serves", || TcpStream::connect(("127.0.0.1", self.port)).is_ok());
        serving
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.at("log")).unwrap()
    }

    /// Sends the form for a request.
    fn submit(&self) {
        let body = "email=grace%40example.com&subject=Lamp&body=Dark&kind=question&consent=yes&once=x";
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "POST /requests/new HTTP/1.1\r\nhost: desk.example.com\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    }

    /// Makes a desk that holds one of each: a request with a file, a form, outgoing mails, a person.
    /// It serves still.
    pub(crate) fn fill(&self) -> Serving {
        self.run(&["init"], "");
        self.run(&["mail", "ingest"], MAIL);
        let serving = self.serve();
        self.submit();
        let person = ["person", "add", "--email", "root@example.com", "--name", "Root", "--role", "admin"];
        self.run(&[&person[..], &["--password-stdin"]].concat(), PASSWORD);
        let mails = || fs::read_dir(self.at("data/mail/outgoing")).map_or(0, Iterator::count);
        wait("two mails left", || mails() >= 2);
        serving
    }

    /// Opens everything below some paths to others, as a former version, or `cp`, has left it.
    fn open_to_all(&self, paths: &[&str]) {
        let mut chmod = Command::new("chmod");
        assert!(
            chmod
                .arg("-R")
                .arg("a+rX")
                .args(paths)
                .current_dir(self.folder.path())
                .status()
                .unwrap()
                .success()
        );
    }
}

pub(crate) struct Serving {
    program: Child,
}

impl Serving {
    /// Ends it politely (SIGTERM).
    pub(crate) fn end(mut self) {
        assert!(Command::new("kill").arg(self.program.id().to_string()).status().unwrap().success());
        self.program.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

fn wait(what: &str, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// Returns what a path is and all below it, each with its mode.
pub(crate) fn walk(path: &Path) -> Vec<(PathBuf, u32)> {
    let about = fs::symlink_metadata(path).unwrap();
    let mut found = vec![(path.to_owned(), about.permissions().mode() & 0o777)];
    if about.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            found.extend(walk(&entry.unwrap().path()));
        }
    }
    found
}

/// Returns those of [`walk`] that others have any access to.
pub(crate) fn open_ones(path: &Path) -> Vec<(PathBuf, String)> {
    let open = walk(path).into_iter().filter(|(_, mode)| mode & 0o077 != 0);
    open.map(|(path, mode)| (path, format!("{mode:o}"))).collect()
}

fn has_attachment(objects: &Path) -> bool {
    walk(objects).iter().any(|(path, _)| path.is_file())
}

#[test]
fn all_that_is_written_is_closed_to_others() {
    let place = Place::new("");

    let serving = place.fill();
    place.run(&["backup", "copy/data"], "");
    place.run(&["backup", "--keys", "copy/keys"], "");
    fs::create_dir(place.at("made")).unwrap();
    place.run(&["backup", "made"], "");

    for name in ["tresen.db", "tresen.db-wal", "tresen.db-shm", "keys.db", "search.db", "master.key"] {
        assert!(place.at("data").join(name).exists(), "{name}");
    }
    for objects in ["data/objects", "copy/data/objects", "made/objects"] {
        assert!(has_attachment(&place.at(objects)), "{objects}");
    }
    assert!(fs::metadata(place.at("lmtp.sock")).unwrap().file_type().is_socket());
    for path in ["data", "copy", "lmtp.sock", "made/tresen.db", "made/objects", "made/manifest.json"] {
        assert_eq!(open_ones(&place.at(path)), [], "{path}");
    }
    assert!(!place.log().contains("other users"), "{}", place.log());
    serving.end();
}

#[test]
fn an_open_desk_is_closed_at_the_start_and_the_log_says_so() {
    let place = Place::new("");
    place.fill().end();
    place.open_to_all(&["data"]);
    fs::write(place.at("data/notes.txt"), "of the operator").unwrap();
    fs::set_permissions(place.at("data/notes.txt"), Permissions::from_mode(0o644)).unwrap();
    let open = walk(&place.at("data"));
    let folders = open.iter().filter(|(path, _)| path.is_dir()).count();
    let files = open.len() - folders - 1;
    assert!(has_attachment(&place.at("data/objects")) && open.iter().all(|(_, mode)| mode & 0o044 == 0o044));

    let serving = place.serve();

    assert_eq!(open_ones(&place.at("data")), [(place.at("data/notes.txt"), "644".to_owned())]);
    let log = place.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("other users")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    for part in ["WARN", &format!("={files}"), &format!("={folders}"), "\"data\"", "=true"] {
        assert!(plain(lines[0]).contains(part), "{part}: {log}");
    }

    // Once.
    serving.end();
    let serving = place.serve();
    assert!(!place.log().contains("other users"), "{}", place.log());
    serving.end();
}

#[test]
fn what_the_settings_put_elsewhere_is_closed_and_nothing_beside_it() {
    let place = Place::new(
        "database_url = 'db/desk.sqlite'\nkeys_url = 'db/keys.sqlite'\nobjects_url = 'file:files'\n\
         master_key_file = 'secret/key'",
    );
    for folder in ["db", "secret"] {
        fs::create_dir(place.at(folder)).unwrap();
    }
    place.fill().end();
    fs::write(place.at("db/beside"), "of the operator").unwrap();
    place.open_to_all(&["data", "db", "files", "secret"]);

    let output = place.run(&["retention", "--dry-run"], "");

    let of_operator = ["db", "db/beside", "secret"].map(|path| place.at(path));
    for path in ["data", "db", "files", "secret"] {
        let open = open_ones(&place.at(path)).into_iter().filter(|(path, _)| !of_operator.contains(path));
        assert_eq!(open.collect::<Vec<_>>(), [], "{path}");
    }
    for path in of_operator {
        assert!(fs::metadata(&path).unwrap().permissions().mode() & 0o044 == 0o044, "{}", path.display());
    }
    let log = plain(&String::from_utf8(output.stderr).unwrap());
    let places = "data, db/desk.sqlite, db/keys.sqlite, files, secret/key";
    assert!(log.contains(places), "{log}");
}

#[test]
fn a_restored_backup_is_closed_however_open_it_was() {
    let place = Place::new("");
    place.fill().end();
    place.run(&["backup", "copy"], "");
    fs::remove_dir_all(place.at("data/objects")).unwrap();
    place.open_to_all(&["copy"]);

    place.run(&["restore", "copy"], "");

    assert!(has_attachment(&place.at("data/objects")));
    assert_eq!(open_ones(&place.at("data")), []);
}

/// A line of the log without its colours.
pub(crate) fn plain(line: &str) -> String {
    let parts = line.split('\u{1b}').enumerate();
    parts
        .map(
            |(index, part)| {
                if index == 0 { part } else { part.split_once('m').map_or(part, |(_, rest)| rest) }
            },
        )
        .collect()
}
