//! The queue says when there is something new.

use leptos::prelude::*;
use tresen_model::Language;

/// A line over the agents' queue that appears when something happened to a request. It does
/// not move the rows under an agent's hand: they ask for the new list themselves.
#[island]
pub fn QueueNews(
    /// The language to speak.
    language: Language,
    /// The address of this list.
    address: String,
) -> impl IntoView {
    let news = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::listen(news));
    view! {
        <div role="status">
            {move || {
                news.get().then(|| view! {
                    <p class="queue-news">
                        {crate::language::islands::something_new(language)} " "
                        <a href=address.clone()>{crate::language::islands::show(language)}</a>
                    </p>
                })
            }}
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use futures_util::StreamExt;
    use gloo_net::eventsource::futures::EventSource;
    use leptos::prelude::*;
    use wasm_bindgen_futures::spawn_local;

    pub(super) fn listen(news: RwSignal<bool>) {
        spawn_local(async move {
            let Ok(mut source) = EventSource::new("/events/queue") else { return };
            let Ok(mut events) = source.subscribe("news") else { return };
            while let Some(event) = events.next().await {
                if event.is_ok() {
                    news.set(true);
                }
            }
        });
    }
}
