//! One address, one person: how a mail address is brought into one form.

use tresen_keys::KeyStore;
use tresen_model::EmailAddress;

/// The form from which the blind index is made: lower case, the domain in ASCII (RFC 5891).
///
/// The local part is lower-cased too. RFC 5321 allows two mailboxes that differ in case
/// only; no provider that people use has them, and a customer who types `Ada@` today and
/// `ada@` tomorrow is one customer.
pub(crate) fn normalise(address: &EmailAddress) -> String {
    let domain = address.domain().to_lowercase();
    let domain = idna::domain_to_ascii(&domain).unwrap_or(domain);
    format!("{}@{domain}", address.local_part().to_lowercase())
}

/// The blind index of an address: what finds its person in the key store, and tells nothing to who lacks the master
/// key.
pub(crate) fn blind_index(keys: &KeyStore, address: &EmailAddress) -> [u8; 32] {
    keys.master().blind_index(&normalise(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(address: &str) -> String {
        normalise(&EmailAddress::parse(address).expect("valid"))
    }

    #[test]
    fn one_address_has_one_form() {
        assert_eq!(normalised("Ada@Example.COM"), "ada@example.com");
        assert_eq!(normalised("ada@BÜCHER.example.com"), normalised("ada@xn--bcher-kva.example.com"));
        assert_ne!(normalised("ada+a@example.com"), normalised("ada+b@example.com"));
    }
}
