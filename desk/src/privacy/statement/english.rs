//! The privacy statement in English: who, what, what for, to whom.

mod rights;
mod storage;

use super::writer::{Writer, paragraph, texts};
use super::{Block, DEVICE_DAYS};
use crate::settings::Retention;

/// Writes every section and returns the title.
pub(super) fn statement(writer: &mut Writer<'_>, retention: &Retention) -> String {
    controller(writer);
    overview(writer);
    data(writer);
    purposes(writer);
    required(writer);
    recipients(writer);
    third_countries(writer);
    cookies(writer, retention);
    storage::periods(writer, retention);
    storage::deletion(writer, retention);
    storage::security(writer);
    rights::rights(writer);
    rights::objection(writer);
    rights::complaint(writer);
    rights::automated(writer);
    rights::versions(writer);
    "Privacy statement".into()
}

/// "1 day", "7 days".
fn days(days: u32) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}

/// "1 month", "24 months".
fn months(months: u32) -> String {
    if months == 1 { "1 month".into() } else { format!("{months} months") }
}

fn controller(writer: &mut Writer<'_>) {
    let mut facts = writer.controller_address();
    let controller = writer.settings.controller.as_ref();
    if let Some(people) = controller.map(|c| writer.one_line(&c.represented_by)).filter(|p| !p.is_empty()) {
        facts.push(("Represented by".into(), people));
    }
    facts.extend(writer.controller_contact());
    if let Some(contact) = &writer.settings.representative {
        facts.push(("Representative in the Union (Art. 27 GDPR)".into(), writer.contact(contact, true)));
    }
    if let Some(contact) = &writer.settings.data_protection_officer {
        facts.push(("Data protection officer".into(), writer.contact(contact, false)));
    }
    let blocks = vec![
        paragraph(format!(
            "This statement tells you, as Art. 13 and 14 of the General Data Protection Regulation (GDPR) \
             require, how the service desk “{}” processes your personal data. The controller is:",
            writer.desk_name
        )),
        Block::Facts(facts),
    ];
    writer.section("controller", "Who is responsible", blocks);
}

fn overview(writer: &mut Writer<'_>) {
    let blocks = vec![Block::List(texts![
        "We use your data to answer your request. There is no advertising, no profiling and no analysis of \
         what you do.",
        "You need no account. An email address is enough; a made-up name is fine.",
        "We store neither your IP address nor your browser nor the page you came from.",
        "At /account/data you see your data and download it. At /account/delete you delete everything that \
         we have stored about you here. You need give no reason.",
    ])];
    writer.section("overview", "In short", blocks);
}

fn data(writer: &mut Writer<'_>) {
    let head = texts!["Data", "In detail", "Where it comes from"];
    let rows = vec![
        texts![
            "Person",
            "Email address, whether it is confirmed, and language; your name if you give one, made-up or not",
            "From you: form, email, telephone or conversation; the language from your choice or your \
             browser’s setting",
        ],
        texts![
            "Request",
            "Number, type, subject and text, attachments with name and size, all further messages, status, \
             priority, who works on it, how it came in, history, times, and whether you have opened a reply",
            "From you and from our team",
        ],
        texts!["Internal notes", "What our team writes down to work on your request", "From our team"],
        texts![
            "Consent",
            "Date and time, version of the text, where it was given and, if so, its withdrawal",
            "From you",
        ],
        texts![
            "Account, if you register",
            "A hash of your password (not the password itself), start and last use of each session; if you set \
             it up, the secret of your authenticator app and hashes of your recovery codes; a hash for each \
             browser that you have signed in with, which says neither what it is nor where it was",
            "From you and from your use of the desk",
        ],
        texts![
            "Email",
            "Emails that we send you, and emails that you send us, with identifier (Message-ID), sender, \
             subject, text and attachments; hashes of the links that we send you",
            "From you and from our team",
        ],
    ];
    let blocks = vec![
        Block::Table { head, rows },
        paragraph(
            "We do not store your IP address, details of your browser or device, or the page you came from \
             (referrer). Your IP address is needed to send you the page. For that, and where necessary to \
             fend off abuse, it is held in working memory for a short time.",
        ),
        paragraph(
            "When other people mention you in a request, or make a request for you, we receive data about \
             you from them. We use no other sources.",
        ),
        paragraph(
            "We store attachments as you send them. Photos can contain hidden details, such as where they \
             were taken.",
        ),
    ];
    writer.section("data", "What we store and where it comes from", blocks);
}

fn purposes(writer: &mut Writer<'_>) {
    let rows = vec![
        texts![
            "To process the request that you make with the form",
            "Your consent in the form (Art. 6(1)(a) GDPR)",
        ],
        texts![
            "To process requests about a contract with you or its preparation; to keep your account",
            "Contract and steps before a contract (Art. 6(1)(b) GDPR)",
        ],
        texts![
            "To answer other requests that reach us by email, by telephone or in person",
            "Legitimate interest (Art. 6(1)(f) GDPR): to answer people who turn to us",
        ],
        texts![
            "To run the service desk securely: sign-in, defence against abuse, backups",
            "Legitimate interest (Art. 6(1)(f) GDPR): secure and reliable operation",
        ],
        texts![
            "To keep deleted emails from being read in again from a mailbox",
            "Legitimate interest (Art. 6(1)(f) GDPR): what is deleted stays deleted",
        ],
        texts![
            "To prove consents and to fulfil your rights",
            "Legal obligation (Art. 6(1)(c) with Art. 7(1) and Art. 12 GDPR)",
        ],
    ];
    let blocks = vec![
        Block::Table { head: texts!["Purpose", "Legal basis"], rows },
        paragraph("We use your data for no other purpose."),
    ];
    writer.section("purposes", "What we process your data for and what allows us to", blocks);
}

fn required(writer: &mut Writer<'_>) {
    let blocks = vec![
        paragraph(
            "Neither law nor contract obliges you to give us data. Without email address, subject, text and \
             consent, however, we cannot accept a request through the form. Name, attachments and account \
             are optional.",
        ),
        paragraph(
            "Please write only what we need for the answer. Leave out details of your health, religion, \
             political opinions and other specially protected data (Art. 9 GDPR) wherever we can help you \
             without them.",
        ),
    ];
    writer.section("required", "Whether you must give us data", blocks);
}

fn recipients(writer: &mut Writer<'_>) {
    let mut blocks = vec![paragraph(
        "Your request is read by the people here who work on it. What you write in another person’s request \
         is read by that person too. Email passes through our mail server and through your own email \
         provider. These pages load nothing from other servers and report nothing to them.",
    )];
    if writer.settings.processors.is_empty() {
        blocks.push(paragraph("There are no other recipients. We use no processors."));
    } else {
        blocks.push(paragraph(
            "The following processors also work for us. A contract binds them to our instructions (Art. 28 \
             GDPR). There are no other recipients.",
        ));
        let rows = writer.settings.processors.iter().map(|processor| writer.processor(processor)).collect();
        let head = texts!["Processor", "Purpose", "Country", "Contract under Art. 28 GDPR"];
        blocks.push(Block::Table { head, rows });
    }
    writer.section("recipients", "Who receives your data", blocks);
}

fn third_countries(writer: &mut Writer<'_>) {
    let mut blocks = Vec::new();
    if writer.controller_abroad() {
        blocks.push(paragraph(
            "Our seat is outside the European Economic Area. When you write to us, we collect your data \
             directly from you. The GDPR binds us in this too (Art. 3(2) GDPR).",
        ));
    }
    let transfers = writer.transfers();
    if transfers.is_empty() {
        blocks.push(paragraph(if writer.controller_abroad() {
            "We use no processors outside the European Economic Area. We transfer nothing to international \
             organisations."
        } else {
            "We do not transfer your data to countries outside the European Economic Area or to \
             international organisations."
        }));
    } else {
        blocks.push(paragraph(
            "Some processors process your data outside the European Economic Area. This is allowed on the \
             following grounds:",
        ));
        blocks.push(Block::Facts(transfers));
    }
    blocks.push(paragraph(
        "Whether your own email provider processes email in such a country is out of our hands.",
    ));
    writer.section("third-countries", "Countries outside the European Economic Area", blocks);
}

fn cookies(writer: &mut Writer<'_>, retention: &Retention) {
    let rows = vec![
        texts![
            "Session",
            "Keeps you signed in. Contains a random string.",
            format!("Until you sign out, at most {} after its last use", days(retention.session_days)),
        ],
        texts![
            "Known browser",
            "Tells us that you have signed in with this browser before, so that we can warn you when someone \
             signs in with another. Contains a random string.",
            format!("At most {}", days(DEVICE_DAYS)),
        ],
        texts![
            "Steps under way",
            "The second step of a sign-in, or a look at your data by a link that we have sent you. Contains a \
             random string.",
            "10 or 30 minutes",
        ],
        texts![
            "Language",
            "Remembers the language that you chose.",
            format!("At most {}", days(retention.language_cookie_days)),
        ],
    ];
    let blocks = vec![
        paragraph("We use these cookies, and no others:"),
        Block::Table { head: texts!["Cookie", "Purpose", "Duration"], rows },
        paragraph(
            "They are strictly necessary for the service that you ask for. They need no consent (Art. 5(3) \
             of Directive 2002/58/EC; in Germany § 25(2) no. 2 TDDDG). There are no cookies for advertising \
             or statistics, and none of other providers.",
        ),
        paragraph(
            "While you write, your browser keeps the unfinished text for itself (session storage), so that a \
             reload does not lose it. It is not sent to us before you send it, and is gone once you have sent \
             it, sign out or close the tab. Passwords are not kept.",
        ),
    ];
    writer.section("cookies", "Cookies", blocks);
}
