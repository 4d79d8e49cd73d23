//! Every route of the app, and the page on which each form stands.
//!
//! `end2end/lib/routes.mjs` reads the addresses from here: each is a literal.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use tresen_model::address::{Mailed, Proof};
use tresen_model::{Address, PersonId, RequestNumber, WebhookId};

use crate::serve::{answer, files_form, form, show};
use crate::web::{App, Context, Fields, Trouble};

/// Every page, every form, every server function.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/ui/{*function}", get(answer).post(answer))
        .merge(of_customer())
        .merge(of_mine())
        .merge(of_sign_in())
        .merge(of_account())
        .merge(of_legal())
        .merge(of_agent())
        .merge(of_settings())
        .merge(of_dev())
        .merge(of_thread())
        .fallback(not_found)
}

async fn not_found(context: Context) -> Response {
    context.trouble(StatusCode::NOT_FOUND, Trouble::NotFound)
}

/// A field of a form; empty for none.
fn field(fields: &Fields, name: &str) -> String {
    fields.get(name).cloned().unwrap_or_default()
}

fn of_customer() -> Router<App> {
    use crate::customer::new_request;

    Router::new()
        .route("/", get(show))
        .route("/requests/new", files_form(new_request::SEND, |_| Some(Address::NewRequest)))
        .route("/requests/sent", get(show))
}

fn of_mine() -> Router<App> {
    use crate::mine::conversation::{self, ConfirmRequest};

    Router::new()
        .route("/requests", get(show))
        .route("/requests/{number}", files_form(conversation::COMMENT, request_page))
        .route("/requests/{number}/confirm", form::<ConfirmRequest, _>(request_page))
        .route("/requests/{number}/close", files_form(conversation::CLOSE, request_page))
        .route("/requests/{number}/reopen", files_form(conversation::REOPEN, request_page))
}

fn request_page(fields: &Fields) -> Option<Address> {
    let number = RequestNumber::parse(fields.get("number")?)?;
    Some(Address::Request { number, token: field(fields, "token") })
}

fn of_sign_in() -> Router<App> {
    use crate::serve::header;
    use crate::sign_in::{log_in, password, provider, register, second_step};

    Router::new()
        .route("/language", get(header::come_back).post(header::switch_language))
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

fn of_account() -> Router<App> {
    use crate::account::{address, confirm, data, delete, factors, overview, tokens};

    Router::new()
        .route("/account", get(show))
        .route("/account/name", form::<overview::ChangeName, _>(to_overview))
        .route("/account/address", form::<address::ChangeAddress, _>(to_address))
        .route("/account/language", form::<overview::ChangeLanguage, _>(to_overview))
        .route("/account/news", form::<overview::ChangeNews, _>(to_overview))
        .route("/account/password", form::<overview::ChangePassword, _>(to_overview))
        .route("/account/sessions/end", form::<overview::EndSession, _>(to_overview))
        .route("/account/confirm", form::<confirm::ConfirmIdentity, _>(to_confirm))
        .route("/account/factors", get(show))
        .route("/account/factors/codes", form::<factors::codes::NewCodes, _>(to_factors))
        .route("/account/factors/app", form::<factors::app::ConfirmApp, _>(|_| Some(Address::FactorApp)))
        .route("/account/factors/app/begin", form::<factors::app::BeginApp, _>(to_factors))
        .route("/account/factors/app/remove", form::<factors::app::RemoveApp, _>(to_factors))
        .route("/account/factors/passkeys", form::<factors::passkeys::AddPasskey, _>(to_factors))
        .route("/account/tokens", form::<tokens::MakeToken, _>(to_tokens))
        .route("/account/tokens/end", form::<tokens::EndToken, _>(to_tokens))
        .route("/account/data", form::<data::ActOnData, _>(to_data))
        .route("/account/data/export", get(data::to_page).post(data::export))
        .route(
            "/account/delete",
            form::<delete::DeleteAccount, _>(|_| Some(Address::Delete(Mailed::default()))),
        )
        .route("/account/factors/passkeys/remove", form::<factors::passkeys::RemovePasskey, _>(to_factors))
}

fn to_overview(_: &Fields) -> Option<Address> {
    Some(Address::Account { done: String::new() })
}

/// The form that asks for another address stands on the page of the account.
fn to_address(fields: &Fields) -> Option<Address> {
    match fields.get("token").filter(|token| !token.is_empty()) {
        Some(token) => Some(Address::AccountAddress { token: token.clone(), confirmed: false }),
        None => to_overview(fields),
    }
}

fn to_confirm(fields: &Fields) -> Option<Address> {
    Some(Address::Confirm(Proof { next: field(fields, "next"), by: field(fields, "by") }))
}

fn to_factors(_: &Fields) -> Option<Address> {
    Some(Address::Factors { needed: false, done: String::new() })
}

fn to_tokens(_: &Fields) -> Option<Address> {
    Some(Address::Tokens { done: String::new() })
}

/// The page of a signed-in person, or of one who came by a link.
fn to_data(fields: &Fields) -> Option<Address> {
    let by = fields.get("by").filter(|by| *by == Mailed::BY_LINK).cloned().unwrap_or_default();
    Some(Address::Data { mailed: Mailed { by, ..Mailed::default() }, done: String::new() })
}

fn of_legal() -> Router<App> {
    use crate::legal::receipt::CheckReceipt;
    use crate::legal::{download, to_check};

    Router::new()
        .route("/privacy", get(show))
        .route("/privacy/receipt", form::<CheckReceipt, _>(|_| Some(Address::Receipt)))
        .route("/privacy/receipt/download", get(to_check).post(download))
        .route("/imprint", get(show))
}

fn of_agent() -> Router<App> {
    use crate::agent::request::{change, restricted};
    use crate::agent::{capture, held, request};
    use crate::supervision::erase;

    Router::new()
        .route("/agent", get(show))
        .route("/agent/reports", get(show))
        .route("/agent/held", get(show))
        .route("/agent/requests/new", files_form(capture::SAVE, |_| Some(Address::NewForCustomer)))
        .route("/agent/requests/{number}", files_form(request::SEND, page_of))
        .route("/agent/requests/{number}/change", form::<change::ChangeRequest, _>(page_of))
        .route("/agent/requests/{number}/take", form::<change::TakeRequest, _>(page_of))
        .route("/agent/requests/{number}/restrict", form::<restricted::RestrictCustomer, _>(page_of))
        .route("/agent/requests/{number}/lift", form::<restricted::LiftForCustomer, _>(page_of))
        .route("/agent/requests/{number}/release", form::<held::ReleaseHeld, _>(page_of))
        .route(
            "/agent/requests/{number}/erase",
            form::<erase::EraseCustomer, _>(|fields| {
                Some(Address::EraseCustomer { number: RequestNumber::parse(fields.get("number")?)? })
            }),
        )
        .route("/agent/requests/{number}/discard", form::<held::DiscardHeld, _>(page_of))
}

/// The page of the request whose form was sent.
fn page_of(fields: &Fields) -> Option<Address> {
    let number = RequestNumber::parse(fields.get("number")?)?;
    Some(Address::RequestForAgents { number })
}

fn of_settings() -> Router<App> {
    use crate::settings::{colleague, mail, people, services, webhook, webhooks};

    Router::new()
        .route("/agent/settings/mail", get(show))
        .route("/agent/settings/mail/send", form::<mail::SendParked, _>(mail_page))
        .route("/agent/settings/mail/aside/{id}", get(mail::download))
        .route("/agent/settings/mail/aside/{id}/retry", form::<mail::RetryAside, _>(mail_page))
        .route("/agent/settings/mail/aside/{id}/delete", form::<mail::DeleteAside, _>(mail_page))
        .route("/agent/settings/people", form::<people::AddColleague, _>(people_page))
        .route("/agent/settings/people/{id}", form::<colleague::ChangeDuty, _>(colleague_page))
        .route("/agent/settings/people/{id}/withdraw", form::<people::WithdrawInvitation, _>(people_page))
        .route("/agent/settings/tokens", form::<services::MakeServiceToken, _>(service_tokens_page))
        .route("/agent/settings/tokens/end", form::<services::EndServiceToken, _>(service_tokens_page))
        .route("/agent/settings/webhooks", form::<webhooks::AddWebhook, _>(webhooks_page))
        .route("/agent/settings/webhooks/{id}", get(show))
        .route("/agent/settings/webhooks/{id}/secret", form::<webhook::RenewSecret, _>(webhook_page))
        .route("/agent/settings/webhooks/{id}/switch", form::<webhook::SwitchWebhook, _>(webhook_page))
        .route("/agent/settings/webhooks/{id}/remove", form::<webhook::RemoveWebhook, _>(webhook_page))
        .route("/agent/settings/webhooks/{id}/replay", form::<webhook::ReplayDelivery, _>(webhook_page))
}

fn mail_page(_: &Fields) -> Option<Address> {
    Some(Address::Mail { done: String::new() })
}

fn people_page(_: &Fields) -> Option<Address> {
    Some(Address::People { done: String::new() })
}

fn colleague_page(fields: &Fields) -> Option<Address> {
    Some(Address::Colleague { id: PersonId::parse(fields.get("id")?)? })
}

fn service_tokens_page(_: &Fields) -> Option<Address> {
    Some(Address::ServiceTokens { done: String::new() })
}

fn webhooks_page(_: &Fields) -> Option<Address> {
    Some(Address::Webhooks { done: String::new() })
}

fn webhook_page(fields: &Fields) -> Option<Address> {
    Some(Address::Webhook { id: WebhookId::parse(fields.get("id")?)?, done: String::new() })
}

fn of_dev() -> Router<App> {
    use crate::dev::raw;

    Router::new()
        .route("/dev/mail", get(show))
        .route("/dev/mail/{name}", get(show))
        .route("/dev/mail/{name}/raw", get(raw))
}

/// Files, formatted mails, live events, and what agents do with a single comment.
fn of_thread() -> Router<App> {
    use crate::thread::forms::{Admit, SendAgain, SendAsAnswer, SplitOff};
    use crate::thread::{events, files, formatted};

    Router::new()
        .route("/events/queue", get(events::queue))
        .route("/events/requests/{number}", get(events::request))
        .route("/requests/{number}/files/{id}", get(files::show))
        .route("/requests/{number}/files/{id}/preview", get(files::preview))
        .route("/requests/{number}/comments/{comment}/formatted", get(formatted::show))
        .route("/agent/requests/{number}/files/{id}", get(files::show_to_agent))
        .route("/agent/requests/{number}/files/{id}/preview", get(files::preview_to_agent))
        .route("/agent/requests/{number}/comments/{comment}/formatted", get(formatted::show_to_agent))
        .route("/agent/requests/{number}/comments/{comment}/admit", form::<Admit, _>(page_of))
        .route("/agent/requests/{number}/comments/{comment}/answer", form::<SendAsAnswer, _>(page_of))
        .route("/agent/requests/{number}/comments/{comment}/split", form::<SplitOff, _>(page_of))
        .route("/agent/requests/{number}/comments/{comment}/mail", form::<SendAgain, _>(page_of))
}
