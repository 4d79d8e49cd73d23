//! Names of files.

use tresen_model::file_name;

use crate::mime::Entity;
use crate::{header, uuencode};

/// A safe name for a part; never empty.
pub(crate) fn of(entity: &Entity<'_>) -> String {
    let given = file_name::safe(&header::one_line(&entity.file_name().unwrap_or_default()));
    if !given.is_empty() {
        return given;
    }
    if uuencode::is_encoding(&entity.encoding)
        && let Some(encoded) = uuencode::first(entity.body)
    {
        let name = file_name::safe(&header::text(&encoded.name, entity.headers.charset));
        if !name.is_empty() {
            return name;
        }
    }
    if entity.is("message/rfc822") || entity.is("message/global") {
        // A mail in a mail is called by its subject.
        let inner = header::Headers::split(entity.body).0;
        let subject = inner.text("Subject").replace(['/', '\\'], "-");
        let subject = file_name::safe(&subject);
        return if subject.is_empty() {
            "message.eml".to_owned()
        } else {
            file_name::safe(&format!("{subject}.eml"))
        };
    }
    let name = match entity.kind.as_str() {
        "text/plain" => "text.txt",
        "text/html" => "page.html",
        "text/calendar" | "application/ics" => "invite.ics",
        "text/vcard" | "text/x-vcard" | "text/directory" => "contact.vcf",
        "text/csv" => "table.csv",
        "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => "headers.txt",
        "message/delivery-status" | "message/global-delivery-status" => "delivery-status.txt",
        "message/disposition-notification" | "message/global-disposition-notification" => "receipt.txt",
        "message/feedback-report" => "feedback-report.txt",
        "image/png" => "image.png",
        "image/jpeg" | "image/jpg" => "image.jpg",
        "image/gif" => "image.gif",
        "image/webp" => "image.webp",
        "application/pdf" => "document.pdf",
        "application/zip" => "archive.zip",
        "application/ms-tnef" | "application/vnd.ms-tnef" => "winmail.dat",
        "application/pgp-signature" => "signature.asc",
        "application/pgp-encrypted" => "version.asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "smime.p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "smime.p7m",
        _ => "attachment",
    };
    name.to_owned()
}
