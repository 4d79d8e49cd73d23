//! A thread as agents read it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use tresen_model::views::{Attachment, Comment, Delivery};
use tresen_model::{
    Address, AuthorKind, CommentId, DeliveryState, Language, RequestNumber, Standing, Status, Visibility,
};

use super::Reader;
use super::forms::{Admit, SendAgain, SendAsAnswer, SplitOff};
use super::reader::{Beside, Place};
use crate::components::{Button, ButtonKind, Carries, DeliveryLine, StatusBadge};
use crate::form::Forms;
use crate::language::shared::{mail, words};
use crate::language::thread::{conversation as text, delivery, files};
use crate::live::LiveForm;

/// An agent.
pub(crate) const READER: Reader =
    Reader { agent: true, requests: "/agent/requests", status, author, infected, beside };

fn status(language: Language, status: Status) -> AnyView {
    view! { <StatusBadge status label=words::status_for_agents(language, status)/> }.into_any()
}

fn author(language: Language, comment: &Comment) -> (String, Option<&'static str>) {
    if comment.standing == Standing::Outsider {
        let name = comment.author.clone().or_else(|| comment.address.clone());
        let name = name.unwrap_or_else(|| text::no_name(language).to_owned());
        return (name, Some(text::outsider(language)));
    }
    let internal = (comment.visibility == Visibility::Internal).then(|| text::internal_note(language));
    let part = internal.or(Some(match comment.author_kind {
        AuthorKind::Agent => text::support(language),
        AuthorKind::Customer => text::customer(language),
    }));
    match (&comment.author, comment.author_kind) {
        _ if comment.own && !comment.signed => (text::you(language).to_owned(), internal),
        (Some(name), _) => (name.clone(), part),
        (None, AuthorKind::Customer) => (text::no_name(language).to_owned(), part),
        (None, AuthorKind::Agent) => (text::support(language).to_owned(), internal),
    }
}

fn infected(language: Language, file: &Attachment) -> String {
    let infected = files::infected(language);
    match &file.finding {
        Some(finding) => format!("{infected} {} {finding}", files::finding(language)),
        None => infected.to_owned(),
    }
}

fn beside(place: &Place, comment: &Comment) -> Beside {
    let Place { language, number, .. } = *place;
    let delivery = comment
        .delivery
        .as_ref()
        .map(|delivery| delivery_line(language, number, comment, delivery, &place.forms));
    if !comment.by_mail || comment.standing == Standing::Erased {
        return Beside { delivery, ..Beside::default() };
    }
    let verdict = comment.verdict.map(|verdict| mail::verdict(language, verdict));
    let remarks = comment.remarks.iter().map(|remark| mail::remark(language, *remark));
    let via = comment.via.as_deref().map(|address| mail::via(language, address));
    let reply_to = comment.reply_to.as_deref().map(|addresses| mail::reply_to(language, addresses));
    let outsider = comment.standing == Standing::Outsider;
    Beside {
        remarks: verdict.into_iter().chain(remarks).map(str::to_owned).chain(via).chain(reply_to).collect(),
        actions: outsider.then(|| outsider_actions(language, number, comment, &place.forms)),
        delivery,
    }
}

/// What becomes of somebody who does not belong to the request.
fn outsider_actions(language: Language, number: RequestNumber, comment: &Comment, forms: &Forms) -> AnyView {
    let Comment { id: comment, own, by_staff, .. } = *comment;
    let form = |to: &'static str, act: &str, label: &'static str| {
        let action = format!("{}/comments/{comment}/{act}", Address::RequestForAgents { number });
        let form = forms.at(&action);
        let carries = Carries::to(&action);
        view! {
            <LiveForm language to action form class="">
                {named(number, comment)}
                <Button label kind=ButtonKind::Secondary carries/>
            </LiveForm>
        }
        .into_any()
    };
    if by_staff {
        let answer = own.then(|| form(SendAsAnswer::PATH, "answer", mail::send_as_answer(language)));
        let hint = if own { mail::own_hint(language) } else { mail::colleague_hint(language) };
        return view! {
            {answer}
            <p class="small muted">{hint}</p>
        }
        .into_any();
    }
    view! {
        {form(Admit::PATH, "admit", mail::admit(language))}
        {form(SplitOff::PATH, "split", mail::split_off(language))}
        <p class="small muted">{mail::outsider_hint(language)}</p>
    }
    .into_any()
}

/// What is said of the mail with an answer.
fn delivery_line(
    language: Language,
    number: RequestNumber,
    comment: &Comment,
    delivery: &Delivery,
    forms: &Forms,
) -> DeliveryLine {
    let lost = matches!(delivery.state, DeliveryState::Bounced | DeliveryState::Parked);
    DeliveryLine {
        label: delivery::mail(language),
        state: delivery::state(language, delivery),
        trouble: lost || delivery.state == DeliveryState::Deferred,
        again: lost.then(|| again(language, number, comment.id, forms)),
    }
}

fn again(language: Language, number: RequestNumber, comment: CommentId, forms: &Forms) -> AnyView {
    let action = format!("{}/comments/{comment}/mail", Address::RequestForAgents { number });
    let form = forms.at(&action);
    let carries = Carries::to(&action);
    view! {
        <LiveForm language to=SendAgain::PATH action form class="">
            {named(number, comment)}
            <Button label=delivery::again(language) kind=ButtonKind::Secondary carries/>
        </LiveForm>
    }
    .into_any()
}

/// Which comment a form is about.
fn named(number: RequestNumber, comment: CommentId) -> AnyView {
    view! {
        <input type="hidden" name="number" value=number.to_string()/>
        <input type="hidden" name="comment" value=comment.to_string()/>
    }
    .into_any()
}
