//! The sections of `/account`.

use leptos::prelude::*;
use tresen_model::views::{Account, SessionView};
use tresen_model::{Language, PersonName};

use super::account::Section;
use super::mailed_link;
use super::parts::section;
use crate::components::{
    Button, ButtonKind, ButtonLink, Checkbox, Choice, Field, Icon, Notice, NoticeKind, Select, Time,
};
use crate::islands::LiveForm;
use crate::language::{account as text, common, data, factors};
use crate::web::{Context, Form};

/// What the sections show.
pub(super) struct View {
    pub(super) context: Context,
    pub(super) account: Account,
    pub(super) refused: Option<(Section, Form)>,
}

impl View {
    /// The section's form as it was sent, or as nobody has touched it.
    fn form(&self, section: Section) -> Option<&Form> {
        self.refused.as_ref().filter(|(refused, _)| *refused == section).map(|(_, form)| form)
    }

    fn form_or_default(&self, section: Section) -> Form {
        self.form(section).cloned().unwrap_or_default()
    }

    /// Tells password managers whose password it is. Not sent.
    fn username(&self) -> AnyView {
        let email = self.account.email.clone();
        view! { <input type="email" value=email autocomplete="username" readonly=true hidden=true/> }
            .into_any()
    }
}

/// A section's form: what was refused, the fields, the button.
fn form(
    language: Language,
    action: &'static str,
    state: &Form,
    fields: AnyView,
    button: &'static str,
) -> AnyView {
    let notice = state.notice();
    view! {
        <LiveForm language>
            <form class="form" method="post" action=action>
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> })}
                {fields}
                <div class="form-actions">
                    <Button label=button kind=ButtonKind::Secondary/>
                </div>
            </form>
        </LiveForm>
    }
    .into_any()
}

pub(super) fn name(view: &View) -> AnyView {
    let language = view.context.language;
    let staff = view.account.role.is_staff();
    let state = view.form_or_default(Section::Name);
    let value = match view.form(Section::Name) {
        Some(form) => form.value("name"),
        None => view.account.name.clone().unwrap_or_default(),
    };
    let fields = view! {
        <Field
            name="name"
            label=text::name(language)
            marker=(!staff).then(|| common::optional(language))
            value
            error=state.error("name")
            autocomplete="name"
            maxlength=Some(PersonName::MAX)
            required=staff
        />
    };
    let words = if staff { text::name_text_staff(language) } else { text::name_text(language) };
    let form = form(language, "/account/name", &state, fields.into_any(), text::save_name(language));
    section("name-title", text::name_title(language), words, form)
}

pub(super) fn address(view: &View) -> AnyView {
    let language = view.context.language;
    let state = view.form_or_default(Section::Address);
    let fields = view! {
        <p>{text::address_now(language)} " " <strong><bdi>{view.account.email.clone()}</bdi></strong></p>
        <Field
            name="email"
            kind="email"
            label=text::address(language)
            value=state.value("email")
            error=state.error("email")
            autocomplete="email"
            required=true
        />
        <Field
            name="password"
            id="address-password"
            kind="password"
            label=text::address_password(language)
            hint=text::address_password_hint(language)
            error=state.error("password")
            autocomplete="current-password"
            required=true
        />
    };
    let form = form(language, "/account/address", &state, fields.into_any(), text::save_address(language));
    section("address-title", text::address_title(language), text::address_text(language), form)
}

pub(super) fn language(view: &View) -> AnyView {
    let language = view.context.language;
    let state = view.form_or_default(Section::Language);
    let choices = Language::ALL.iter().map(|one| Choice::new(one.tag(), one.own_name())).collect();
    let fields = view! {
        <Select
            name="language"
            id="account-language"
            label=text::language_title(language)
            choices
            value=view.account.language.tag()
            error=state.error("language")
            required=true
        />
    };
    let form = form(language, "/account/language", &state, fields.into_any(), text::save_language(language));
    section("language-title", text::language_title(language), text::language_text(language), form)
}

/// For agents only.
pub(super) fn news(view: &View) -> Option<AnyView> {
    let wanted = view.account.mail_news?;
    let language = view.context.language;
    let state = view.form_or_default(Section::News);
    let fields = view! {
        <Checkbox name="mail_news" checked=wanted error=state.error("mail_news")>
            {text::news_wanted(language)}
        </Checkbox>
    };
    let form = form(language, "/account/news", &state, fields.into_any(), text::save_news(language));
    Some(section("news-title", text::news_title(language), text::news_text(language), form))
}

pub(super) fn password(view: &View) -> AnyView {
    let language = view.context.language;
    let state = view.form_or_default(Section::Password);
    let fields = view! {
        {view.username()}
        <Field
            name="current_password"
            kind="password"
            label=text::current_password(language)
            error=state.error("current_password")
            autocomplete="current-password"
            required=true
        />
        {mailed_link::new_password(language, text::new_password(language), "new-password", &state)}
    };
    let form = form(language, "/account/password", &state, fields.into_any(), text::save_password(language));
    section("password-title", text::password_title(language), text::password_text(language), form)
}

pub(super) fn security(view: &View) -> AnyView {
    let language = view.context.language;
    let link = view! {
        <p class="cluster">
            <ButtonLink
                href="/account/factors"
                label=factors::to_factors(language)
                kind=ButtonKind::Secondary
                icon=Some(Icon::Lock)
            />
        </p>
    };
    let (title, words) = (factors::security_title(language), factors::security_text(language));
    section("security-title", title, words, link.into_any())
}

pub(super) fn sessions(view: &View) -> AnyView {
    let language = view.context.language;
    let lines = view.account.sessions.iter().map(|session| line(&view.context, session)).collect::<Vec<_>>();
    let list = view! { <ul class="rows">{lines}</ul> };
    section("sessions-title", text::sessions_title(language), text::sessions_text(language), list.into_any())
}

fn line(context: &Context, session: &SessionView) -> AnyView {
    let language = context.language;
    let used = context.when(session.last_used_at);
    let about = format!("({} {})", text::last_used(language), used.said);
    let (title, button) = if session.current {
        let button = view! {
            <form method="post" action="/logout">
                <Button label=common::log_out(language) kind=ButtonKind::Quiet/>
            </form>
        };
        (text::this_browser(language), button.into_any())
    } else {
        let button = view! {
            <form method="post" action="/account/sessions/end">
                <input type="hidden" name="session" value=session.handle.clone()/>
                <Button label=text::end_session(language) kind=ButtonKind::Secondary about/>
            </form>
        };
        (text::another_browser(language), button.into_any())
    };
    view! {
        <li>
            <div>
                <p><strong>{title}</strong></p>
                <p class="muted small">
                    {text::since(language)} " " <Time when=context.when(session.created_at)/> ", "
                    {text::last_used(language)} " " <Time when=used/>
                </p>
            </div>
            {button}
        </li>
    }
    .into_any()
}

pub(super) fn more(view: &View) -> AnyView {
    let language = view.context.language;
    let requests = if view.account.role.is_staff() {
        ("/agent", common::queue(language))
    } else {
        ("/requests", common::my_requests(language))
    };
    let links = view! {
        <p class="cluster">
            <ButtonLink href=requests.0 label=requests.1 kind=ButtonKind::Secondary icon=Some(Icon::List)/>
            <ButtonLink href="/account/data" label=data::link(language) kind=ButtonKind::Secondary/>
            <ButtonLink
                href="/account/delete"
                label=text::delete(language)
                kind=ButtonKind::Quiet
                icon=Some(Icon::Trash)
            />
        </p>
    };
    section("more-title", text::more_title(language), text::more_text(language), links.into_any())
}
