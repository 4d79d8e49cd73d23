//! `/account/confirm`: showing once more who one is, before what cannot be taken back. The desk says when;
//! afterwards it goes on to `next`.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::Address;
use tresen_model::address::Proof;

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::api::PasskeyFor;
use crate::components::PageHead;
use crate::form::{Done, Forms, Unmet};
use crate::language::shared::factors as text;
use crate::page::{Page, Place, Width};
use crate::parts::proof::{self, Card};
use crate::parts::{fields, passkey};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Confirm {
    /// The email address that the password belongs to.
    pub email: String,
    /// Whether an authenticator app is set up.
    pub app: bool,
    /// Whether there are passkeys.
    pub passkeys: bool,
    /// `code` or `recovery`; otherwise the password is asked for.
    pub by: String,
    /// Where to go afterwards.
    pub next: String,
}

/// Shows once more who somebody is. `by` says which of the proofs it is.
///
/// # Errors
/// [`Unmet`]: refused, or too many tries.
#[server(prefix = "/api/ui", endpoint = "account/confirm", input = PostUrl, output = Json)]
pub async fn confirm_identity(
    #[server(default)] by: String,
    #[server(default)] password: String,
    #[server(default)] code: String,
    #[server(default)] recovery: String,
    #[server(default)] passkey: String,
    #[server(default)] next: String,
) -> Result<Done, Unmet> {
    let shown = server::Proof::new(&by, &password, &code, &recovery, &passkey);
    Ok(server::confirm_identity(shown, &next).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, asked: Confirm, forms: &Forms) -> Page {
    const ACTION: &str = "/account/confirm";
    let language = visit.language;
    let (by_passkey, form) = passkey::forms(forms, ACTION);
    let page = Page::new(text::confirm_title(language), Place::Account, move || {
        let Confirm { email, app, passkeys, by, next } = asked;
        let field = match by.as_str() {
            "code" => fields::code_field(language, text::code_hint(language), form.error("code")),
            "recovery" => fields::recovery_field(language, form.error("recovery")),
            _ => view! {
                {fields::username(email)}
                {fields::password_field(text::password(language), None, &form)}
            }
            .into_any(),
        };
        let (other, instead) = if by.is_empty() {
            (text::use_code(language), "code")
        } else {
            (text::use_password(language), "")
        };
        let other = app.then(|| {
            let proof = Proof { next: next.clone(), by: instead.to_owned() };
            (Address::Confirm(proof), other)
        });
        let ask = passkeys.then(|| passkey::Ask {
            purpose: PasskeyFor::Confirm,
            to: ConfirmIdentity::PATH,
            action: ACTION,
            form: by_passkey,
            next: next.clone(),
        });
        let card = Card {
            to: ConfirmIdentity::PATH,
            action: ACTION,
            form,
            failed: text::confirm_failed(language),
            field,
            by,
            next,
            button: text::go_on(language),
            other,
        };
        view! {
            <PageHead title=text::confirm_title(language) lede=text::confirm_lede(language)/>
            <div class="stack">
                {ask.map(|ask| passkey::button(language, ask))}
                {proof::card(language, card)}
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

#[cfg(feature = "ssr")]
mod server {
    use tresen_desk::accounts::SecondProof;
    use tresen_model::address;

    use super::Confirm;
    use crate::form::Done;
    use crate::web::identity::proof;
    use crate::web::{Context, Stop, asked, local};

    /// With what somebody shows who they are.
    pub(super) enum Proof<'a> {
        Password(&'a str),
        Second(SecondProof<'a>),
        Passkey(&'a str),
    }

    impl<'a> Proof<'a> {
        pub(super) fn new(
            by: &str,
            password: &'a str,
            code: &'a str,
            recovery: &'a str,
            passkey: &'a str,
        ) -> Self {
            match by {
                "code" | "recovery" => Self::Second(proof(by, code, recovery)),
                "passkey" => Self::Passkey(passkey),
                _ => Self::Password(password),
            }
        }
    }

    /// Asks the desk for what the page shows.
    pub(in crate::account) async fn load(context: &Context, proof: &address::Proof) -> Result<Confirm, Stop> {
        let (desk, session) = (&context.app.desk, context.require_session()?);
        let factors = desk.accounts.factors(session).await?;
        let by = match proof.by.as_str() {
            by @ ("code" | "recovery") => by,
            _ => "",
        };
        Ok(Confirm {
            email: desk.accounts.account(session).await?.email,
            app: factors.app.is_some(),
            passkeys: factors.passkeys > 0,
            by: by.to_owned(),
            next: proof.next.clone(),
        })
    }

    pub(super) async fn confirm_identity(proof: Proof<'_>, next: &str) -> Result<Done, Stop> {
        let context = asked()?;
        let (desk, session) = (&context.app.desk, context.require_session()?);
        match proof {
            Proof::Second(proof) => desk.accounts.confirm_with_code(session, proof, context.device()).await?,
            Proof::Passkey(answer) => desk.accounts.confirm_with_passkey(session, answer).await?,
            Proof::Password(password) => desk.accounts.confirm_with_password(session, password).await?,
        };
        Ok(Done::go(local(next)))
    }
}
