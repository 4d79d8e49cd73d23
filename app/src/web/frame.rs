//! Header, footer and head of every page.

use axum::http::StatusCode;
use leptos::config::LeptosOptions;
use leptos::hydration::HydrationScripts;
use leptos::prelude::*;
use tresen_model::Language;

use super::context::Context;
use crate::components::{LanguageChoice, LanguageSwitch, LogoutButton, NavLink, SiteFooter, SiteHeader};
use crate::language::common;

/// A page: what stands between header and footer, and what they need to know of it.
pub struct Page {
    /// The title, for the browser's tab. Plain text.
    pub title: String,
    /// The status, 200 unless something is wrong.
    pub status: StatusCode,
    /// Which entry of the navigation it belongs to.
    pub place: Place,
    /// How wide its column is.
    pub width: Width,
    /// The contents of the column.
    pub view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The form for a new request.
    NewRequest,
    /// The customer's list.
    MyRequests,
    /// The agents' pages.
    Queue,
    /// The agents' reports.
    Reports,
    /// The account.
    Account,
    /// Logging in.
    Login,
    /// None of them.
    Elsewhere,
}

/// How wide the column of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Forms and texts.
    Narrow,
    /// Lists and conversations.
    Normal,
    /// The agents' workspace.
    Wide,
    /// The page makes its own columns.
    Bare,
}

impl Page {
    /// A page of normal width.
    pub fn new(
        title: impl Into<String>,
        place: Place,
        view: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            status: StatusCode::OK,
            place,
            width: Width::Normal,
            view: Box::new(view),
        }
    }

    /// The same in another width.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }
}

pub(super) fn frame(context: &Context, page: Page) -> AnyView {
    let language = context.language;
    let desk = context.app.desk.settings().name.clone();
    let title = if page.title == desk { desk.clone() } else { format!("{} · {desk}", page.title) };
    let wide = page.width == Width::Wide;
    let main_class = if wide { "workspace" } else { "" };
    let content = (page.view)();
    let content = match page.width {
        Width::Bare => content,
        Width::Narrow => view! { <div class="page narrow">{content}</div> }.into_any(),
        Width::Normal => view! { <div class="page">{content}</div> }.into_any(),
        Width::Wide => view! { <div class="page wide">{content}</div> }.into_any(),
    };
    view! {
        <html lang=language.tag()>
            {head(context, title)}
            <body>
                {header(context, page.place, desk, wide)}
                <main id="main" class=main_class tabindex="-1">{content}</main>
                {footer(language, wide)}
            </body>
        </html>
    }
    .into_any()
}

fn head(context: &Context, title: String) -> AnyView {
    let assets = context.app.assets;
    let options =
        assets.script.map(|name| LeptosOptions::builder().output_name(name).site_pkg_dir("pkg").build());
    let theme = context.app.look.theme.clone();
    view! {
        <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="format-detection" content="telephone=no"/>
            <title>{title}</title>
            {assets.css.map(|css| view! { <link rel="stylesheet" href=css/> })}
            <link rel="stylesheet" href=theme/>
            {assets.icon.map(|icon| view! { <link rel="icon" href=icon type="image/svg+xml"/> })}
            {options.map(|options| view! { <HydrationScripts options islands=true/> })}
        </head>
    }
    .into_any()
}

fn header(context: &Context, place: Place, operator: String, wide: bool) -> AnyView {
    let language = context.language;
    let link = |href: &str, label: &str, at: Place| NavLink {
        href: href.to_owned(),
        label: label.to_owned(),
        current: at == place,
    };
    let session = context.session();
    let agent = session.is_some_and(|session| session.role().is_staff());
    let mut links = Vec::new();
    if agent {
        links.push(link("/agent", common::queue(language), Place::Queue));
    }
    links.push(link(
        if agent { "/agent/requests/new" } else { "/requests/new" },
        common::new_request(language),
        Place::NewRequest,
    ));
    if agent {
        links.push(link("/agent/reports", common::reports(language), Place::Reports));
    } else {
        links.push(link("/requests", common::my_requests(language), Place::MyRequests));
    }
    let (account, logout) = if session.is_some() {
        let logout =
            LogoutButton { label: common::log_out(language).to_owned(), action: "/logout".to_owned() };
        (vec![link("/account", common::account(language), Place::Account)], Some(logout))
    } else {
        (vec![link("/login", common::log_in(language), Place::Login)], None)
    };
    let languages: Vec<LanguageChoice> = Language::ALL
        .iter()
        .map(|one| LanguageChoice { language: *one, current: *one == language })
        .collect();
    let logo = context.app.look.logo.clone();
    let return_to = context.address.clone();
    let home = if agent { "/agent" } else { "/" };
    view! {
        <SiteHeader
            operator
            home
            logo
            skip_label=common::skip_to_content(language)
            nav_label=common::navigation(language)
            links
            account
            logout
            wide
        >
            <LanguageSwitch
                label=common::language(language)
                languages
                action="/language"
                return_to
            />
        </SiteHeader>
    }
    .into_any()
}

fn footer(language: Language, wide: bool) -> AnyView {
    let link =
        |href: &str, label: &str| NavLink { href: href.to_owned(), label: label.to_owned(), current: false };
    let links =
        vec![link("/privacy", common::privacy(language)), link("/imprint", common::imprint(language))];
    view! { <SiteFooter label=common::footer_navigation(language) links wide/> }.into_any()
}
