//! The whole app: header, one page, footer. Both sides make it of the same values, and the browser goes on with it.

use leptos::either::Either;
use leptos::prelude::*;
use tresen_model::{Address, Language};

use crate::components::{
    Beside, LanguageChoice, LanguageSwitch, LogoutButton, NavLink, SiteFooter, SiteHeader,
};
use crate::language::shared::common;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// The place in which pages follow each other.
#[derive(Clone, Copy)]
pub(crate) struct Outlet {
    next: StoredValue<Option<Page>, LocalStorage>,
    count: RwSignal<u32>,
    /// Which of two places the page stands in. The next page stands in the other one: fields and whatever else a
    /// browser keeps with an element must not go over to it.
    other: StoredValue<bool>,
    head: RwSignal<Head>,
    /// Who looks at the pages, and how.
    pub(crate) visit: RwSignal<Visit>,
    /// Whether a page has been asked for and takes its time.
    pub(crate) waiting: RwSignal<bool>,
    /// What is said of the network, while something is wrong with it.
    pub(crate) trouble: RwSignal<Option<NetworkTrouble>>,
}

/// What is said of the network, while something is wrong with it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NetworkTrouble {
    pub(crate) sentence: String,
    /// What the button says that tries again, where there is something to try.
    pub(crate) again: Option<&'static str>,
}

/// What header and footer know of the page.
#[derive(Clone, PartialEq)]
struct Head {
    place: Place,
    wide: bool,
    writing: bool,
    address: String,
}

impl Head {
    fn of(page: &Page, address: &str) -> Self {
        Self {
            place: page.place,
            wide: page.width == Width::Wide,
            writing: page.writing,
            address: address.to_owned(),
        }
    }
}

impl Outlet {
    /// With the first page. `address` is its path with the query.
    pub(crate) fn new(page: Page, address: &str, visit: &Visit) -> Self {
        Self {
            visit: RwSignal::new(visit.clone()),
            head: RwSignal::new(Head::of(&page, address)),
            next: StoredValue::new_local(Some(page)),
            count: RwSignal::new(0),
            other: StoredValue::new(false),
            waiting: RwSignal::new(false),
            trouble: RwSignal::new(None),
        }
    }

    /// Shows another page, or the same one with other data: its fields stay then.
    #[cfg(feature = "hydrate")]
    pub(crate) fn show(self, page: Page, address: &str, same: bool) {
        self.head.set(Head::of(&page, address));
        if !same {
            self.other.update_value(|other| *other = !*other);
        }
        self.next.set_value(Some(page));
        self.count.update(|count| *count += 1);
    }

    fn column(self) -> Option<Either<AnyView, AnyView>> {
        self.count.track();
        let page = self.next.try_update_value(Option::take).flatten()?.column();
        Some(if self.other.get_value() { Either::Right(page) } else { Either::Left(page) })
    }
}

/// The body of every document.
pub(crate) fn app(visit: &Visit, outlet: Outlet) -> AnyView {
    let language = visit.language;
    let head = outlet.head;
    let main_class = move || if head.read().wide { "workspace" } else { "" };
    let visit = outlet.visit;
    let (waiting, trouble) = (outlet.waiting, outlet.trouble);
    view! {
        <div class="page-progress" hidden=move || !waiting.get()></div>
        {move || header(&visit.read(), &head.get())}
        <div class="network-trouble" role="status">{move || trouble.get().map(network_trouble)}</div>
        <main id="main" class=main_class tabindex="-1">{move || outlet.column()}</main>
        {move || footer(language, head.read().wide)}
        <p class="visually-hidden" id="announced" role="status"></p>
    }
    .into_any()
}

fn network_trouble(NetworkTrouble { sentence, again }: NetworkTrouble) -> AnyView {
    #[cfg(feature = "hydrate")]
    let on_click = {
        let navigator = crate::navigate::use_navigator();
        move |_| navigator.again()
    };
    #[cfg(not(feature = "hydrate"))]
    let on_click = |_| ();
    let again = again.map(|again| {
        view! { <button type="button" class="button secondary" on:click=on_click>{again}</button> }.into_any()
    });
    view! { <span>{sentence}</span> {again} }.into_any()
}

/// What stands in the browser's tab.
pub(crate) fn title(visit: &Visit, page: &Page) -> String {
    let desk = &visit.desk;
    if page.title == *desk { desk.clone() } else { format!("{} · {desk}", page.title) }
}

fn header(visit: &Visit, head: &Head) -> AnyView {
    let language = visit.language;
    let link =
        |address: Address, label: &str, at: Place| NavLink::new(label, address).current(at == head.place);
    let agent = visit.staff();
    let mut links = Vec::new();
    if agent {
        links.push(link(Address::Queue(Default::default()), common::queue(language), Place::Queue));
    }
    let new = if agent { Address::NewForCustomer } else { Address::NewRequest };
    links.push(link(new, common::new_request(language), Place::NewRequest));
    if agent {
        links.push(link(Address::Reports, common::reports(language), Place::Reports));
    } else {
        let mine = Address::Requests(Default::default());
        links.push(link(mine, common::my_requests(language), Place::MyRequests));
    }
    let (account, logout) = if visit.known() {
        let logout =
            LogoutButton { label: common::log_out(language).to_owned(), action: "/logout".to_owned() };
        let account = Address::Account { done: String::new() };
        (vec![link(account, common::account(language), Place::Account)], Some(logout))
    } else {
        let sign_in = Address::SignIn { next: String::new() };
        (vec![link(sign_in, common::log_in(language), Place::Login)], None)
    };
    let languages: Vec<LanguageChoice> = Language::ALL
        .iter()
        .map(|one| LanguageChoice { language: *one, current: *one == language })
        .collect();
    let return_to = head.address.clone();
    let writing = head.writing.then(Beside::default);
    let home = if agent { Address::Queue(Default::default()) } else { Address::Home };
    view! {
        <SiteHeader
            operator=visit.desk.clone()
            home
            logo=visit.logo.clone()
            skip_label=common::skip_to_content(language)
            nav_label=common::navigation(language)
            links
            account
            logout
            wide=head.wide
        >
            <LanguageSwitch
                label=common::language(language)
                languages
                action="/language"
                return_to
                beside=writing
            />
        </SiteHeader>
    }
    .into_any()
}

fn footer(language: Language, wide: bool) -> AnyView {
    let links = vec![
        NavLink::new(common::privacy(language), Address::Privacy),
        NavLink::new(common::imprint(language), Address::Imprint),
    ];
    view! { <SiteFooter label=common::footer_navigation(language) links wide/> }.into_any()
}
