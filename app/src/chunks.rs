//! The code of the app in chunks: what everybody needs is in the first one, each other part comes when it is needed.
//!
//! With the feature `chunks` each function here is the root of a chunk of its own, and what only it calls moves there
//! (`xtask/tools` cuts the module after it was linked). Without it all is one module, which is quicker to build.

use std::sync::Arc;

#[cfg(feature = "chunks")]
use futures_util::FutureExt;
use serde::de::DeserializeOwned;

use crate::form::Forms;
use crate::page::Page;
use crate::part::Part;
use crate::visit::Visit;
use crate::{account, agent, customer, dev, legal, mine, settings, sign_in, supervision};

/// What a page is made of. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) visit: Visit,
    /// What the page shows, as JSON.
    pub(crate) shown: Arc<str>,
    pub(crate) forms: Forms,
}

/// The code of a part could not be loaded, or it cannot read what the server sent.
#[derive(Debug)]
pub(crate) struct Unread;

#[cfg(feature = "chunks")]
impl From<leptos::wasm_split::SplitLoaderError> for Unread {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

fn made<Shown: DeserializeOwned>(
    given: &Given,
    page: fn(&Visit, Shown, &Forms) -> Page,
) -> Result<Page, Unread> {
    let shown = serde_json::from_str(&given.shown).map_err(|_| Unread)?;
    Ok(page(&given.visit, shown, &given.forms))
}

/// Signing in, and one's own requests.
#[cfg_attr(feature = "chunks", leptos::lazy(mine, fallible))]
fn mine_page(part: Part, given: Given) -> Result<Page, Unread> {
    match part {
        Part::SignIn => made(&given, sign_in::page),
        _ => made(&given, mine::page),
    }
}

/// The account, and what is read now and then.
#[cfg_attr(feature = "chunks", leptos::lazy(account, fallible))]
fn account_page(part: Part, given: Given) -> Result<Page, Unread> {
    match part {
        Part::Legal => made(&given, legal::page),
        Part::Dev => made(&given, dev::page),
        _ => made(&given, account::page),
    }
}

#[cfg_attr(feature = "chunks", leptos::lazy(agent, fallible))]
fn agent_page(given: Given) -> Result<Page, Unread> {
    made(&given, agent::page)
}

/// What admins look after, and what agents do now and then.
#[cfg_attr(feature = "chunks", leptos::lazy(settings, fallible))]
fn settings_page(part: Part, given: Given) -> Result<Page, Unread> {
    match part {
        Part::Supervision => made(&given, supervision::page),
        _ => made(&given, settings::page),
    }
}

/// Loads the code of a part. It stays.
///
/// # Errors
/// [`Unread`] when it could not be loaded. Another try may do better.
#[cfg(feature = "chunks")]
pub(crate) async fn load(part: Part) -> Result<(), Unread> {
    match part {
        Part::Customer => return Ok(()),
        Part::Mine | Part::SignIn => __preload_mine_page().await,
        Part::Account | Part::Legal | Part::Dev => __preload_account_page().await,
        Part::Agent => __preload_agent_page().await,
        Part::Supervision | Part::Settings => __preload_settings_page().await,
    }
    .map_err(Unread::from)
}

/// Loads the code of a part: it is there.
///
/// # Errors
/// None.
#[cfg(not(feature = "chunks"))]
pub(crate) async fn load(_: Part) -> Result<(), Unread> {
    Ok(())
}

/// Makes a page of a part whose code was loaded before.
pub(crate) fn page(part: Part, given: Given) -> Option<Page> {
    // What is there answers at once.
    #[cfg(feature = "chunks")]
    macro_rules! now {
        ($page:expr) => {
            $page.now_or_never()?.ok()
        };
    }
    #[cfg(not(feature = "chunks"))]
    macro_rules! now {
        ($page:expr) => {
            $page.ok()
        };
    }
    match part {
        Part::Customer => made(&given, customer::page).ok(),
        Part::Mine | Part::SignIn => now!(mine_page(part, given)),
        Part::Account | Part::Legal | Part::Dev => now!(account_page(part, given)),
        Part::Agent => now!(agent_page(given)),
        Part::Supervision | Part::Settings => now!(settings_page(part, given)),
    }
}
