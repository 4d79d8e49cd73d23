//! `/agent/requests/NUMBER/erase`: an agent erases a customer who has asked for it.
//!
//! How the customer asked is recorded as one of a few words, so the record holds no personal data. The answer to the
//! form is the last page, as with `/account/delete`.

#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::views::ErasureCount;
use tresen_model::wish::Asked;
use tresen_model::{Address, Language, RequestNumber};

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use super::Shown;
use crate::components::{
    Button, ButtonKind, ButtonLink, Choice, Icon, NavLink, Notice, NoticeKind, PageHead, Select, Time,
};
use crate::form::{Done, Forms, Unmet};
use crate::language::shared::{common, erase as text};
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::erasure::{self, Erased};
use crate::parts::{proof, receipt};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erase {
    /// What will be deleted, with the button that does it.
    Sure(Sure),
    /// The last page.
    Done(Box<Erased>),
}

/// What will be deleted.
#[derive(Clone, Serialize, Deserialize)]
pub struct Sure {
    /// A request of the customer.
    pub number: RequestNumber,
    /// What will be deleted, counted.
    pub count: ErasureCount,
    /// Days for which backups stay readable.
    pub days: u32,
    /// Whether the agent has to give their password again.
    pub stale: bool,
}

/// Erases the customer of a request.
///
/// # Errors
/// [`Unmet`]: the way of asking is missing, the password is wrong, or the erasure is not finished yet.
#[server(prefix = "/api/ui", endpoint = "agent/erase", input = PostUrl, output = Json)]
// The macro makes a struct of its arguments, which are the fields of the form.
#[allow(missing_docs)]
pub async fn erase_customer(
    #[server(default)] number: String,
    #[server(default)] asked: String,
    #[server(default)] password: String,
) -> Result<Done<Shown>, Unmet> {
    Ok(server::erase(&number, &asked, &password).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, erase: Erase, forms: &Forms) -> Page {
    match erase {
        Erase::Sure(one) => sure(visit.language, one, forms),
        Erase::Done(erased) => done(visit.language, *erased),
    }
}

fn way(language: Language, asked: Asked) -> &'static str {
    match asked {
        Asked::Phone => text::asked_phone(language),
        Asked::Mail => text::asked_mail(language),
        Asked::InPerson => text::asked_in_person(language),
        Asked::Otherwise => text::asked_otherwise(language),
    }
}

fn sure(language: Language, sure: Sure, forms: &Forms) -> Page {
    let Sure { number, count, days, stale } = sure;
    let action = Address::EraseCustomer { number }.to_string();
    let form = forms.at(&action);
    let page = Page::new(text::agent_title(language), Place::Queue, move || {
        let ways = Asked::ALL.into_iter().map(|asked| Choice::new(asked.as_str(), way(language, asked)));
        let ways = ways.collect::<Vec<_>>();
        let request = Address::RequestForAgents { number };
        let back = Some(NavLink::new(number.to_string(), request.clone()));
        view! {
            <PageHead title=text::agent_title(language) lede=text::agent_lede(language) back/>
            <div class="stack loose">
                <div class="prose">
                    <h2>{text::what_title(language)}</h2>
                    {erasure::counted(text::counted(language, &count), text::agent_person(language))}
                    <h2>{text::means_title(language)}</h2>
                    <ul>
                        <li>{text::for_good(language)}</li>
                        <li>{text::backups(language, days)}</li>
                        <li>{text::agent_told(language)}</li>
                    </ul>
                </div>
                <Notice kind=NoticeKind::Warning>{text::agent_sure(language)}</Notice>
                <LiveForm
                    language
                    to=EraseCustomer::PATH
                    action
                    form=form.clone()
                    class="form card danger"
                >
                    <input type="hidden" name="number" value=number.to_string()/>
                    <Select
                        name="asked"
                        label=text::asked(language)
                        hint=text::asked_hint(language)
                        choices=ways
                        value=form.value("asked")
                        prompt=text::asked_prompt(language)
                        error=form.error("asked")
                        required=true
                    />
                    {proof::again_field(language, stale, &form)}
                    <div class="form-actions">
                        <Button
                            label=text::agent_delete(language)
                            kind=ButtonKind::Danger
                            icon=Some(Icon::Trash)
                        />
                        <a href=request.to_string()>{text::agent_keep(language)}</a>
                    </div>
                </LiveForm>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn done(language: Language, erased: Erased) -> Page {
    let page = Page::new(text::done_title(language), Place::Queue, move || {
        let Erased { count, at, receipt } = erased;
        view! {
            <PageHead title=text::done_title(language) lede=text::agent_done_lede(language)/>
            <div class="stack loose">
                <div class="prose">
                    <p>{text::done_when(language)} " " <Time when=at/></p>
                    <h2>{text::done_what(language)}</h2>
                    {erasure::counted(text::counted(language, &count), text::agent_person(language))}
                </div>
                {receipt::given(language, receipt)}
                <p class="cluster">
                    <ButtonLink
                        href=Address::Queue(QueueQuery::default())
                        label=text::agent_back(language)
                        kind=ButtonKind::Secondary
                    />
                    <ButtonLink
                        href=Address::Home
                        label=common::back_to_start(language)
                        kind=ButtonKind::Quiet
                    />
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
