//! What the server does for signing in.

use axum::Router;
use axum::routing::{get, post};
use tresen_desk::Error;
use tresen_desk::abuse::FormKind;
use tresen_desk::people::{Entry, Login, Purpose, SecondProof, Secret, Session};
use tresen_model::Address;
use tresen_model::address::{Mailed, Proof};

use super::password::{self, Forgotten};
use super::register::{self, Registration};
use super::second_step::{self, SecondStep};
use super::{Shown, header, log_in, provider};
use crate::form::Done;
use crate::language::common;
use crate::trouble::Trouble;
use crate::web::{App, Context, Cookie, Fields, Stop, asked, form, local};

/// The routes of this part.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/language", post(header::switch_language))
        .route("/logout", post(header::log_out))
        .route("/login", form::<log_in::LogIn, _>(|fields| Some(sign_in_address(fields))))
        .route("/login/second", form::<second_step::TakeSecondStep, _>(|fields| Some(second_step_of(fields))))
        .route("/login/passkey", form::<log_in::LogInWithPasskey, _>(|fields| Some(sign_in_address(fields))))
        .route("/login/with/{provider}", get(provider::show).post(provider::leave))
        .route("/login/with/{provider}/back", get(provider::come_back))
        .route(
            "/register",
            form::<register::Register, _>(|fields| Some(Address::Register(mailed_of(fields)))),
        )
        .route(
            "/password",
            form::<password::ForgotPassword, _>(|fields| Some(Address::Password(mailed_of(fields)))),
        )
}

fn sign_in_address(fields: &Fields) -> Address {
    Address::SignIn { next: field(fields, "next") }
}

fn second_step_of(fields: &Fields) -> Address {
    Address::SecondStep(Proof { next: field(fields, "next"), by: field(fields, "by") })
}

fn mailed_of(fields: &Fields) -> Mailed {
    Mailed { token: field(fields, "token"), ..Mailed::default() }
}

fn field(fields: &Fields, name: &str) -> String {
    fields.get(name).cloned().unwrap_or_default()
}

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::SignIn { next } => {
            if goes_on(context) {
                return Err(Stop::Go(after_login(context.session(), next)));
            }
            let desk = &context.app.desk;
            let providers = desk.sign_in_providers();
            Shown::SignIn(log_in::SignIn {
                next: next.clone(),
                passkeys: desk.offers_passkeys(),
                providers: providers.iter().map(|one| (one.id.clone(), one.name.clone())).collect(),
            })
        }
        Address::SecondStep(proof) => Shown::SecondStep(load_second_step(context, proof).await?),
        Address::Register(mailed) => Shown::Register(load_registration(context, mailed).await?),
        Address::Password(mailed) => Shown::Password(load_forgotten(context, mailed).await?),
        _ => return Err(Error::NotFound.into()),
    })
}

/// Whether somebody is signed in already and does not need the page. A refused form is shown to them all the same.
fn goes_on(context: &Context) -> bool {
    context.session().is_some() && !context.sends()
}

async fn load_second_step(context: &Context, proof: &Proof) -> Result<SecondStep, Stop> {
    if goes_on(context) {
        return Err(Stop::Go(after_login(context.session(), &proof.next)));
    }
    let half = context.second_step().ok_or_else(second_step_over)?;
    let factors = context.app.desk.second_step_factors(half).await.map_err(of_second_step)?;
    Ok(SecondStep {
        next: proof.next.clone(),
        recovery: proof.by == "recovery",
        has_app: factors.app.is_some(),
        has_passkey: factors.passkeys > 0,
    })
}

async fn load_registration(context: &Context, mailed: &Mailed) -> Result<Registration, Stop> {
    let token = &mailed.token;
    if !token.is_empty() {
        let registers = is_good(context, Purpose::Register, token).await?;
        let joins = !registers && is_good(context, Purpose::Join, token).await?;
        if !registers && !joins {
            return Err(link_gone(context, Address::Register(Mailed::default())));
        }
        return Ok(Registration::Choose { token: token.clone(), joins });
    }
    if mailed.sent {
        return Ok(Registration::Sent(Purpose::Register.lifetime()));
    }
    if goes_on(context) {
        return Err(Stop::Go(Address::Account { done: String::new() }.to_string()));
    }
    Ok(Registration::Ask(context.app.desk.stamp(FormKind::Register).await?.into()))
}

async fn load_forgotten(context: &Context, mailed: &Mailed) -> Result<Forgotten, Stop> {
    let token = &mailed.token;
    if !token.is_empty() {
        if !is_good(context, Purpose::Password, token).await? {
            return Err(link_gone(context, Address::Password(Mailed::default())));
        }
        return Ok(Forgotten::Choose(token.clone()));
    }
    Ok(if mailed.sent { Forgotten::Sent(Purpose::Password.lifetime()) } else { Forgotten::Ask })
}

/// 410, with a way to another link and one to sign in.
fn link_gone(context: &Context, again: Address) -> Stop {
    let sign_in = Address::SignIn { next: String::new() }.to_string();
    let also = Some((sign_in, common::log_in(context.language).to_owned()));
    Stop::Trouble(410, Trouble::GoneLink { again: again.to_string(), also })
}

fn second_step_over() -> Stop {
    Stop::Trouble(410, Trouble::SecondStepOver)
}

fn of_second_step(error: Error) -> Stop {
    match error {
        Error::Gone => second_step_over(),
        error => error.into(),
    }
}

pub(super) async fn log_in(email: &str, password: &str, next: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let login = context.app.desk.login_from(email, password, context.visitor()).await?;
    first_step(&context, login, next).await
}

pub(super) async fn log_in_with_passkey(answer: &str, next: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let entry = context.app.desk.sign_in_with_passkey(answer, context.device()).await?;
    let_in(&context, &entry, next).await
}

pub(super) async fn take_second_step(
    by: &str,
    code: &str,
    recovery: &str,
    passkey: &str,
    next: &str,
) -> Result<Done, Stop> {
    let context = asked()?;
    let half = context.second_step().ok_or_else(second_step_over)?;
    let (desk, device) = (&context.app.desk, context.device());
    let entry = match by {
        "passkey" => desk.second_step_with_passkey(half, passkey, device).await,
        _ => desk.second_step(half, proof(by, code, recovery), device).await,
    };
    let_in(&context, &entry.map_err(of_second_step)?, next).await
}

pub(super) async fn ask_registration(
    email: &str,
    stamp: &str,
    proof: &str,
    trap: &str,
) -> Result<Done, Stop> {
    let context = asked()?;
    let desk = &context.app.desk;
    desk.screen_registration(&context.signs_of(stamp, proof, trap)).await?;
    desk.register(email, context.language).await?;
    Ok(Done::go(Address::Register(Mailed { sent: true, ..Mailed::default() })))
}

pub(super) async fn finish_registration(token: &str, password: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let entry = context.app.desk.complete_registration(&Secret::received(token), password).await?;
    let_in(&context, &entry, "").await
}

pub(super) async fn ask_password(email: &str) -> Result<Done, Stop> {
    let context = asked()?;
    context.app.desk.forgot_password(email, context.language).await?;
    Ok(Done::go(Address::Password(Mailed { sent: true, ..Mailed::default() })))
}

pub(super) async fn reset_password(token: &str, password: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let login = context.app.desk.reset_password(&Secret::received(token), password).await?;
    first_step(&context, login, "").await
}

/// Where somebody goes who is signed in: to `next`, where they wanted to go, or to what is theirs.
pub(crate) fn after_login(session: Option<&Session>, next: &str) -> String {
    let staff = session.is_some_and(|session| session.role().is_staff());
    match next {
        "" if staff => Address::Queue(Default::default()).to_string(),
        "" => Address::Requests(Default::default()).to_string(),
        next => local(next),
    }
}

/// Lets somebody in who has just proven who they are. `next` is where they wanted to go, if anywhere.
pub(crate) async fn let_in<S>(context: &Context, entry: &Entry, next: &str) -> Result<Done<S>, Stop> {
    let session = context.app.desk.session(&entry.session).await?;
    context.set_cookies(Cookie::entry(entry));
    Ok(Done::Enter(after_login(session.as_ref(), next)))
}

/// Lets somebody in who has shown their password or a link that stands in for it, or asks for their
/// second factor.
pub(crate) async fn first_step<S>(context: &Context, login: Login, next: &str) -> Result<Done<S>, Stop> {
    match login {
        Login::In(entry) => let_in(context, &entry, next).await,
        Login::Second(half) => {
            let next = if next.is_empty() { String::new() } else { local(next) };
            context.set_cookies([Cookie::second_step(&half)]);
            Ok(Done::go(Address::SecondStep(Proof { next, by: String::new() })))
        }
    }
}

/// Looks whether a link is good, and changes nothing.
pub(crate) async fn is_good(context: &Context, purpose: Purpose, token: &str) -> Result<bool, Stop> {
    match context.app.desk.check_link(purpose, &Secret::received(token)).await {
        Ok(()) => Ok(true),
        Err(Error::Gone) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What a form shows as a second factor: `by` says which of the two fields counts.
pub(crate) fn proof<'a>(by: &str, code: &'a str, recovery: &'a str) -> SecondProof<'a> {
    match by {
        "recovery" => SecondProof::Recovery(recovery),
        _ => SecondProof::Code(code),
    }
}

/// Whoever is signed in, proven again if the form has a [`again_field`](crate::parts::proof::again_field).
pub(crate) async fn proven(context: &Context, password: &str) -> Result<Session, Stop> {
    let session = context.require_session()?;
    match password {
        "" => Ok(session.clone()),
        password => Ok(context.app.desk.confirm_with_password(session, password).await?),
    }
}
