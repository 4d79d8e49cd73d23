//! A table of numbers: what each row is about, and its figures. It scrolls sideways where there is
//! no room, so that every figure stays under its head.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of figures.
#[derive(Clone, Serialize, Deserialize)]
pub struct ReportRow {
    /// What they are about.
    pub name: String,
    /// The figures, in the order of the heads.
    pub figures: Vec<String>,
}

/// A table under a heading.
#[component]
pub fn ReportTable(
    /// The id of the heading that names the table.
    #[prop(into)]
    titled_by: String,
    /// What the columns are called, that of the names first.
    heads: Vec<String>,
    /// The rows, in order.
    rows: Vec<ReportRow>,
    /// The last row, for all together.
    #[prop(optional_no_strip)]
    total: Option<ReportRow>,
) -> impl IntoView {
    let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect::<Vec<_>>();
    let rows = rows.into_iter().map(line).collect::<Vec<_>>();
    let total = total.map(|total| view! { <tfoot>{line(total)}</tfoot> });
    let region = titled_by.clone();
    view! {
        <div class="report" role="region" tabindex="0" aria-labelledby=region>
            <table aria-labelledby=titled_by>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
                {total}
            </table>
        </div>
    }
    .into_any()
}

fn line(row: ReportRow) -> AnyView {
    let figures = row.figures.into_iter().map(|figure| view! { <td>{figure}</td> }).collect::<Vec<_>>();
    view! {
        <tr>
            <th scope="row"><bdi>{row.name}</bdi></th>
            {figures}
        </tr>
    }
    .into_any()
}
