//! The comments of a request, as customers and agents see them.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use tresen_model::views::{Attachment, Comment as CommentView};
use tresen_model::{AuthorKind, FileCheck, Language, RequestNumber, Standing, Status, Timestamp, Visibility};

use super::address::address;
use super::agent_delivery;
use super::comment_mail::mail_parts;
use crate::components::{AttachmentLine, AttachmentPreview, Comment, CommentSide, StatusBadge};
use crate::islands::LiveConversation;
use crate::language::islands::size;
use crate::language::{conversation as text, dates, files, words};
use crate::web::Context;

/// Who reads a thread, when, and by what address its files are found.
#[derive(Clone)]
pub(crate) struct Thread {
    /// The reader's language.
    pub(crate) language: Language,
    /// The time.
    pub(crate) now: Timestamp,
    /// The zone in which times are told.
    pub(crate) zone: TimeZone,
    /// The request.
    pub(crate) number: RequestNumber,
    /// The mailed link's token; empty for somebody who is logged in.
    pub(crate) token: String,
    /// Whether an agent reads.
    pub(crate) agent: bool,
}

impl Thread {
    /// The thread of a request for whoever asks.
    pub(crate) fn of(context: &Context, number: RequestNumber, token: &str, agent: bool) -> Self {
        Self {
            language: context.language,
            now: context.now,
            zone: context.app.time_zone.clone(),
            number,
            token: token.to_owned(),
            agent,
        }
    }

    fn attachment(&self, file: Attachment) -> AttachmentLine {
        let request = if self.agent { "/agent/requests" } else { "/requests" };
        let path = format!("{request}/{}/files/{}", self.number, file.id);
        let language = self.language;
        let href = address(&path, &[("token", &self.token)]);
        let preview = file.preview.map(|preview| {
            let src = address(&format!("{path}/preview"), &[("token", &self.token)]);
            // One that is being made has the place of most photos.
            let (width, height) =
                if preview.width == 0 { (640, 480) } else { (preview.width, preview.height) };
            AttachmentPreview { src, width, height, alt: files::picture_of(language).to_owned() }
        });
        let withheld = match file.check {
            _ if file.served => None,
            FileCheck::Waiting => Some(files::waiting(language).to_owned()),
            FileCheck::Fine | FileCheck::Infected => Some(match &file.finding {
                Some(finding) => {
                    format!("{} {} {finding}", files::infected(language), files::finding(language))
                }
                None => files::infected(language).to_owned(),
            }),
        };
        AttachmentLine { preview, withheld, href, name: file.name, size: size(language, file.size) }
    }

    /// Who wrote it, and in what part if that needs to be said.
    fn author(&self, comment: &CommentView) -> (String, Option<&'static str>) {
        let language = self.language;
        match comment.standing {
            Standing::Erased => return (text::deleted_person(language).to_owned(), None),
            Standing::Outsider => {
                let name = comment.author.clone().or_else(|| comment.address.clone());
                let name = name.unwrap_or_else(|| text::no_name(language).to_owned());
                return (name, Some(text::outsider(language)));
            }
            Standing::Participant => {}
        }
        if comment.author_kind == AuthorKind::Customer && !comment.own && !self.agent {
            // Somebody whom an agent has admitted.
            return (comment.author.clone().unwrap_or_else(|| text::no_name(language).to_owned()), None);
        }
        let part = match (comment.visibility, comment.author_kind) {
            (Visibility::Internal, _) => Some(text::internal_note(language)),
            (_, AuthorKind::Agent) => Some(text::support(language)),
            (_, AuthorKind::Customer) => self.agent.then(|| text::customer(language)),
        };
        let internal = comment.visibility == Visibility::Internal;
        match (&comment.author, comment.author_kind) {
            // An agent may have written it down: the words are the customer's all the same.
            (_, AuthorKind::Customer) if !self.agent => (text::you(language).to_owned(), None),
            (_, _) if comment.own => (text::you(language).to_owned(), part.filter(|_| internal)),
            (Some(name), _) => (name.clone(), part),
            (None, AuthorKind::Customer) => (text::no_name(language).to_owned(), part),
            (None, AuthorKind::Agent) => (text::support(language).to_owned(), part.filter(|_| internal)),
        }
    }
}

/// Comments as they stand in a thread, oldest first: all of them on a page, the newer ones
/// for the island `LiveConversation`.
pub(crate) fn comments_html(thread: &Thread, comments: Vec<CommentView>) -> AnyView {
    let comments = comments.into_iter().map(|comment| {
        let (author, part) = thread.author(&comment);
        let mail = mail_parts(thread, &comment);
        let body = match comment.standing {
            Standing::Erased => text::deleted_person_wrote(thread.language).to_owned(),
            Standing::Participant | Standing::Outsider => comment.body,
        };
        let delivery = comment.delivery.as_ref().filter(|_| thread.agent);
        let delivery = delivery
            .map(|delivery| agent_delivery::line(thread.language, thread.number, comment.id, delivery));
        let files = comment.attachments.into_iter();
        let attachments: Vec<AttachmentLine> = files.map(|file| thread.attachment(file)).collect();
        view! {
            <Comment
                id=format!("c-{}", comment.id)
                side=CommentSide::of(comment.author_kind, comment.visibility, thread.agent)
                author
                part
                written=dates::when(thread.language, comment.created_at, thread.now, &thread.zone)
                body
                attachments
                mail
                delivery
            />
        }
    });
    comments.collect::<Vec<_>>().into_any()
}

/// The whole thread, to which the island adds what is written while the page is open.
pub(super) fn live_thread(thread: Thread, comments: Vec<CommentView>) -> AnyView {
    let last = comments.last().map(|comment| comment.id.to_string()).unwrap_or_default();
    let comments = comments_html(&thread, comments);
    let Thread { language, number, token, agent, .. } = thread;
    view! {
        <section aria-label=text::thread(language)>
            <LiveConversation language number=number.to_string() token last agent>
                <div class="thread" id="thread">{comments}</div>
            </LiveConversation>
            <p class="visually-hidden" id="thread-news" role="status"></p>
        </section>
    }
    .into_any()
}

/// Where a request stands, in a word and for customers in a sentence: what stands inside
/// the element `request-status`.
pub(crate) fn status_html(language: Language, status: Status, agent: bool) -> AnyView {
    if agent {
        let label = words::status_for_agents(language, status);
        return view! { <StatusBadge status label/> }.into_any();
    }
    view! {
        <StatusBadge status label=words::status(language, status)/>
        <span>{text::status_means(language, status)}</span>
    }
    .into_any()
}

/// The place in the page of what the reader has just written.
pub(super) fn place_of_latest(comments: &[CommentView]) -> String {
    let latest = comments.iter().rev().find(|comment| comment.own);
    latest.map(|comment| format!("#c-{}", comment.id)).unwrap_or_default()
}
