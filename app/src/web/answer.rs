//! How the outcome of a handler is told.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use leptos::prelude::use_context;
use tresen_desk::Challenge;
use tresen_desk::{Error, Refusal};
use tresen_model::address::Proof;
use tresen_model::{Address, FileCheck, Problem};

use super::address::LONGEST;
use super::context::{Beside, Context, OUTAGE_SECONDS};
use super::cookies;
use super::document;
use super::outcome::{Answer, Stop};
use super::submitted;
use crate::first::FirstShown;
use crate::form::{Forms, Unmet};
use crate::language::shared::common;
use crate::language::shared::problems::problem;
use crate::page::Page;
use crate::trouble::{Trouble, Unavailable};
use crate::trouble_page::trouble_page;

/// When to ask again about an erasure that goes on by itself.
const UNFINISHED_SECONDS: u64 = 60;

impl Context {
    /// Answers.
    pub fn finish(&self, answer: Result<Answer, Stop>) -> Response {
        match answer {
            Ok(Answer::Go(address)) => self.go(&address),
            Ok(Answer::Other(response)) => self.with_beside(response),
            Err(Stop::Go(address)) => self.go(&address),
            Err(Stop::Trouble(status, trouble)) => {
                self.trouble(StatusCode::from_u16(status).unwrap_or_default(), trouble)
            }
            Err(Stop::LogIn) => self.go(&self.sign_in_address()),
            Err(Stop::Desk(Error::FactorNeeded)) => {
                self.go(&Address::Factors { needed: true, done: String::new() }.to_string())
            }
            Err(Stop::Desk(Error::ProofNeeded)) => self.go(&self.confirm_address()),
            Err(Stop::Desk(error)) => self.failed(error),
        }
    }

    /// A document with a page. `shown` is what the browser goes on with; without it the page stays as it is.
    pub(crate) fn page(&self, page: Page, shown: Option<FirstShown>, forms: &Forms) -> Response {
        let status = StatusCode::from_u16(page.status).unwrap_or_default();
        let html = Html(document::render(self, page, shown, forms));
        self.with_beside((status, [(header::CACHE_CONTROL, "no-store")], html).into_response())
    }

    /// The answer with the cookies and the wait that were set on the way.
    pub(crate) fn with_beside(&self, response: Response) -> Response {
        let Beside { cookies, retry_after: wait } = self.take_beside();
        let response = cookies::set(response, &cookies, self.app.https);
        match wait {
            Some(seconds) => retry_after(response, seconds),
            None => response,
        }
    }

    fn go(&self, address: &str) -> Response {
        let address = if address.len() <= LONGEST { address } else { "/" };
        self.with_beside(Redirect::to(address).into_response())
    }

    fn failed(&self, error: Error) -> Response {
        let (status, trouble) = self.trouble_of(error);
        self.trouble(status, trouble)
    }

    /// What people are told of an error, and with which status. Logs what is broken.
    fn trouble_of(&self, error: Error) -> (StatusCode, Trouble) {
        let status = refusal_status(&error);
        let trouble = match error {
            Error::NotFound => Trouble::NotFound,
            Error::Gone => Trouble::Gone,
            Error::Forbidden | Error::FactorNeeded | Error::ProofNeeded => Trouble::Forbidden,
            Error::Restricted => {
                Trouble::Restricted { staff: self.session().is_some_and(|session| session.role().is_staff()) }
            }
            Error::Withheld(check) => Trouble::Withheld { infected: check == FileCheck::Infected },
            Error::Busy { wait } => {
                self.retry_after(wait);
                Trouble::Busy
            }
            Error::Unfinished { begun } => {
                self.retry_after(UNFINISHED_SECONDS);
                Trouble::Unfinished { begun }
            }
            // No page asks for a change only if nothing else was changed.
            Error::Refused(_) | Error::Prove(_) | Error::Changed => Trouble::Unreadable,
            Error::Broken(error) if error.outage().is_some() => {
                tracing::error!(%error, "nothing could be stored or read: answering 503");
                self.retry_after(OUTAGE_SECONDS);
                Trouble::Outage
            }
            Error::Broken(error) => {
                let word = self.once();
                tracing::error!(%error, word, "a request could not be answered");
                Trouble::Broken(word)
            }
        };
        (status, trouble)
    }

    /// Why a form has come to nothing, for the app.
    pub(crate) fn unmet(&self, stop: Stop) -> Unmet {
        match stop {
            Stop::Desk(error @ Error::Refused(_)) => {
                let status = refusal_status(&error).as_u16();
                let Error::Refused(refusals) = error else { unreachable!() };
                let wait = refusals.iter().find_map(wait);
                if let Some(wait) = wait {
                    self.retry_after(wait);
                }
                let refused = refusals.iter().rev();
                let errors = refused
                    .map(|refusal| (refusal.field.to_owned(), problem(self.language, &refusal.problem)))
                    .collect();
                let notice = common::please_check(self.language).to_owned();
                Unmet::Refused { status, errors, notice, wait }
            }
            Stop::Desk(Error::Prove(Challenge { stamp, bits })) => Unmet::Prove { stamp, bits },
            stop => Unmet::Unavailable(self.unavailable(stop)),
        }
    }

    /// Why there is no such page, for the app.
    pub(crate) fn unavailable(&self, stop: Stop) -> Unavailable {
        match stop {
            Stop::LogIn => Unavailable::SignIn,
            Stop::Go(address) => Unavailable::Go(address),
            Stop::Trouble(status, trouble) => Unavailable::Trouble { status, trouble },
            Stop::Desk(Error::FactorNeeded) => {
                Unavailable::Go(Address::Factors { needed: true, done: String::new() }.to_string())
            }
            Stop::Desk(Error::ProofNeeded) => Unavailable::Confirm,
            Stop::Desk(error) => {
                let (status, trouble) = self.trouble_of(error);
                Unavailable::Trouble { status: status.as_u16(), trouble }
            }
        }
    }

    /// Where somebody signs in before they come back here.
    fn sign_in_address(&self) -> String {
        let address = Address::SignIn { next: self.address.to_string() }.to_string();
        if address.len() <= LONGEST { address } else { "/login".to_owned() }
    }

    /// Where somebody shows who they are before they come back here.
    fn confirm_address(&self) -> String {
        let proof = Proof { next: self.address.to_string(), by: String::new() };
        let address = Address::Confirm(proof).to_string();
        if address.len() <= LONGEST { address } else { "/account".to_owned() }
    }

    /// Says that something went wrong.
    pub fn trouble(&self, status: StatusCode, trouble: Trouble) -> Response {
        if self.wants_json {
            let told = Unavailable::Trouble { status: status.as_u16(), trouble };
            let no_store = [(header::CACHE_CONTROL, "no-store")];
            return self.with_beside((status, no_store, Json(told)).into_response());
        }
        let shown = Some(FirstShown::Trouble(status.as_u16(), trouble.clone()));
        let page = trouble_page(self.language, status.as_u16(), trouble);
        self.page(page, shown, &Forms::untouched())
    }
}

fn refusal_status(error: &Error) -> StatusCode {
    match error {
        _ if submitted::is_too_large(error) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Refused(refusals) if refusals.iter().any(|refusal| wait(refusal).is_some()) => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Changed => StatusCode::PRECONDITION_FAILED,
        // RFC 6585, section 3.
        Error::Prove(_) => StatusCode::PRECONDITION_REQUIRED,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Gone => StatusCode::GONE,
        Error::Forbidden
        | Error::Restricted
        | Error::Withheld(_)
        | Error::FactorNeeded
        | Error::ProofNeeded => StatusCode::FORBIDDEN,
        Error::Busy { .. } | Error::Unfinished { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Broken(error) if error.outage().is_some() => StatusCode::SERVICE_UNAVAILABLE,
        Error::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// How many seconds somebody has to wait who has tried too often.
fn wait(refusal: &Refusal) -> Option<u64> {
    match refusal.problem {
        Problem::TooManyAttempts { wait } | Problem::TooManyGuesses { wait } => Some(wait),
        _ => None,
    }
}

/// RFC 9110, section 10.2.3.
fn retry_after(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Who asks, for a server function.
///
/// # Errors
/// 404 where nobody has said: server functions are called by their addresses alone.
pub(crate) fn asked() -> Result<Context, Stop> {
    Ok(use_context::<Context>().ok_or(Error::NotFound)?)
}

impl From<Stop> for Unmet {
    fn from(stop: Stop) -> Self {
        match use_context::<Context>() {
            Some(context) => context.unmet(stop),
            None => Self::Unavailable(Unavailable::Trouble { status: 404, trouble: Trouble::NotFound }),
        }
    }
}

impl From<Stop> for Unavailable {
    fn from(stop: Stop) -> Self {
        match use_context::<Context>() {
            Some(context) => context.unavailable(stop),
            None => Self::Trouble { status: 404, trouble: Trouble::NotFound },
        }
    }
}
