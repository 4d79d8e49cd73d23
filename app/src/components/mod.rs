//! The parts that pages are made of. Server and browser make them of the same props.
//!
//! A component holds no text of its own: every word comes in through its props, already in the reader's
//! language. Whatever a person typed goes in as plain text; components escape it.
//!
//! # Frame of a page
//!
//! ```html
//! <body>
//!   <SiteHeader/>                           first in it: the skip link to #main
//!   <main id="main" tabindex="-1">
//!     <div class="page narrow">…</div>      or "page", "page wide"
//!   </main>
//!   <SiteFooter/>
//! </body>
//! ```
//!
//! Agents' pages: `<main id="main" class="workspace" tabindex="-1">`, `page wide`, and `wide=true` for header
//! and footer. The front page puts [`Hero`] straight into `<main>`, then `<div class="page">` with [`Ways`].
//!
//! # Classes for page authors
//!
//! | class | what it does |
//! |---|---|
//! | `page`, `page narrow`, `page wide` | the column in the middle: 62, 42, 104 rem |
//! | `stack`, `stack tight`, `stack loose` | things under each other: 16, 8, 32 px apart |
//! | `cluster`, `cluster between`, `cluster end` | things beside each other that wrap |
//! | `pair` | two fields beside each other where there is room |
//! | `split` | a main column and an `<aside>` of 21 rem; one column under 60 rem |
//! | `card`, `card sunken`, `card danger` | a sheet; add `stack` for distances in it |
//! | `section` | a heading (`<div><h2/><p class="muted"/></div>`) left of its content: account, settings |
//! | `toolbar` | search and filters over a list |
//! | `form`, `form-actions` | a form's fields under each other; its buttons |
//! | `prose` | running text (privacy page): measure, distances, lists |
//! | `lede` | the sentence under a title |
//! | `muted`, `small`, `nowrap`, `plain-list` | fainter, smaller, unbroken, without bullets |
//! | `meta` | a line of small facts, set apart by space |
//! | `rows` | `<ul>` whose `<li>` has a text and a button: sessions, mails |
//! | `thread`, `reply` | around [`Comment`]s; around the reply form under them |
//! | `panel` | the agents' `<aside>` beside a conversation: a column of `card`s |
//! | `visually-hidden` | for screen readers alone |
//! | `strength` | `<div class="strength" data-score="0…4" aria-hidden="true">` with four `<i>` |
//! | `file-list` | `<ul>` of chosen files; each `<li>` has `file-name`, `file-size` and a quiet button |
//! | `file-drop over` | while a file is held over the field |
//!
//! # What scripts may rely on
//!
//! The control of the field `name` has the id `name`; its error is `<p class="field-error" id="name-error">`,
//! always there, `hidden` while empty, and named by `aria-describedby` from the start. Showing an error is:
//! set the text, remove `hidden`, set `aria-invalid="true"` on the control. `aria-busy="true"` on a form dims
//! its submit buttons.

// `#[component]` puts a `pub` function of its own into these private modules.
#![allow(unreachable_pub)]

mod agent_table;
mod button;
mod comment;
mod empty_state;
mod facts;
mod field;
mod hero;
mod history_list;
mod icon;
mod link;
mod maybe_text;
mod notice;
mod number;
mod page_head;
mod pager;
mod qr_code;
mod query_form;
mod report_table;
mod request_list;
mod search;
mod site_footer;
mod site_header;
mod status_badge;
mod table;
mod text_with_links;
mod time;
mod writing;

pub use agent_table::{AgentRow, AgentTable, AgentTableHeads};
pub use button::{Button, ButtonKind, ButtonLink, Sends};
pub use comment::{AttachmentLine, AttachmentPreview, Comment, CommentSide, DeliveryLine, MailParts};
pub use empty_state::EmptyState;
pub use facts::Facts;
pub use field::{Checkbox, Choice, Field, FileField, Select, TextArea};
pub use hero::{Hero, Way, Ways};
pub use history_list::{HistoryLine, HistoryList};
pub use icon::Icon;
pub use link::NavLink;
pub use maybe_text::MaybeText;
pub use notice::{Notice, NoticeKind};
pub use number::{Number, NumberSlip};
pub use page_head::PageHead;
pub use pager::Pager;
pub use qr_code::{QrCode, QrPicture};
pub use query_form::QueryForm;
pub use report_table::{ReportRow, ReportTable};
pub use request_list::{RequestList, RequestRow};
pub use search::{FilterTabs, SearchForm};
pub use site_footer::SiteFooter;
pub use site_header::{LanguageChoice, LanguageSwitch, LogoutButton, SiteHeader};
pub use status_badge::{PriorityMark, StatusBadge};
pub use table::Table;
pub use text_with_links::TextWithLinks;
pub use time::Time;
pub use writing::{Beside, Carries, WRITING};

pub use crate::when::When;
