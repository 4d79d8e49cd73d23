//! Reads mails (RFC 5322, MIME): bytes in, what a service desk needs to know out.
//!
//! Nothing here does I/O or knows a database; nothing that stands in a mail makes it fail.
//!
//! The way of a mail: [`read`] splits its headers (`header`), walks its parts (`mime`, `body`; charsets
//! and encodings: `decode`, `uuencode`), finds out who wrote (`sender`),
//! cleans HTML and turns it into text (`html`), tells what was written from what was quoted
//! (`fold`), and says whether a machine sent it (`automatic`) and about which mail of ours
//! (`bounce`). Apart from that, `own_links` cuts secrets of the desk's own links out of any text,
//! and `quotes` what a mail repeats of texts that are known.

mod automatic;
mod body;
mod bounce;
mod decode;
mod encoded_words;
mod flowed;
mod fold;
mod header;
mod header_block;
mod html;
mod message;
mod mime;
mod names;
mod own_links;
mod parameter;
mod phrases;
mod pictures;
mod quotes;
mod read;
mod sender;
mod uuencode;

pub use html::{Cleaned, clean_html};
pub use message::{
    Automatic, Bounce, Correspondent, Limits, Message, Origin, Part, Remark, Returned, Signals,
};
pub use own_links::OwnLinks;
pub use quotes::{
    KnownText, KnownTexts, LEFT_OUT, Participant, Repeat, reference, references, replace_references,
};
pub use read::{is_filter_header, read};
