//! How long, how deleted, how protected.

use super::super::writer::{Writer, paragraph, texts};
use super::super::{Block, DEVICE_DAYS};
use super::{days, months};
use crate::settings::Retention;

pub(super) fn periods(writer: &mut Writer<'_>, retention: &Retention) {
    let data_backups = match retention.data_backup_days {
        Some(limit) => format!("at most {}", days(limit)),
        None => "until newer ones replace them".into(),
    };
    let rows = vec![
        texts!["Requests that are still open", "until they are resolved or closed, then as follows"],
        texts![
            "Resolved and closed requests with messages, attachments, notes and history",
            format!("{} after the last activity", months(retention.closed_requests_months)),
        ],
        texts![
            "Unanswered requests whose email address was never confirmed",
            format!("{} after they came in", days(retention.unconfirmed_days)),
        ],
        texts![
            "Requests that were held back as suspected spam",
            format!("{} after they came in, unless we release them", days(retention.held_days)),
        ],
        texts![
            "Emails to us that could not be processed",
            format!("{} after they came in", days(retention.set_aside_days)),
        ],
        texts!["People without requests, with account and consents", months(retention.idle_person_months)],
        texts!["Content of sent emails", format!("{} after sending", days(retention.sent_mail_days))],
        texts![
            "Sessions",
            format!("until you sign out, at most {} after the last use", days(retention.session_days)),
        ],
        texts![
            "Hashes of the browsers that you have signed in with",
            format!("{} after the last sign-in, at most until your password changes", days(DEVICE_DAYS)),
        ],
        texts![
            "Authenticator app and recovery codes",
            "until you remove or use them, at most as long as the account"
        ],
        texts!["Links that we send you", "until they have expired or been used up"],
        texts!["Consents", "as long as we keep the person to whom they belong"],
        texts!["Backups of the keys", format!("at most {}", days(retention.key_backup_days))],
        texts!["Backups of the encrypted data", data_backups],
        texts![
            "Hashes of the identifiers of deleted emails (made with a secret key, not linked to a person)",
            "as long as the service desk exists",
        ],
        texts![
            "Figures that relate to no person, such as requests a day, and records of deletions without \
             personal data",
            "without limit",
        ],
    ];
    let blocks = vec![
        paragraph(
            "These periods are in force. When they end, the service desk deletes automatically. We \
         delete old backups.",
        ),
        Block::Table { head: texts!["Data", "Kept for"], rows },
        paragraph("You can delete your data earlier at any time."),
    ];
    writer.section("storage", "How long we keep it", blocks);
}

pub(super) fn deletion(writer: &mut Writer<'_>, retention: &Retention) {
    let limit = days(retention.key_backup_days);
    let limits = texts![
        "Emails already delivered lie in the recipient’s mailbox. An email that you sent us may still lie in \
         our own mailbox.",
        format!(
            "We keep backups of the keys for at most {limit}. As long as there is a backup with your key, an \
             older backup of the data could still be read with it. After {limit} at the latest nobody can do \
             so any more, and neither can we."
        ),
        "When the period for a single request ends, your key remains for your other requests. Older backups \
         of the data then still contain the deleted request, encrypted, until they are replaced or you \
         yourself are deleted.",
        "What others wrote about you in their own requests is sealed with their keys. Please tell us of such \
         passages; we check them and delete them by hand.",
        "What our team stored outside the service desk before the deletion, such as a downloaded attachment, \
         is beyond its reach. We delete it separately unless a law requires us to keep it.",
    ];
    let blocks = vec![
        paragraph(
            "On the page /account/delete you delete your account, all your requests and everything you \
             wrote. With an account your password is enough. Without one we send you a link that is good for \
             one hour and only once. You can also ask us to delete your data for you.",
        ),
        paragraph(
            "The deletion happens at once. When the page confirms it, it is complete: requests with \
             messages, attachments, notes, history, emails and search entries, then account, sessions and \
             consents, and last your key.",
        ),
        paragraph(
            "The key makes the deletion final. What you write and what identifies you is sealed with a key \
             that belongs to you alone. Once it is deleted, nobody can read the copies in old backups. If an \
             old backup is restored, what is left of you is removed before the service desk answers again.",
        ),
        paragraph(
            "You receive a signed receipt without personal data. It can be checked at /privacy/receipt.",
        ),
        paragraph("The deletion has these limits:"),
        Block::List(limits),
    ];
    writer.section("deletion", "What deletion means here", blocks);
}

pub(super) fn security(writer: &mut Writer<'_>) {
    let blocks = vec![Block::List(texts![
        "We store email address, name, subject, texts, attachments with their names, and emails encrypted, \
         with a separate key for each person. The keys are kept apart from the data and backed up apart.",
        "To find your email address again, we store beside your key a hash of the address, made with a \
         secret key. It is deleted together with your key.",
        "Not encrypted are random identifiers, times, status, priority, type, assignment and counts. They \
         identify nobody by themselves.",
        "To make requests searchable, the search index on our server contains words in the clear. It is \
         never backed up, and deleted content disappears from it too.",
        "Your password is stored only as a hash (Argon2id), sessions, links and recovery codes likewise only as hashes. The secret of an authenticator app is encrypted with your key.",
        "Against abuse we count how often someone tries to sign in, asks for an email or sends a form. For \
         that we compare hashes of the network, the email address and parts of the text. They are made with \
         a secret key that is another one every day, and deleted when the day is over.",
        "The logs of the service desk contain no names, no addresses and no content.",
        "What passes between your browser and these pages is encrypted when the address begins with https. \
         Email is often not encrypted all the way and in mailboxes. Confidential matters are better written \
         on these pages.",
    ])];
    writer.section("security", "How we protect your data", blocks);
}
