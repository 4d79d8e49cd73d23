//! The pages about the API: `/api` lists the operations, `/api/problems/NAME` explains a refusal. They are made from the
//! description, need no script, and load nothing but the desk's own style sheet.

use std::fmt::Write;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use serde_json::Value;

use super::description;
use super::problem::Problem;
use super::state::Api;

/// `GET /api`.
pub(super) async fn operations(State(api): State<Api>) -> Html<String> {
    Html(page(&api, "The API", &api.operations))
}

/// `GET /api/problems/NAME`.
pub(super) async fn problem(State(api): State<Api>, Path(name): Path<String>) -> (StatusCode, Html<String>) {
    let Some(problem) = Problem::ALL.into_iter().find(|problem| problem.name() == name) else {
        let body = "<p>There is no such problem. <a href=\"/api\">All of them</a></p>";
        return (StatusCode::NOT_FOUND, Html(page(&api, "Not found", body)));
    };
    let body = format!(
        "<p>Status <strong>{}</strong>, type <code>{}</code></p><p>{}</p><p><a href=\"/api\">The API</a></p>",
        problem.status().as_u16(),
        problem.name(),
        escape(problem.advice())
    );
    (StatusCode::OK, Html(page(&api, problem.title(), &body)))
}

fn page(api: &Api, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · {name}</title>\
         <link rel=\"stylesheet\" href=\"{css}\"></head><body><main class=\"page\"><div class=\"stack loose\">\
         <h1>{title}</h1>{body}</div></main></body></html>",
        title = escape(title),
        name = escape(&api.desk.settings().name),
        css = escape(&api.css),
    )
}

/// The list of operations and problems.
pub(super) fn list() -> String {
    let description: Value = serde_json::from_str(description::json()).unwrap_or_default();
    let mut html = String::from(
        "<p>Everything a person can do here, for programs. Send a token as <code>Authorization: Bearer TOKEN</code>; \
         you make one on the page of <a href=\"/account/tokens\">your account</a>. \
         The description for machines (OpenAPI 3.1): <a href=\"/api/openapi.json\">openapi.json</a></p>",
    );
    for tag in description["tags"].as_array().into_iter().flatten() {
        push(&mut html, format_args!("<h2>{}</h2>", escape(tag["description"].as_str().unwrap_or_default())));
        for (path, method) in operations_of(&description, &tag["name"]) {
            let operation = &description["paths"][path][method];
            write_operation(&mut html, &description, &method.to_uppercase(), path, operation);
        }
    }
    html.push_str("<h2>Problems</h2><dl>");
    for problem in Problem::ALL {
        push(
            &mut html,
            format_args!(
                "<dt><a href=\"/api/problems/{name}\"><code>{name}</code></a></dt><dd>{status}: {title}</dd>",
                name = problem.name(),
                status = problem.status().as_u16(),
                title = escape(problem.title())
            ),
        );
    }
    html.push_str("</dl>");
    html
}

/// The operations of a subject: what is above before what is in it, and reading before writing.
fn operations_of<'a>(description: &'a Value, tag: &Value) -> Vec<(&'a str, &'a str)> {
    const VERBS: [&str; 5] = ["get", "post", "patch", "put", "delete"];
    let mut found = Vec::new();
    for (path, item) in members(&description["paths"]) {
        for (method, operation) in members(item) {
            if operation["tags"][0] == *tag {
                found.push((path.as_str(), method.as_str()));
            }
        }
    }
    let verb = |method: &str| VERBS.iter().position(|verb| *verb == method);
    found.sort_by_key(|(path, method)| (path.split('/').count(), *path, verb(method)));
    found
}

fn push(html: &mut String, text: std::fmt::Arguments<'_>) {
    let Ok(()) = html.write_fmt(text) else { unreachable!("a text takes everything") };
}

fn write_operation(html: &mut String, description: &Value, method: &str, path: &str, operation: &Value) {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    push(
        html,
        format_args!(
            "<section id=\"{id}\"><h3>{summary}</h3><p><code>{method} /api/v1{path}</code></p><p>{about}</p>",
            id = text(&operation["operationId"]),
            summary = text(&operation["summary"]),
            path = escape(path),
            about = text(&operation["description"]),
        ),
    );
    let scopes = operation["security"][0]["token"].as_array();
    if let Some(scope) = scopes.and_then(|scopes| scopes.first()) {
        push(html, format_args!("<p>Scope: <code>{}</code></p>", text(scope)));
    }
    let mut rows = String::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        row(&mut rows, &text(&parameter["name"]), &text(&parameter["in"]), &text(&parameter["description"]));
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let name = body["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
    let schema = &description["components"]["schemas"][name];
    for (field, about) in members(&schema["properties"]) {
        row(&mut rows, &escape(field), "body", &text(&about["description"]));
    }
    if !rows.is_empty() {
        push(
            html,
            format_args!(
                "<table><thead><tr><th>Name</th><th>In</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>"
            ),
        );
    }
    html.push_str("</section>");
}

fn row(rows: &mut String, name: &str, place: &str, about: &str) {
    push(rows, format_args!("<tr><td><code>{name}</code></td><td>{place}</td><td>{about}</td></tr>"));
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
