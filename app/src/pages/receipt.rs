//! `/privacy/receipt`: whether the receipt of an erasure is genuine, and what it says.
//!
//! Nothing that is typed here is stored, nor is any receipt: the signature alone decides.

use axum::http::header;
use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::privacy::{Checked, Receipt};

use super::mailed_link;
use crate::components::{
    Button, ButtonKind, Facts, Icon, Notice, NoticeKind, PageHead, TextArea, Time, When,
};
use crate::language::{erase, receipt as text};
use crate::web::{Answer, Context, Form, Page, Place, Submitted, Width};

pub(super) async fn show(context: Context) -> Response {
    context.finish(Ok(mailed_link::page(page(&context, &Form::default(), None))))
}

pub(super) async fn check(context: Context, form: Submitted) -> Response {
    let typed = form.get("receipt").to_owned();
    let checked = context.app.desk.check_receipt(&typed);
    let page = page(&context, &Form::with([("receipt", &typed)]), Some(checked));
    context.finish(Ok(mailed_link::page(page)))
}

/// Gives a genuine receipt back as a file: the page that shows it needs no script for that.
pub(super) async fn download(context: Context, form: Submitted) -> Response {
    let file = context.app.desk.receipt_file(form.get("receipt")).ok_or(Error::NotFound);
    let answer = file.map(|file| {
        let headers = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"erasure-receipt.txt\""),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Answer::other((headers, file))
    });
    context.finish(answer.map_err(Into::into))
}

/// A receipt as the one who was erased sees it, with a button that saves it.
pub(super) fn given(context: &Context, receipt: String) -> AnyView {
    let language = context.language;
    view! {
        <section class="card stack" aria-labelledby="receipt-title">
            <h2 id="receipt-title">{text::yours(language)}</h2>
            <p>{text::yours_text(language)}</p>
            <pre class="receipt" tabindex="0">{receipt.clone()}</pre>
            <form class="cluster" method="post" action="/privacy/receipt/download">
                <input type="hidden" name="receipt" value=receipt/>
                <Button label=text::download(language) kind=ButtonKind::Secondary icon=Some(Icon::Download)/>
                <a href="/privacy/receipt">{text::check_link(language)}</a>
            </form>
        </section>
    }
    .into_any()
}

fn page(context: &Context, form: &Form, checked: Option<Checked>) -> Page {
    let language = context.language;
    let outcome = checked.map(|checked| outcome(context, checked));
    let typed = form.value("receipt");
    let key = context.app.desk.receipt_public_key();
    let page = Page::new(text::title(language), Place::Elsewhere, move || {
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            <div class="stack loose">
                {outcome}
                <form class="form card" method="post" action="/privacy/receipt">
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
                </form>
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

fn outcome(context: &Context, checked: Checked) -> AnyView {
    let language = context.language;
    match checked {
        Checked::Genuine(receipt) => view! {
            <Notice kind=NoticeKind::Success title=text::genuine(language)>{text::genuine_text(language)}</Notice>
            <section class="card stack" aria-labelledby="says-title">
                <h2 id="says-title">{text::says(language)}</h2>
                <Facts facts=facts(context, receipt)/>
            </section>
        }
        .into_any(),
        Checked::NotSigned => view! {
            <Notice kind=NoticeKind::Error title=text::not_signed(language)>
                {text::not_signed_text(language)}
            </Notice>
        }
        .into_any(),
        Checked::Unreadable => view! {
            <Notice kind=NoticeKind::Warning title=text::unreadable(language)>
                {text::unreadable_text(language)}
            </Notice>
        }
        .into_any(),
    }
}

fn facts(context: &Context, receipt: Receipt) -> Vec<(String, AnyView)> {
    let language = context.language;
    let at = context.when(receipt.at);
    let at = When { said: at.exact.clone(), ..at };
    let list = |lines: Vec<String>| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
        view! { <ul>{lines}</ul> }.into_any()
    };
    let mut deleted = erase::counted(language, &receipt.count);
    deleted.push(text::everything_else(language).to_owned());
    let mut out_of_reach = vec![text::delivered(language).to_owned()];
    out_of_reach.extend(text::key_backups(language, receipt.key_backup_days));
    let fact = |name: &str, value: AnyView| (name.to_owned(), value);
    vec![
        fact(text::finished(language), view! { <Time when=at/> }.into_any()),
        fact(text::wish(language), text::whose(language, receipt.wish).into_any()),
        fact(text::deleted(language), list(deleted)),
        fact(text::out_of_reach(language), list(out_of_reach)),
        fact(text::desk(language), receipt.desk.into_any()),
        fact(text::id(language), receipt.id.into_any()),
    ]
}
