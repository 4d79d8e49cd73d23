//! From an address to its page, and from a form to its function.
//!
//! A browser without scripts sends a form to the address that its `action` names; there the same function runs
//! that the app calls. What was refused is shown again on the page of the form, with what was typed.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};
use tokio::time::timeout;
use tresen_desk::Error;
use tresen_model::Address;

use super::kept::{self, is_secret};
use crate::form::{Done, Forms, Refused, Unmet};
use crate::language::customer::new_request;
use crate::language::shared::common;
use crate::sheet::{self, Sheet};
use crate::trouble::{Trouble, Unavailable};
use crate::web::{Act, Answer, App, Context, Fields, Stop, Submitted};

/// How long a page may take to be loaded: longer than SQLite waits for another process that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(12);

/// The same for a page that is shown again since its form failed.
const PATIENCE_TO_KEEP: Duration = Duration::from_millis(500);

/// The page on which a form stands, by what was sent; `None` where the path names nothing.
type Back = fn(&Fields) -> Option<Address>;

/// The page at the address that was asked for.
pub(crate) async fn show(context: Context, uri: Uri) -> Response {
    match Address::parse(uri.path(), uri.query().unwrap_or_default()) {
        Some(address) => context.show(StatusCode::OK, &address, &Forms::untouched()).await,
        None => context.finish(Err(Error::NotFound.into())),
    }
}

/// The route of a form whose fields are the arguments of the server function `F`.
///
/// Whoever comes to its address otherwise, by reloading or from signing in, finds the page on which it stands.
pub(crate) fn form<F, S>(back: Back) -> MethodRouter<App>
where
    F: ServerFn<Output = Done<S>, Error = Unmet> + DeserializeOwned + Send + 'static,
    S: Into<Sheet> + 'static,
{
    get(move |context: Context, request: Request| come_back(context, request, back)).post(
        move |context: Context, request: Request| async move {
            match read(&context, request).await {
                Ok((path, form, fields)) => {
                    let done = match context.require_known() {
                        Ok(()) => run::<F, S>(context.clone(), fields.clone()).await,
                        Err(stop) => Err(context.unmet(stop)),
                    };
                    if let Some(page) = back(&fields).filter(|_| done.is_ok() && wrote(&fields))
                        && let Some(page) = context.with_text(&page, fields.clone(), form.had_files()).await
                    {
                        return page;
                    }
                    context.answer(done, &path, fields, form.had_files(), back).await
                }
                Err(response) => response,
            }
        },
    )
}

/// The route of a form with files, whose function takes them as they come in.
pub(crate) fn files_form(act: Act, back: Back) -> MethodRouter<App> {
    get(move |context: Context, request: Request| come_back(context, request, back)).post(
        move |context: Context, request: Request| async move {
            match read(&context, request).await {
                Ok((path, mut form, fields)) => {
                    let done = match context.require_known() {
                        Ok(()) => act(&context, &mut form).await,
                        Err(stop) => Err(stop),
                    };
                    let done = done.map(Done::sheet).map_err(|stop| context.unmet(stop));
                    context.answer(done, &path, fields, form.had_files(), back).await
                }
                Err(response) => response,
            }
        },
    )
}

/// Shows the page on which a form stands.
async fn come_back(context: Context, request: Request, back: Back) -> Response {
    let uri = request.uri().clone();
    // Some forms post to the very address of their page.
    if let Some(address) = Address::parse(uri.path(), uri.query().unwrap_or_default()) {
        return context.show(StatusCode::OK, &address, &Forms::untouched()).await;
    }
    let (mut parts, _) = request.into_parts();
    let named = Path::<Fields>::from_request_parts(&mut parts, &context.app).await;
    match back(&named.map(|Path(named)| named).unwrap_or_default()) {
        Some(address) => context.finish(Ok(Answer::go(address))),
        None => context.finish(Err(Error::NotFound.into())),
    }
}

/// Whether the text of another form came along.
fn wrote(fields: &Fields) -> bool {
    fields.get("body").is_some_and(|body| !body.trim().is_empty())
}

/// Reads a form: the path it was sent to, the form, and its fields with what the path names.
async fn read(context: &Context, request: Request) -> Result<(String, Submitted, Fields), Response> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let named = Path::<Fields>::from_request_parts(&mut parts, &context.app).await;
    let mut form = Submitted::from_request(Request::from_parts(parts, body), &context.app).await?;
    form.name(named.map(|Path(named)| named).unwrap_or_default());
    let fields = form.fields();
    Ok((path, form, fields))
}

/// Runs a server function as its own handler would.
async fn run<F, S>(context: Context, fields: Fields) -> Result<Done<Sheet>, Unmet>
where
    F: ServerFn<Output = Done<S>, Error = Unmet> + DeserializeOwned + Send + 'static,
    S: Into<Sheet> + 'static,
{
    let form = F::deserialize(MapDeserializer::<_, ValueError>::new(fields.into_iter()));
    let Ok(form) = form else {
        return Err(context.unmet(Stop::Trouble(400, Trouble::Unreadable)));
    };
    let owner = Owner::new_root(None);
    let running = owner.with(|| {
        provide_context(context);
        ScopedFuture::new(form.run_body())
    });
    let done = running.await.map(Done::sheet);
    owner.unset_with_forced_cleanup();
    done
}

impl<Shown: Into<Sheet>> Done<Shown> {
    /// The same for whichever part of the app it is.
    fn sheet(self) -> Done<Sheet> {
        match self {
            Self::Go(address) => Done::Go(address),
            Self::Enter(address) => Done::Enter(address),
            Self::Show(shown) => Done::Show(Box::new((*shown).into())),
            Self::ShowAs { visit, shown } => Done::ShowAs { visit, shown: Box::new((*shown).into()) },
        }
    }
}

impl Context {
    /// Shows the page at an address.
    async fn show(&self, status: StatusCode, address: &Address, forms: &Forms) -> Response {
        let loaded = async {
            self.require_known()?;
            self.in_time(PATIENCE, sheet::load(self, address)).await
        };
        match loaded.await {
            Ok(sheet) => self.sheet(status, sheet, forms),
            Err(stop) => self.finish(Err(stop)),
        }
    }

    fn sheet(&self, status: StatusCode, sheet: Sheet, forms: &Forms) -> Response {
        let shown = sheet.first();
        let mut page = sheet.page(&self.visit(), forms);
        // Some pages have a status of their own.
        if status != StatusCode::OK {
            page.status = status.as_u16();
        }
        self.page(page, shown, forms)
    }

    /// Answers a form.
    async fn answer(
        &self,
        done: Result<Done<Sheet>, Unmet>,
        action: &str,
        fields: Fields,
        had_files: bool,
        back: Back,
    ) -> Response {
        let address = back(&fields);
        match done {
            Ok(Done::Go(address) | Done::Enter(address)) => self.finish(Ok(Answer::go(address))),
            // The context knows the new visit already.
            Ok(Done::Show(sheet) | Done::ShowAs { shown: sheet, .. }) => {
                self.sheet(StatusCode::OK, *sheet, &Forms::untouched())
            }
            Err(Unmet::Refused { status, errors, mut notice, .. }) => {
                if had_files {
                    // No browser lets a page fill a file field again.
                    notice = format!("{notice} {}", common::choose_files_again(self.language));
                }
                self.show_again(
                    status,
                    address,
                    Refused { action: action.to_owned(), values: fields, errors, notice },
                )
                .await
            }
            Err(Unmet::Prove { stamp, .. }) => {
                let mut values = fields;
                values.insert("stamp".to_owned(), stamp);
                let notice = new_request::once_more(self.language).to_owned();
                let refused = Refused { action: action.to_owned(), values, errors: BTreeMap::new(), notice };
                self.show_again(428, address, refused).await
            }
            Err(Unmet::Unavailable(Unavailable::SignIn)) => {
                match kept::page(self.language, &kept::Why::SignedOut, action, &fields, had_files) {
                    Some(page) => self.page(page, None, &Forms::untouched()),
                    None => self.finish(Err(Stop::LogIn)),
                }
            }
            Err(Unmet::Unavailable(Unavailable::Trouble { status, trouble })) if trouble.is_ours() => {
                self.keep(status, trouble, action, fields, had_files, address).await
            }
            Err(Unmet::Unavailable(Unavailable::Confirm)) => self.finish(Err(Error::ProofNeeded.into())),
            Err(Unmet::Unavailable(Unavailable::Go(address))) => self.finish(Ok(Answer::go(address))),
            Err(Unmet::Unavailable(Unavailable::Trouble { status, trouble })) => {
                self.finish(Err(Stop::Trouble(status, trouble)))
            }
        }
    }

    /// Shows the page of a form again that something on our side has stopped; where that page cannot be shown
    /// either, one with what was written.
    async fn keep(
        &self,
        status: u16,
        trouble: Trouble,
        action: &str,
        fields: Fields,
        had_files: bool,
        address: Option<Address>,
    ) -> Response {
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let mut notice = trouble.sentence(self.language);
        if had_files {
            notice = format!("{notice} {}", common::choose_files_again(self.language));
        }
        let why = kept::Why::Trouble(status, trouble.clone());
        let page = kept::page(self.language, &why, action, &fields, had_files);
        let refused = Refused { action: action.to_owned(), values: fields, errors: BTreeMap::new(), notice };
        // A database that is away would have the page wait once more; a disk that is full can be read.
        if self.require_known().is_ok()
            && let Some(address) = address
            && let Ok(Ok(page)) = timeout(PATIENCE_TO_KEEP, self.again(code, &address, refused)).await
        {
            return page;
        }
        match page {
            Some(page) => self.page(page, None, &Forms::untouched()),
            None => self.finish(Err(Stop::Trouble(status, trouble))),
        }
    }

    /// Shows a page again with the text of its unsent form, which a button beside it carried along without scripts.
    /// Returns `None` if the page no longer exists.
    pub(crate) async fn with_text(
        &self,
        page: &Address,
        values: Fields,
        had_files: bool,
    ) -> Option<Response> {
        // No browser lets a page fill a file field again.
        let notice = if had_files { common::choose_files_again(self.language) } else { "" };
        let action = page.to_string().split('?').next().unwrap_or_default().to_owned();
        let refused = Refused { action, values, errors: BTreeMap::new(), notice: notice.to_owned() };
        self.again(StatusCode::OK, page, refused).await.ok()
    }

    async fn show_again(&self, status: u16, address: Option<Address>, refused: Refused) -> Response {
        let Some(address) = address else { return self.finish(Err(Error::NotFound.into())) };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        match self.again(status, &address, refused).await {
            Ok(page) => page,
            Err(stop) => self.at(&address, self.language).finish(Err(stop)),
        }
    }

    /// The page at an address, with what was typed there but credentials.
    async fn again(
        &self,
        status: StatusCode,
        page: &Address,
        mut refused: Refused,
    ) -> Result<Response, Stop> {
        refused.values.retain(|name, _| !is_secret(name));
        let context = self.at(page, self.language);
        let sheet = sheet::load(&context, page).await?;
        Ok(context.sheet(status, sheet, &Forms::refused(refused)))
    }
}
