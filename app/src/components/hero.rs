//! The front page: the counter, and the ways that lead on from it.

use leptos::prelude::*;

use super::{Icon, MaybeText};

/// A bell that stands on the counter (the lower edge of the hero), and a slip with a number beside it.
const PICTURE: &str = concat!(
    r#"<path class="sheet" d="M30 209V67q0-5 5-5h74q5 0 5 5v142z"/>"#,
    r#"<path class="line" d="M48 88h30M48 148h48M48 164h48M48 180h30"/>"#,
    r#"<path class="solid" d="M48 106h48v20H48z"/>"#,
    r#"<path d="M108 190a78 78 0 0 1 156 0z"/>"#,
    r#"<path class="line" d="M130 178a57 57 0 0 1 30-39"/>"#,
    r#"<path class="solid" d="M94 190h184q4 0 4 4v15H90v-15q0-4 4-4z"/>"#,
    r#"<path class="line" d="M186 112V98"/><circle class="solid" cx="186" cy="91" r="9"/>"#,
    r#"<path class="line" d="M186 66V46M223 76l11-16M149 76l-11-16"/>"#,
);

/// What this place is for, in one glance.
#[component]
pub fn Hero(
    /// The page's title.
    #[prop(into)]
    title: String,
    /// A sentence or two.
    #[prop(optional, into)]
    lede: MaybeText,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="hero">
            <div class="hero-inner">
                <div class="hero-text">
                    <h1>{title}</h1>
                    {lede.get().map(|lede| view! { <p class="lede">{lede}</p> })}
                    {children.map(|children| view! { <div class="cluster">{children()}</div> })}
                </div>
                <svg class="hero-picture" viewBox="0 0 300 210" aria-hidden="true" focusable="false" inner_html=PICTURE></svg>
            </div>
        </div>
    }
    .into_any()
}

/// A way on.
#[derive(Clone)]
pub struct Way {
    /// Where it leads.
    pub href: String,
    /// Its picture.
    pub icon: Icon,
    /// What is there.
    pub title: String,
    /// What one can do there.
    pub text: String,
}

/// The ways on: beside each other where there is room.
#[component]
pub fn Ways(
    /// The ways, three or four.
    ways: Vec<Way>,
) -> impl IntoView {
    let ways = ways
        .into_iter()
        .map(|way| {
            view! {
                <li>
                    <a class="way" href=way.href>
                        <Icon icon=way.icon/>
                        <span class="way-title">{way.title}</span>
                        <span class="way-text">{way.text}</span>
                        <Icon icon=Icon::ArrowRight/>
                    </a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    view! { <ul class="ways">{ways}</ul> }.into_any()
}
