//! What `tresen config show` prints.

use serde::Serialize;
use serde_json::Value;
use tresen_desk::Location;
use tresen_desk::delivery::Signer;
use tresen_desk::settings::IntakeSettings;
use tresen_desk::settings::SecondFactor;

use super::Config;
use crate::door::settings::Tls;

impl Config {
    /// The settings in force, without secrets.
    pub(crate) fn show(&self) -> String {
        let place = |location: &Location| match location {
            Location::File(path) => path.display().to_string(),
            Location::Server(_) => "PostgreSQL".to_owned(),
        };
        let lines = [
            ("name", self.desk.name.clone()),
            ("public_url", self.desk.public_url.clone()),
            ("mail_from", self.desk.mail_from.as_str().to_owned()),
            ("accent", self.desk.accent.clone()),
            ("time_zone", self.time_zone.iana_name().unwrap_or("of the system").to_owned()),
            ("listen", self.listen.to_string()),
            ("data", self.data.display().to_string()),
            ("database_url", place(&self.database)),
            ("keys_url", place(&self.keys)),
            ("connections", format!("up to {} to each database", self.connections)),
            ("objects_url", format!("file:{}", self.objects.display())),
            (
                "smtp_url",
                match self.smtp_url {
                    Some(_) => "set".to_owned(),
                    None => format!("not set: mails become files in {}", self.outgoing_mail().display()),
                },
            ),
            ("master_key_file", self.master_key_file.display().to_string()),
            (
                "erasures_copy",
                self.erasures_copy
                    .as_ref()
                    .map_or_else(|| "none".to_owned(), |path| path.display().to_string()),
            ),
            (
                "tls",
                match &self.door.tls {
                    Some(Tls::Files { cert, .. }) => format!("from {}", cert.display()),
                    Some(Tls::Acme(acme)) => format!("from {}", acme.directory),
                    None => "off".to_owned(),
                },
            ),
            ("http_listen", self.door.http_listen.map_or("off".to_owned(), |listen| listen.to_string())),
            (
                "proxies",
                match self.door.proxies.trusted.as_slice() {
                    [] => "none is trusted".to_owned(),
                    trusted => trusted.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                },
            ),
            (
                "second_factor",
                match self.desk.sign_in.second_factor {
                    SecondFactor::Required => "required of agents and admins".to_owned(),
                    SecondFactor::Offered => "offered".to_owned(),
                },
            ),
            (
                "request_types",
                self.desk.request_types.iter().map(|kind| kind.id.as_str()).collect::<Vec<_>>().join(", "),
            ),
            (
                "outgoing",
                format!(
                    "answers arrive: {}; files up to {} bytes; {} to a domain at once{}",
                    if self.desk.outgoing.can_reply() { "yes" } else { "no" },
                    self.desk.outgoing.attach_bytes,
                    self.desk.outgoing.per_domain,
                    self.desk
                        .outgoing
                        .per_minute
                        .map(|most| format!("; {most} a minute"))
                        .unwrap_or_default(),
                ),
            ),
            (
                "attachments",
                format!(
                    "{} files, {} bytes",
                    self.desk.attachments.max_files, self.desk.attachments.max_bytes
                ),
            ),
        ];
        let uploads = &self.desk.uploads;
        let scanner = match &uploads.scanner {
            Some(scanner) if uploads.serve_unchecked => {
                format!("scanner {scanner}; unchecked files are served")
            }
            Some(scanner) => format!("scanner {scanner}; unchecked files wait"),
            None => "no scanner".to_owned(),
        };
        let previews = match uploads.preview_megapixels {
            0 => "no small pictures".to_owned(),
            most => format!("small pictures of images up to {most} megapixels"),
        };
        let mut shown = lines.map(|(key, value)| format!("{key:<16}{value}\n")).concat();
        shown += &format!("{:<16}{} bytes\n", "largest_mail", self.largest_mail);
        shown += &format!("{:<16}{}\n", "intake", show_intake(&self.desk.intake));
        shown += &format!("{:<16}{scanner}; {previews}\n", "uploads");
        for mailbox in &self.mailboxes {
            shown += &format!("{:<16}{}: {mailbox}\n", "mailboxes", mailbox.name);
        }
        let mcp = if self.mcp { "on, at /api/mcp" } else { "off" };
        shown += &format!("{:<16}{mcp}\n", "mcp");
        let lmtp = self.lmtp.as_ref().map_or_else(|| "off".to_owned(), |lmtp| lmtp.listen.to_string());
        shown += &format!("{:<16}{lmtp}\n", "lmtp");
        for (name, rate) in self.door.limits.show() {
            shown += &format!("{:<16}{name}: {rate}\n", "limits");
        }
        let forms = &self.desk.forms;
        shown += &match forms.screen {
            true => format!(
                "{:<16}looked at: {} seconds at least, {} links; calm up to {}, from one network {}\n",
                "forms", forms.quickest_seconds, forms.links, forms.calm, forms.calm_network
            ),
            false => format!("{:<16}taken as they are\n", "forms"),
        };
        for provider in &self.sign_in {
            shown += &format!("{:<16}{}: {provider}\n", "sign_in", provider.rules.id);
        }
        shown += &show_tree("privacy", &self.desk.privacy);
        shown += &show_tree("retention", &self.desk.retention);
        // What the operator has to publish.
        let records = self
            .signers()
            .unwrap_or_default()
            .iter()
            .map(Signer::dns_record)
            .fold(String::new(), |records, (name, text)| {
                format!("{records}{:<16}{name} TXT \"{text}\"\n", "dkim")
            });
        shown + &records
    }
}

/// Every key of a table that holds no secrets, by its path.
fn show_tree(path: &str, table: &impl Serialize) -> String {
    let mut shown = String::new();
    match serde_json::to_value(table) {
        Ok(value) => show_value(path, &value, &mut shown),
        Err(error) => shown = format!("{path:<16}cannot be shown: {error}\n"),
    }
    shown
}

fn show_value(path: &str, value: &Value, shown: &mut String) {
    match value {
        Value::Object(table) => {
            table.iter().for_each(|(key, value)| show_value(&format!("{path}.{key}"), value, shown));
        }
        Value::Array(tables) if tables.iter().any(Value::is_object) => {
            let numbered = tables.iter().enumerate();
            numbered.for_each(|(index, value)| show_value(&format!("{path}[{index}]"), value, shown));
        }
        Value::Array(lines) => {
            let lines: Vec<_> = lines.iter().filter_map(Value::as_str).collect();
            *shown += &show_line(path, &lines.join(", "));
        }
        Value::Null => *shown += &show_line(path, ""),
        Value::String(text) => *shown += &show_line(path, &text.replace('\n', " ")),
        value => *shown += &show_line(path, &value.to_string()),
    }
}

fn show_line(path: &str, value: &str) -> String {
    format!("{path:<16} {}\n", if value.is_empty() { "not set" } else { value })
}

fn show_intake(intake: &IntakeSettings) -> String {
    let results = intake.authserv_id.as_ref().map_or_else(
        || "no server's results are believed".to_owned(),
        |name| format!("the results of {name} are believed"),
    );
    let verify = match (intake.verify, intake.resolver) {
        (false, _) => "signatures are not checked".to_owned(),
        (true, None) => "signatures are checked by the system's DNS".to_owned(),
        (true, Some(server)) => format!("signatures are checked by the DNS at {server}"),
    };
    let spam = intake
        .spam_header
        .as_ref()
        .map_or_else(|| "no filter".to_owned(), |header| format!("spam from {header} {} on", intake.spam_at));
    format!(
        "{results}; {verify}; {spam}; {} blocked; {} relays; {} new requests an hour of a sender; {} bytes and {} files of a mail",
        intake.blocked.len(),
        intake.relays.len(),
        intake.per_sender_hour,
        intake.max_bytes,
        intake.max_files,
    )
}
