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
pub mod islands;

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod agent;
#[cfg(feature = "ssr")]
pub mod conversation;
#[cfg(feature = "ssr")]
pub mod data;
#[cfg(feature = "ssr")]
pub mod dates;
#[cfg(feature = "ssr")]
pub mod delivery;
#[cfg(feature = "ssr")]
pub mod dev_mail;
#[cfg(feature = "ssr")]
pub mod erase;
#[cfg(feature = "ssr")]
pub mod factors;
#[cfg(feature = "ssr")]
pub mod files;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(feature = "ssr")]
pub mod login;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod mailed_link;
#[cfg(feature = "ssr")]
pub mod new_request;
#[cfg(feature = "ssr")]
pub mod passkeys;
#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod privacy;
#[cfg(feature = "ssr")]
pub mod problems;
#[cfg(feature = "ssr")]
pub mod receipt;
#[cfg(feature = "ssr")]
pub mod register;
#[cfg(feature = "ssr")]
pub mod reports;
#[cfg(feature = "ssr")]
pub mod requests;
#[cfg(feature = "ssr")]
pub mod strength;
#[cfg(feature = "ssr")]
pub mod words;
