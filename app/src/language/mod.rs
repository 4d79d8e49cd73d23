//! Every sentence that people read, side by side in every language.
//!
//! A sentence without values is made by [`texts!`]; one with values is a function of its own
//! beside them. A language cannot be forgotten: it would not compile.

/// `texts! { name: "English" | "Deutsch"; … }` makes `name(language)` for each line.
macro_rules! texts {
    ($($name:ident: $english:literal | $german:literal;)+) => {$(
        #[doc = $english]
        pub const fn $name(language: tresen_model::Language) -> &'static str {
            match language {
                tresen_model::Language::English => $english,
                tresen_model::Language::German => $german,
            }
        }
    )+};
}

/// Picks one of two strings or formats: `say!(language, "English {x}", "Deutsch {x}")`.
macro_rules! say {
    ($language:expr, $english:literal, $german:literal $(,)?) => {
        match $language {
            tresen_model::Language::English => format!($english),
            tresen_model::Language::German => format!($german),
        }
    };
}

pub mod common;
pub mod live;

pub mod account;
pub mod agent;
pub mod conversation;
pub mod data;
#[cfg(feature = "ssr")]
pub mod dates;
pub mod delivery;
pub mod dev_mail;
pub mod erase;
pub mod factors;
pub mod files;
pub mod home;
pub mod login;
pub mod mail;
pub mod mailed_link;
pub mod new_request;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod privacy;
pub mod problems;
pub mod receipt;
pub mod register;
pub mod reports;
pub mod requests;
pub mod strength;
pub mod words;
