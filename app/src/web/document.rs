//! A whole document: head, the app with its first page, and what the browser needs to go on with it.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;

use super::context::Context;
use crate::app::{self, Outlet};
use crate::first::{FIRST, First, FirstShown};
use crate::form::Forms;
use crate::page::Page;

/// Renders a document in one go. Pages have their data before they are rendered, so nothing is streamed and nothing
/// waits.
pub(super) fn render(context: &Context, page: Page, shown: Option<FirstShown>, forms: &Forms) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let html = owner.with(|| document(context, page, shown, forms).to_html());
    owner.unset_with_forced_cleanup();
    format!("<!DOCTYPE html>{html}")
}

fn document(context: &Context, page: Page, shown: Option<FirstShown>, forms: &Forms) -> AnyView {
    let visit = context.visit();
    let title = app::title(&visit, &page);
    let scripts = shown.and_then(|shown| {
        let build = context.app.assets.build().to_owned();
        let first = First { build, visit: visit.clone(), shown, refused: forms.what().cloned() };
        scripts(context, &first)
    });
    let assets = context.app.assets;
    let theme = context.app.look.theme.clone();
    let outlet = Outlet::new(page, &context.address, &visit);
    view! {
        <html lang=visit.language.tag()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="format-detection" content="telephone=no"/>
                <title>{title}</title>
                {assets.css.map(|css| view! { <link rel="stylesheet" href=css/> })}
                <link rel="stylesheet" href=theme/>
                {assets.icon.map(|icon| view! { <link rel="icon" href=icon type="image/svg+xml"/> })}
                {scripts}
            </head>
            <body>{app::app(&visit, outlet)}</body>
        </html>
    }
    .into_any()
}

/// What makes the page live. A browser without scripts passes it by.
fn scripts(context: &Context, first: &First) -> Option<AnyView> {
    let name = context.app.assets.script?;
    // Inside a script element nothing but its end tag has a meaning (HTML 13.1.2.1).
    let json = serde_json::to_string(first).ok()?.replace('<', "\\u003c");
    let nonce = context.nonce.to_string();
    let chunks = match &first.shown {
        FirstShown::Page(part, _) => context.app.assets.chunks_of(*part),
        FirstShown::Trouble(..) => &[],
    };
    let preload = |href: String| {
        view! { <link rel="preload" href=href r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/> }
            .into_any()
    };
    let script = format!("/pkg/{name}.js");
    let wasm = format!("/pkg/{name}_bg.wasm");
    let start =
        format!("import s,{{hydrate}} from \"{script}\";await s({{module_or_path:\"{wasm}\"}});hydrate()");
    Some(
        view! {
            <link rel="modulepreload" href=script nonce=nonce.clone()/>
            {preload(wasm)}
            {chunks.iter().map(|chunk| preload(format!("/pkg/{chunk}"))).collect::<Vec<_>>()}
            <script id=FIRST type="application/json" inner_html=json></script>
            <script type="module" nonce=nonce inner_html=start></script>
        }
        .into_any(),
    )
}
