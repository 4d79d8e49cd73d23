//! Certificates whose time has not come, or is over.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tresen_desk::clock::{Clock, SystemClock};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use crate::config::Config;
use crate::door::settings::Tls;

/// A certificate that is not valid now, as a sentence that names setting, file and fix.
pub(crate) struct OutOfDate {
    /// Whether connections fail because of it. An authority's certificate is trusted beyond its end (RFC 5280,
    /// 6.1.1), and another one in the same file may be the one that counts.
    pub(crate) fatal: bool,
    pub(crate) sentence: String,
}

impl OutOfDate {
    pub(crate) fn log(&self) {
        if self.fatal {
            tracing::error!("{}", self.sentence);
        } else {
            tracing::warn!("{}", self.sentence);
        }
    }
}

/// Looks through the files with certificates that the settings name. A file that cannot be read is reported
/// elsewhere.
pub(crate) fn out_of_date(config: &Config) -> Vec<OutOfDate> {
    let mut found = Vec::new();
    match &config.door.tls {
        Some(Tls::Files { cert, .. }) => found.extend(of_desk(cert)),
        Some(Tls::Acme(acme)) => found.extend(of_trust("`acme.ca_file`", acme.ca_file.as_deref())),
        None => {}
    }
    found.extend(of_trust("`outgoing.ca_file`", config.desk.outgoing.ca_file.as_deref()));
    for mailbox in &config.mailboxes {
        let key = format!("`ca_file` of the mailbox {}", mailbox.name);
        found.extend(of_trust(&key, mailbox.ca_file.as_deref()));
    }
    for provider in &config.sign_in {
        let key = format!("`ca_file` of the provider {}", provider.rules.id);
        found.extend(of_trust(&key, provider.ca_file.as_deref()));
    }
    found
}

/// The desk's own certificate, and those that link it to its authority.
pub(crate) fn of_desk(path: &Path) -> Vec<OutOfDate> {
    let fix = "so browsers refuse the connection. Put a renewed one there; a desk that serves takes it within seconds";
    let sentence = |which: &Dated| named("`tls_cert`", path, which, fix);
    let out = read(path).into_iter().filter(|dated| dated.trouble.is_some());
    out.map(|dated| OutOfDate { fatal: true, sentence: sentence(&dated) }).collect()
}

/// Certificates that servers are trusted by.
fn of_trust(key: &str, path: Option<&Path>) -> Vec<OutOfDate> {
    let Some(path) = path else { return Vec::new() };
    let all = read(path);
    let fatal = all.iter().all(|dated| dated.trouble.is_some() && !dated.is_authority);
    let fix = "so what it vouches for is refused, now or soon. Put the present one there";
    let out = all.into_iter().filter(|dated| dated.trouble.is_some());
    out.map(|dated| OutOfDate { fatal, sentence: named(key, path, &dated, fix) }).collect()
}

fn named(key: &str, path: &Path, dated: &Dated, consequence: &str) -> String {
    let trouble = dated.trouble.as_deref().unwrap_or_default();
    let (path, place, of) = (path.display(), dated.place, dated.of);
    format!("the setting {key}: certificate {place} of {of} in {path} {trouble}, {consequence}")
}

/// One certificate of a file.
struct Dated {
    /// Its place in the file, from 1.
    place: usize,
    /// How many certificates the file has.
    of: usize,
    is_authority: bool,
    /// Why it is not valid now.
    trouble: Option<String>,
}

fn read(path: &Path) -> Vec<Dated> {
    let Ok(certificates) = CertificateDer::pem_file_iter(path) else { return Vec::new() };
    let certificates: Vec<_> = certificates.flatten().collect();
    let of = certificates.len();
    let dated = certificates.iter().enumerate().filter_map(|(index, der)| {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let place = index + 1;
        Some(Dated { place, of, is_authority: certificate.is_ca(), trouble: trouble(&certificate) })
    });
    dated.collect()
}

fn trouble(certificate: &X509Certificate<'_>) -> Option<String> {
    let now = ASN1Time::from_timestamp(SystemClock.now().0 / 1_000_000).ok()?;
    let (from, until) = (certificate.validity().not_before, certificate.validity().not_after);
    if now > until {
        return Some(format!("expired at {}", shown(until)));
    }
    let early =
        || format!("is valid only from {} on (this machine's clock says {})", shown(from), shown(now));
    (now < from).then(early)
}

/// A time as RFC 3339 writes it.
fn shown(time: ASN1Time) -> String {
    let timestamp = jiff::Timestamp::from_second(time.timestamp());
    timestamp.map_or_else(|_| time.to_string(), |timestamp| timestamp.to_string())
}
