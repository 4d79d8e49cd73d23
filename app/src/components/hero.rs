//! The front page: the counter, and the ways that lead on from it.

use leptos::prelude::*;

use super::{Icon, MaybeText};

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
                <h1>{title}</h1>
                {lede.get().map(|lede| view! { <p class="lede">{lede}</p> })}
                {children.map(|children| view! { <div class="cluster">{children()}</div> })}
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
