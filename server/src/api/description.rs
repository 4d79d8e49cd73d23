//! The description of the API (OpenAPI 3.1), made from the code.

use std::sync::OnceLock;

use axum::http::{HeaderName, HeaderValue, header};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Description, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::ProblemDetails;
use super::state::Api;
use super::{desk, mail, me, people, receipts, requests};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tresen",
        version = "1",
        description = "Everything a service desk can do, for programs. Send a token as `Authorization: Bearer \
                       TOKEN`. Times are RFC 3339 in UTC. Unknown fields are refused. What goes wrong is answered \
                       as RFC 9457 describes.",
        license(name = "MIT OR Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    tags(
        (name = "me", description = "The token"),
        (name = "requests", description = "Requests"),
        (name = "comments", description = "Comments"),
        (name = "attachments", description = "Files"),
        (name = "people", description = "Customers and their rights"),
        (name = "mail", description = "Email that comes in"),
        (name = "receipts", description = "Receipts of erasures"),
        (name = "desk", description = "The desk: request types, agents, statistics, the audit log"),
    ),
    components(schemas(ProblemDetails)),
    modifiers(&Common),
)]
struct Base;

/// What every operation has in common.
struct Common;

impl Modify for Common {
    fn modify(&self, description: &mut Description) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let components = description.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", scheme);
    }
}

/// The routes with their descriptions, below `/api/v1`.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(me::read))
        .merge(requests::routes())
        .merge(people::routes())
        .routes(routes!(receipts::verify))
        .merge(desk::routes())
        .routes(routes!(mail::take_in))
}

/// Each operation may be refused, and each answer is described.
fn complete(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let refusal = response.content.contains_key("application/problem+json");
            response.description = if refusal { "A refusal." } else { "The answer." }.to_owned();
        }
    }
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).build();
    let refused = ResponseBuilder::new()
        .description("A refusal (RFC 9457).")
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(refused));
}

/// The description, as it is served, printed and kept in the repository.
pub(crate) fn json() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut description = routes().into_openapi();
        for item in description.paths.paths.values_mut() {
            let operations =
                [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
            operations.into_iter().flatten().for_each(complete);
        }
        let Ok(mut text) = description.to_pretty_json() else { unreachable!("a description is JSON") };
        text.push('\n');
        text
    })
}

/// `GET /api/openapi.json`: for everybody.
pub(super) async fn serve() -> ([(HeaderName, HeaderValue); 1], &'static str) {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json())
}
