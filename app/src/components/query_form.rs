//! Forms that only lead somewhere: searches and filters.

use leptos::prelude::*;

/// A form that is sent as the query of an address. With scripts it goes there without a new document.
#[component]
pub fn QueryForm(
    /// The path.
    #[prop(into)]
    action: String,
    /// The class of the form.
    #[prop(optional)]
    class: &'static str,
    /// Its role: `search` for a search (ARIA 1.2).
    #[prop(optional)]
    role: Option<&'static str>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let on_submit = {
        let navigator = crate::navigate::use_navigator();
        move |event: leptos::ev::SubmitEvent| browser::submit(&event, &navigator)
    };
    #[cfg(not(feature = "hydrate"))]
    let on_submit = |_: leptos::ev::SubmitEvent| ();
    view! {
        <form class=class role=role method="get" action=action on:submit=on_submit>
            {children()}
        </form>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::SubmitEvent;
    use leptos::wasm_bindgen::JsCast;
    use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

    use crate::navigate::Navigator;

    pub(super) fn submit(event: &SubmitEvent, navigator: &Navigator) {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        let Ok(data) = FormData::new_with_form(&form) else { return };
        let Ok(query) = UrlSearchParams::new_with_str_sequence_sequence(&data) else { return };
        event.prevent_default();
        let path = form.get_attribute("action").unwrap_or_default();
        navigator.choose(&format!("{path}?{}", String::from(query.to_string())));
    }
}
