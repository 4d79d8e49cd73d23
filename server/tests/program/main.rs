//! The built program, tried from outside: as its operator starts it, as mail servers and browsers meet it.
//!
//! One test program for all of them, since each would be linked anew.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that meets what it did not expect fails")]

mod api;
mod at_terminal;
mod authenticator;
#[cfg(target_os = "linux")]
mod away;
mod clock;
mod config_check;
mod crash;
mod crowd;
mod databases;
mod door;
mod erase_command;
mod first_language;
mod first_start;
mod fresh;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(target_os = "linux")]
mod healing;
mod imap;
mod import;
mod left_open;
mod lmtp;
mod lost_disk;
mod mail_commands;
mod mail_log;
mod no_desk;
#[cfg(target_os = "linux")]
mod no_room;
mod nodes;
mod oauth;
mod opened;
mod passwords;
mod people;
mod permissions;
mod post;
mod rest;
mod restored;
mod served;
mod server_certificates;
mod templates;
mod unknown_erasures;
