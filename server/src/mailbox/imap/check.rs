//! `tresen mail check`: says of each mailbox whether it can be watched. Changes nothing.

use crate::config::Config;
use crate::mailbox::settings::{After, Mailbox, Security};

use super::connect;
use super::talk::Talk;
use super::trouble::Trouble;

/// Tries each mailbox in the settings. Answers whether all can be used.
pub(crate) async fn check(config: &Config) -> bool {
    let mut fine = true;
    for mailbox in &config.mailboxes {
        match look(mailbox).await {
            Ok(messages) => {
                println!("{}: fine, {messages} messages wait in {}", mailbox.name, mailbox.folder)
            }
            Err(trouble) => {
                fine = false;
                println!("{}: {trouble}", mailbox.name);
            }
        }
    }
    if config.mailboxes.is_empty() {
        println!("The settings contain no [[mailboxes]].");
    }
    fine
}

/// Checks the certificates that a mailbox is to be trusted by.
pub(crate) fn certificates(mailbox: &Mailbox) -> Result<(), Trouble> {
    match mailbox.security {
        Security::Plain => Ok(()),
        Security::Tls | Security::Starttls => connect::tls(mailbox.ca_file.as_deref()).map(drop),
    }
}

/// Signs in and counts the messages that wait.
pub(crate) async fn look(mailbox: &Mailbox) -> Result<usize, Trouble> {
    let mut talk = Talk::new(connect::open(mailbox).await?);
    talk.select(&mailbox.folder).await?;
    if let After::MoveTo(to) = &mailbox.after
        && !talk.has_folder(to).await?
    {
        println!("{}: the folder {to} will be created", mailbox.name);
    }
    Ok(talk.search("ALL").await?.len())
}
