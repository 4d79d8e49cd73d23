//! Listening to the server's live events (server-sent events, HTML 9.2). They carry no words: whoever hears one asks.

use futures_util::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use leptos::prelude::on_cleanup;
use wasm_bindgen_futures::spawn_local;

/// Calls `act` for each event until the view that listens is gone. The browser connects again by itself; what
/// happened meanwhile comes with the first event after that.
pub(crate) fn listen(address: String, act: impl Fn() + 'static) {
    let (listening, stop) = futures_util::future::abortable(async move {
        let Ok(mut source) = EventSource::new(&address) else { return };
        let Ok(mut events) = source.subscribe("news") else { return };
        while let Some(event) = events.next().await {
            if event.is_ok() {
                act();
            }
        }
    });
    spawn_local(async move {
        let _ = listening.await;
    });
    on_cleanup(move || stop.abort());
}
