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

pub(crate) use counts::Counts;
pub use limits::Visitor;
pub(crate) use limits::{Guess, Left, Limited};
pub(crate) use screen::Written;
pub use screen::{Screened, Signs};
pub use stamp::FormKind;
