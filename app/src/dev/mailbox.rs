//! `/dev/mail`: the list of outgoing mails, and one of them.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language};

use crate::components::{EmptyState, Facts, Icon, NavLink, PageHead, TextWithLinks, Time, When};
use crate::language::dev::mailbox as text;
use crate::page::{Page, Place};
use crate::visit::Visit;

/// A mail in the list.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    /// The name of its file.
    pub name: String,
    /// Its subject; empty for none.
    pub subject: String,
    /// Whom it goes to.
    pub to: String,
    /// When it was written.
    pub when: Option<When>,
}

/// A mail.
#[derive(Clone, Serialize, Deserialize)]
pub struct Message {
    /// What the list shows of it.
    pub line: Line,
    /// Who sends it.
    pub from: String,
    /// What binds it to other mails: the header's name and its value.
    pub thread: Vec<(String, String)>,
    /// Its text.
    pub body: String,
}

fn subject(language: Language, line: &Line) -> String {
    if line.subject.is_empty() { text::no_subject(language).to_owned() } else { line.subject.clone() }
}

/// The list.
pub(super) fn list(visit: &Visit, lines: Vec<Line>) -> Page {
    let language = visit.language;
    Page::new(text::title(language), Place::Elsewhere, move || {
        let list = if lines.is_empty() {
            view! {
                <EmptyState
                    title=text::none_title(language)
                    text=text::none_text(language)
                    icon=Icon::Mail
                />
            }
            .into_any()
        } else {
            let lines = lines.into_iter().map(|line| row(language, line)).collect::<Vec<_>>();
            view! { <ul class="rows">{lines}</ul> }.into_any()
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            {list}
        }
        .into_any()
    })
}

fn row(language: Language, line: Line) -> AnyView {
    let subject = subject(language, &line);
    let address = Address::DevMessage { name: line.name };
    view! {
        <li>
            <div>
                <p><a href=address.to_string() dir="auto">{subject}</a></p>
                <p class="muted small"><bdi>{line.to}</bdi></p>
            </div>
            <span class="muted small">{line.when.map(|when| view! { <Time when/> })}</span>
        </li>
    }
    .into_any()
}

/// One mail.
pub(super) fn message(visit: &Visit, message: Message) -> Page {
    let language = visit.language;
    let title = subject(language, &message.line);
    Page::new(title.clone(), Place::Elsewhere, move || {
        let Message { line, from, thread, body } = message;
        let words = |words: String| view! { <bdi>{words}</bdi> }.into_any();
        let mut facts = vec![
            (text::from(language).to_owned(), words(from)),
            (text::to(language).to_owned(), words(line.to)),
            (text::date(language).to_owned(), line.when.map(|when| view! { <Time when/> }).into_any()),
        ];
        facts.extend(thread.into_iter().map(|(name, value)| (name, words(value))));
        let back = NavLink::new(text::back(language), Address::DevMail);
        let raw = format!("{}/raw", Address::DevMessage { name: line.name });
        view! {
            <PageHead title back=Some(back)/>
            <div class="stack">
                <div class="card stack">
                    <Facts facts/>
                    <div class="comment-body" dir="auto"><TextWithLinks text=body/></div>
                </div>
                <p><a href=raw>{text::raw(language)}</a></p>
            </div>
        }
        .into_any()
    })
}
