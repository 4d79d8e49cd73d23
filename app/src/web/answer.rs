//! What a handler comes to, and how that is told: a page, a redirect, or JSON for the island `LiveForm`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use tresen_desk::abuse::Challenge;
use tresen_desk::{Error, Refusal};
use tresen_model::{FileCheck, Problem};

use super::address::{LONGEST, escape};
use super::context::Context;
use super::cookies::{self, Cookie};
use super::failure::{Trouble, trouble_page};
use super::form::Form;
use super::frame::{self, Page};
use super::render::render;
use super::submitted::{self, Submitted};
use crate::language::{common, new_request};
use crate::outcome::Outcome;

/// What a handler comes to.
pub enum Answer {
    /// A page.
    Page(Box<Page>),
    /// A page that is the answer to a form itself, since what it shows is shown once.
    Shown(Box<Page>, Vec<Cookie>),
    /// Go there. A form that was sent is answered so.
    Go(String, Vec<Cookie>),
    /// Something else.
    Other(Response),
}

impl Answer {
    /// Go there.
    pub fn go(address: impl Into<String>) -> Self {
        Self::Go(address.into(), Vec::new())
    }

    /// Something else, such as a file.
    pub fn other(response: impl IntoResponse) -> Self {
        Self::Other(response.into_response())
    }
}

/// Why a handler comes to nothing.
pub enum Stop {
    /// The desk said no.
    Desk(Error),
    /// Somebody has to log in first.
    LogIn,
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Desk(error.into())
    }
}

/// When to ask again about an erasure that goes on by itself.
const UNFINISHED_SECONDS: u64 = 60;

impl Context {
    /// Answers.
    pub fn finish(&self, answer: Result<Answer, Stop>) -> Response {
        match answer {
            Ok(Answer::Page(page)) => self.page(*page),
            Ok(Answer::Shown(page, cookies)) => cookies::set(self.page(*page), &cookies, self.app.https),
            Ok(Answer::Go(address, cookies)) => self.go(address, cookies),
            Ok(Answer::Other(response)) => response,
            Err(Stop::LogIn) if self.wants_json => {
                // What was typed would be lost on the way to the login page.
                let notice = common::logged_out_meanwhile(self.language).to_owned();
                let refused = Outcome::Refused { errors: Default::default(), notice };
                (StatusCode::UNAUTHORIZED, Json(refused)).into_response()
            }
            Err(Stop::LogIn) => {
                let back = format!("/login?next={}", escape(&self.address));
                self.go(if back.len() <= LONGEST { back } else { "/login".to_owned() }, Vec::new())
            }
            Err(Stop::Desk(Error::FactorNeeded)) => self.go("/account/factors?needed".to_owned(), Vec::new()),
            Err(Stop::Desk(Error::ProofNeeded)) => {
                let back = format!("/account/confirm?next={}", escape(&self.address));
                self.go(if back.len() <= LONGEST { back } else { "/account".to_owned() }, Vec::new())
            }
            Err(Stop::Desk(error)) => self.failed(error),
        }
    }

    /// Answers a form. When it was refused it is shown `again`, with what was typed.
    pub async fn finish_form<F, A>(
        &self,
        done: Result<Answer, Stop>,
        submitted: Submitted,
        again: F,
    ) -> Response
    where
        F: FnOnce(Form) -> A,
        A: Future<Output = Result<Page, Stop>>,
    {
        let Err(Stop::Desk(error)) = done else { return self.finish(done) };
        let status = refusal_status(&error);
        let (form, wait) = match error {
            Error::Refused(refusals) => {
                let mut notice = common::please_check(self.language).to_owned();
                if submitted.had_files() && !self.wants_json {
                    // No browser lets a page fill a file field again.
                    notice = format!("{notice} {}", common::choose_files_again(self.language));
                }
                let wait = refusals.iter().find_map(wait);
                (Form::refused(submitted.fields(), &refusals, self.language, notice), wait)
            }
            Error::Prove(Challenge { stamp, bits }) if self.wants_json => {
                return (status, Json(Outcome::Prove { stamp, bits })).into_response();
            }
            Error::Prove(challenge) => {
                let mut fields = submitted.fields();
                fields.insert("stamp".to_owned(), challenge.stamp);
                let notice = new_request::once_more(self.language).to_owned();
                (Form::refused(fields, &[], self.language, notice), None)
            }
            error => return self.finish(Err(Stop::Desk(error))),
        };
        let response = if self.wants_json {
            let notice = form.notice().unwrap_or_default();
            let refused = Outcome::Refused { errors: form.errors().clone(), notice };
            (status, Json(refused)).into_response()
        } else {
            match again(form).await {
                Ok(page) => self.page(Page { status, ..page }),
                Err(stop) => return self.finish(Err(stop)),
            }
        };
        match wait {
            Some(wait) => retry_after(response, wait),
            None => response,
        }
    }

    fn page(&self, page: Page) -> Response {
        let status = page.status;
        let html = render(&self.nonce, || frame::frame(self, page));
        (status, [(header::CACHE_CONTROL, "no-store")], Html(format!("<!DOCTYPE html>{html}")))
            .into_response()
    }

    fn go(&self, address: String, cookies: Vec<Cookie>) -> Response {
        let address = if address.len() <= LONGEST { address } else { "/".to_owned() };
        let response = if self.wants_json {
            Json(Outcome::Go(address)).into_response()
        } else {
            Redirect::to(&address).into_response()
        };
        cookies::set(response, &cookies, self.app.https)
    }

    /// Gives an answer a cookie.
    pub fn with_cookie(&self, response: Response, cookie: Cookie) -> Response {
        cookies::set(response, &[cookie], self.app.https)
    }

    fn failed(&self, error: Error) -> Response {
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
                return retry_after(self.trouble(status, Trouble::Busy), wait);
            }
            Error::Unfinished { begun } => {
                return retry_after(self.trouble(status, Trouble::Unfinished { begun }), UNFINISHED_SECONDS);
            }
            Error::Refused(_) | Error::Prove(_) => Trouble::Unreadable,
            Error::Broken(error) => {
                let word = Form::default().once();
                tracing::error!(%error, word, "a request could not be answered");
                Trouble::Broken(word)
            }
        };
        self.trouble(status, trouble)
    }

    /// Says that something went wrong.
    pub fn trouble(&self, status: StatusCode, trouble: Trouble) -> Response {
        if self.wants_json {
            let notice = trouble.sentence(self.language);
            return (status, Json(Outcome::Refused { errors: Default::default(), notice })).into_response();
        }
        self.page(trouble_page(self.language, status, trouble))
    }
}

impl Stop {
    /// What there is to answer where there is no page: the status alone. Logs what is broken.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::LogIn => StatusCode::UNAUTHORIZED,
            Self::Desk(error) => {
                if let Error::Broken(error) = error {
                    tracing::error!(%error, "an island could not be answered");
                }
                refusal_status(error)
            }
        }
    }
}

fn refusal_status(error: &Error) -> StatusCode {
    match error {
        _ if submitted::is_too_large(error) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Refused(refusals) if refusals.iter().any(|refusal| wait(refusal).is_some()) => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
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
