//! A receipt of an erasure, as the one sees it who was erased.

use leptos::prelude::*;
use tresen_model::{Address, Language};

use crate::components::{Button, ButtonKind, Icon};
use crate::language::legal::receipt as text;

/// A receipt, with a button that saves it. That form leaves the app: its answer is a file.
pub(crate) fn given(language: Language, receipt: String) -> AnyView {
    view! {
        <section class="card stack" aria-labelledby="receipt-title">
            <h2 id="receipt-title">{text::yours(language)}</h2>
            <p>{text::yours_text(language)}</p>
            <pre class="receipt" tabindex="0">{receipt.clone()}</pre>
            <form class="cluster" method="post" action="/privacy/receipt/download">
                <input type="hidden" name="receipt" value=receipt/>
                <Button label=text::download(language) kind=ButtonKind::Secondary icon=Some(Icon::Download)/>
                <a href=Address::Receipt.to_string()>{text::check_link(language)}</a>
            </form>
        </section>
    }
    .into_any()
}
