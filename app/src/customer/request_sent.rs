//! `/requests/sent`: a new request has arrived.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::{Address, RequestNumber};

use crate::components::{ButtonKind, ButtonLink, NumberSlip, PageHead};
use crate::language::customer::new_request as text;
use crate::language::shared::common;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct RequestSent {
    /// The number of the request.
    pub number: RequestNumber,
    /// Whether it waits until its sender confirms it.
    pub held: bool,
}

/// Reads it from the address.
#[cfg(feature = "ssr")]
pub(super) fn load(number: Option<RequestNumber>, held: bool) -> Result<RequestSent, crate::web::Stop> {
    let number = number.ok_or_else(|| crate::web::Stop::Go(Address::NewRequest.to_string()))?;
    Ok(RequestSent { number, held })
}

/// The page.
pub(super) fn page(visit: &Visit, sent: &RequestSent) -> Page {
    let language = visit.language;
    let number = sent.number;
    let (title, lede, next) = if sent.held {
        (text::held_title(language), text::held_lede(language), text::held_next(language))
    } else {
        (text::sent_title(language), text::sent_lede(language), text::sent_next(language))
    };
    let page = Page::new(title, Place::NewRequest, move || {
        view! {
            <PageHead title lede/>
            <div class="stack">
                <NumberSlip number=number.to_string() large=true/>
                <div class="prose">
                    <p>{next}</p>
                    <p class="muted">{text::sent_no_mail(language)}</p>
                </div>
                <p class="cluster">
                    <ButtonLink
                        href=Address::Home
                        label=common::back_to_start(language)
                        kind=ButtonKind::Secondary
                    />
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
