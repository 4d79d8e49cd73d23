//! `/agent/requests/NUMBER/erase`: an agent erases a customer who has asked for it. What is
//! recorded is one of a few words, so that it can hold nothing personal.
//!
//! No `LiveForm`: as with `/account/delete`, the answer to the form is the last page.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::privacy::{Asked, Erased};
use tresen_model::{Language, Problem, RequestNumber};

use super::account_delete::numbers;
use super::address::{Named, agent_address};
use super::proof::{again_field, proven};
use super::{mailed_link, receipt};
use crate::components::{
    Button, ButtonKind, ButtonLink, Choice, Icon, NavLink, Notice, NoticeKind, PageHead, Select, Time, When,
};
use crate::language::{common, erase as text};
use crate::web::{Context, Form, Page, Place, Stop, Submitted, Width};

/// The address of the page.
pub(super) fn address(number: RequestNumber) -> String {
    format!("{}/erase", agent_address(number))
}

pub(super) async fn show(context: Context, named: Named) -> Response {
    let page = page(&context, &named, Form::default()).await;
    context.finish(page.map(mailed_link::page))
}

pub(super) async fn submit(context: Context, named: Named, form: Submitted) -> Response {
    match act(&context, &named, &form).await {
        Ok(erased) => context.finish(Ok(mailed_link::page(done(&context, erased)))),
        Err(stop) => context.finish_form(Err(stop), form, |shown| page(&context, &named, shown)).await,
    }
}

async fn act(context: &Context, named: &Named, form: &Submitted) -> Result<Erased, Stop> {
    context.require_agent()?;
    let number = named.number()?;
    let asked =
        Asked::parse(form.get("asked")).ok_or_else(|| Error::refused("asked", Problem::ChoiceUnknown))?;
    let agent = proven(context, form).await?.agent()?;
    Ok(context.app.desk.erase_by_agent(&agent, number, asked).await?)
}

fn way(language: Language, asked: Asked) -> &'static str {
    match asked {
        Asked::Phone => text::asked_phone(language),
        Asked::Mail => text::asked_mail(language),
        Asked::InPerson => text::asked_in_person(language),
        Asked::Otherwise => text::asked_otherwise(language),
    }
}

async fn page(context: &Context, named: &Named, form: Form) -> Result<Page, Stop> {
    let agent = context.require_agent()?;
    let number = named.number()?;
    let count = context.app.desk.erasure_preview_for_agent(&agent, number).await?;
    let language = context.language;
    let days = context.app.desk.settings().retention.key_backup_days;
    let ways = Asked::ALL.into_iter().map(|asked| Choice::new(asked.as_str(), way(language, asked)));
    let ways = ways.collect::<Vec<_>>();
    let back = Some(NavLink::new(number.to_string(), agent_address(number)));
    let password = again_field(context, &form);
    let page = Page::new(text::agent_title(language), Place::Queue, move || {
        view! {
            <PageHead title=text::agent_title(language) lede=text::agent_lede(language) back/>
            <div class="stack loose">
                <div class="prose">
                    <h2>{text::what_title(language)}</h2>
                    {numbers(text::counted(language, &count), text::agent_person(language))}
                    <h2>{text::means_title(language)}</h2>
                    <ul>
                        <li>{text::for_good(language)}</li>
                        <li>{text::backups(language, days)}</li>
                        <li>{text::agent_told(language)}</li>
                    </ul>
                </div>
                <Notice kind=NoticeKind::Warning>{text::agent_sure(language)}</Notice>
                <form class="form card danger" method="post" action=address(number)>
                    {form.notice().map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> })}
                    <Select
                        name="asked"
                        label=text::asked(language)
                        hint=text::asked_hint(language)
                        choices=ways
                        value=form.value("asked")
                        prompt=text::asked_prompt(language)
                        error=form.error("asked")
                        required=true
                    />
                    {password}
                    <div class="form-actions">
                        <Button
                            label=text::agent_delete(language)
                            kind=ButtonKind::Danger
                            icon=Some(Icon::Trash)
                        />
                        <a href=agent_address(number)>{text::agent_keep(language)}</a>
                    </div>
                </form>
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}

fn done(context: &Context, erased: Erased) -> Page {
    let language = context.language;
    let at = context.when(erased.at);
    let at = When { said: at.exact.clone(), ..at };
    let receipt = receipt::given(context, erased.receipt);
    let page = Page::new(text::done_title(language), Place::Queue, move || {
        view! {
            <PageHead title=text::done_title(language) lede=text::agent_done_lede(language)/>
            <div class="stack loose">
                <div class="prose">
                    <p>{text::done_when(language)} " " <Time when=at/></p>
                    <h2>{text::done_what(language)}</h2>
                    {numbers(text::counted(language, &erased.count), text::agent_person(language))}
                </div>
                {receipt}
                <p class="cluster">
                    <ButtonLink href="/agent" label=text::agent_back(language) kind=ButtonKind::Secondary/>
                    <ButtonLink href="/" label=common::back_to_start(language) kind=ButtonKind::Quiet/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
