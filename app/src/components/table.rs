//! A dense table, which becomes a list of blocks on a phone.

use leptos::prelude::*;

use super::MaybeText;

/// Head and body of the queue, and of what looks like it.
///
/// The roles are written out, here and in the rows, since `display: block` on a phone would take the
/// table's meaning away.
#[component]
pub fn Table(
    /// What the table shows, for screen readers.
    #[prop(optional, into)]
    caption: MaybeText,
    /// What the columns are called.
    heads: Vec<String>,
    /// The rows, in order: each a `<tr role="row">` with a cell a column.
    rows: Vec<AnyView>,
    /// A class that says whose columns these are: their widths stand in the style sheet.
    #[prop(default = "queue")]
    class: &'static str,
) -> impl IntoView {
    let heads = heads.into_iter().map(|head| view! { <th scope="col" role="columnheader">{head}</th> });
    view! {
        <div class=class>
            <table role="table">
                {caption.get().map(|caption| view! { <caption class="visually-hidden">{caption}</caption> })}
                <thead role="rowgroup"><tr role="row">{heads.collect::<Vec<_>>()}</tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
