//! What depends on who reads a thread.

use leptos::prelude::*;
use tresen_model::views::{Attachment, Comment};
use tresen_model::{Language, RequestNumber, Status};

use crate::components::DeliveryLine;
use crate::form::Forms;

/// Who reads a thread. Words of one reader are reached by its functions only, so they are loaded with its pages.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    /// Whether an agent reads.
    pub(super) agent: bool,
    /// What the addresses of requests begin with.
    pub(super) requests: &'static str,
    /// Says where a request stands.
    pub(super) status: fn(Language, Status) -> AnyView,
    /// Says who wrote a comment, and in what part if that needs to be said.
    pub(super) author: fn(Language, &Comment) -> (String, Option<&'static str>),
    /// Says why a file is kept back in which a scanner has found something.
    pub(super) infected: fn(Language, &Attachment) -> String,
    /// Makes what else stands at a comment.
    pub(super) beside: fn(&Place, &Comment) -> Beside,
}

/// Where a thread stands, for its parts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Place {
    /// The reader's language.
    pub(super) language: Language,
    /// Who reads.
    pub(super) reader: Reader,
    /// The number of the request.
    pub(super) number: RequestNumber,
    /// The token of the mailed link; empty for whoever is signed in.
    pub(super) token: String,
    /// The forms of the page.
    pub(super) forms: Forms,
}

/// What else stands at a comment.
#[derive(Default)]
pub(crate) struct Beside {
    /// What the reader should know about a mail.
    pub(super) remarks: Vec<String>,
    /// What can be done with the comment.
    pub(super) actions: Option<AnyView>,
    /// What became of its mail.
    pub(super) delivery: Option<DeliveryLine>,
}
