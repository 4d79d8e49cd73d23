//! The sections of `/account/data`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use tresen_model::address::Mailed;
use tresen_model::{Address, Language};

use super::stored::{Consent, Step, Stored};
use super::{ActOnData, PATH};
use crate::components::{Button, ButtonKind, ButtonLink, Facts, Icon, Notice, NoticeKind, Time};
use crate::form::Forms;
use crate::language::account::data as text;
use crate::language::shared::{erase, factors};
use crate::live::LiveForm;
use crate::parts::{mailed, section};

/// Renders all of them.
pub(super) fn all(language: Language, stored: &Stored, forms: &Forms) -> AnyView {
    let view = Sections { language, stored, forms };
    view! {
        {view.access()}
        {view.state()}
        <div>
            {view.stored()}
            {view.origin()}
            {view.recipients()}
            {view.purposes()}
            {view.consents()}
            {view.restriction()}
            {view.copy()}
            {view.deletion()}
        </div>
    }
    .into_any()
}

fn lines(lines: Vec<String>) -> AnyView {
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
    view! { <ul>{lines}</ul> }.into_any()
}

/// Returns the address of the privacy statement with a query or a fragment.
fn privacy(suffix: &str) -> String {
    format!("{}{suffix}", Address::Privacy)
}

/// The data of the sections.
struct Sections<'a> {
    language: Language,
    stored: &'a Stored,
    forms: &'a Forms,
}

impl Sections<'_> {
    /// The field that makes a form act for the person who came by a link, not for the one who is signed in.
    fn by(&self) -> Option<AnyView> {
        self.stored.by_link.then(mailed::by_link_field)
    }

    /// The page that deletes everything.
    fn delete(&self) -> Address {
        let by = if self.stored.by_link { Mailed::BY_LINK } else { "" };
        Address::Delete(Mailed { by: by.to_owned(), ..Mailed::default() })
    }

    /// A form with one button.
    fn button(&self, act: &'static str, label: &'static str, kind: ButtonKind) -> AnyView {
        self.form(act, None, label, kind, None)
    }

    /// The same for one consent. `about` says which one to screen readers.
    fn form(
        &self,
        act: &'static str,
        consent: Option<&str>,
        label: &'static str,
        kind: ButtonKind,
        about: Option<String>,
    ) -> AnyView {
        let language = self.language;
        let form = self.forms.one_at(PATH, |values| {
            let has = |name: &str, value: &str| values.get(name).map_or("", String::as_str) == value;
            has("act", act) && has("consent", consent.unwrap_or_default())
        });
        let by = self.by();
        let consent = consent.map(str::to_owned);
        view! {
            <LiveForm language to=ActOnData::PATH action=PATH form class="">
                {by}
                {consent.map(|id| view! { <input type="hidden" name="consent" value=id/> })}
                <Button label kind name="act" value=act about/>
            </LiveForm>
        }
        .into_any()
    }

    /// Says that the person came by a link, with the button that ends the visit.
    fn access(&self) -> Option<AnyView> {
        let language = self.language;
        let content = || {
            view! {
                <div class="stack">
                    <Notice>{text::access(language)}</Notice>
                    {self.button("end", text::access_end(language), ButtonKind::Quiet)}
                </div>
            }
            .into_any()
        };
        self.stored.by_link.then(content)
    }

    /// The notice of a restriction, above all sections.
    fn state(&self) -> Option<AnyView> {
        let language = self.language;
        let needs_consent = self.stored.needs_consent;
        let since = self.stored.restriction.as_ref()?.since.clone();
        let delete = needs_consent.then(|| {
            view! { <p><a href=self.delete().to_string()>{text::delete(language)}</a></p> }
        });
        let words = if needs_consent { text::state_withdrawn(language) } else { text::state(language) };
        let view = view! {
            <Notice kind=NoticeKind::Warning title=text::own_restricted_title(language)>
                {text::state_since(language)} " " <Time when=since/> ". " {words} {delete}
            </Notice>
        };
        Some(view.into_any())
    }

    fn stored(&self) -> AnyView {
        let Self { language, stored, .. } = *self;
        let name = match stored.name.clone() {
            Some(name) => view! { <bdi>{name}</bdi> }.into_any(),
            None => view! { <span class="muted">{text::no_name(language)}</span> }.into_any(),
        };
        let email = view! { <bdi>{stored.email.clone()}</bdi> }.into_any();
        let since = stored.since.clone();
        let proven = match stored.proven.clone() {
            Some(at) => view! { <Time when=at/> }.into_any(),
            None => view! { <span class="muted">{text::not_proven(language)}</span> }.into_any(),
        };
        let fact = |name: &'static str, value: AnyView| (name.to_owned(), value);
        let facts = vec![
            fact(text::email(language), email),
            fact(text::name(language), name),
            fact(text::since(language), view! { <Time when=since/> }.into_any()),
            fact(text::proven(language), proven),
        ];
        let content = view! {
            <div class="stack">
                <Facts facts/>
                {lines(erase::counted(language, &stored.count))}
                {self.corrections()}
            </div>
        };
        let words = text::stored_text(language);
        section("stored-title", text::stored_title(language), words, content.into_any())
    }

    /// Corrections (Art. 16 GDPR), and how to make another one.
    fn corrections(&self) -> AnyView {
        let language = self.language;
        let steps = self.stored.history.iter().map(|(step, at)| {
            let what = match step {
                Step::Name => text::corrected_name(language),
                Step::Address => text::corrected_email(language),
                Step::Imported => text::imported(language),
            };
            view! { <li>{what} ", " <Time when=at.clone()/></li> }
        });
        let steps = steps.collect::<Vec<_>>();
        let list = (!steps.is_empty()).then(|| {
            view! {
                <p>{text::corrected(language)} ":"</p>
                <ul>{steps}</ul>
            }
        });
        let how = if self.stored.by_link {
            view! { <p>{text::correct_without_account(language)}</p> }.into_any()
        } else {
            let account = Address::Account { done: String::new() };
            view! {
                <p>
                    {text::correct(language)} " "
                    <a href=account.to_string()>{text::correct_link(language)}</a>
                </p>
            }
            .into_any()
        };
        view! { {list} {how} }.into_any()
    }

    fn origin(&self) -> AnyView {
        let language = self.language;
        let channels = self.stored.channels.iter();
        let mut ways: Vec<String> =
            channels.map(|(way, count)| text::channel(language, *way, *count)).collect();
        ways.push(text::from_you(language).to_owned());
        section("origin-title", text::origin_title(language), text::origin_text(language), lines(ways))
    }

    fn recipients(&self) -> AnyView {
        let language = self.language;
        let mut who = vec![
            text::received_by_team(language).to_owned(),
            text::received_by_you(language, self.stored.mails_sent),
        ];
        who.extend(self.stored.processors.iter().cloned());
        let content = view! {
            <div class="stack">
                {lines(who)}
                <p><a href=privacy("#recipients")>{text::more_about_recipients(language)}</a></p>
            </div>
        };
        let words = text::recipients_text(language);
        section("recipients-title", text::recipients_title(language), words, content.into_any())
    }

    fn purposes(&self) -> AnyView {
        let Self { language, stored, .. } = *self;
        let content = view! {
            <div class="stack">
                <p>{text::purpose(language)}</p>
                <p>{text::how_long(language, stored.requests_months, stored.person_months)}</p>
                <p><a href=privacy("#purposes")>{text::more_about_purposes(language)}</a></p>
            </div>
        };
        let words = text::purposes_text(language);
        section("purposes-title", text::purposes_title(language), words, content.into_any())
    }

    fn consents(&self) -> AnyView {
        let Self { language, stored, .. } = *self;
        let rows = stored.consents.iter().map(|consent| self.consent(consent)).collect::<Vec<_>>();
        let in_force = stored.consents.iter().filter(|consent| consent.withdrawn.is_none()).count();
        let list = if rows.is_empty() {
            view! { <p class="muted">{text::no_consent(language)}</p> }.into_any()
        } else {
            view! { <ul class="rows">{rows}</ul> }.into_any()
        };
        let all = (in_force > 1)
            .then(|| self.button("withdraw", text::withdraw_all(language), ButtonKind::Secondary));
        let by_us = stored.restriction.as_ref().is_some_and(|restriction| restriction.by_us);
        let again = stored.needs_consent.then(|| {
            let label =
                if by_us { text::consent_again_only(language) } else { text::consent_again(language) };
            view! {
                <p>
                    {text::consent_again_text(language)} " "
                    <a href=privacy("")>{text::consent_again_link(language)}</a>
                </p>
                {self.button("consent", label, ButtonKind::Secondary)}
            }
        });
        let content = view! { <div class="stack">{list}{all}{again}</div> };
        let words = text::consents_text(language);
        section("consents-title", text::consents_title(language), words, content.into_any())
    }

    fn consent(&self, consent: &Consent) -> AnyView {
        let language = self.language;
        let about = format!("({})", consent.given.said);
        let version = match &consent.elsewhere {
            // The text of another desk is named, not linked.
            Some(address) => {
                let words = text::version_elsewhere(language, address);
                view! { <span>{words}</span> }.into_any()
            }
            None => {
                let href = privacy(&format!("?version={}", consent.version));
                view! { <a href=href>{text::version(language, consent.version)}</a> }.into_any()
            }
        };
        let withdrawn = consent.withdrawn.clone().map(|at| {
            view! { <br/> <span class="muted">{text::withdrawn(language)} " " <Time when=at/></span> }
        });
        let form = consent.withdrawn.is_none().then(|| {
            let (label, kind) = (text::withdraw(language), ButtonKind::Quiet);
            self.form("withdraw", Some(&consent.id), label, kind, Some(about))
        });
        view! {
            <li>
                <div>
                    <Time when=consent.given.clone()/> ", " {text::given_at(language, &consent.via)} ", "
                    {version}
                    {withdrawn}
                </div>
                {form}
            </li>
        }
        .into_any()
    }

    fn restriction(&self) -> Option<AnyView> {
        let Self { language, stored, .. } = *self;
        if stored.staff {
            return None;
        }
        let restriction = stored.restriction.as_ref();
        let own = restriction.is_some_and(|restriction| restriction.own);
        let by_us = restriction.is_some_and(|restriction| restriction.by_us);
        let form = match (own, stored.needs_consent) {
            (true, true) => view! { <p>{text::lift_by_consent(language)}</p> }.into_any(),
            (true, false) => self.button("lift", text::lift(language), ButtonKind::Secondary),
            (false, _) => self.button("restrict", text::restrict(language), ButtonKind::Secondary),
        };
        let content = view! {
            <div class="stack">
                {by_us.then(|| {
                    let words = if own { text::by_both(language) } else { text::by_us(language) };
                    view! { <p>{words}</p> }
                })}
                {form}
            </div>
        };
        let words = text::restriction_text(language);
        Some(section("restriction-title", text::restriction_title(language), words, content.into_any()))
    }

    /// A plain form, since its answer is a file.
    fn copy(&self) -> AnyView {
        let language = self.language;
        let content = view! {
            <form class="stack tight" method="post" action="/account/data/export">
                {self.by()}
                {self.stored.stale.then(|| view! { <p class="muted small">{factors::copy_hint(language)}</p> })}
                <Button label=text::export(language) kind=ButtonKind::Secondary icon=Some(Icon::Download)/>
            </form>
        };
        section("export-title", text::export_title(language), text::export_text(language), content.into_any())
    }

    fn deletion(&self) -> AnyView {
        let language = self.language;
        let content = view! {
            <p class="cluster">
                <ButtonLink
                    href=self.delete()
                    label=text::delete(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Trash)
                />
            </p>
        };
        section("delete-title", text::delete_title(language), text::delete_text(language), content.into_any())
    }
}
