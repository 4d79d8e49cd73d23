//! Errors of a database or a disk that cannot be used for the time being, told from others by their codes.

use std::io::{self, ErrorKind};

use crate::StoreError;

/// Why nothing can be stored at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// No space left, or a quota is used up.
    DiskFull,
    /// The disk does not take what is written: it is read-only, or it fails.
    Disk,
    /// The database does not answer, or takes no more connections.
    Database,
}

impl Outage {
    /// Returns a word for probes and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DiskFull => "disk-full",
            Self::Disk => "disk",
            Self::Database => "database",
        }
    }
}

/// Tells what an error of a database says about it; `None` when it will not pass by itself.
pub fn of_store(error: &StoreError) -> Option<Outage> {
    match error {
        StoreError::Database(error) => {
            let code = error.code()?;
            match code.parse() {
                // A code of SQLite is a number; one of PostgreSQL has five characters.
                Ok(number) if code.len() < 5 => of_sqlite(number),
                _ => of_postgres(&code),
            }
        }
        StoreError::Io(error) => Some(of_file(error).unwrap_or(Outage::Database)),
        StoreError::PoolTimedOut | StoreError::PoolClosed | StoreError::Tls(_) => Some(Outage::Database),
        _ => None,
    }
}

/// The low byte of an extended result code is the primary one: <https://www.sqlite.org/rescode.html>.
const fn of_sqlite(code: u32) -> Option<Outage> {
    match code & 0xff {
        // SQLITE_FULL
        13 => Some(Outage::DiskFull),
        // SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN
        8 | 10 | 14 => Some(Outage::Disk),
        // SQLITE_BUSY, SQLITE_LOCKED: another process has held it for too long.
        5 | 6 => Some(Outage::Database),
        _ => None,
    }
}

/// PostgreSQL's manual, appendix A.
fn of_postgres(code: &str) -> Option<Outage> {
    match code {
        "53100" => Some(Outage::DiskFull),
        // An input or output error; a server that is read-only.
        "58030" | "25006" => Some(Outage::Disk),
        // There is no such database at the moment.
        "3D000" => Some(Outage::Database),
        // Connection exceptions, other lacks of resources, a server that is shut down or being started.
        _ if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => {
            Some(Outage::Database)
        }
        _ => None,
    }
}

/// The same of an error of a file.
pub fn of_file(error: &io::Error) -> Option<Outage> {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(Outage::DiskFull),
        ErrorKind::FileTooLarge | ErrorKind::ReadOnlyFilesystem => Some(Outage::Disk),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases() {
        for (code, outage) in [
            (13, Some(Outage::DiskFull)),
            (10, Some(Outage::Disk)),
            // SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_READONLY_DBMOVED
            (778, Some(Outage::Disk)),
            (1034, Some(Outage::Disk)),
            (1032, Some(Outage::Disk)),
            (14, Some(Outage::Disk)),
            (5, Some(Outage::Database)),
            (517, Some(Outage::Database)),
            // SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_CONSTRAINT_UNIQUE
            (1, None),
            (11, None),
            (2067, None),
        ] {
            assert_eq!(of_sqlite(code), outage, "{code}");
        }
        for (code, outage) in [
            ("53100", Some(Outage::DiskFull)),
            ("25006", Some(Outage::Disk)),
            ("58030", Some(Outage::Disk)),
            ("53300", Some(Outage::Database)),
            ("57P01", Some(Outage::Database)),
            ("57P03", Some(Outage::Database)),
            ("3D000", Some(Outage::Database)),
            ("08006", Some(Outage::Database)),
            ("23505", None),
            ("42P01", None),
            ("40001", None),
        ] {
            assert_eq!(of_postgres(code), outage, "{code}");
        }
    }

    #[test]
    fn errors_of_files() {
        for (number, outage) in [
            (libc_errno::ENOSPC, Some(Outage::DiskFull)),
            (libc_errno::EDQUOT, Some(Outage::DiskFull)),
            (libc_errno::EROFS, Some(Outage::Disk)),
            (libc_errno::EFBIG, Some(Outage::Disk)),
            (libc_errno::ENOENT, None),
        ] {
            assert_eq!(of_file(&io::Error::from_raw_os_error(number)), outage, "{number}");
        }
    }

    /// Linux' numbers.
    mod libc_errno {
        pub(super) const ENOENT: i32 = 2;
        pub(super) const EFBIG: i32 = 27;
        pub(super) const ENOSPC: i32 = 28;
        pub(super) const EROFS: i32 = 30;
        pub(super) const EDQUOT: i32 = 122;
    }
}
