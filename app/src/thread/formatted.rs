//! `…/comments/ID/formatted`: a comment that came by mail, as it was formatted.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use tresen_desk::requests::Formatted;
use tresen_model::Address;
use tresen_model::query::escape;

use super::named::Named;
use crate::language::shared::mail as text;
use crate::web::{Answer, Context, Stop};

pub(crate) async fn show(context: Context, named: Named) -> Response {
    let answer = find(&context, &named).await;
    context.finish(answer)
}

async fn find(context: &Context, named: &Named) -> Result<Answer, Stop> {
    let (number, comment) = (named.number()?, named.comment()?);
    let access = context.access(Some(&named.token)).await?;
    let formatted = context.app.desk.requests.formatted(&access, number, comment).await?;
    let token = match named.token.as_str() {
        "" => String::new(),
        token => format!("?token={}", escape(token)),
    };
    Ok(document(context, formatted, |file| format!("/requests/{number}/files/{file}{token}")))
}

pub(crate) async fn show_to_agent(context: Context, named: Named) -> Response {
    let answer = find_for_agent(&context, &named).await;
    context.finish(answer)
}

async fn find_for_agent(context: &Context, named: &Named) -> Result<Answer, Stop> {
    let (agent, number, comment) = (context.require_agent()?, named.number()?, named.comment()?);
    let formatted = context.app.desk.requests.formatted_for_agent(&agent, number, comment).await?;
    Ok(document(context, formatted, |file| format!("{}/files/{file}", Address::RequestForAgents { number })))
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
