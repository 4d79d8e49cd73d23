//! Reading PEM files (RFC 7468).

use data_encoding::BASE64;

/// The contents of every block with a label, such as `CERTIFICATE`, in order. What is no
/// base64 is left out.
pub(super) fn blocks(pem: &[u8], label: &str) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(pem);
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let bodies = text.split(begin.as_str()).skip(1).filter_map(|rest| rest.split_once(end.as_str()));
    bodies
        .filter_map(|(body, _)| {
            let signs: String = body.split_whitespace().collect();
            BASE64.decode(signs.as_bytes()).ok()
        })
        .collect()
}
