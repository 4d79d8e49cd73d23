//! Outgoing email under `--dev`.

pub mod mailbox;
