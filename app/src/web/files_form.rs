//! Forms with files, whose functions take them as they come in.

use std::pin::Pin;

use leptos::server_fn::codec::MultipartData;

use super::context::Context;
use super::outcome::Stop;
use super::submitted::Submitted;
use crate::form::{Done, Unmet};
use crate::trouble::Trouble;

/// The function of a form with files.
pub(crate) type Act = for<'a> fn(&'a Context, &'a mut Submitted) -> Acting<'a>;

/// What such a function will have come to.
pub(crate) type Acting<'a> = Pin<Box<dyn Future<Output = Result<Done, Stop>> + Send + 'a>>;

/// Takes a form with files from a server function.
///
/// # Errors
/// [`Unmet::Unavailable`] when it cannot be read.
pub(crate) async fn received(context: &Context, form: MultipartData) -> Result<Submitted, Unmet> {
    let unreadable = || context.unmet(Stop::Trouble(400, Trouble::Unreadable));
    let mut form = form.into_inner().ok_or_else(unreadable)?;
    Submitted::of_multipart(&mut form, &context.app)
        .await
        .map_err(|status| context.unmet(Stop::Trouble(status.as_u16(), Trouble::Unreadable)))
}
