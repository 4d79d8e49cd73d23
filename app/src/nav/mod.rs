//! Going from page to page inside one document.
//!
//! The page that is there stays until data and code of the next one are; then it is swapped, the address changes,
//! the heading takes the focus and its place in the page is found again.
//!
//! - [`links`]: which clicks lead to a page of the app
//! - [`fetch`]: asking the server for what a page shows
//! - [`settle`]: place, focus and words after a page was swapped

mod fetch;
mod links;
mod settle;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use tresen_model::Address;
use tresen_model::address::Proof;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, EventTarget, MouseEvent, ScrollRestoration};

use self::fetch::{Ahead, Answer, Missing, fetch};
use self::links::{current, followed, link_of, page_of, path_of, with_hash, without_hash};
use crate::app::{self, NetworkTrouble, Outlet};
use crate::chunks::{self, Given};
use crate::form::Forms;
use crate::language::shared::live as text;
use crate::live::drafts;
use crate::navigate::Navigate;
use crate::page::Page;
use crate::part::{Part, part};
use crate::trouble::Unavailable;
use crate::trouble_page::trouble_page;
use crate::visit::Visit;

/// A page that comes sooner than this comes without a sign that it is on its way.
const PATIENCE: Duration = Duration::from_millis(150);

/// The place in a page is kept when it has not moved for so long.
const STILL: Duration = Duration::from_millis(200);

/// Leads from page to page, the [`Navigate`] of the app. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Router(StoredValue<Rc<Inner>, LocalStorage>);

struct Inner {
    outlet: Outlet,
    /// Names the build of this code.
    build: String,
    /// The turn whose answer has not come yet.
    underway: Cell<Option<Underway>>,
    /// How often somebody went somewhere: an answer to an earlier time is dropped.
    turn: Cell<u32>,
    /// The address that is shown: path and query.
    here: RefCell<String>,
    /// What is fetched before it is asked for.
    ahead: RefCell<Option<Ahead>>,
    /// Where somebody wanted to go when the server could not be reached.
    missed: RefCell<Option<(String, Entry)>>,
    /// How often the place in the page has moved.
    moves: Cell<u32>,
}

/// A turn whose answer has not come yet.
#[derive(Clone, Copy)]
struct Underway {
    turn: u32,
    /// Whether the reader chose to go there: by a link, a search, Back or Forward. A form that leads on is no choice.
    chosen: bool,
}

/// What becomes of the history.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// A new entry.
    New,
    /// The same entry: the page was asked for again, or led on elsewhere.
    Same,
    /// The same entry, and what a form was answered with: it is read from the top.
    Answer,
    /// Another entry, which the browser has gone to already.
    Gone,
}

impl Router {
    /// Follows links, Back and Forward from now on. `build` names the build of this code.
    pub(crate) fn start(outlet: Outlet, build: &str) -> Self {
        let inner = Inner {
            outlet,
            build: build.to_owned(),
            underway: Cell::new(None),
            turn: Cell::new(0),
            here: RefCell::new(current()),
            ahead: RefCell::new(None),
            missed: RefCell::new(None),
            moves: Cell::new(0),
        };
        let navigator = Self(StoredValue::new_local(Rc::new(inner)));
        if let Ok(history) = window().history() {
            drop(history.set_scroll_restoration(ScrollRestoration::Manual));
        }
        settle::restore_scroll();
        navigator.listen();
        navigator
    }

    fn inner(&self) -> Rc<Inner> {
        self.0.get_value()
    }

    fn listen(&self) {
        let (window, document) = (window(), document());
        let navigator = self.clone();
        on(&document, "click", move |event| {
            if let Some(event) = event.dyn_ref::<MouseEvent>()
                && let Some(address) = followed(event)
            {
                event.prevent_default();
                navigator.visit(&address, Entry::New);
                navigator.note_chosen();
            }
        });
        for name in ["mouseover", "focusin", "touchstart"] {
            let navigator = self.clone();
            on(&document, name, move |event| navigator.fetch_ahead(event));
        }
        let navigator = self.clone();
        on(&window, "popstate", move |_| {
            if current() == *navigator.inner().here.borrow() {
                navigator.stay();
            } else {
                navigator.visit(&with_hash(), Entry::Gone);
                navigator.note_chosen();
            }
        });
        let navigator = self.clone();
        on(&window, "scroll", move |_| navigator.moved());
        on(&window, "pagehide", |_| settle::keep_scroll());
        let navigator = self.clone();
        on(&window, "offline", move |_| {
            let inner = navigator.inner();
            let sentence = text::offline(inner.visit().language).to_owned();
            inner.outlet.trouble.set(Some(NetworkTrouble { sentence, again: None }));
        });
        let navigator = self.clone();
        on(&window, "online", move |_| navigator.again());
    }

    /// Stays on the page that is shown: the browser has gone to an entry of it, perhaps from one whose page was still
    /// on its way.
    fn stay(&self) {
        let inner = self.inner();
        if inner.underway.take().is_some() {
            inner.turn.set(inner.turn.get() + 1);
            inner.outlet.waiting.set(false);
            mark_live(true);
        }
        settle::restore_scroll();
    }

    fn show_at(&self, here: &str, shown: &str) {
        let inner = self.inner();
        // The answer to an earlier click is dropped.
        inner.turn.set(inner.turn.get() + 1);
        inner.underway.set(None);
        inner.outlet.waiting.set(false);
        let page = Address::read(here).and_then(|address| inner.page(&address, shown));
        match page {
            Some(page) => inner.swap(page, here, Entry::Answer),
            None => self.load(here),
        }
    }

    /// Notes that the reader wants to go where the way leads that was begun last.
    fn note_chosen(&self) {
        let inner = self.inner();
        let chosen = inner.underway.get().map(|underway| Underway { chosen: true, ..underway });
        inner.underway.set(chosen);
    }

    fn visit(&self, address: &str, entry: Entry) {
        let inner = self.inner();
        if entry == Entry::New {
            settle::keep_scroll();
        }
        let turn = inner.turn.get() + 1;
        inner.turn.set(turn);
        inner.underway.set(Some(Underway { turn, chosen: false }));
        inner.missed.take();
        // What was said of an earlier try is over.
        inner.outlet.trouble.set(None);
        mark_live(false);
        let patient = Rc::clone(&inner);
        let _ = set_timeout(
            move || {
                if patient.underway.get().is_some_and(|underway| underway.turn == turn) {
                    patient.outlet.waiting.set(true);
                }
            },
            PATIENCE,
        );
        let navigator = self.clone();
        let address = if self.may_show(address) {
            address.to_owned()
        } else {
            Address::SignIn { next: without_hash(address).to_owned() }.to_string()
        };
        spawn_local(async move {
            let answer = navigator.answer(without_hash(&address)).await;
            let inner = navigator.inner();
            // Somebody has gone elsewhere meanwhile: the last click wins.
            if inner.turn.get() == turn {
                inner.underway.set(None);
                inner.outlet.waiting.set(false);
                navigator.arrive(&address, entry, answer);
            }
        });
    }

    async fn answer(&self, address: &str) -> Answer {
        let inner = self.inner();
        let ahead = inner.ahead.take().filter(|ahead| ahead.is_good_for(address));
        match ahead {
            Some(ahead) => match ahead.answer.await {
                // It may be back by now.
                Err(Missing::Unreached) => fetch(address, &inner.build).await,
                answer => answer,
            },
            None => fetch(address, &inner.build).await,
        }
    }

    fn arrive(&self, address: &str, entry: Entry, answer: Answer) {
        let inner = self.inner();
        let language = inner.visit().language;
        inner.outlet.trouble.set(None);
        let page = match answer {
            Ok(shown) => Address::read(address).and_then(|address| inner.page(&address, &shown)),
            Err(Missing::Unavailable(Unavailable::SignIn | Unavailable::Go(_))) if entry == Entry::Gone => {
                None
            }
            Err(Missing::Unavailable(Unavailable::Go(elsewhere))) => {
                self.visit(&elsewhere, entry);
                return;
            }
            Err(Missing::Unavailable(Unavailable::Confirm)) if entry != Entry::Gone => {
                self.visit(&confirm_before(without_hash(address)), entry);
                return;
            }
            Err(Missing::Unavailable(Unavailable::Trouble { status, trouble })) => {
                Some(trouble_page(language, status, trouble))
            }
            Err(Missing::Unreached) => {
                let sentence = text::unreached(language).to_owned();
                let again = Some(text::try_again(language));
                inner.outlet.trouble.set(Some(NetworkTrouble { sentence, again }));
                *inner.missed.borrow_mut() = Some((address.to_owned(), entry));
                mark_live(true);
                return;
            }
            Err(Missing::Outdated | Missing::Unavailable(Unavailable::SignIn | Unavailable::Confirm)) => None,
        };
        match page {
            Some(page) => inner.swap(page, address, entry),
            // The server knows what to do.
            None => self.load(address),
        }
    }

    /// Fetches what a link leads to that somebody is about to follow.
    fn fetch_ahead(&self, event: &Event) {
        let link = event.target().and_then(|target| link_of(&target));
        let Some(address) = link.and_then(|link| page_of(&link)) else { return };
        let address = without_hash(&address);
        let inner = self.inner();
        let known = inner.ahead.borrow().as_ref().is_some_and(|ahead| ahead.is_good_for(address));
        if known || address == *inner.here.borrow() || !self.may_show(address) {
            return;
        }
        let ahead = Ahead::begin(address, &inner.build);
        let answer = ahead.answer.clone();
        *inner.ahead.borrow_mut() = Some(ahead);
        spawn_local(async move { drop(answer.await) });
    }

    /// Whether a page may be there for this visitor. Some answer others with 401.
    fn may_show(&self, address: &str) -> bool {
        let needs_session = match Address::read(address) {
            Some(Address::Request { token, .. }) => token.is_empty(),
            Some(
                Address::Account { .. }
                | Address::Factors { .. }
                | Address::FactorApp
                | Address::Tokens { .. }
                | Address::Confirm(_),
            ) => true,
            Some(address) => {
                matches!(part(&address), Part::Mine | Part::Agent | Part::Supervision | Part::Settings)
            }
            None => false,
        };
        self.inner().visit().known() || !needs_session
    }

    /// Keeps the place in the page once it is still.
    fn moved(&self) {
        let inner = self.inner();
        let count = inner.moves.get().wrapping_add(1);
        inner.moves.set(count);
        let _ = set_timeout(
            move || {
                // Until the next page is settled, the entry of the history may be that of another.
                if inner.moves.get() == count && is_live() {
                    settle::keep_scroll();
                }
            },
            STILL,
        );
    }
}

impl Navigate for Router {
    /// Goes to an address. To the one that is shown means: asks for it again.
    fn go(&self, address: &str) {
        // What was fetched ahead is from before the form.
        self.inner().ahead.take();
        let entry =
            if without_hash(address) == *self.inner().here.borrow() { Entry::Same } else { Entry::New };
        self.visit(address, entry);
    }

    fn choose(&self, address: &str) {
        self.go(address);
        self.note_chosen();
    }

    fn place(&self) -> String {
        path_of(&self.inner().here.borrow()).to_owned()
    }

    fn has_left(&self, place: &str) -> bool {
        let inner = self.inner();
        inner.underway.get().is_some_and(|underway| underway.chosen) || path_of(&inner.here.borrow()) != place
    }

    fn forget_ahead(&self) {
        self.inner().ahead.take();
    }

    /// Has somebody show again who they are before they come back here.
    fn confirm(&self) {
        let here = self.inner().here.borrow().clone();
        self.go(&confirm_before(&here));
    }

    /// Goes to an address by a new document.
    fn load(&self, address: &str) {
        let location = window().location();
        // An address that differs in nothing but what follows the `#` loads nothing.
        if address.contains('#') && without_hash(address) == current() {
            drop(location.reload());
        } else {
            drop(location.assign(address));
        }
    }

    /// Goes where somebody wanted to go when the server could not be reached.
    fn again(&self) {
        let inner = self.inner();
        inner.outlet.trouble.set(None);
        if let Some((address, entry)) = inner.missed.take() {
            self.visit(&address, entry);
        }
    }

    /// Shows what a form was answered with, on the page where it stood.
    fn show(&self, shown: &str) {
        let here = self.inner().here.borrow().clone();
        self.show_at(&here, shown);
    }

    /// The same after an erasure. Drops all state of the erased person: pages fetched ahead, drafts, the header, and
    /// the token of a mailed link in the address.
    fn show_as(&self, visit: Visit, shown: &str) {
        let inner = self.inner();
        inner.ahead.take();
        drafts::forget_all();
        inner.outlet.visit.set(visit);
        let here = path_of(&inner.here.borrow()).to_owned();
        self.show_at(&here, shown);
    }
}

impl Inner {
    fn visit(&self) -> Visit {
        self.outlet.visit.get_untracked()
    }

    fn page(&self, address: &Address, shown: &str) -> Option<Page> {
        let given = Given { visit: self.visit(), shown: shown.into(), forms: Forms::untouched() };
        chunks::page(part(address), given)
    }

    fn swap(&self, page: Page, address: &str, entry: Entry) {
        let title = app::title(&self.visit(), &page);
        let heading = page.title.clone();
        if let Ok(history) = window().history() {
            let kept = match entry {
                // As browsers do: a link to where one is makes no new entry.
                Entry::New if address != with_hash() => {
                    history.push_state_with_url(&JsValue::NULL, "", Some(address))
                }
                Entry::New | Entry::Same | Entry::Answer => {
                    let state = history.state().unwrap_or(JsValue::NULL);
                    history.replace_state_with_url(&state, "", Some(address))
                }
                Entry::Gone => Ok(()),
            };
            drop(kept);
        }
        // What a form shows at its address is another page.
        let same = *self.here.borrow() == without_hash(address) && document().title() == title;
        *self.here.borrow_mut() = without_hash(address).to_owned();
        document().set_title(&title);
        let outlet = self.outlet;
        let address = address.to_owned();
        let show = {
            let address = address.clone();
            move || outlet.show(page, without_hash(&address), same)
        };
        let settled = move || {
            settle::settle(&address, entry, same, &heading);
            mark_live(true);
        };
        settle::swap(same, show, settled);
    }
}

/// Says with the attribute `data-live` of `<html>` whether the page that was asked for is there and alive. The browser
/// tests wait for it: an open event stream keeps the network busy for ever, so that says nothing.
pub(crate) fn mark_live(live: bool) {
    if let Some(html) = document().document_element() {
        // It can only fail on a name that is no name.
        drop(if live { html.set_attribute("data-live", "") } else { html.remove_attribute("data-live") });
    }
}

/// Whether the page that was asked for is there and alive.
fn is_live() -> bool {
    document().document_element().is_some_and(|html| html.has_attribute("data-live"))
}

/// Where somebody shows again who they are before they go to `next`.
fn confirm_before(next: &str) -> String {
    Address::Confirm(Proof { next: next.to_owned(), by: String::new() }).to_string()
}

/// Calls `act` for each event, as long as the document is there.
fn on(target: &EventTarget, name: &str, act: impl Fn(&Event) + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| act(&event));
    drop(target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()));
    closure.forget();
}
