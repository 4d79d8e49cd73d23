//! Parts that stand on several pages.

use leptos::prelude::*;
use tresen_desk::AttachmentLimits;
use tresen_desk::abuse::Challenge;
use tresen_model::Language;

use crate::components::{FileField, Notice, NoticeKind};
use crate::islands::FilePicker;
use crate::language::{common, new_request as text};
use crate::web::{Context, Form};

/// What a form begins with that must not be taken twice: what was wrong with it, and the word
/// by which it is known again.
pub(super) fn top(form: &Form) -> AnyView {
    view! {
        {form.notice().map(|notice| view! { <Notice kind=NoticeKind::Error>{notice}</Notice> })}
        <input type="hidden" name="once" value=form.once()/>
    }
    .into_any()
}

/// What a form holds that anybody may send: its stamp, a place for a proof of work, and a field that
/// nobody sees. Programs fill that one in; for browsers without style sheets it says what to do.
pub(super) fn shield(context: &Context, form: &Form, fresh: Challenge) -> AnyView {
    let language = context.language;
    // When a form is shown again, the page is still the same.
    let kept = form.value("stamp");
    let (stamp, bits) = if kept.is_empty() { (fresh.stamp, fresh.bits) } else { (kept, 0) };
    view! {
        <input
            type="hidden"
            name="stamp"
            value=stamp
            data-bits=bits.to_string()
            data-worker=context.app.assets.proof
        />
        <input type="hidden" name="proof" value=""/>
        <div class="visually-hidden" aria-hidden="true">
            <label for="url">{text::trap(language)}</label>
            <input
                id="url"
                name="url"
                type="text"
                tabindex="-1"
                autocomplete="off"
                data-bwignore=""
                data-lpignore="true"
            />
        </div>
    }
    .into_any()
}

/// The field for files, with the limits in words.
pub(super) fn attachments(language: Language, limits: AttachmentLimits, form: &Form) -> AnyView {
    let error = form.error("attachments");
    view! {
        <FilePicker language max_files=limits.max_files max_bytes=limits.max_bytes>
            <FileField
                name="attachments"
                label=text::attachments(language)
                marker=common::optional(language)
                hint=text::attachments_hint(language, limits.max_files, limits.max_bytes)
                error
            />
        </FilePicker>
    }
    .into_any()
}

/// A heading beside what belongs to it.
pub(super) fn section(
    id: &'static str,
    title: &'static str,
    words: &'static str,
    content: AnyView,
) -> AnyView {
    view! {
        <section class="section" aria-labelledby=id>
            <div>
                <h2 id=id>{title}</h2>
                <p class="muted">{words}</p>
            </div>
            {content}
        </section>
    }
    .into_any()
}
