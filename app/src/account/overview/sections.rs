//! The sections of `/account`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use tresen_model::address::Mailed;
use tresen_model::{Address, Language, PersonName};

use super::{ChangeLanguage, ChangeName, ChangeNews, ChangePassword, EndSession, Overview, SessionLine};
use crate::account::address::ChangeAddress;
use crate::components::{Button, ButtonKind, ButtonLink, Checkbox, Choice, Field, Icon, Select, Time};
use crate::form::{Form, Forms};
use crate::language::account::{data, overview as text, tokens};
use crate::language::shared::{common, factors};
use crate::live::LiveForm;
use crate::parts::{fields, section};

/// A section's form: the fields, the button.
fn form(
    language: Language,
    to: &'static str,
    action: &'static str,
    form: Form,
    fields: AnyView,
    button: &'static str,
) -> AnyView {
    view! {
        <LiveForm language to action form>
            {fields}
            <div class="form-actions">
                <Button label=button kind=ButtonKind::Secondary/>
            </div>
        </LiveForm>
    }
    .into_any()
}

pub(super) fn name(language: Language, overview: &Overview, forms: &Forms) -> AnyView {
    const ACTION: &str = "/account/name";
    let state = forms.at(ACTION);
    let staff = overview.staff;
    let fields = view! {
        <Field
            name="name"
            label=text::name(language)
            marker=(!staff).then(|| common::optional(language))
            value=state.value_or("name", overview.name.as_deref().unwrap_or_default())
            error=state.error("name")
            autocomplete="name"
            maxlength=Some(PersonName::MAX)
            required=staff
        />
    };
    let words = if staff { text::name_text_staff(language) } else { text::name_text(language) };
    let form = form(language, ChangeName::PATH, ACTION, state, fields.into_any(), text::save_name(language));
    section("name-title", text::name_title(language), words, form)
}

pub(super) fn address(language: Language, overview: &Overview, forms: &Forms) -> AnyView {
    const ACTION: &str = "/account/address";
    let state = forms.at(ACTION);
    let fields = view! {
        <p>{text::address_now(language)} " " <strong><bdi>{overview.email.clone()}</bdi></strong></p>
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
    let button = text::save_address(language);
    let form = form(language, ChangeAddress::PATH, ACTION, state, fields.into_any(), button);
    section("address-title", text::address_title(language), text::address_text(language), form)
}

pub(super) fn language(language: Language, overview: &Overview, forms: &Forms) -> AnyView {
    const ACTION: &str = "/account/language";
    let state = forms.at(ACTION);
    let choices = Language::ALL.iter().map(|one| Choice::new(one.tag(), one.own_name())).collect();
    let fields = view! {
        <Select
            name="language"
            id="account-language"
            label=text::language_title(language)
            choices
            value=overview.language.tag()
            error=state.error("language")
            required=true
        />
    };
    let button = text::save_language(language);
    let form = form(language, ChangeLanguage::PATH, ACTION, state, fields.into_any(), button);
    section("language-title", text::language_title(language), text::language_text(language), form)
}

/// For agents only.
pub(super) fn news(language: Language, overview: &Overview, forms: &Forms) -> Option<AnyView> {
    const ACTION: &str = "/account/news";
    let wanted = overview.mail_news?;
    let state = forms.at(ACTION);
    let fields = view! {
        <Checkbox name="mail_news" checked=wanted error=state.error("mail_news")>
            {text::news_wanted(language)}
        </Checkbox>
    };
    let form = form(language, ChangeNews::PATH, ACTION, state, fields.into_any(), text::save_news(language));
    Some(section("news-title", text::news_title(language), text::news_text(language), form))
}

pub(super) fn password(language: Language, overview: &Overview, forms: &Forms) -> AnyView {
    const ACTION: &str = "/account/password";
    let state = forms.at(ACTION);
    let fields = view! {
        {fields::username(overview.email.clone())}
        <Field
            name="current_password"
            kind="password"
            label=text::current_password(language)
            error=state.error("current_password")
            autocomplete="current-password"
            required=true
        />
        {fields::new_password(language, text::new_password(language), "new-password", &state)}
    };
    let button = text::save_password(language);
    let form = form(language, ChangePassword::PATH, ACTION, state, fields.into_any(), button);
    section("password-title", text::password_title(language), text::password_text(language), form)
}

pub(super) fn security(language: Language) -> AnyView {
    let factors = Address::Factors { needed: false, done: String::new() };
    let link = view! {
        <p class="cluster">
            <ButtonLink
                href=factors
                label=factors::to_factors(language)
                kind=ButtonKind::Secondary
                icon=Some(Icon::Lock)
            />
        </p>
    };
    let (title, words) = (factors::security_title(language), factors::security_text(language));
    section("security-title", title, words, link.into_any())
}

pub(super) fn programs(language: Language) -> AnyView {
    let own = Address::Tokens { done: String::new() };
    let link = view! {
        <p class="cluster">
            <ButtonLink href=own label=tokens::link(language) kind=ButtonKind::Secondary/>
        </p>
    };
    let (title, words) = (tokens::section_title(language), tokens::section_text(language));
    section("programs-title", title, words, link.into_any())
}

pub(super) fn sessions(language: Language, overview: &Overview, forms: &Forms) -> AnyView {
    let lines = overview.sessions.iter().map(|session| line(language, session, forms)).collect::<Vec<_>>();
    let list = view! { <ul class="rows">{lines}</ul> };
    section("sessions-title", text::sessions_title(language), text::sessions_text(language), list.into_any())
}

fn line(language: Language, session: &SessionLine, forms: &Forms) -> AnyView {
    let SessionLine { handle, since, used, current } = session.clone();
    let (title, button) = if current {
        let button = view! {
            <form method="post" action="/logout">
                <Button label=common::log_out(language) kind=ButtonKind::Quiet/>
            </form>
        };
        (text::this_browser(language), button.into_any())
    } else {
        const ACTION: &str = "/account/sessions/end";
        let about = format!("({} {})", text::last_used(language), used.said);
        let form = forms.one_at(ACTION, |values| values.get("session") == Some(&handle));
        let button = view! {
            <LiveForm language to=EndSession::PATH action=ACTION form class="">
                <input type="hidden" name="session" value=handle/>
                <Button label=text::end_session(language) kind=ButtonKind::Secondary about/>
            </LiveForm>
        };
        (text::another_browser(language), button.into_any())
    };
    view! {
        <li>
            <div>
                <p><strong>{title}</strong></p>
                <p class="muted small">
                    {text::since(language)} " " <Time when=since/> ", "
                    {text::last_used(language)} " " <Time when=used/>
                </p>
            </div>
            {button}
        </li>
    }
    .into_any()
}

pub(super) fn more(language: Language, overview: &Overview) -> AnyView {
    let (requests, label) = if overview.staff {
        (Address::Queue(Default::default()), common::queue(language))
    } else {
        (Address::Requests(Default::default()), common::my_requests(language))
    };
    let own = Address::Data { mailed: Mailed::default(), done: String::new() };
    let links = view! {
        <p class="cluster">
            <ButtonLink href=requests label kind=ButtonKind::Secondary icon=Some(Icon::List)/>
            <ButtonLink href=own label=data::link(language) kind=ButtonKind::Secondary/>
            <ButtonLink
                href=Address::Delete(Mailed::default())
                label=text::delete(language)
                kind=ButtonKind::Quiet
                icon=Some(Icon::Trash)
            />
        </p>
    };
    section("more-title", text::more_title(language), text::more_text(language), links.into_any())
}
