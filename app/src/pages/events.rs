//! Live events (server-sent events): something happened, ask for it. They carry no words.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, Query};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tresen_desk::Error;
use tresen_model::RequestNumber;

use crate::web::{Answer, Context, Stop};

/// Proxies end connections on which nothing comes for a minute or so.
const ALIVE: Duration = Duration::from_secs(25);

/// What the address says.
#[derive(Deserialize)]
pub(super) struct Watch {
    #[serde(default)]
    token: String,
    #[serde(default)]
    agent: bool,
}

/// Events of one request, for those who may read it.
pub(super) async fn request(
    context: Context,
    Path(number): Path<String>,
    Query(watch): Query<Watch>,
) -> Response {
    let answer = watch_request(&context, &number, &watch).await;
    context.finish(answer)
}

async fn watch_request(context: &Context, number: &str, watch: &Watch) -> Result<Answer, Stop> {
    let number = RequestNumber::parse(number).ok_or(Error::NotFound)?;
    let desk = &context.app.desk;
    let request = if watch.agent {
        desk.request_id_for_agent(&context.require_agent()?, number).await?
    } else {
        desk.request_id(&context.access(Some(&watch.token)).await?, number).await?
    };
    let internal = watch.agent;
    Ok(Answer::other(events(context, move |event| event.request == request && (event.public || internal))))
}

/// Events of all requests, for agents.
pub(super) async fn queue(context: Context) -> Response {
    let answer = match context.require_agent() {
        Ok(_) => Ok(Answer::other(events(&context, |_| true))),
        Err(stop) => Err(stop),
    };
    context.finish(answer)
}

fn events(
    context: &Context,
    wanted: impl Fn(&tresen_desk::Event) -> bool + Send + Sync + 'static,
) -> impl IntoResponse {
    let desk = context.app.desk.clone();
    let heard = desk.events();
    let stream = stream::unfold((heard, desk, wanted), |(mut heard, desk, wanted)| async move {
        loop {
            let event = tokio::select! {
                event = heard.recv() => event,
                () = desk.closing() => return None,
            };
            match event {
                Ok(event) if !wanted(&event) => {}
                // Whoever was too slow has missed something, which may be theirs.
                Ok(_) | Err(RecvError::Lagged(_)) => {
                    // Browsers deliver no event without data.
                    let news: Result<Event, Infallible> = Ok(Event::default().event("news").data("1"));
                    return Some((news, (heard, desk, wanted)));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    });
    keep_alive(stream)
}

fn keep_alive(stream: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> impl IntoResponse {
    Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE))
}
