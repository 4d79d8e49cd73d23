//! Live events (server-sent events): something happened, ask for it. They carry no words.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Query;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tresen_desk::people::Agent;
use tresen_desk::requests::Access;
use tresen_desk::{Desk, Error};
use tresen_model::RequestId;

use super::named::Named;
use crate::web::{Answer, Context, Stop};

/// Proxies end connections on which nothing comes for a minute or so.
const ALIVE: Duration = Duration::from_secs(25);

/// What the address says.
#[derive(Deserialize)]
pub(crate) struct Watch {
    #[serde(default)]
    token: String,
    #[serde(default)]
    agent: bool,
}

/// Events of one request, for those who may read it.
pub(crate) async fn request(context: Context, named: Named, Query(watch): Query<Watch>) -> Response {
    let answer = watch_request(&context, &named, &watch).await;
    context.finish(answer)
}

async fn watch_request(context: &Context, named: &Named, watch: &Watch) -> Result<Answer, Stop> {
    let number = named.number()?;
    let desk = &context.app.desk;
    let (request, who) = if watch.agent {
        let agent = context.require_agent()?;
        (desk.requests.request_id_for_agent(&agent, number).await?, Who::Agent(agent))
    } else {
        let access = context.access(Some(&watch.token)).await?;
        (desk.requests.request_id(&access, number).await?, Who::Customer(access))
    };
    Ok(Answer::other(events(context, request, who)))
}

/// Events of all requests, for agents.
pub(crate) async fn queue(context: Context) -> Response {
    let answer = match context.require_agent() {
        Ok(agent) => Ok(Answer::other(queue_events(&context, &agent))),
        Err(stop) => Err(stop),
    };
    context.finish(answer)
}

/// Who listens, and for how long: they are asked for at each event, so that nobody hears more than they
/// may once they are logged out, or work on other request types.
enum Who {
    Customer(Access),
    Agent(Agent),
}

impl Who {
    async fn may_hear(&self, desk: &Desk, event: &tresen_desk::Event) -> Result<bool, Error> {
        match self {
            Self::Customer(access) => desk.requests.concerns_customer(access, event).await,
            Self::Agent(agent) => desk.requests.concerns(agent, event).await,
        }
    }
}

/// Events of all requests that an agent works on.
fn queue_events(context: &Context, agent: &Agent) -> impl IntoResponse + use<> {
    let heard = context.app.desk.requests.queue_news(agent);
    keep_alive(stream::unfold(heard, |mut heard| async move {
        heard.next().await?;
        Some((news(), heard))
    }))
}

/// Events of one request.
fn events(context: &Context, request: RequestId, who: Who) -> impl IntoResponse + use<> {
    let desk = context.app.desk.clone();
    let heard = desk.events();
    let stream = stream::unfold((heard, desk, who), move |(mut heard, desk, who)| async move {
        loop {
            let event = tokio::select! {
                event = heard.recv() => event,
                () = desk.closing() => return None,
            };
            match event {
                Ok(event) if request != event.request => {}
                Ok(event) => match who.may_hear(&desk, &event).await {
                    Ok(true) => return Some((news(), (heard, desk, who))),
                    Ok(false) => {}
                    // Logged out, or it cannot be told: the browser asks again, and shows who it is.
                    Err(_) => return None,
                },
                // Whoever was too slow has missed something, which may be theirs.
                Err(RecvError::Lagged(_)) => return Some((news(), (heard, desk, who))),
                Err(RecvError::Closed) => return None,
            }
        }
    });
    keep_alive(stream)
}

/// Browsers deliver no event without data.
fn news() -> Result<Event, Infallible> {
    Ok(Event::default().event("news").data("1"))
}

fn keep_alive(stream: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> impl IntoResponse {
    Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE))
}
