//! The sections of `/account/data`.

use leptos::prelude::*;
use tresen_desk::people::PersonEvent;
use tresen_desk::privacy::{Consent, Overview};

use super::account_data::PATH;
use super::mailed_link;
use super::parts::section;
use crate::components::{Button, ButtonKind, ButtonLink, Facts, Icon, Notice, NoticeKind, Time};
use crate::language::{data as text, erase, factors};
use crate::web::Context;

/// What the sections show.
pub(super) struct View {
    pub(super) context: Context,
    pub(super) overview: Overview,
    /// Whether whoever looks came by a mailed link.
    pub(super) by_link: bool,
}

impl View {
    /// What forms say so that they act for whoever looks, and for nobody else.
    fn by(&self) -> Option<AnyView> {
        self.by_link.then(mailed_link::by_link_field)
    }

    /// Where everything is deleted.
    fn delete(&self) -> &'static str {
        if self.by_link { "/account/delete?by=link" } else { "/account/delete" }
    }

    /// A form with one button.
    fn button(&self, act: &'static str, label: &'static str, kind: ButtonKind) -> AnyView {
        view! {
            <form method="post" action=PATH>
                {self.by()} <Button label kind name="act" value=act/>
            </form>
        }
        .into_any()
    }
}

/// That this is a visit by a link, and how it ends.
pub(super) fn access(view: &View) -> Option<AnyView> {
    let language = view.context.language;
    let content = || {
        view! {
            <div class="stack">
                <Notice>{text::access(language)}</Notice>
                {view.button("end", text::access_end(language), ButtonKind::Quiet)}
            </div>
        }
        .into_any()
    };
    view.by_link.then(content)
}

fn lines(lines: Vec<String>) -> AnyView {
    let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
    view! { <ul>{lines}</ul> }.into_any()
}

/// Whether the data is restricted, above everything else.
pub(super) fn state(view: &View) -> Option<AnyView> {
    let View { context, overview, .. } = view;
    let language = context.language;
    let restriction = overview.restriction?;
    let since = context.when(restriction.since).in_full();
    let delete = overview.needs_consent.then(|| {
        view! { <p><a href=view.delete()>{text::delete(language)}</a></p> }
    });
    let words = if overview.needs_consent { text::state_withdrawn(language) } else { text::state(language) };
    let view = view! {
        <Notice kind=NoticeKind::Warning title=text::own_restricted_title(language)>
            {text::state_since(language)} " " <Time when=since/> ". " {words} {delete}
        </Notice>
    };
    Some(view.into_any())
}

pub(super) fn stored(view: &View) -> AnyView {
    let View { context, overview, .. } = view;
    let language = context.language;
    let name = match overview.name.clone() {
        Some(name) => view! { <bdi>{name}</bdi> }.into_any(),
        None => view! { <span class="muted">{text::no_name(language)}</span> }.into_any(),
    };
    let email = view! { <bdi>{overview.email.as_str().to_owned()}</bdi> }.into_any();
    let since = context.when(overview.since);
    let proven = match overview.proven_at.map(|at| context.when(at)) {
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
            {lines(erase::counted(language, &overview.count))}
            {corrections(view)}
        </div>
    };
    section("stored-title", text::stored_title(language), text::stored_text(language), content.into_any())
}

/// What was corrected (Art. 16 GDPR), and how to correct more.
fn corrections(view: &View) -> AnyView {
    let View { context, overview, .. } = view;
    let language = context.language;
    let steps = overview.history.iter().map(|step| {
        let what = match step.event {
            PersonEvent::Name => text::corrected_name(language),
            PersonEvent::Address => text::corrected_email(language),
            PersonEvent::Imported => text::imported(language),
        };
        view! { <li>{what} ", " <Time when=context.when(step.at)/></li> }
    });
    let steps = steps.collect::<Vec<_>>();
    let list = (!steps.is_empty()).then(|| {
        view! {
            <p>{text::corrected(language)} ":"</p>
            <ul>{steps}</ul>
        }
    });
    let how = if view.by_link {
        view! { <p>{text::correct_without_account(language)}</p> }.into_any()
    } else {
        view! {
            <p>
                {text::correct(language)} " " <a href="/account">{text::correct_link(language)}</a>
            </p>
        }
        .into_any()
    };
    view! { {list} {how} }.into_any()
}

pub(super) fn origin(view: &View) -> AnyView {
    let View { context, overview, .. } = view;
    let language = context.language;
    let mut ways: Vec<String> =
        overview.channels.iter().map(|(way, count)| text::channel(language, *way, *count)).collect();
    ways.push(text::from_you(language).to_owned());
    section("origin-title", text::origin_title(language), text::origin_text(language), lines(ways))
}

pub(super) fn recipients(view: &View) -> AnyView {
    let View { context, overview, .. } = view;
    let language = context.language;
    let mut who = vec![
        text::received_by_team(language).to_owned(),
        text::received_by_you(language, overview.mails_sent),
    ];
    let processors = &context.app.desk.settings().privacy.processors;
    who.extend(processors.iter().map(|processor| text::received_by(language, processor)));
    let content = view! {
        <div class="stack">
            {lines(who)}
            <p><a href="/privacy#recipients">{text::more_about_recipients(language)}</a></p>
        </div>
    };
    let words = text::recipients_text(language);
    section("recipients-title", text::recipients_title(language), words, content.into_any())
}

pub(super) fn purposes(view: &View) -> AnyView {
    let context = &view.context;
    let language = context.language;
    let retention = &context.app.desk.settings().retention;
    let content = view! {
        <div class="stack">
            <p>{text::purpose(language)}</p>
            <p>{text::how_long(language, retention.closed_requests_months, retention.idle_person_months)}</p>
            <p><a href="/privacy#purposes">{text::more_about_purposes(language)}</a></p>
        </div>
    };
    section(
        "purposes-title",
        text::purposes_title(language),
        text::purposes_text(language),
        content.into_any(),
    )
}

pub(super) fn consents(view: &View) -> AnyView {
    let View { context, overview, .. } = view;
    let language = context.language;
    let rows = overview.consents.iter().map(|consent| line(view, consent)).collect::<Vec<_>>();
    let in_force = overview.consents.iter().filter(|consent| consent.withdrawn_at.is_none()).count();
    let list = if rows.is_empty() {
        view! { <p class="muted">{text::no_consent(language)}</p> }.into_any()
    } else {
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let all =
        (in_force > 1).then(|| view.button("withdraw", text::withdraw_all(language), ButtonKind::Secondary));
    let by_us = overview.restriction.is_some_and(|restriction| restriction.by.agent());
    let again = overview.needs_consent.then(|| {
        let label = if by_us { text::consent_again_only(language) } else { text::consent_again(language) };
        view! {
            <p>
                {text::consent_again_text(language)} " "
                <a href="/privacy">{text::consent_again_link(language)}</a>
            </p>
            {view.button("consent", label, ButtonKind::Secondary)}
        }
    });
    let content = view! { <div class="stack">{list}{all}{again}</div> };
    section(
        "consents-title",
        text::consents_title(language),
        text::consents_text(language),
        content.into_any(),
    )
}

fn line(view: &View, consent: &Consent) -> AnyView {
    let context = &view.context;
    let language = context.language;
    let given = context.when(consent.given_at).in_full();
    let about = format!("({})", given.said);
    let version = match &consent.elsewhere {
        // Another desk's page: said, not linked.
        Some(address) => {
            let words = text::version_elsewhere(language, address);
            view! { <span>{words}</span> }.into_any()
        }
        None => {
            let href = format!("/privacy?version={}", consent.version);
            view! { <a href=href>{text::version(language, consent.version)}</a> }.into_any()
        }
    };
    let withdrawn = consent.withdrawn_at.map(|at| {
        let at = context.when(at).in_full();
        view! { <br/> <span class="muted">{text::withdrawn(language)} " " <Time when=at/></span> }
    });
    let form = consent.withdrawn_at.is_none().then(|| {
        view! {
            <form method="post" action=PATH>
                {view.by()} <input type="hidden" name="consent" value=consent.id.clone()/>
                <Button
                    label=text::withdraw(language)
                    kind=ButtonKind::Quiet
                    name="act"
                    value="withdraw"
                    about
                />
            </form>
        }
    });
    view! {
        <li>
            <div>
                <Time when=given/> ", " {text::given_at(language, &consent.via)} ", "
                {version}
                {withdrawn}
            </div>
            {form}
        </li>
    }
    .into_any()
}

pub(super) fn restriction(view: &View) -> Option<AnyView> {
    let View { context, overview, .. } = view;
    let language = context.language;
    if overview.staff {
        return None;
    }
    let own = overview.restriction.is_some_and(|restriction| restriction.by.customer());
    let by_us = overview.restriction.is_some_and(|restriction| restriction.by.agent());
    let form = match (own, overview.needs_consent) {
        (true, true) => view! { <p>{text::lift_by_consent(language)}</p> }.into_any(),
        (true, false) => view.button("lift", text::lift(language), ButtonKind::Secondary),
        (false, _) => view.button("restrict", text::restrict(language), ButtonKind::Secondary),
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

pub(super) fn copy(view: &View) -> AnyView {
    let language = view.context.language;
    let session = view.context.session().filter(|_| !view.by_link);
    let stale = session.is_some_and(|session| !session.is_fresh(view.context.now));
    let content = view! {
        <form class="stack tight" method="post" action="/account/data/export">
            {view.by()}
            {stale.then(|| view! { <p class="muted small">{factors::copy_hint(language)}</p> })}
            <Button label=text::export(language) kind=ButtonKind::Secondary icon=Some(Icon::Download)/>
        </form>
    };
    section("export-title", text::export_title(language), text::export_text(language), content.into_any())
}

pub(super) fn deletion(view: &View) -> AnyView {
    let language = view.context.language;
    let href = view.delete();
    let content = view! {
        <p class="cluster">
            <ButtonLink
                href=href
                label=text::delete(language)
                kind=ButtonKind::Secondary
                icon=Some(Icon::Trash)
            />
        </p>
    };
    section("delete-title", text::delete_title(language), text::delete_text(language), content.into_any())
}
