//! `/login` for customers and agents alike.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::Mailed;
use tresen_model::{Address, Language};

use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind, Field, PageHead};
use crate::form::{Done, Forms, Unmet};
use crate::language::shared::common;
use crate::language::sign_in::login as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::{fields, passkey};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// Where to go afterwards; empty for the usual place.
    pub next: String,
    /// Whether passkeys are taken.
    pub passkeys: bool,
    /// Providers of sign-ins: id and name.
    pub providers: Vec<(String, String)>,
}

/// Signs somebody in with their password.
///
/// # Errors
/// [`Unmet`]: refused, whatever the reason is, or too many tries.
#[server(prefix = "/api/ui", endpoint = "sign-in", input = PostUrl, output = Json)]
pub async fn log_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<Done, Unmet> {
    Ok(super::server::log_in(&email, &password, &next).await?)
}

/// Signs somebody in with a passkey: it is the whole sign-in.
///
/// # Errors
/// [`Unmet`]: refused, whatever the reason is.
#[server(prefix = "/api/ui", endpoint = "sign-in/passkey", input = PostUrl, output = Json)]
pub async fn log_in_with_passkey(
    #[server(default)] passkey: String,
    #[server(default)] next: String,
) -> Result<Done, Unmet> {
    Ok(super::server::log_in_with_passkey(&passkey, &next).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, sign_in: SignIn, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at("/login");
    let by_passkey = forms.at("/login/passkey");
    let page = Page::new(common::log_in(language), Place::Login, move || {
        let SignIn { next, passkeys, providers } = sign_in;
        let ask = passkey::Ask {
            purpose: PasskeyFor::Login,
            to: LogInWithPasskey::PATH,
            action: "/login/passkey",
            form: by_passkey,
            next: next.clone(),
        };
        let forgotten = Address::Password(Mailed::default());
        let register = Address::Register(Mailed::default());
        let providers = (!providers.is_empty()).then(|| with_providers(language, providers, &next));
        view! {
            <PageHead title=common::log_in(language) lede=text::lede(language)/>
            <div class="stack">
                <LiveForm
                    language
                    to=LogIn::PATH
                    action="/login"
                    form=form.clone()
                    class="form card"
                    failed=text::failed(language)
                >
                    <Field
                        name="email"
                        kind="email"
                        label=text::email(language)
                        value=form.value("email")
                        error=form.error("email")
                        autocomplete="username"
                        required=true
                    />
                    {fields::password_field(text::password(language), None, &form)}
                    <input type="hidden" name="next" value=form.value_or("next", &next)/>
                    <div class="form-actions">
                        <Button label=common::log_in(language) kind=ButtonKind::Primary/>
                        <a href=forgotten.to_string()>{text::forgotten(language)}</a>
                    </div>
                </LiveForm>
                {passkeys.then(|| passkey::button(language, ask))}
                {providers}
                <p>{text::no_account(language)} " " <a href=register.to_string()>{text::register(language)}</a></p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// The providers of sign-ins. These forms lead out of the app.
fn with_providers(language: Language, providers: Vec<(String, String)>, next: &str) -> AnyView {
    let forms = providers.into_iter().map(|(id, name)| {
        view! {
            <form method="post" action=format!("/login/with/{id}")>
                <input type="hidden" name="next" value=next.to_owned()/>
                <Button label=text::with(language, &name) kind=ButtonKind::Secondary/>
            </form>
        }
        .into_any()
    });
    let forms = forms.collect::<Vec<_>>();
    view! {
        <section class="card stack" aria-labelledby="sign-in-with">
            <h2 id="sign-in-with">{text::staff(language)}</h2>
            {forms}
        </section>
    }
    .into_any()
}
