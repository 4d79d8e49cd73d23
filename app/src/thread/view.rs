//! The thread on a page: its comments, and what is written while the page is open.

use leptos::prelude::*;
use tresen_model::query::escape;
use tresen_model::views::{Attachment, Comment as CommentView};
use tresen_model::{FileCheck, Language, Standing, Status};

use super::reader::{Beside, Place};
use super::{Reader, Said, Thread};
use crate::components::{
    AttachmentLine, AttachmentPreview, Comment, CommentSide, MailParts, NavLink, TextWithLinks,
};
use crate::form::Forms;
use crate::language::shared::live::{sending, size};
use crate::language::shared::mail;
use crate::language::thread::{conversation as text, files};
use crate::live::Echo;

/// A thread that is on a page: where scripts run, new comments come by themselves.
///
/// A page makes one in its view, and puts [`status`](Self::status) and [`view`](Self::view) where they belong.
pub(crate) struct Live {
    place: Place,
    said: Vec<Said>,
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
    unread: bool,
    newer: RwSignal<Vec<Said>>,
    status: RwSignal<Status>,
    news: RwSignal<Option<&'static str>>,
    /// What the reader has just sent, while it is on its way.
    echo: Echo,
}

impl Live {
    /// With what the page shows first. `forms` are those of the page.
    pub(crate) fn new(language: Language, reader: Reader, thread: Thread, forms: &Forms) -> Self {
        let Thread { number, token, status, unread, said } = thread;
        let live = Self {
            place: Place { language, reader, number, token, forms: forms.clone() },
            said,
            unread,
            newer: RwSignal::new(Vec::new()),
            status: RwSignal::new(status),
            news: RwSignal::new(None),
            echo: Echo::default(),
        };
        #[cfg(feature = "hydrate")]
        browser::listen(&live);
        live
    }

    /// What stands inside the element `request-status`: where the request stands.
    pub(crate) fn status(&self) -> AnyView {
        let (Place { language, reader, .. }, status, echo) = (self.place.clone(), self.status, self.echo);
        (move || (reader.status)(language, echo.status().unwrap_or_else(|| status.get()))).into_any()
    }

    /// Where the forms of the page show what they send.
    pub(crate) const fn echo(&self) -> Echo {
        self.echo
    }

    /// The comments.
    pub(crate) fn view(self) -> AnyView {
        let Self { place, said, newer, news, echo, .. } = self;
        let language = place.language;
        let label = text::thread(place.language);
        let said: Vec<_> = said.into_iter().map(|said| comment(&place, said)).collect();
        let newer = move || newer.get().into_iter().map(|said| comment(&place, said)).collect::<Vec<_>>();
        view! {
            <section aria-label=label>
                <div class="thread" id="thread">{said}{newer}{move || echo.body().map(|body| echoed(language, body))}</div>
                <p class="visually-hidden" id="thread-news" role="status">{move || news.get()}</p>
            </section>
        }
        .into_any()
    }
}

fn comment(place: &Place, said: Said) -> AnyView {
    let Place { language, reader, .. } = *place;
    let Said { comment, at } = said;
    let (author, part) = match comment.standing {
        Standing::Erased => (text::deleted_person(language).to_owned(), None),
        Standing::Participant | Standing::Outsider => (reader.author)(language, &comment),
    };
    let Beside { remarks, actions, delivery } = (reader.beside)(place, &comment);
    let mail = MailParts { remarks, actions, ..mail_parts(place, &comment) };
    let CommentView { id, author_kind, visibility, standing, body, attachments, .. } = comment;
    let body = match standing {
        Standing::Erased => text::deleted_person_wrote(language).to_owned(),
        Standing::Participant | Standing::Outsider => body,
    };
    let attachments: Vec<_> = attachments.into_iter().map(|file| attachment(place, file)).collect();
    view! {
        <Comment
            id=format!("c-{id}")
            side=CommentSide::of(author_kind, visibility, reader.agent)
            author
            part
            written=at
            body
            attachments
            mail
            delivery
        />
    }
    .into_any()
}

/// What the reader has just sent, until it is there.
fn echoed(language: Language, body: String) -> AnyView {
    view! {
        <article class="comment ours underway">
            <header class="comment-head">
                <h2 class="comment-author">{text::you(language)}</h2>
                <span class="comment-part">{sending(language)}</span>
            </header>
            <div class="comment-echo" dir="auto"><TextWithLinks text=body/></div>
        </article>
    }
    .into_any()
}

/// What every reader sees of a mail beside its text.
fn mail_parts(place: &Place, comment: &CommentView) -> MailParts {
    let language = place.language;
    if !comment.by_mail || comment.standing == Standing::Erased {
        return MailParts::default();
    }
    let mut tags = vec![mail::by_mail(language).to_owned()];
    if comment.automatic {
        tags.push(mail::automatic(language).to_owned());
    }
    let formatted = comment.formatted.then(|| {
        let href = file_address(place, &format!("comments/{}/formatted", comment.id));
        NavLink::new(mail::formatted(language), href)
    });
    let rest = comment.rest.clone().map(|rest| (mail::rest(language).to_owned(), rest));
    MailParts { tags, rest, formatted, ..MailParts::default() }
}

fn attachment(place: &Place, file: Attachment) -> AttachmentLine {
    let language = place.language;
    let withheld = match file.check {
        _ if file.served => None,
        FileCheck::Waiting => Some(files::waiting(language).to_owned()),
        FileCheck::Fine | FileCheck::Infected => Some((place.reader.infected)(language, &file)),
    };
    let preview = file.preview.map(|preview| {
        // One that is being made has the place of most photos.
        let (width, height) = if preview.width == 0 { (640, 480) } else { (preview.width, preview.height) };
        let src = file_address(place, &format!("files/{}/preview", file.id));
        AttachmentPreview { src, width, height, alt: files::picture_of(language).to_owned() }
    });
    let href = file_address(place, &format!("files/{}", file.id));
    AttachmentLine { preview, withheld, href, name: file.name, size: size(language, file.size) }
}

/// The address of something that belongs to the request and is no page.
fn file_address(place: &Place, path: &str) -> String {
    let Place { reader, number, token, .. } = place;
    let address = format!("{}/{number}/{path}", reader.requests);
    if token.is_empty() { address } else { format!("{address}?token={}", escape(token)) }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;
    use std::rc::Rc;

    use leptos::prelude::*;
    use tresen_model::query::escape;
    use tresen_model::{CommentId, Language, RequestNumber, Status};
    use wasm_bindgen_futures::spawn_local;

    use super::{Live, Said};
    use crate::language::shared::live as text;
    use crate::live::{Echo, call};
    use crate::thread::news::{Newer, News, Seen};

    /// What asks for news. The signals are gone once somebody has left the page, while an answer is on its way.
    struct Watching {
        language: Language,
        number: RequestNumber,
        token: String,
        agent: bool,
        last: Cell<Option<CommentId>>,
        /// The comments on the page.
        known: RefCell<BTreeSet<CommentId>>,
        /// How often it has asked.
        asked: Cell<u32>,
        /// Which answer is shown: answers may overtake each other.
        shown: Cell<u32>,
        newer: RwSignal<Vec<Said>>,
        status: RwSignal<Status>,
        news: RwSignal<Option<&'static str>>,
        echo: Echo,
    }

    pub(super) fn listen(live: &Live) {
        let place = &live.place;
        let watching = Rc::new(Watching {
            language: place.language,
            number: place.number,
            token: place.token.clone(),
            agent: place.reader.agent,
            last: Cell::new(live.said.last().map(|said| said.comment.id)),
            known: RefCell::new(live.said.iter().map(|said| said.comment.id).collect()),
            asked: Cell::new(0),
            shown: Cell::new(0),
            newer: live.newer,
            status: live.status,
            news: live.news,
            echo: live.echo,
        });
        let unread = live.unread;
        Effect::new(move |_| {
            let Watching { number, token, agent, .. } = &*watching;
            let address = format!("/events/requests/{number}?token={}&agent={agent}", escape(token));
            let watching = Rc::clone(&watching);
            if unread {
                spawn_local(say_seen(Rc::clone(&watching)));
            }
            crate::live::listen(address, move || spawn_local(ask(Rc::clone(&watching))));
        });
    }

    async fn ask(watching: Rc<Watching>) {
        let turn = watching.asked.get() + 1;
        watching.asked.set(turn);
        let last = watching.last.get().map(|last| last.to_string()).unwrap_or_default();
        let number = watching.number.to_string();
        let arguments =
            [("number", &*number), ("token", &watching.token), ("last", &last), watching.reader()];
        if let Some(newer) = call::<News>(&arguments).await
            && turn > watching.shown.get()
        {
            watching.shown.set(turn);
            if watching.show(newer) {
                say_seen(watching).await;
            }
        }
    }

    /// The page is shown: so is everything up to its last comment.
    async fn say_seen(watching: Rc<Watching>) {
        let Some(last) = watching.last.get() else { return };
        let number = watching.number.to_string();
        let last = last.to_string();
        let arguments =
            [("number", &*number), ("token", &watching.token), ("last", &last), watching.reader()];
        // Where it does not arrive it stays unread.
        let _ = call::<Seen>(&arguments).await;
    }

    impl Watching {
        /// Who reads, as an argument.
        fn reader(&self) -> (&'static str, &'static str) {
            ("agent", if self.agent { "true" } else { "false" })
        }

        /// Says whether there are more comments now.
        fn show(&self, Newer { mut comments, status }: Newer) -> bool {
            self.status.try_set(status);
            // Another answer may have brought some of them meanwhile.
            comments.retain(|said| self.known.borrow_mut().insert(said.comment.id));
            let Some(last) = comments.last() else { return false };
            self.last.set(Some(last.comment.id));
            self.newer.try_update(|newer| newer.extend(comments));
            // The reader's own comment may be among them, before its form is answered.
            self.echo.drop_body();
            self.news.try_set(Some(text::new_comments(self.language)));
            true
        }
    }
}
