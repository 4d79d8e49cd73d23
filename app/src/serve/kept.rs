//! The page with what somebody wrote, in a browser without scripts, where the page of its form cannot be shown:
//! their session ended meanwhile, or nothing can be stored or read at the moment.

use leptos::prelude::*;
use tresen_model::{Address, Language};

use crate::components::{Button, ButtonKind, Field, FileField, Icon, PageHead, TextArea};
use crate::language::customer::new_request;
use crate::language::shared::common;
use crate::page::{Page, Place, Width};
use crate::trouble::Trouble;
use crate::web::Fields;

/// The fields that somebody writes, and would not like to write again.
const WRITTEN: [&str; 2] = ["subject", "body"];

/// Why the form was not taken.
pub(super) enum Why {
    /// The session ended.
    SignedOut,
    /// Something on our side, with its status.
    Trouble(u16, Trouble),
}

/// The page, if there is something to be lost. It sends the same form once more, and files are chosen anew.
///
/// After a sign-out only subject and text are worth it. What failed on our side is kept whatever the form.
pub(super) fn page(
    language: Language,
    why: &Why,
    action: &str,
    fields: &Fields,
    had_files: bool,
) -> Option<Page> {
    let written = |name: &str| fields.get(name).filter(|text| !text.trim().is_empty()).cloned();
    let typed = fields.keys().any(|name| !is_secret(name) && written(name).is_some());
    let worth = match why {
        Why::SignedOut => WRITTEN.iter().any(|name| written(name).is_some()),
        Why::Trouble(..) => typed,
    };
    if !worth {
        return None;
    }
    let (subject, body) = (written("subject"), written("body"));
    let kept: Vec<(String, String)> = fields
        .iter()
        .filter(|(name, _)| !WRITTEN.contains(&name.as_str()) && !is_secret(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let action = action.to_owned();
    let (title, lede, place, status, signed_out) = match why {
        Why::SignedOut => {
            let (title, text) = (common::signed_out_title(language), common::signed_out_text(language));
            (title, text.to_owned(), Place::Login, 401, true)
        }
        Why::Trouble(status, trouble) => {
            let (title, text) = trouble.texts(language);
            let lede = format!("{text} {}", common::still_here(language));
            (title, lede, Place::Elsewhere, *status, false)
        }
    };
    let mut page = Page::new(title, place, move || {
        let kept =
            kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
        let kept = kept.collect::<Vec<_>>();
        let sign_in = Address::SignIn { next: String::new() };
        view! {
            <PageHead title lede/>
            <div class="stack">
                {signed_out.then(|| view! {
                    <p><a href=sign_in.to_string() target="_blank">{common::sign_in_elsewhere(language)}</a></p>
                })}
                <form
                    class="form card"
                    method="post"
                    action=action
                    enctype=had_files.then_some("multipart/form-data")
                >
                    {kept}
                    {subject.map(|subject| view! {
                        <Field name="subject" label=common::your_subject(language) value=subject/>
                    })}
                    {body.map(|body| view! {
                        <TextArea name="body" label=common::your_text(language) value=body/>
                    })}
                    {had_files.then(|| view! {
                        <FileField
                            name="attachments"
                            label=new_request::attachments(language)
                            hint=common::choose_files_again(language)
                        />
                    })}
                    <div class="form-actions">
                        <Button
                            label=common::send_again(language)
                            kind=ButtonKind::Primary
                            icon=Some(Icon::Send)
                        />
                    </div>
                </form>
            </div>
        }
        .into_any()
    });
    page.status = status;
    Some(page.width(Width::Narrow))
}

/// Whether a field holds a credential. Credentials are never shown again.
pub(super) fn is_secret(name: &str) -> bool {
    name.contains("password") || ["code", "recovery", "passkey"].contains(&name)
}
