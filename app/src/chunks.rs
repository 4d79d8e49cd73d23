//! The code of the app in chunks: what everybody needs is in the first one, each other part comes when it is needed.
//!
//! With the feature `chunks` each function here is the root of a chunk of its own, and what only it calls moves there
//! (`xtask/tools` cuts the module after it was linked). Without it all is one module, which is quicker to build.

use std::sync::Arc;

#[cfg(feature = "chunks")]
use futures_util::FutureExt;

use crate::form::Forms;
use crate::page::Page;
use crate::part::Part;
use crate::visit::Visit;
use crate::{account, agent, customer, dev, legal, mine, settings, sign_in};

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

macro_rules! chunks {
    ($($name:ident)+) => {$(
        #[cfg_attr(feature = "chunks", leptos::lazy($name, fallible))]
        fn $name(given: Given) -> Result<Page, Unread> {
            let shown = serde_json::from_str(&given.shown).map_err(|_| Unread)?;
            Ok($name::page(&given.visit, shown, &given.forms))
        }
    )+};
}

chunks! { mine sign_in account legal agent settings dev }

/// Loads the code of a part. It stays.
///
/// # Errors
/// [`Unread`] when it could not be loaded. Another try may do better.
#[cfg(feature = "chunks")]
pub(crate) async fn load(part: Part) -> Result<(), Unread> {
    match part {
        Part::Customer => return Ok(()),
        Part::Mine => __preload_mine().await,
        Part::SignIn => __preload_sign_in().await,
        Part::Account => __preload_account().await,
        Part::Legal => __preload_legal().await,
        Part::Agent => __preload_agent().await,
        Part::Settings => __preload_settings().await,
        Part::Dev => __preload_dev().await,
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
    macro_rules! made {
        ($name:ident) => {
            $name(given).now_or_never()?.ok()
        };
    }
    #[cfg(not(feature = "chunks"))]
    macro_rules! made {
        ($name:ident) => {
            $name(given).ok()
        };
    }
    match part {
        Part::Customer => {
            Some(customer::page(&given.visit, serde_json::from_str(&given.shown).ok()?, &given.forms))
        }
        Part::SignIn => made!(sign_in),
        Part::Mine => made!(mine),
        Part::Account => made!(account),
        Part::Legal => made!(legal),
        Part::Agent => made!(agent),
        Part::Settings => made!(settings),
        Part::Dev => made!(dev),
    }
}
