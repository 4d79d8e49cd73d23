//! What agents see of a customer whose data is restricted (Art. 18 GDPR), and how they
//! restrict it themselves.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::people::Agent;
use tresen_desk::privacy::RestrictedBy;
use tresen_model::{Language, RequestNumber};

use super::address::{Named, agent_address};
use crate::components::{Button, ButtonKind, NavLink, Number, PageHead, Time};
use crate::language::{agent, data as text};
use crate::web::{Answer, Context, Page, Place, Stop, Width};

pub(super) async fn restrict(context: Context, named: Named) -> Response {
    let done = async {
        let (agent, number) = (context.require_agent()?, named.number()?);
        context.app.desk.restrict_customer(&agent, number).await?;
        Ok(Answer::go(agent_address(number)))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn lift(context: Context, named: Named) -> Response {
    let done = async {
        let (agent, number) = (context.require_agent()?, named.number()?);
        context.app.desk.lift_for_customer(&agent, number).await?;
        Ok(Answer::go(agent_address(number)))
    };
    let done = done.await;
    context.finish(done)
}

/// All that there is to be seen: the number, since when, and by whom.
pub(super) async fn page(context: &Context, agent: &Agent, number: RequestNumber) -> Result<Page, Stop> {
    let restriction = context.app.desk.restriction_of(agent, number).await?.ok_or(Error::Restricted)?;
    let language = context.language;
    let since = context.when(restriction.since);
    let by = match restriction.by {
        RestrictedBy::Customer => text::restricted_by_customer(language),
        RestrictedBy::Agent => text::restricted_by_agent(language),
        RestrictedBy::Both => text::restricted_by_both(language),
    };
    let lift = restriction.by.agent();
    let mut page = Page::new(text::restricted_title(language), Place::Queue, move || {
        let back = Some(NavLink::new(agent::back(language), "/agent"));
        let meta = view! {
            <Number number=number.to_string()/>
            <span>{text::restricted_since(language)} " " <Time when=since/></span>
        };
        let (title, lede) = (text::restricted_title(language), text::restricted_text(language));
        view! {
            <PageHead title lede back meta=meta.into_any()/>
            <div class="stack">
                <p>{by}</p>
                {lift.then(|| {
                    view! {
                        <form class="cluster" method="post" action=format!("{}/lift", agent_address(number))>
                            <Button label=text::agent_lift(language) kind=ButtonKind::Secondary/>
                            <span class="muted">{text::agent_lift_text(language)}</span>
                        </form>
                    }
                })}
            </div>
        }
        .into_any()
    });
    page.status = StatusCode::FORBIDDEN;
    Ok(page.width(Width::Narrow))
}

/// Beside a request: the button that restricts.
pub(super) fn offer(language: Language, number: RequestNumber) -> AnyView {
    view! {
        <section class="card stack" aria-labelledby="restrict-title">
            <h2 id="restrict-title">{text::agent_restrict_title(language)}</h2>
            <p class="muted small">{text::agent_restrict_text(language)}</p>
            <form method="post" action=format!("{}/restrict", agent_address(number))>
                <Button label=text::agent_restrict(language) kind=ButtonKind::Quiet/>
            </form>
        </section>
    }
    .into_any()
}
