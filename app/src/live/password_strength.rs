//! How good a password is, while it is typed.

use leptos::prelude::*;
use tresen_model::Language;

/// Around a password field: says in words how good the password is. The desk judges it; the
/// form would be refused for the same reason without this.
#[component]
pub fn PasswordStrength(
    /// The language to speak.
    language: Language,
    /// The field.
    children: Children,
) -> impl IntoView {
    let judgement = RwSignal::new(None::<(u8, String)>);
    #[cfg(feature = "hydrate")]
    let on_input = move |event: leptos::ev::Event| browser::judge(language, &event, judgement);
    #[cfg(not(feature = "hydrate"))]
    let on_input = move |_: leptos::ev::Event| {
        let _ = language;
    };
    let score = move || judgement.with(|judgement| judgement.as_ref().map(|(score, _)| score.to_string()));
    let sentence =
        move || judgement.with(|judgement| judgement.as_ref().map(|(_, sentence)| sentence.clone()));
    view! {
        <div class="password-strength" on:input=on_input>
            {children()}
            <div class="strength" data-score=score aria-hidden="true" hidden=move || judgement.with(Option::is_none)>
                <i></i>
                <i></i>
                <i></i>
                <i></i>
            </div>
            <p class="small muted" role="status">{sentence}</p>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::ev::Event;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use tresen_model::Language;
    use wasm_bindgen_futures::spawn_local;
    use web_sys::HtmlInputElement;

    use crate::api::Judge;
    use crate::live::call;

    /// Waits until nothing is typed for this long.
    const PAUSE: Duration = Duration::from_millis(250);

    pub(super) fn judge(language: Language, event: &Event, judgement: RwSignal<Option<(u8, String)>>) {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        let typed = input.value();
        if typed.is_empty() {
            judgement.set(None);
            return;
        }
        // Where no timer can be had, the form itself says how good the password is.
        let _ = set_timeout(
            move || {
                // Something else was typed meanwhile: that will be judged.
                if input.value() != typed {
                    return;
                }
                spawn_local(async move {
                    let arguments = [("password", typed.as_str()), ("language", language.tag())];
                    if let Some(verdict) = call::<Judge>(&arguments).await
                        && input.value() == typed
                    {
                        judgement.set(Some((verdict.score, verdict.sentence)));
                    }
                });
            },
            PAUSE,
        );
    }
}
