//! What the server does for signing in.

use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_desk::abuse::FormKind;
use tresen_desk::people::Purpose;
use tresen_model::Address;
use tresen_model::address::{Mailed, Proof};

use super::password::Forgotten;
use super::register::Registration;
use super::second_step::SecondStep;
use super::{Shown, log_in};
use crate::form::Done;
use crate::language::shared::common;
use crate::trouble::Trouble;
use crate::web::identity::{after_login, first_step, is_good, let_in, proof};
use crate::web::{Context, Stop, asked};

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::SignIn { next } => {
            if goes_on(context) {
                return Err(Stop::Go(after_login(context.session(), next)));
            }
            let desk = &context.app.desk;
            let providers = desk.accounts.sign_in_providers();
            Shown::SignIn(log_in::SignIn {
                next: next.clone(),
                passkeys: desk.accounts.offers_passkeys(),
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
    let factors = context.app.desk.accounts.second_step_factors(half).await.map_err(of_second_step)?;
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
        refuse_staff(context)?;
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
    Ok(Registration::Ask(context.app.desk.limits.stamp(FormKind::Register).await?.into()))
}

async fn load_forgotten(context: &Context, mailed: &Mailed) -> Result<Forgotten, Stop> {
    let token = &mailed.token;
    if !token.is_empty() {
        refuse_staff(context)?;
        if !is_good(context, Purpose::Password, token).await? {
            return Err(link_gone(context, Address::Password(Mailed::default())));
        }
        return Ok(Forgotten::Choose(token.clone()));
    }
    Ok(if mailed.sent { Forgotten::Sent(Purpose::Password.lifetime()) } else { Forgotten::Ask })
}

/// Links that sign somebody in are not for agents who find one in a request: they would be the customer.
fn refuse_staff(context: &Context) -> Result<(), Stop> {
    match context.session() {
        Some(session) if session.role().is_staff() => Err(Stop::Trouble(403, Trouble::LinkOfAnother)),
        Some(_) | None => Ok(()),
    }
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
    let login = context.app.desk.accounts.login_from(email, password, context.visitor()).await?;
    first_step(&context, login, next).await
}

pub(super) async fn log_in_with_passkey(answer: &str, next: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let entry = context.app.desk.accounts.sign_in_with_passkey(answer, context.device()).await?;
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
        "passkey" => desk.accounts.second_step_with_passkey(half, passkey, device).await,
        _ => desk.accounts.second_step(half, proof(by, code, recovery), device).await,
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
    desk.limits.screen_registration(&context.signs_of(stamp, proof, trap)).await?;
    desk.accounts.register(email, context.language).await?;
    Ok(Done::go(Address::Register(Mailed { sent: true, ..Mailed::default() })))
}

pub(super) async fn finish_registration(token: &str, password: &str) -> Result<Done, Stop> {
    let context = asked()?;
    refuse_staff(&context)?;
    let entry = context.app.desk.accounts.complete_registration(&Secret::received(token), password).await?;
    let_in(&context, &entry, "").await
}

pub(super) async fn ask_password(email: &str) -> Result<Done, Stop> {
    let context = asked()?;
    context.app.desk.accounts.forgot_password(email, context.language).await?;
    Ok(Done::go(Address::Password(Mailed { sent: true, ..Mailed::default() })))
}

pub(super) async fn reset_password(token: &str, password: &str) -> Result<Done, Stop> {
    let context = asked()?;
    refuse_staff(&context)?;
    let login = context.app.desk.accounts.reset_password(&Secret::received(token), password).await?;
    first_step(&context, login, "").await
}
