//! The queue says when there is something new.

use leptos::prelude::*;
use tresen_model::{Address, Language};

use crate::language::shared::live as text;

/// A line over the queue that appears when something happened to a request. It does not move the rows under an
/// agent's hand: they ask for the new list themselves, at `address`.
pub(super) fn news(language: Language, address: &Address) -> AnyView {
    let address = address.to_string();
    let news = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| crate::live::listen("/events/queue".to_owned(), move || news.set(true)));
    view! {
        <div role="status">
            {move || {
                news.get().then(|| {
                    view! {
                        <p class="queue-news">
                            {text::something_new(language)} " "
                            <a href=address.clone()>{text::show(language)}</a>
                        </p>
                    }
                    .into_any()
                })
            }}
        </div>
    }
    .into_any()
}
