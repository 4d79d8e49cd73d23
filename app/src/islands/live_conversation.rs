//! New comments appear without reloading.

use leptos::prelude::*;
use tresen_model::Language;

/// Around a thread: listens for events of the request and appends what was written since.
/// Without it the same comments are there after a reload.
#[island]
pub fn LiveConversation(
    /// The language to speak.
    language: Language,
    /// The public number.
    number: String,
    /// The secret of the mailed link; empty for somebody who is logged in.
    token: String,
    /// The id of the last comment that is shown; empty if there is none.
    last: String,
    /// Whether an agent reads.
    agent: bool,
    /// The thread.
    children: Children,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        browser::listen(browser::Watched {
            language,
            number: number.clone(),
            token: token.clone(),
            last: last.clone(),
            agent,
        });
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (language, number, token, last, agent);
    children()
}

#[cfg(feature = "hydrate")]
mod browser {
    use futures_util::StreamExt;
    use gloo_net::eventsource::futures::EventSource;
    use leptos::prelude::document;
    use tresen_model::Language;
    use wasm_bindgen_futures::spawn_local;

    use crate::api;
    use crate::language::islands as text;

    pub(super) struct Watched {
        pub(super) language: Language,
        pub(super) number: String,
        pub(super) token: String,
        pub(super) last: String,
        pub(super) agent: bool,
    }

    pub(super) fn listen(mut watched: Watched) {
        let Watched { number, token, agent, .. } = &watched;
        let address = format!("/events/requests/{number}?token={token}&agent={agent}");
        spawn_local(async move {
            let Ok(mut source) = EventSource::new(&address) else { return };
            let Ok(mut events) = source.subscribe("news") else { return };
            // The browser connects again by itself; what happened meanwhile comes with the
            // first event after that.
            while let Some(event) = events.next().await {
                if event.is_ok() {
                    update(&mut watched).await;
                }
            }
        });
    }

    async fn update(watched: &mut Watched) {
        let Watched { number, token, last, agent, .. } = &*watched;
        let Ok(news) = api::whats_new(number.clone(), token.clone(), last.clone(), *agent).await else {
            return;
        };
        let document = document();
        if let Some(status) = document.get_element_by_id("request-status") {
            status.set_inner_html(&news.status);
        }
        if news.count == 0 {
            return;
        }
        if let Some(thread) = document.get_element_by_id("thread") {
            // Rendered and escaped by the server, as the page itself.
            let _ = thread.insert_adjacent_html("beforeend", &news.html);
        }
        if let Some(place) = document.get_element_by_id("thread-news") {
            place.set_text_content(Some(text::new_comments(watched.language)));
        }
        watched.last = news.last;
    }
}
