//! Pages: axum routes, one file a page.
//!
//! A page asks the desk, then renders. A form posts to the address of its page; its handler
//! reads what was sent, calls one method of the desk and says where to go
//! ([`Context::finish_form`] does the rest).

mod account;
mod account_address;
mod account_confirm;
mod account_data;
mod account_data_sections;
mod account_delete;
mod account_factors;
mod account_factors_app;
mod account_factors_passkeys;
mod account_sections;
mod address;
mod agent_colleague;
mod agent_delivery;
mod agent_erase;
mod agent_filter;
mod agent_held;
mod agent_mail;
mod agent_new;
mod agent_panel;
mod agent_people;
mod agent_queue;
mod agent_reports;
mod agent_request;
mod agent_restricted;
mod comment_mail;
pub(crate) mod conversation;
mod dev_mail;
mod document;
mod events;
mod files;
mod home;
mod language;
mod login;
mod login_second;
mod mailed_link;
mod new_request;
mod parts;
mod passkeys;
mod password;
mod privacy;
mod proof;
mod receipt;
mod register;
mod requests;
mod restricted;
mod sign_in;
mod thread;

use axum::Router;
use axum::routing::{get, post};

use crate::api;
use crate::web::{App, Context, Trouble};

/// Every page.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/api/ui/{*function}", post(api::server::answer))
        .route("/events/queue", get(events::queue))
        .route("/events/requests/{number}", get(events::request))
        .route("/language", post(language::switch))
        .route("/requests/new", get(new_request::show).post(new_request::submit))
        .route("/requests/sent", get(new_request::sent))
        .route("/requests", get(requests::show))
        .route("/requests/{number}", get(conversation::show).post(conversation::submit))
        .route("/requests/{number}/confirm", get(conversation::back).post(conversation::confirm))
        .route("/requests/{number}/close", get(conversation::back).post(conversation::close))
        .route("/requests/{number}/reopen", get(conversation::back).post(conversation::reopen))
        .route("/requests/{number}/files/{id}", get(files::show))
        .route("/requests/{number}/files/{id}/preview", get(files::preview))
        .route("/requests/{number}/comments/{comment}/formatted", get(comment_mail::show))
        .route("/agent", get(agent_queue::show))
        .route("/agent/reports", get(agent_reports::show))
        .route("/agent/requests/new", get(agent_new::show).post(agent_new::submit))
        .route("/agent/requests/{number}", get(agent_request::show).post(agent_request::reply))
        .route("/agent/requests/{number}/restrict", get(agent_request::back).post(agent_restricted::restrict))
        .route("/agent/requests/{number}/lift", get(agent_request::back).post(agent_restricted::lift))
        .route("/agent/requests/{number}/mail", get(agent_request::back).post(agent_delivery::again))
        .route("/agent/requests/{number}/change", get(agent_request::back).post(agent_request::change))
        .route("/agent/requests/{number}/erase", get(agent_erase::show).post(agent_erase::submit))
        .route("/agent/requests/{number}/files/{id}", get(files::show_to_agent))
        .route("/agent/requests/{number}/files/{id}/preview", get(files::preview_to_agent))
        .route("/agent/requests/{number}/release", get(agent_request::back).post(agent_held::release))
        .route("/agent/requests/{number}/discard", get(agent_request::back).post(agent_held::discard))
        .route(
            "/agent/requests/{number}/comments/{comment}/admit",
            get(agent_request::back).post(comment_mail::admit),
        )
        .route(
            "/agent/requests/{number}/comments/{comment}/split",
            get(agent_request::back).post(comment_mail::split_off),
        )
        .route("/agent/requests/{number}/comments/{comment}/formatted", get(comment_mail::show_to_agent))
        .route("/agent/held", get(agent_held::show))
        .route("/agent/settings/mail", get(agent_mail::show))
        .route("/agent/settings/mail/send", get(agent_mail::back).post(agent_mail::send))
        .route("/agent/settings/mail/aside/{id}", get(agent_mail::download))
        .route("/agent/settings/mail/aside/{id}/retry", get(agent_mail::back).post(agent_mail::retry))
        .route("/agent/settings/mail/aside/{id}/delete", get(agent_mail::back).post(agent_mail::delete))
        .route("/agent/settings/people", get(agent_people::show).post(agent_people::add))
        .route("/agent/settings/people/{id}", get(agent_colleague::show).post(agent_colleague::submit))
        .route("/agent/settings/people/{id}/withdraw", get(agent_people::back).post(agent_people::withdraw))
        .route("/login", get(login::show).post(login::submit))
        .route("/login/second", get(login_second::show).post(login_second::submit))
        .route("/login/passkey", get(sign_in::show).post(passkeys::log_in))
        .route("/login/with/{provider}", get(sign_in::show).post(sign_in::leave))
        .route("/login/with/{provider}/back", get(sign_in::come_back))
        .route("/logout", post(login::logout))
        .route("/register", get(register::show).post(register::submit))
        .route("/password", get(password::show).post(password::submit))
        .route("/account", get(account::show))
        .route("/account/name", get(account::back).post(account::name))
        .route("/account/address", get(account_address::show).post(account_address::submit))
        .route("/account/language", get(account::back).post(account::language))
        .route("/account/news", get(account::back).post(account::news))
        .route("/account/password", get(account::back).post(account::password))
        .route("/account/sessions/end", get(account::back).post(account::end_session))
        .route("/account/confirm", get(account_confirm::show).post(account_confirm::submit))
        .route("/account/factors", get(account_factors::show))
        .route("/account/factors/codes", get(account_factors::back).post(account_factors::codes))
        .route("/account/factors/app", get(account_factors_app::show).post(account_factors_app::submit))
        .route("/account/factors/app/begin", get(account_factors::back).post(account_factors_app::begin))
        .route("/account/factors/app/remove", get(account_factors::back).post(account_factors_app::remove))
        .route("/account/factors/passkeys", get(account_factors::back).post(account_factors_passkeys::add))
        .route(
            "/account/factors/passkeys/remove",
            get(account_factors::back).post(account_factors_passkeys::remove),
        )
        .route("/account/data", get(account_data::show).post(account_data::submit))
        .route("/account/data/export", get(account_data::back).post(account_data::export))
        .route("/account/delete", get(account_delete::show).post(account_delete::submit))
        .route("/privacy", get(privacy::privacy))
        .route("/privacy/receipt", get(receipt::show).post(receipt::check))
        .route("/privacy/receipt/download", get(receipt::show).post(receipt::download))
        .route("/imprint", get(privacy::imprint))
        .route("/dev/mail", get(dev_mail::list))
        .route("/dev/mail/{name}", get(dev_mail::show))
        .route("/dev/mail/{name}/raw", get(dev_mail::raw))
        .fallback(not_found)
}

async fn not_found(context: Context) -> axum::response::Response {
    context.trouble(axum::http::StatusCode::NOT_FOUND, Trouble::NotFound)
}
