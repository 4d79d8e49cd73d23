//! `index.html`: what `data.json` says, for reading. Everything is escaped; nothing is loaded.

use tresen_model::Language;

use super::data::{Attachment, Comment, Elsewhere, Person, Request, Withheld};
use super::words::{of_event, of_language, of_mail, of_status, of_type, pick};
use crate::settings::Settings;

/// Ends the page.
pub(super) const FOOT: &str = "</main>\n</body>\n</html>\n";

const STYLE: &str = ":root{color-scheme:light dark;background:Canvas;color:CanvasText}body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}\
    pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}dt{font-weight:600}\
    article{border:1px solid #8888;border-radius:.5rem;padding:.5rem 1rem;margin:1rem 0}.note{border-style:dashed}";

/// A text as HTML shows it, also inside quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}

/// A path as a link has it (RFC 3986).
fn link(path: &str) -> String {
    let mut link = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                link.push(char::from(byte))
            }
            byte => link.push_str(&format!("%{byte:02X}")),
        }
    }
    link
}

/// `2026-11-23T10:00:00.5Z` without what nobody reads.
fn when(time: &str) -> String {
    let minute = time.get(..16).unwrap_or(time).replace('T', " ");
    format!("<time datetime=\"{}\">{} UTC</time>", escape(time), escape(&minute))
}

/// The beginning of the page: everything but the requests.
pub(super) fn head(language: Language, about: &Person) -> String {
    let say = |english, german| pick(language, english, german);
    let title = say("A copy of your data", "Eine Kopie Ihrer Daten");
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{} · {}</p>\n<dl>\n",
        language.tag(),
        escape(&about.desk.name),
        when(&about.exported_at),
    );
    let person = &about.person;
    let none = say("none", "keiner");
    let mut fact = |name: &str, value: &str| page.push_str(&format!("<dt>{name}</dt><dd>{value}</dd>\n"));
    fact(say("Email address", "E‑Mail-Adresse"), &escape(&person.email));
    fact(say("Name", "Name"), &person.name.as_deref().map_or_else(|| none.to_owned(), escape));
    fact(say("Language", "Sprache"), of_language(language, person.language));
    fact(say("Account", "Konto"), if person.has_account { say("yes", "ja") } else { say("no", "nein") });
    fact(say("Known since", "Bekannt seit"), &when(&person.since));
    if let Some(at) = &person.address_proven_at {
        fact(say("Address confirmed", "Adresse bestätigt"), &when(at));
    }
    if let Some(since) = &about.factors.authenticator_app_since {
        fact(say("Authenticator app since", "Authenticator-App seit"), &when(since));
        let left = about.factors.recovery_codes_left.to_string();
        fact(say("Recovery codes left", "Wiederherstellungscodes übrig"), &left);
    }
    if let Some(restriction) = &about.restriction {
        fact(
            say("Processing restricted since", "Verarbeitung eingeschränkt seit"),
            &when(&restriction.since),
        );
    }
    page.push_str("</dl>\n");
    if !person.history.is_empty() {
        list(
            &mut page,
            say("Corrected", "Berichtigt"),
            person.history.iter().map(|step| {
                let what = of_event(language, step.event, None, None);
                format!("{}, {what}", when(&step.at))
            }),
        );
    }
    list(
        &mut page,
        say("Consents", "Einwilligungen"),
        about.consents.iter().map(|consent| {
            let withdrawn = consent
                .withdrawn_at
                .as_deref()
                .map(|at| format!(", {} {}", say("withdrawn", "widerrufen"), when(at)));
            let (at, to) = (when(&consent.given_at), escape(&consent.privacy_statement));
            format!("{at}, {to}{}", withdrawn.unwrap_or_default())
        }),
    );
    if !about.passkeys.is_empty() {
        list(
            &mut page,
            "Passkeys",
            about.passkeys.iter().map(|one| format!("{}, {}", when(&one.since), escape(&one.name))),
        );
    }
    if !about.api_tokens.is_empty() {
        list(
            &mut page,
            say("API tokens", "API-Tokens"),
            about.api_tokens.iter().map(|one| format!("{}, {}", when(&one.since), escape(&one.name))),
        );
    }
    if !about.sign_ins.is_empty() {
        list(
            &mut page,
            say("Signing in with", "Anmeldung über"),
            about.sign_ins.iter().map(|one| {
                format!("{}, {} ({})", when(&one.since), escape(&one.issuer), escape(&one.subject))
            }),
        );
    }
    list(
        &mut page,
        say("Emails to you", "E‑Mails an Sie"),
        about.mails.iter().map(|mail| {
            let number = mail.request.as_deref().map(|number| format!(", {}", escape(number)));
            let at = mail.sent_at.as_deref().unwrap_or(&mail.created_at);
            format!("{}, {}{}", when(at), escape(of_mail(language, &mail.kind)), number.unwrap_or_default())
        }),
    );
    page.push_str(&format!("<h2>{}</h2>\n", say("Requests", "Anfragen")));
    page
}

fn list(page: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    page.push_str(&format!("<h2>{title}</h2>\n<ul>\n"));
    for line in lines {
        page.push_str(&format!("<li>{line}</li>\n"));
    }
    page.push_str("</ul>\n");
}

/// One request.
pub(super) fn request(language: Language, settings: &Settings, request: &Request) -> String {
    let mut page = format!(
        "<section>\n<h3>{}</h3>\n<p>{} · {} · {} · {}</p>\n",
        escape(&request.subject),
        escape(&request.number),
        escape(of_type(language, settings, &request.kind)),
        escape(of_status(language, &request.status)),
        when(&request.created_at),
    );
    for comment in &request.comments {
        page.push_str(&self::comment(language, comment));
    }
    list(
        &mut page,
        pick(language, "History", "Verlauf"),
        request.history.iter().map(|entry| {
            format!("{}, {}", when(&entry.at), of_event(language, entry.event, entry.from, entry.to))
        }),
    );
    page.push_str("</section>\n");
    page
}

fn comment(language: Language, comment: &Comment) -> String {
    let say = |english, german| pick(language, english, german);
    let who = match (&comment.author, comment.by, comment.note) {
        (_, _, true) => say("Internal note of the team", "Interne Notiz des Teams").to_owned(),
        (Some(author), _, _) => escape(author),
        (None, "agent", _) => say("The team", "Das Team").to_owned(),
        (None, _, _) => say("You", "Sie").to_owned(),
    };
    let class = if comment.note { " class=\"note\"" } else { "" };
    let mut page = format!(
        "<article{class}>\n<p>{who}, {}</p>\n<pre>{}</pre>\n",
        when(&comment.at),
        escape(&comment.body)
    );
    end_comment(&mut page, language, comment.quoted.as_deref(), &comment.attachments, &comment.withheld);
    page
}

/// What was quoted, the files, those that are not in the copy, and the end.
fn end_comment(
    page: &mut String,
    language: Language,
    quoted: Option<&str>,
    attachments: &[Attachment],
    withheld: &[Withheld],
) {
    if let Some(quoted) = quoted {
        page.push_str(&format!(
            "<details><summary>{}</summary><pre>{}</pre></details>\n",
            pick(language, "Quoted", "Zitiert"),
            escape(quoted)
        ));
    }
    for file in attachments {
        page.push_str(&format!("<p><a href=\"{}\">{}</a></p>\n", link(&file.path), escape(&file.name)));
    }
    for file in withheld {
        let why = pick(
            language,
            "Not in this copy: a virus scanner found something in this file.",
            "Nicht in dieser Kopie: Ein Virenscanner hat in dieser Datei etwas gefunden.",
        );
        page.push_str(&format!("<p>{} – {why}</p>\n", escape(&file.name)));
    }
    page.push_str("</article>\n");
}

/// What the person wrote in other people's requests; nothing when that is nothing.
pub(super) fn elsewhere(language: Language, comments: &[Elsewhere]) -> String {
    if comments.is_empty() {
        return String::new();
    }
    let title = pick(language, "In other people's requests", "In Anfragen anderer");
    let mut page = format!("<section>\n<h2>{title}</h2>\n");
    for comment in comments {
        page.push_str(&format!(
            "<article>\n<p>{}{}, {}</p>\n<pre>{}</pre>\n",
            escape(&comment.request),
            comment.author.as_ref().map(|author| format!(", {}", escape(author))).unwrap_or_default(),
            when(&comment.at),
            escape(&comment.body)
        ));
        end_comment(&mut page, language, comment.quoted.as_deref(), &comment.attachments, &comment.withheld);
    }
    page.push_str("</section>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_typed_is_markup() {
        assert_eq!(escape("<b onclick='x'>\"&"), "&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;");
        assert_eq!(link("attachments/a b\"ä"), "attachments/a%20b%22%C3%A4");
        assert!(when("2026-11-23T10:00:00.5Z").contains(">2026-11-23 10:00 UTC<"));
    }
}
