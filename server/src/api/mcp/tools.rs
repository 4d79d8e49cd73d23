//! What an assistant can do: search, read, write an internal note or the draft of an answer.

use data_encoding::HEXLOWER;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler, schemars, tool, tool_handler, tool_router};
use serde::Deserialize;
use serde_json::{Value, json};
use tresen_desk::requests::{Listing, MOST, Position, QueueOrder, QueueView, Reply, Whose};
use tresen_desk::tokens::{Caller, Scope, Who};
use tresen_model::{RequestNumber, Status, Visibility};

use super::shown;
use crate::api::problem::{Failed, Problem};
use crate::api::requests::shown as read;
use crate::api::state::Api;

/// Rows of a page when the assistant names no number.
const USUAL: usize = 20;

/// Before the draft of an answer, in the internal note that holds it.
const DRAFT: &str = "Draft of an answer, not sent:\n\n";

/// Serves one call.
#[derive(Clone)]
pub(super) struct Assistant {
    api: Api,
}

/// What to look for.
#[derive(Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Search {
    /// Words that must occur, or a number. Without it, all requests are listed.
    query: Option<String>,
    /// `open`, `waiting`, `resolved`, `closed`, `active` (open and waiting) or `all`, which is usual.
    status: Option<String>,
    /// The most rows: 1 to 200, usually 20.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which request.
#[derive(Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Which {
    /// The public number, such as T-7F3K-92QX.
    number: String,
}

/// What to write.
#[derive(Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Written {
    /// The public number, such as T-7F3K-92QX.
    number: String,
    /// The text, plain. The people at the desk read it, customers do not.
    text: String,
}

#[tool_router]
impl Assistant {
    pub(super) fn new(api: Api) -> Self {
        Self { api }
    }

    #[tool(
        description = "Searches the requests of the service desk, or lists them, newest first. Needs the scope requests:read.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn search_requests(
        &self,
        Parameters(search): Parameters<Search>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        Ok(answered(self.search(&context, search).await))
    }

    #[tool(
        description = "Reads one request with all its comments. Needs the scope requests:read.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn read_request(
        &self,
        Parameters(which): Parameters<Which>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        Ok(answered(self.read(&context, &which.number).await))
    }

    #[tool(
        description = "Writes an internal note in a request. Only the people at the desk read it. Needs the scope comments:write.",
        annotations(
            read_only_hint = false,
            destructive_hint = false,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    async fn write_note(
        &self,
        Parameters(written): Parameters<Written>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        Ok(answered(self.note(&context, "write_note", &written.number, written.text).await))
    }

    #[tool(
        description = "Leaves the draft of an answer as an internal note. It is not sent: a person reads it, changes it, and sends it or not. Needs the scope comments:write.",
        annotations(
            read_only_hint = false,
            destructive_hint = false,
            idempotent_hint = false,
            open_world_hint = false
        )
    )]
    async fn draft_answer(
        &self,
        Parameters(written): Parameters<Written>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let text = format!("{DRAFT}{}", written.text);
        Ok(answered(self.note(&context, "draft_answer", &written.number, text).await))
    }
}

#[tool_handler]
impl ServerHandler for Assistant {
    fn get_info(&self) -> ServerConfig {
        let info = Implementation::new("tresen", env!("CARGO_PKG_VERSION"));
        let instructions = format!(
            "The service desk {}. You read requests of customers and prepare work for the people at the desk. You \
             cannot send anything to a customer: write a note or a draft, and a person decides. {}",
            self.api.desk.settings().name,
            shown::WARNING
        );
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(info)
            .with_instructions(instructions)
    }
}

/// What goes wrong is told to the assistant, as an answer.
fn answered(outcome: Result<Value, Failed>) -> CallToolResult {
    match outcome {
        Ok(value) => CallToolResult::structured(value),
        Err(failed) => CallToolResult::error(vec![ContentBlock::text(failed.sentence())]),
    }
}

impl Assistant {
    /// Who calls, noted in the audit log before anything is done.
    async fn caller(
        &self,
        context: &RequestContext<RoleServer>,
        tool: &'static str,
    ) -> Result<Caller, Failed> {
        let parts = context.extensions.get::<axum::http::request::Parts>();
        let caller = parts.and_then(|parts| parts.extensions.get::<Caller>()).ok_or(Problem::TokenNeeded)?;
        self.api.desk.tokens.note_assistant(tool).await?;
        Ok(caller.clone())
    }

    fn who(&self, caller: &Caller, scope: Scope) -> Result<Who, Failed> {
        Ok(caller.who(self.api.desk.now(), scope)?)
    }

    async fn search(&self, context: &RequestContext<RoleServer>, search: Search) -> Result<Value, Failed> {
        let caller = self.caller(context, "search_requests").await?;
        let who = self.who(&caller, Scope::RequestsRead)?;
        let view = match search.status.as_deref().unwrap_or("all") {
            "all" => QueueView::All,
            "active" => QueueView::Active,
            word => QueueView::Only(Status::parse(word).ok_or_else(|| {
                Failed::field("status", "There are: open, waiting, resolved, closed, active, all.")
            })?),
        };
        let limit = search.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Failed::field("limit", "It is 1 to 200."));
        }
        let query = search.query.unwrap_or_default();
        let after = search.cursor.as_deref().map(|cursor| {
            let position = Position::parse(cursor)?;
            // A cursor of a search begins no list, and the other way round.
            (matches!(position, Position::Found(..)) != query.trim().is_empty()).then_some(position)
        });
        let after = after.map(|position| position.ok_or(Problem::CursorInvalid)).transpose()?;
        let listing = Listing {
            search: query,
            view,
            assignee: Whose::Anyone,
            kind: None,
            updated_since: None,
            order: QueueOrder::Newest,
            after,
            limit,
        };
        let page = match &who {
            Who::Agent(agent) => self.api.desk.requests.list_requests(agent, &listing).await?,
            Who::Customer(session) => self.api.desk.requests.list_own_requests(session, &listing).await?,
        };
        Ok(shown::list(page.rows, page.next))
    }

    async fn read(&self, context: &RequestContext<RoleServer>, number: &str) -> Result<Value, Failed> {
        let caller = self.caller(context, "read_request").await?;
        let who = self.who(&caller, Scope::RequestsRead)?;
        let number = RequestNumber::parse(number).ok_or(Problem::NotFound)?;
        Ok(shown::request(read(&self.api, &who, number).await?))
    }

    async fn note(
        &self,
        context: &RequestContext<RoleServer>,
        tool: &'static str,
        number: &str,
        text: String,
    ) -> Result<Value, Failed> {
        let caller = self.caller(context, tool).await?;
        let Who::Agent(agent) = self.who(&caller, Scope::CommentsWrite)? else {
            return Err(
                Failed::from(Problem::Forbidden).saying("Only the people at the desk write notes.".into())
            );
        };
        if text.trim().is_empty() || text.trim() == DRAFT.trim() {
            return Err(Failed::field("text", "It is empty."));
        }
        let number = RequestNumber::parse(number).ok_or(Problem::NotFound)?;
        let mut once = [0; 16];
        getrandom::fill(&mut once).map_err(|_| Problem::Unavailable)?;
        let once = HEXLOWER.encode(&once);
        let reply = Reply { body: &text, once: &once, visibility: Visibility::Internal, status: None };
        let comment = self.api.desk.requests.reply(&agent, number, &reply, Vec::new()).await?;
        Ok(json!({ "written": comment.to_string(), "visibility": "internal", "sent": false }))
    }
}
