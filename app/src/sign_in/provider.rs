//! `/login/with/PROVIDER`: to a provider of sign-ins, and back from it.

use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_model::Address;

use crate::components::{ButtonLink, PageHead};
use crate::form::Forms;
use crate::language::sign_in::login as text;
use crate::web::{Answer, Context, Cookie, NoSignIn, Page, Place, Stop, Submitted, Trouble, Width, local};

/// What a provider adds to the address (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    iss: Option<String>,
}

/// The browser goes to the provider. Not by a redirect: a form may lead nowhere else by the
/// page's policy, and where the provider leads on to is not known here.
pub(crate) async fn leave(context: Context, Path(provider): Path<String>, form: Submitted) -> Response {
    let begun = begin(&context, &provider).await;
    let (address, name, secret) = match begun {
        Ok(begun) => begun,
        Err(stop) => return refuse(&context, stop),
    };
    let language = context.language;
    let shown = address.clone();
    let page = Page::new(text::leaving(language), Place::Login, move || {
        view! {
            <PageHead title=text::leaving(language) lede=text::leaving_lede(language, &name)/>
            <p><ButtonLink href=shown label=text::go_on(language, &name)/></p>
        }
        .into_any()
    });
    context.set_cookies([Cookie::signing_in(&secret, form.get("next"))]);
    let mut response = context.page(page.width(Width::Narrow), None, &Forms::untouched());
    if let Ok(refresh) = HeaderValue::from_str(&format!("0;url={address}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

async fn begin(context: &Context, provider: &str) -> Result<(String, String, Secret), Refused> {
    let desk = &context.app.desk;
    let providers = desk.accounts.sign_in_providers();
    let name = providers.iter().find(|one| one.id == provider).map(|one| one.name.clone());
    let name = name.ok_or(Error::NotFound)?;
    let attempt = desk.accounts.begin_sign_in(provider).await?;
    let address = context.app.sign_in.leave(provider, &attempt, context.language).await?;
    Ok((address, name, attempt.secret))
}

/// Somebody typed the address, or chose another language there.
pub(crate) async fn show(context: Context) -> Response {
    context.finish(Ok(Answer::go(Address::SignIn { next: String::new() })))
}

/// The browser comes back. It is a GET that changes something, since providers know no other:
/// nobody but the browser that began it has the cookie, and it is good once.
pub(crate) async fn come_back(
    context: Context,
    Path(provider): Path<String>,
    Query(back): Query<Back>,
) -> Response {
    let done = finish(&context, &provider, back).await;
    context.set_cookies([Cookie::not_signing_in()]);
    match done {
        Ok(answer) => context.finish(Ok(answer)),
        Err(refused) => refuse(&context, refused),
    }
}

async fn finish(context: &Context, provider: &str, back: Back) -> Result<Answer, Refused> {
    let desk = &context.app.desk;
    let (secret, next) = context.signing_in().ok_or(Error::Gone)?;
    // Whoever answers in the name of another (RFC 9207, 2.4).
    let issuer =
        desk.accounts.sign_in_providers().iter().find(|one| one.id == provider).map(|one| &one.issuer);
    if issuer.is_none() || back.iss.is_some_and(|given| Some(&given) != issuer) {
        return Err(NoSignIn("the answer is another issuer's".into()).into());
    }
    let attempt = desk.accounts.take_up_sign_in(provider, &secret, &back.state).await?;
    if back.code.is_empty() {
        return Err(NoSignIn("it came back without a code".into()).into());
    }
    let sign_in = &context.app.sign_in;
    let vouched = sign_in.come_back(provider, &attempt, &back.code, context.language).await?;
    let entry = desk.accounts.sign_in(provider, &vouched, context.device()).await?;
    desk.accounts.adopt_language(&entry.session, context.language).await?;
    let next = if next.is_empty() { Address::Queue(Default::default()).to_string() } else { local(&next) };
    context.set_cookies(Cookie::entry(&entry));
    Ok(Answer::go(next))
}

enum Refused {
    Provider(NoSignIn),
    Desk(Error),
}

impl From<NoSignIn> for Refused {
    fn from(reason: NoSignIn) -> Self {
        Self::Provider(reason)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Desk(error)
    }
}

/// One page for whatever it was: the log knows more.
fn refuse(context: &Context, refused: Refused) -> Response {
    match refused {
        Refused::Provider(NoSignIn(reason)) => tracing::warn!(reason, "a sign-in did not come to its end"),
        Refused::Desk(Error::Gone) => {
            tracing::warn!(
                reason = "it was not begun here, or was used",
                "a sign-in did not come to its end"
            );
        }
        Refused::Desk(Error::Forbidden) => {}
        Refused::Desk(error) => return context.finish(Err(Stop::Desk(error))),
    }
    context.trouble(StatusCode::FORBIDDEN, Trouble::NotSignedIn)
}
