//! What a comment shows because it came by mail: quotes folded away, how it was formatted, what
//! is thought of it, and what agents do with somebody who does not belong to the request.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;
use tresen_desk::requests::Formatted;
use tresen_model::views::Comment as CommentView;
use tresen_model::{CommentId, Language, RequestNumber, Standing};

use super::address::{Named, Parameters, address, agent_address, parameter};
use super::thread::Thread;
use crate::components::{Button, ButtonKind, MailParts, NavLink};
use crate::language::mail as text;
use crate::web::{Answer, Context, Stop};

/// What stands beside the text of a comment.
pub(super) fn mail_parts(thread: &Thread, comment: &CommentView) -> MailParts {
    let language = thread.language;
    if !comment.by_mail || comment.standing == Standing::Erased {
        return MailParts::default();
    }
    let mut tags = vec![text::by_mail(language).to_owned()];
    if comment.automatic {
        tags.push(text::automatic(language).to_owned());
    }
    let mut remarks: Vec<String> = Vec::new();
    if let Some(verdict) = comment.verdict {
        remarks.push(text::verdict(language, verdict).to_owned());
    }
    remarks.extend(comment.remarks.iter().map(|remark| text::remark(language, *remark).to_owned()));
    let formatted = comment.formatted.then(|| {
        let request = if thread.agent { "/agent/requests" } else { "/requests" };
        let path = format!("{request}/{}/comments/{}/formatted", thread.number, comment.id);
        NavLink::new(text::formatted(language), address(&path, &[("token", &thread.token)]))
    });
    let outsider = thread.agent && comment.standing == Standing::Outsider;
    MailParts {
        tags,
        rest: comment.rest.clone().map(|rest| (text::rest(language).to_owned(), rest)),
        formatted,
        remarks,
        actions: outsider.then(|| outsider_actions(language, thread.number, comment.id)),
    }
}

fn outsider_actions(language: Language, number: RequestNumber, comment: CommentId) -> AnyView {
    let action = |what: &str| format!("{}/comments/{comment}/{what}", agent_address(number));
    view! {
        <form method="post" action=action("admit")>
            <Button label=text::admit(language) kind=ButtonKind::Secondary/>
        </form>
        <form method="post" action=action("split")>
            <Button label=text::split_off(language) kind=ButtonKind::Secondary/>
        </form>
        <p class="small muted">{text::outsider_hint(language)}</p>
    }
    .into_any()
}

pub(super) async fn admit(context: Context, named: Named) -> Response {
    let done = async {
        let (agent, number, comment) = (context.require_agent()?, named.number()?, named.comment()?);
        context.app.desk.admit(&agent, number, comment).await?;
        Ok(Answer::go(format!("{}#c-{comment}", agent_address(number))))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn split_off(context: Context, named: Named) -> Response {
    let done = async {
        let (agent, number, comment) = (context.require_agent()?, named.number()?, named.comment()?);
        let new = context.app.desk.split_off(&agent, number, comment).await?;
        Ok(Answer::go(agent_address(new)))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn show(context: Context, named: Named, parameters: Parameters) -> Response {
    let answer = find(&context, &named, parameter(&parameters, "token")).await;
    context.finish(answer)
}

async fn find(context: &Context, named: &Named, token: &str) -> Result<Answer, Stop> {
    let (number, comment) = (named.number()?, named.comment()?);
    let access = context.access(Some(token)).await?;
    let formatted = context.app.desk.formatted(&access, number, comment).await?;
    let files = format!("/requests/{number}/files");
    Ok(document(context, formatted, |file| address(&format!("{files}/{file}"), &[("token", token)])))
}

pub(super) async fn show_to_agent(context: Context, named: Named) -> Response {
    let answer = find_for_agent(&context, &named).await;
    context.finish(answer)
}

async fn find_for_agent(context: &Context, named: &Named) -> Result<Answer, Stop> {
    let (agent, number, comment) = (context.require_agent()?, named.number()?, named.comment()?);
    let formatted = context.app.desk.formatted_for_agent(&agent, number, comment).await?;
    Ok(document(context, formatted, |file| format!("{}/files/{file}", agent_address(number))))
}

/// A document of its own, not a part of our pages: it runs nothing, sends nothing, loads nothing
/// but pictures of the mail, and its links open elsewhere. The HTML was cleaned when it came in;
/// this holds even if something got through.
fn document(context: &Context, formatted: Formatted, file: impl Fn(String) -> String) -> Answer {
    const POLICY: HeaderValue = HeaderValue::from_static(
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
         img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    let language = context.language;
    let mut html = formatted.html;
    for (content_id, attachment) in &formatted.pictures {
        let from = format!("src=\"cid:{}\"", attribute(content_id));
        let to = format!("src=\"{}\"", attribute(&file(attachment.to_string())));
        html = html.replace(&from, &to);
    }
    let sheet = |address: &str| format!("<link rel=\"stylesheet\" href=\"{address}\">");
    let icon = |address: &str| format!("<link rel=\"icon\" href=\"{address}\" type=\"image/svg+xml\">");
    let page = format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <base target=\"_blank\"><title>{}</title>{}{}{}</head><body class=\"formatted\"><main><h1 \
         class=\"visually-hidden\">{0}</h1><p class=\"muted small\">{}</p>{html}</main></body></html>",
        language.tag(),
        text::formatted_title(language),
        context.app.assets.css.map(sheet).unwrap_or_default(),
        sheet(&context.app.look.theme),
        context.app.assets.icon.map(icon).unwrap_or_default(),
        text::formatted_hint(language),
    );
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Answer::other((headers, Html(page)).into_response())
}

/// As HTML writers put a text between double quotes.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('\u{a0}', "&nbsp;")
}
