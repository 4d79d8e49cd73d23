//! Every sentence that people read, side by side in every language.
//!
//! A sentence without values is made by [`texts!`]; one with values is a function of its own
//! beside them. A language cannot be forgotten: it would not compile.
//!
//! The folders are those of the parts of the app; [`shared`] is for what several of them say.

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

pub mod account;
pub mod agent;
pub mod customer;
pub mod dev;
pub mod legal;
pub mod mine;
pub mod settings;
pub mod shared;
pub mod sign_in;
pub mod supervision;
pub mod thread;
