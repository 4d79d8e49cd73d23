//! Backups of a desk on SQLite, made while it serves, and their way back.
//!
//! A backup of the data is sealed through and through: without the key store nobody reads
//! it. The key store is backed up apart and kept briefly, the master key and the search index
//! never. A restore keeps the key store that is there, so whoever was erased stays erased.
//!
//! PostgreSQL has better tools of its own; the operator's manual names them.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteLockingMode;
use sqlx::types::Uuid;
use sqlx::{ConnectOptions, Connection};
use tresen_keys::{KeyStore, MIGRATIONS, MasterKey};
use tresen_model::Timestamp;
use tresen_store::{CONNECTIONS, Location, Pool, Store, StoreError, on, sqlite};

use crate::erasure_list::{List, ListError};
use crate::error::Broken;
use crate::migrations::DATA;
use crate::privacy::returned;
use crate::{erasure_list, objects};

/// The layout of a backup that this program writes.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "tresen.db";
const KEYS: &str = "keys.db";

/// Where a desk's things are.
pub struct Places {
    /// The database.
    pub database: Location,
    /// The key store.
    pub keys: Location,
    /// The folder for attachments.
    pub objects: PathBuf,
    /// The folder with the search index.
    pub folder: PathBuf,
}

/// What is backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Database and attachments.
    Data,
    /// The key store alone.
    Keys,
}

/// Says what a backup holds. Written last, so a folder without one is no backup.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    /// The version of the program.
    version: String,
    part: Part,
    /// When, in microseconds UTC.
    at: i64,
    files: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    bytes: u64,
    sha256: String,
}

/// What was done.
#[derive(Default)]
pub struct Done {
    /// Files of the backup.
    pub files: usize,
    /// Bytes of them together.
    pub bytes: u64,
    /// Persons whose key is gone: they are purged when the desk is opened.
    pub keyless: usize,
    /// Persons whom a list of erasures names: they are erased again when the desk is opened.
    pub again: usize,
    /// Since when erasures are unknown, where the operator accepts that.
    pub unknown_since: Option<Timestamp>,
    /// The newest erasure that is known.
    pub newest_erasure: Option<Timestamp>,
}

/// What is known of erasures beside what is in place.
#[derive(Default)]
pub struct Remembered<'a> {
    /// A list of erasures that was kept elsewhere.
    pub list: Option<&'a Path>,
    /// Whether to restore although nothing says who was erased since the backup was made.
    pub accept_unknown: bool,
}

/// Why there is no backup, or no restore. Sentences for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not with this engine.
    #[error(
        "this desk uses PostgreSQL, whose own tools make better backups: pg_dump --no-unlogged-table-data for \
         the data and, apart and kept briefly, for the key store; see the operator's manual"
    )]
    Postgres,
    /// Something lies there already.
    #[error("{0} is not empty; a backup goes into a new or an empty folder")]
    NotEmpty(PathBuf),
    /// No manifest, or not a sound one.
    #[error("{0} is no whole backup: {1}")]
    NoBackup(PathBuf, String),
    /// The desk is running.
    #[error("the desk is being served; stop it first: what is written meanwhile would be lost")]
    Running,
    /// There are no keys to read the backup with.
    #[error(
        "the key store here opens nothing of this backup; put the key store (keys.db) and the master key that \
         belong to it into place first"
    )]
    NoKeys,
    /// Nobody knows who was erased since the backup was made.
    #[error(
        "{reason}, so persons who were erased since {since}, when the backup was made, would be back. Give the list of \
         erasures that was kept elsewhere: --erasures FILE. Without one, --accept-unknown-erasures restores all the same"
    )]
    UnknownErasures {
        /// What is missing.
        reason: String,
        /// The time of the backup (RFC 3339).
        since: String,
    },
    /// The list of erasures cannot be used.
    #[error(transparent)]
    List(#[from] ListError),
    /// Something broke.
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.into())
    }
}

impl From<io::Error> for BackupError {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.into())
    }
}

fn file(location: &Location) -> Result<&Path, BackupError> {
    match location {
        Location::File(path) => Ok(path),
        Location::Server(_) => Err(BackupError::Postgres),
    }
}

/// Makes a backup, also while the desk is served: it shows one moment.
///
/// # Errors
/// [`BackupError`].
pub async fn backup(places: &Places, part: Part, to: &Path, now: Timestamp) -> Result<Done, BackupError> {
    let (source, name) = match part {
        Part::Data => (file(&places.database)?, DATABASE),
        Part::Keys => (file(&places.keys)?, KEYS),
    };
    make_private(to)?;
    if fs::read_dir(to)?.next().is_some() {
        return Err(BackupError::NotEmpty(to.to_owned()));
    }
    let copy = to.join(name);
    let mut connection = sqlite::options(source).create_if_missing(false).connect().await?;
    let shown = copy.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(shown).execute(&mut connection).await?;
    connection.close().await?;
    fs::File::open(&copy)?.sync_all()?;
    let mut files = vec![listed(to, name.to_owned())?];
    if part == Part::Data {
        let mut connection = sqlite::options(&copy).connect().await?;
        let rows: Vec<(Uuid,)> =
            sqlx::query_as("SELECT id FROM attachment ORDER BY id").fetch_all(&mut connection).await?;
        // Small pictures are made again.
        sqlx::query(
            "UPDATE attachment SET preview_key_sealed = NULL, preview_width = NULL, preview_height = NULL,
             preview_size = NULL, work_at = 0, work_tries = 0 WHERE preview_key_sealed IS NOT NULL",
        )
        .execute(&mut connection)
        .await?;
        // Turned back into one file, without a log beside it.
        sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut connection).await?;
        connection.close().await?;
        files = vec![listed(to, name.to_owned())?];
        for (id,) in rows {
            let from = objects::path(&places.objects, id);
            let path = objects::path(Path::new("objects"), id);
            // Erased since the moment that the copy shows: then it is right that it is missing.
            if link_or_copy(&from, &to.join(&path))? {
                files.push(listed(to, path.to_string_lossy().into_owned())?);
            }
        }
    }
    let bytes = files.iter().map(|file| file.bytes).sum();
    let done = Done { files: files.len(), bytes, ..Done::default() };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let manifest = Manifest { format: FORMAT, version, part, at: now.0, files };
    let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from)?;
    let unfinished = to.join("manifest.part");
    fs::write(&unfinished, text)?;
    fs::File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, to.join(MANIFEST))?;
    fs::File::open(to)?.sync_all()?;
    Ok(done)
}

/// Puts a backup of the data in the place of what is there. The key store stays as it is.
/// Whoever has been erased since, and whoever's key is gone, is purged when the desk is opened
/// next, before anybody is served. Sessions and links for passwords end, and mails that were
/// waiting wait for an agent: most of them were sent after the backup was made.
///
/// Who was erased is told by what is in place, if it reaches back to the time of the backup, and by the list
/// that the operator gives. Without either, nothing is restored unless the operator accepts that.
///
/// # Errors
/// [`BackupError`]; then nothing was changed.
pub async fn restore(
    places: &Places,
    master_key: MasterKey,
    from: &Path,
    remembered: &Remembered<'_>,
    now: Timestamp,
) -> Result<Done, BackupError> {
    let database = file(&places.database)?;
    let manifest = check(from)?;
    let given = remembered.list.map(|path| List::read_whole(path, &master_key)).transpose()?;
    let local = places.folder.join(erasure_list::NAME);
    let mut in_place = List::read(&local, &master_key)?;
    let erasures = match database.exists() {
        true => {
            let (first, erasures) = erasures(database).await?;
            in_place = in_place.or_else(|| first.map(|first| listed_in(&erasures, first, &master_key)));
            erasures
        }
        false => Vec::new(),
    };
    let known = Known::new(given, in_place, Timestamp(manifest.at), remembered.accept_unknown, now)?;
    if let Some(folder) = database.parent() {
        fs::create_dir_all(folder)?;
    }
    // The settings may put the database elsewhere.
    make_private(&places.folder)?;
    let staged = beside(database, ".restoring");
    remove_database(&staged)?;
    fs::copy(from.join(DATABASE), &staged)?;
    make_file_private(&staged)?;
    let prepared = prepare(&staged, places, master_key.clone(), &erasures, &known).await;
    let (keyless, again) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            remove_database(&staged)?;
            return Err(error);
        }
    };
    for listed in manifest.files.iter().filter(|listed| listed.path != DATABASE) {
        let to =
            places.objects.join(Path::new(&listed.path).strip_prefix("objects").unwrap_or(Path::new("")));
        if !to.exists() {
            link_or_copy(&from.join(&listed.path), &to)?;
        }
    }
    // Before the database: from then on it knows no less.
    known.list.write(&local, &master_key)?;
    // From here on it is the other database. The index belonged to the one before.
    remove_database(&places.folder.join("search.db"))?;
    for ending in ["-wal", "-shm"] {
        remove(&beside(database, ending))?;
    }
    fs::rename(&staged, database)?;
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    let bytes = manifest.files.iter().map(|file| file.bytes).sum();
    Ok(Done {
        files: manifest.files.len(),
        bytes,
        keyless,
        again,
        unknown_since: known.unknown_since,
        newest_erasure: known.list.newest(),
    })
}

/// Has everybody erased, at the next opening, whose key is gone for good.
///
/// # Errors
/// [`BackupError::Broken`] only.
pub async fn give_up_keyless(places: &Places, master_key: MasterKey) -> Result<usize, BackupError> {
    let data = Store::open(&places.database, &DATA, Pool::of(CONNECTIONS)).await?;
    let keys =
        KeyStore::new(Store::open(&places.keys, &MIGRATIONS, Pool::of(CONNECTIONS)).await?, master_key);
    let (keyless, _) = returned::erase_keyless(&data, &keys).await?;
    keys.store().close().await;
    data.close().await;
    Ok(keyless)
}

/// An erasure that the database of today knows of.
type Erasure = (Uuid, i64, Option<i64>, String, String);

/// What a restore knows of erasures.
struct Known {
    list: List,
    /// Only what the operator has given reaches back to the time of the backup.
    relies_on_given: bool,
    unknown_since: Option<Timestamp>,
    /// When the backup was made.
    at: Timestamp,
}

impl Known {
    fn new(
        given: Option<List>,
        in_place: Option<List>,
        at: Timestamp,
        accept_unknown: bool,
        now: Timestamp,
    ) -> Result<Self, BackupError> {
        let reaches_back = |list: &Option<List>| list.as_ref().is_some_and(|list| list.since <= at);
        let (by_given, by_place) = (reaches_back(&given), reaches_back(&in_place));
        let unknown_since = (!by_given && !by_place).then_some(at);
        if unknown_since.is_some() && !accept_unknown {
            let reason = match &given {
                Some(list) => {
                    format!("the list knows erasures since {} only", erasure_list::rfc3339(list.since))
                }
                None => "nothing here says who was erased".to_owned(),
            };
            return Err(BackupError::UnknownErasures { reason, since: erasure_list::rfc3339(at) });
        }
        // A list begins with what it knows without a gap.
        let lists: Vec<List> = [given, in_place].into_iter().flatten().collect();
        let since = lists.iter().map(|list| list.since).filter(|since| *since <= at).min();
        let mut list = List::new(since.unwrap_or(now));
        lists.iter().for_each(|other| list.merge(other));
        Ok(Self { list, relies_on_given: by_given && !by_place && !accept_unknown, unknown_since, at })
    }

    /// An older copy of the list lacks erasures that the backup itself knows: it may lack others.
    async fn require_current(&self, data: &Store, master: &MasterKey) -> Result<(), BackupError> {
        if !self.relies_on_given {
            return Ok(());
        }
        let finished = data.ids("SELECT person_id FROM erasure WHERE finished_at IS NOT NULL").await?;
        if finished.iter().all(|person| self.list.get(&erasure_list::mark(*person, master)).is_some()) {
            return Ok(());
        }
        let reason = "the list is older than the backup: it lacks erasures that the backup knows".to_owned();
        Err(BackupError::UnknownErasures { reason, since: erasure_list::rfc3339(self.at) })
    }
}

/// The erasures that a database knows, which was made at some time.
fn listed_in(erasures: &[Erasure], made: Timestamp, master: &MasterKey) -> List {
    let mut list = List::new(made);
    for (person, _, finished, ..) in erasures {
        if let Some(finished) = finished {
            list.add(erasure_list::mark(*person, master), Timestamp(*finished));
        }
    }
    list
}

/// Reads them, and when the database was made, and makes sure that nobody else has the database open. A file that
/// is damaged is no database that knows anything: it may be why there is a restore.
async fn erasures(database: &Path) -> Result<(Option<Timestamp>, Vec<Erasure>), BackupError> {
    const BUSY: i32 = 5;
    // SQLITE_ERROR (a table is missing), SQLITE_CORRUPT, SQLITE_NOTADB.
    const DAMAGED: [i32; 3] = [1, 11, 26];
    let options = sqlite::options(database)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(std::time::Duration::from_millis(300));
    let read = async {
        let mut connection = options.connect().await?;
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await?;
        let rows = sqlx::query_as("SELECT person_id, started_at, finished_at, wish, counts FROM erasure")
            .fetch_all(&mut connection)
            .await?;
        let (first,): (Option<i64>,) =
            sqlx::query_as("SELECT MIN(since) FROM privacy_text").fetch_one(&mut connection).await?;
        sqlx::query("COMMIT").execute(&mut connection).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
        connection.close().await?;
        Ok::<_, StoreError>((first.map(Timestamp), rows))
    };
    let read = read.await;
    // An extended code has the code in its last byte.
    let code = match &read {
        Err(StoreError::Database(error)) => error.code().and_then(|code| code.parse::<i32>().ok()),
        _ => None,
    };
    match (code.map(|code| code & 0xff), read) {
        (Some(BUSY), _) => Err(BackupError::Running),
        (Some(code), Err(error)) if DAMAGED.contains(&code) => {
            tracing::warn!(%error, "the database in place is damaged, so nothing in it says who was erased");
            Ok((None, Vec::new()))
        }
        (_, read) => Ok(read?),
    }
}

/// Makes the copy of the backup fit to take over.
async fn prepare(
    staged: &Path,
    places: &Places,
    master_key: MasterKey,
    erasures: &[Erasure],
    known: &Known,
) -> Result<(usize, usize), BackupError> {
    const ERASURE: &str = "INSERT INTO erasure (person_id, started_at, finished_at, wish, counts)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id) DO NOTHING";
    const ENDED: &[&str] = &[
        "DELETE FROM session",
        // One that was forgotten since, with a password that was changed.
        "DELETE FROM device",
        "DELETE FROM token WHERE purpose <> 'request'",
        // One that was removed since would be good again.
        "DELETE FROM api_token",
        "UPDATE outbox SET state = 'parked', last_error = 'restored' WHERE state = 'queued'",
    ];
    let data = Store::open(&Location::File(staged.to_owned()), &DATA, Pool::of(CONNECTIONS)).await?;
    if let Err(error) = known.require_current(&data, &master_key).await {
        data.close().await;
        return Err(error);
    }
    let mut tx = data.write().await?;
    for (person, started, finished, wish, counts) in erasures {
        on!(tx.conn(), c => sqlx::query(ERASURE)
            .bind(person)
            .bind(started)
            .bind(finished)
            .bind(wish)
            .bind(counts)
            .execute(c)
            .await
            .map(drop))?;
    }
    for sql in ENDED {
        on!(tx.conn(), c => sqlx::query(*sql).execute(c).await.map(drop))?;
    }
    tx.commit().await?;
    let keys =
        KeyStore::new(Store::open(&places.keys, &MIGRATIONS, Pool::of(CONNECTIONS)).await?, master_key);
    keys.check_master().await.map_err(Broken::from)?;
    let persons = data.ids("SELECT id FROM person").await?;
    let held: HashSet<Uuid> = keys.holders().await.map_err(Broken::from)?;
    let outcome = if !persons.is_empty() && persons.is_disjoint(&held) {
        Err(BackupError::NoKeys)
    } else {
        let again = returned::erase_listed(&data, &keys, &known.list).await?;
        Ok((returned::erase_keyless(&data, &keys).await?.0, again))
    };
    keys.store().close().await;
    data.close().await;
    outcome
}

/// Reads the manifest, and every file against it.
fn check(from: &Path) -> Result<Manifest, BackupError> {
    let wrong = |reason: &str| BackupError::NoBackup(from.to_owned(), reason.to_owned());
    let text = fs::read(from.join(MANIFEST)).map_err(|_| wrong("it has no manifest.json"))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|_| wrong("its manifest.json cannot be read"))?;
    if manifest.format != FORMAT {
        return Err(wrong("another version of the program has made it"));
    }
    if manifest.part != Part::Data {
        return Err(wrong(
            "it is one of the key store; copy its keys.db into place while the desk is stopped",
        ));
    }
    if !manifest.files.iter().any(|file| file.path == DATABASE) {
        return Err(wrong("it has no database"));
    }
    for file in &manifest.files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let id = Uuid::try_parse(name).ok();
        let expected = id.map(|id| objects::path(Path::new("objects"), id));
        if file.path != DATABASE && expected.as_deref() != Some(Path::new(&file.path)) {
            return Err(wrong("its manifest.json names a file that does not belong there"));
        }
        let found = listed(from, file.path.clone());
        if !found.is_ok_and(|found| found.bytes == file.bytes && found.sha256 == file.sha256) {
            return Err(wrong(&format!("{} is damaged or missing", file.path)));
        }
    }
    Ok(manifest)
}

fn listed(folder: &Path, path: String) -> io::Result<Listed> {
    let mut file = fs::File::open(folder.join(&path))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        bytes += read as u64;
    }
    Ok(Listed { path, bytes, sha256: data_encoding::HEXLOWER.encode(&hash.finalize()) })
}

/// Files are never changed once they are there, so on the same disk both names may share one.
/// `false` when there is none.
fn link_or_copy(from: &Path, to: &Path) -> io::Result<bool> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::hard_link(from, to).is_ok() {
        make_file_private(to)?;
        return Ok(true);
    }
    match fs::copy(from, to) {
        Ok(_) => {
            make_file_private(to)?;
            fs::File::open(to)?.sync_all()?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A folder that nobody else can look into.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Closes a file to other users: a copy and a link have the mode of their source.
fn make_file_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.to_owned().into_os_string();
    path.push(ending);
    path.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_database(path: &Path) -> io::Result<()> {
    ["", "-wal", "-shm", "-journal"].into_iter().try_for_each(|ending| remove(&beside(path, ending)))
}
