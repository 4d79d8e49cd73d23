//! `/privacy/receipt`: whether the receipt of an erasure is genuine, and what it says.
//!
//! Nothing that is typed here is stored, nor is any receipt: the signature alone decides.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::views::ErasureCount;
use tresen_model::wish::Wish;
use tresen_model::{Address, Language};

use super::Shown;
use crate::components::{Button, ButtonKind, Facts, Notice, NoticeKind, PageHead, TextArea, Time, When};
use crate::form::{Done, Forms, Unmet};
use crate::language::legal::receipt as text;
use crate::language::shared::erase;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Check {
    /// The public key for checking receipts elsewhere, in PEM.
    pub key: String,
    /// What was to be checked; empty for nothing yet.
    pub typed: String,
    /// What became of that.
    pub outcome: Option<Outcome>,
}

/// What became of checking a text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// This desk has signed it.
    Genuine(Box<Says>),
    /// It reads like a receipt, but this desk has not signed what it says.
    NotSigned,
    /// It is no receipt, or not a whole one.
    Unreadable,
}

/// What a receipt says.
#[derive(Clone, Serialize, Deserialize)]
pub struct Says {
    /// When the erasure was finished, in full.
    pub at: When,
    /// By whose wish.
    pub wish: Wish,
    /// What was deleted.
    pub count: ErasureCount,
    /// For so many days after it, at most, a backup of the key store may still exist.
    pub key_backup_days: u32,
    /// The desk's public address.
    pub desk: String,
    /// Random; belongs to nobody.
    pub id: String,
}

/// Checks a receipt.
///
/// # Errors
/// None of its own: what is no receipt is answered by a page, too.
#[server(prefix = "/api/ui", endpoint = "receipt/check", input = PostUrl, output = Json)]
pub async fn check_receipt(#[server(default)] receipt: String) -> Result<Done<Shown>, Unmet> {
    Ok(super::server::check_receipt(receipt)?)
}

/// The page.
pub(super) fn page(visit: &Visit, check: Check, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at("/privacy/receipt");
    let page = Page::new(text::title(language), Place::Elsewhere, move || {
        let Check { key, typed, outcome } = check;
        let typed = form.value_or("receipt", &typed);
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            <div class="stack loose">
                {outcome.map(|outcome| said(language, outcome))}
                <LiveForm
                    language
                    to=CheckReceipt::PATH
                    action=Address::Receipt
                    form
                    class="form card"
                >
                    <TextArea
                        name="receipt"
                        label=text::label(language)
                        hint=text::hint(language)
                        value=typed
                        rows=12
                        required=true
                    />
                    <div class="form-actions">
                        <Button label=text::check(language) kind=ButtonKind::Primary/>
                    </div>
                </LiveForm>
                <section class="stack" aria-labelledby="key-title">
                    <h2 id="key-title">{text::key_title(language)}</h2>
                    <p>{text::key_text(language)}</p>
                    <pre class="receipt" tabindex="0">{key}</pre>
                </section>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn said(language: Language, outcome: Outcome) -> AnyView {
    match outcome {
        Outcome::Genuine(says) => view! {
            <Notice kind=NoticeKind::Success title=text::genuine(language)>{text::genuine_text(language)}</Notice>
            <section class="card stack" aria-labelledby="says-title">
                <h2 id="says-title">{text::says(language)}</h2>
                <Facts facts=facts(language, *says)/>
            </section>
        }
        .into_any(),
        Outcome::NotSigned => view! {
            <Notice kind=NoticeKind::Error title=text::not_signed(language)>
                {text::not_signed_text(language)}
            </Notice>
        }
        .into_any(),
        Outcome::Unreadable => view! {
            <Notice kind=NoticeKind::Warning title=text::unreadable(language)>
                {text::unreadable_text(language)}
            </Notice>
        }
        .into_any(),
    }
}

fn facts(language: Language, says: Says) -> Vec<(String, AnyView)> {
    let list = |lines: Vec<String>| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
        view! { <ul>{lines}</ul> }.into_any()
    };
    let mut deleted = erase::counted(language, &says.count);
    deleted.push(text::everything_else(language).to_owned());
    let mut out_of_reach = vec![text::delivered(language).to_owned()];
    out_of_reach.extend(text::key_backups(language, says.key_backup_days));
    let fact = |name: &str, value: AnyView| (name.to_owned(), value);
    vec![
        fact(text::finished(language), view! { <Time when=says.at/> }.into_any()),
        fact(text::wish(language), text::whose(language, says.wish).into_any()),
        fact(text::deleted(language), list(deleted)),
        fact(text::out_of_reach(language), list(out_of_reach)),
        fact(text::desk(language), says.desk.into_any()),
        fact(text::id(language), says.id.into_any()),
    ]
}
