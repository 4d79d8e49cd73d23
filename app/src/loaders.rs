//! The server functions that say what pages show, one for each part: a browser that knows nothing of a part loads none
//! of its code.

// The macro makes a struct of each function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

#[cfg(feature = "hydrate")]
use crate::part::Part;
use crate::trouble::Unavailable;
use crate::{account, agent, customer, dev, legal, mine, settings, sign_in, supervision};

/// What a page shows of: the front page and the form for a new request.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/customer", input = GetUrl, output = Json)]
pub async fn customer_page(address: String) -> Result<customer::Shown, Unavailable> {
    Ok(customer::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: one's own requests.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/mine", input = GetUrl, output = Json)]
pub async fn mine_page(address: String) -> Result<mine::Shown, Unavailable> {
    Ok(mine::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: signing in and registering.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/sign-in", input = GetUrl, output = Json)]
pub async fn sign_in_page(address: String) -> Result<sign_in::Shown, Unavailable> {
    Ok(sign_in::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: the account, one's data and their erasure.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/account", input = GetUrl, output = Json)]
pub async fn account_page(address: String) -> Result<account::Shown, Unavailable> {
    Ok(account::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: privacy statement, imprint and receipts.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/legal", input = GetUrl, output = Json)]
pub async fn legal_page(address: String) -> Result<legal::Shown, Unavailable> {
    Ok(legal::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: the agents' pages.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/agent", input = GetUrl, output = Json)]
pub async fn agent_page(address: String) -> Result<agent::Shown, Unavailable> {
    Ok(agent::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: reports, erasing a customer.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/supervision", input = GetUrl, output = Json)]
pub async fn supervision_page(address: String) -> Result<supervision::Shown, Unavailable> {
    Ok(supervision::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: what admins look after.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/settings", input = GetUrl, output = Json)]
pub async fn settings_page(address: String) -> Result<settings::Shown, Unavailable> {
    Ok(settings::load(&server::asked()?, &server::address(&address)?).await?)
}

/// What a page shows of: outgoing email, under `--dev`.
///
/// # Errors
/// [`Unavailable`]: why there is no such page.
#[server(prefix = "/api/ui", endpoint = "page/dev", input = GetUrl, output = Json)]
pub async fn dev_page(address: String) -> Result<dev::Shown, Unavailable> {
    Ok(dev::load(&server::asked()?, &server::address(&address)?).await?)
}

#[cfg(feature = "hydrate")]
impl Part {
    /// The address of the server function that says what a page of this part shows.
    pub(crate) fn path(self) -> &'static str {
        use leptos::server_fn::ServerFn;

        match self {
            Self::Customer => CustomerPage::PATH,
            Self::Mine => MinePage::PATH,
            Self::SignIn => SignInPage::PATH,
            Self::Account => AccountPage::PATH,
            Self::Legal => LegalPage::PATH,
            Self::Agent => AgentPage::PATH,
            Self::Supervision => SupervisionPage::PATH,
            Self::Settings => SettingsPage::PATH,
            Self::Dev => DevPage::PATH,
        }
    }
}

#[cfg(feature = "ssr")]
mod server {
    use tresen_desk::Error;
    use tresen_model::Address;

    use crate::web::Stop;
    pub(super) use crate::web::asked;

    /// The address of a page that the app asks for.
    pub(super) fn address(address: &str) -> Result<Address, Stop> {
        Ok(Address::read(address).ok_or(Error::NotFound)?)
    }
}
