//! What a document carries for the browser to go on with its first page.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::form::Refused;
use crate::part::Part;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// The id of the element with [`First`].
pub(crate) const FIRST: &str = "first";

/// The header of an answer to the app that names the build of the code that the server brings. Code of another build
/// goes on by a new document.
pub(crate) const BUILD_HEADER: &str = "x-tresen-build";

/// What the browser needs to go on with the first page: it stands in the document as JSON.
#[derive(Serialize, Deserialize)]
pub(crate) struct First {
    /// Names the build of the code that the document loads.
    pub build: String,
    /// What every page of the visit knows.
    pub visit: Visit,
    /// What the page shows.
    pub shown: FirstShown,
    /// The form that is shown again, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// What the first page shows.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FirstShown {
    /// A page of a part, read by that part.
    Page(Part, Box<RawValue>),
    /// A page that says what went wrong, and its status.
    Trouble(u16, Trouble),
}
