//! Nobody makes the desk a nuisance: limits for accounts and addresses, and what is suspicious
//! about a form.
//!
//! - [`counts`]: how often something was tried, for a day, under a salted hash
//! - [`memory`]: the same in the memory of one node
//! - [`limits`]: guessing at passwords, and mails that strangers have sent to somebody
//! - [`stamp`]: the signed time of a form, and the proof of work
//! - [`words`]: what is suspicious about a text
//! - [`screen`]: what all that means for a form

mod counts;
mod limits;
mod memory;
mod screen;
mod stamp;
mod words;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::clock::Clock;
use crate::settings::Settings;

pub(crate) use counts::Counts;
pub use limits::Visitor;
pub(crate) use limits::{Guess, Left, Limited};
pub(crate) use screen::Written;
pub use screen::{Screened, Signs};
pub use stamp::FormKind;

/// How often something may be tried, and what is suspicious about a form.
#[derive(Clone)]
pub struct Limits {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) counts: Arc<Counts>,
}
