//! Pages around mailed links: the form that asks for one, a mail is on its way, and the password that a link lets
//! one choose.

use leptos::prelude::*;
use tresen_model::address::Mailed;
use tresen_model::{Address, Language};

use super::fields::new_password;
use crate::components::{Button, ButtonKind, ButtonLink, Field, Icon, PageHead};
use crate::form::Form;
use crate::language::shared::{common, mailed_link as text};
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};

/// The field of a form that is meant for whoever came by a link.
pub(crate) fn by_link_field() -> AnyView {
    view! { <input type="hidden" name="by" value=Mailed::BY_LINK/> }.into_any()
}

/// A mail is on its way. It says the same whatever the address was; `again` is the page that
/// sends another one, and the link is good for `lifetime` seconds.
pub(crate) fn sent(
    language: Language,
    place: Place,
    lede: &'static str,
    lifetime: i64,
    again: Address,
) -> Page {
    let page = Page::new(text::sent_title(language), place, move || {
        view! {
            <PageHead title=text::sent_title(language) lede/>
            <div class="stack loose">
                <div class="prose">
                    <p>{text::good_for(language, lifetime)}</p>
                    <p class="muted">{text::sent_no_mail(language)}</p>
                </div>
                <p class="cluster">
                    <ButtonLink href=again label=text::ask_again(language) kind=ButtonKind::Secondary icon=Some(Icon::Mail)/>
                    <ButtonLink href="/" label=common::back_to_start(language) kind=ButtonKind::Quiet/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// What is said of the form that asks for a mailed link.
pub(crate) struct Asking {
    /// The address of its server function.
    pub(crate) to: &'static str,
    /// Where a browser without scripts sends it.
    pub(crate) action: &'static str,
    /// What to call the address.
    pub(crate) label: &'static str,
    /// Which address is meant.
    pub(crate) hint: Option<&'static str>,
    /// The `autocomplete` token: `username` where the address is that of a login.
    pub(crate) autocomplete: &'static str,
    /// What the button says.
    pub(crate) button: &'static str,
}

/// The form that asks for a mailed link, with what protects it from programs if anything does.
pub(crate) fn ask_form(language: Language, form: Form, asking: Asking, shield: Option<AnyView>) -> AnyView {
    let Asking { to, action, label, hint, autocomplete, button } = asking;
    view! {
        <LiveForm language to action form=form.clone() class="form card">
            {shield}
            <Field
                name="email"
                kind="email"
                label
                hint
                value=form.value("email")
                error=form.error("email")
                autocomplete
                required=true
            />
            <div class="form-actions">
                <Button label=button kind=ButtonKind::Primary icon=Some(Icon::Mail)/>
            </div>
        </LiveForm>
    }
    .into_any()
}

/// What is said on the page on which a link lets somebody choose a password.
pub(crate) struct Choosing {
    /// The address of the form's server function.
    pub(crate) to: &'static str,
    /// Where a browser without scripts sends it.
    pub(crate) action: &'static str,
    /// The title of the page.
    pub(crate) title: &'static str,
    /// What happens then.
    pub(crate) lede: &'static str,
    /// What to call the password.
    pub(crate) label: &'static str,
    /// What the button says.
    pub(crate) button: &'static str,
}

/// The page on which a link lets somebody choose a password.
pub(crate) fn choose_password(language: Language, form: Form, token: String, choosing: Choosing) -> Page {
    let Choosing { to, action, title, lede, label, button } = choosing;
    let page = Page::new(title, Place::Login, move || {
        view! {
            <PageHead title lede/>
            <LiveForm language to action form=form.clone() class="form card">
                <input type="hidden" name="token" value=token/>
                {new_password(language, label, "", &form)}
                <div class="form-actions">
                    <Button label=button kind=ButtonKind::Primary/>
                </div>
            </LiveForm>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
