//! The addresses of pages: parsed and printed in one place, for the server's routes, for links and for the
//! browser's router. A link to a page that does not exist does not compile.
//!
//! Parsing forgives: a parameter that is missing, unknown or nonsense is an empty one, and of a parameter that
//! comes twice the last counts. A path that names no page is none.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::query::{Query, decode, escape};
use crate::{PersonId, RequestNumber, Status, WebhookId};

/// The address of a page (the path and the query of RFC 3986).
///
/// Some hold the secret of a mailed link, so there is no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// `/`
    Home,
    /// `/requests/new`: the form for a new request.
    NewRequest,
    /// `/requests/sent`: a new request has arrived.
    RequestSent {
        /// Its number; `None` where the address has none.
        number: Option<RequestNumber>,
        /// Whether it waits until its sender confirms it.
        held: bool,
    },
    /// `/requests`: a customer's own requests.
    Requests(RequestsQuery),
    /// `/requests/NUMBER`: one request, as its customer sees it.
    Request {
        /// Its number.
        number: RequestNumber,
        /// The token of the mailed link; empty for whoever is signed in.
        token: String,
    },
    /// `/login`
    SignIn {
        /// Where to go afterwards; empty for the usual place.
        next: String,
    },
    /// `/login/second`: the second step of signing in.
    SecondStep(Proof),
    /// `/register`
    Register(Mailed),
    /// `/password`: a forgotten password.
    Password(Mailed),
    /// `/account`
    Account {
        /// What was changed just now.
        done: String,
    },
    /// `/account/address`: confirming another email address.
    AccountAddress {
        /// The token of the mailed link.
        token: String,
        /// Whether it was confirmed just now.
        confirmed: bool,
    },
    /// `/account/confirm`: showing again who one is.
    Confirm(Proof),
    /// `/account/factors`: second factors.
    Factors {
        /// Whether one must be set up before anything else.
        needed: bool,
        /// What was done just now.
        done: String,
    },
    /// `/account/factors/app`: setting up an authenticator app.
    FactorApp,
    /// `/account/tokens`: API tokens.
    Tokens {
        /// What was done just now.
        done: String,
    },
    /// `/account/data`: what is stored about a person.
    Data {
        /// How the person comes.
        mailed: Mailed,
        /// What was done just now.
        done: String,
    },
    /// `/account/delete`
    Delete(Mailed),
    /// `/privacy`
    Privacy,
    /// `/privacy?version=NUMBER`: an earlier version of it. A consent refers to the one that was in force.
    PrivacyVersion {
        /// Its number.
        version: i64,
    },
    /// `/privacy/receipt`: checking the receipt of an erasure.
    Receipt,
    /// `/imprint`
    Imprint,
    /// `/agent`: everyone's requests.
    Queue(QueueQuery),
    /// `/agent/requests/new`: writing down a request for a customer.
    NewForCustomer,
    /// `/agent/requests/NUMBER`: one request, as agents see it.
    RequestForAgents {
        /// Its number.
        number: RequestNumber,
    },
    /// `/agent/requests/NUMBER/erase`: erasing its customer.
    EraseCustomer {
        /// Its number.
        number: RequestNumber,
    },
    /// `/agent/held`: requests that are held as suspected spam.
    Held {
        /// Where the list goes on; empty for the beginning.
        after: String,
    },
    /// `/agent/reports`
    Reports,
    /// `/agent/settings/mail`
    Mail {
        /// What was done just now.
        done: String,
    },
    /// `/agent/settings/people`
    People {
        /// What was done just now.
        done: String,
    },
    /// `/agent/settings/people/ID`
    Colleague {
        /// Who.
        id: PersonId,
    },
    /// `/agent/settings/webhooks`
    Webhooks {
        /// What was done just now.
        done: String,
    },
    /// `/agent/settings/webhooks/ID`
    Webhook {
        /// Which.
        id: WebhookId,
        /// What was done just now.
        done: String,
    },
    /// `/agent/settings/tokens`: the API tokens of services.
    ServiceTokens {
        /// What was done just now.
        done: String,
    },
    /// `/dev/mail`: outgoing email, under `--dev`.
    DevMail,
    /// `/dev/mail/NAME`
    DevMessage {
        /// The name of its file.
        name: String,
    },
}

/// What a list of one's own requests shows.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsQuery {
    /// Words to look for; empty for all requests.
    pub search: String,
    /// Only those that stand so.
    pub status: Option<Status>,
    /// Where the list goes on; empty for the beginning.
    pub after: String,
}

/// What the queue shows. An empty field is the first of its values.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueQuery {
    /// `all`, or the word of a status; empty for those that are not settled.
    pub view: String,
    /// `me` or `nobody`; empty for anyone.
    pub assignee: String,
    /// The id of a request type; empty for all.
    pub kind: String,
    /// `oldest`; empty for the newest first.
    pub order: String,
    /// Words to look for; empty for all requests.
    pub search: String,
    /// Where the list goes on; empty for the beginning.
    pub after: String,
}

/// How somebody comes to a page that a mailed link opens.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Mailed {
    /// The secret of the link; empty without one.
    pub token: String,
    /// Whether an email was asked for just now.
    pub sent: bool,
    /// [`Mailed::BY_LINK`] for whoever has exchanged a link.
    pub by: String,
}

impl Mailed {
    /// What pages and forms say that are meant for whoever came by a link, and for nobody who happens to be
    /// signed in in the same browser.
    pub const BY_LINK: &'static str = "link";

    /// Whether somebody has exchanged a link.
    pub fn by_link(&self) -> bool {
        self.by == Self::BY_LINK
    }
}

/// With what somebody shows who they are, and where they go then.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Where to go afterwards; empty for the usual place.
    pub next: String,
    /// `recovery` for a recovery code, `code` for a code; otherwise the page has its own way.
    pub by: String,
}

impl Address {
    /// Reads an address. `query` is what follows the question mark, as it was sent.
    pub fn parse(path: &str, query: &str) -> Option<Self> {
        let query = Query::parse(query);
        let mailed = || Mailed { token: query.get("token"), sent: query.has("sent"), by: query.get("by") };
        let proof = || Proof { next: query.get("next"), by: query.get("by") };
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        Some(match *parts {
            [""] => Self::Home,
            ["requests"] => Self::Requests(RequestsQuery {
                search: query.get("q").trim().to_owned(),
                status: Status::parse(&query.get("status")),
                after: query.get("after"),
            }),
            ["requests", "new"] => Self::NewRequest,
            ["requests", "sent"] => Self::RequestSent {
                number: RequestNumber::parse(&query.get("number")),
                held: query.has("confirm"),
            },
            ["requests", number] => Self::Request { number: number_of(number)?, token: query.get("token") },
            ["login"] => Self::SignIn { next: query.get("next") },
            ["login", "second"] => Self::SecondStep(proof()),
            ["register"] => Self::Register(mailed()),
            ["password"] => Self::Password(mailed()),
            ["account"] => Self::Account { done: query.get("done") },
            ["account", "address"] => {
                Self::AccountAddress { token: query.get("token"), confirmed: query.has("confirmed") }
            }
            ["account", "confirm"] => Self::Confirm(proof()),
            ["account", "factors"] => Self::Factors { needed: query.has("needed"), done: query.get("done") },
            ["account", "tokens"] => Self::Tokens { done: query.get("done") },
            ["account", "factors", "app"] => Self::FactorApp,
            ["account", "data"] => Self::Data { mailed: mailed(), done: query.get("done") },
            ["account", "delete"] => Self::Delete(mailed()),
            ["privacy"] if query.has("version") => {
                Self::PrivacyVersion { version: query.get("version").parse().ok()? }
            }
            ["privacy"] => Self::Privacy,
            ["privacy", "receipt"] => Self::Receipt,
            ["imprint"] => Self::Imprint,
            ["agent"] => Self::Queue(QueueQuery {
                view: query.get("view"),
                assignee: query.get("assignee"),
                kind: query.get("kind"),
                order: query.get("order"),
                search: query.get("q").trim().to_owned(),
                after: query.get("after"),
            }),
            ["agent", "requests", "new"] => Self::NewForCustomer,
            ["agent", "requests", number] => Self::RequestForAgents { number: number_of(number)? },
            ["agent", "requests", number, "erase"] => Self::EraseCustomer { number: number_of(number)? },
            ["agent", "held"] => Self::Held { after: query.get("after") },
            ["agent", "reports"] => Self::Reports,
            ["agent", "settings", "mail"] => Self::Mail { done: query.get("done") },
            ["agent", "settings", "people"] => Self::People { done: query.get("done") },
            ["agent", "settings", "people", id] => Self::Colleague { id: PersonId::parse(id)? },
            ["agent", "settings", "webhooks"] => Self::Webhooks { done: query.get("done") },
            ["agent", "settings", "webhooks", id] => {
                Self::Webhook { id: WebhookId::parse(id)?, done: query.get("done") }
            }
            ["agent", "settings", "tokens"] => Self::ServiceTokens { done: query.get("done") },
            ["dev", "mail"] => Self::DevMail,
            ["dev", "mail", name] if !name.is_empty() => Self::DevMessage { name: decode(name.as_bytes())? },
            _ => return None,
        })
    }

    /// Reads an address with path and query in one text. A fragment is not part of it.
    pub fn read(address: &str) -> Option<Self> {
        let address = address.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Self::parse(path, query)
    }

    /// The path, without the query.
    pub fn path(&self) -> String {
        let whole = self.to_string();
        whole.split('?').next().unwrap_or_default().to_owned()
    }
}

fn number_of(text: &str) -> Option<RequestNumber> {
    RequestNumber::parse(&decode(text.as_bytes())?)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = |set: bool| set.then_some("");
        let text = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mailed = |f: &mut fmt::Formatter<'_>, path: &str, mailed: &Mailed, done: &str| {
            let sent = flag(mailed.sent).map(str::to_owned);
            let parameters = [
                ("token", text(&mailed.token)),
                ("sent", sent),
                ("by", text(&mailed.by)),
                ("done", text(done)),
            ];
            print(f, path, &parameters)
        };
        let proof = |f: &mut fmt::Formatter<'_>, path: &str, proof: &Proof| {
            print(f, path, &[("by", text(&proof.by)), ("next", text(&proof.next))])
        };
        let done =
            |f: &mut fmt::Formatter<'_>, path: &str, done: &str| print(f, path, &[("done", text(done))]);
        match self {
            Self::Home => f.write_str("/"),
            Self::NewRequest => f.write_str("/requests/new"),
            Self::RequestSent { number, held } => {
                let held = flag(*held).map(str::to_owned);
                let number = number.map(|number| number.to_string());
                print(f, "/requests/sent", &[("number", number), ("confirm", held)])
            }
            Self::Requests(RequestsQuery { search, status, after }) => {
                let status = status.map(|status| status.as_str().to_owned());
                print(f, "/requests", &[("q", text(search)), ("status", status), ("after", text(after))])
            }
            Self::Request { number, token } => {
                print(f, &format!("/requests/{number}"), &[("token", text(token))])
            }
            Self::SignIn { next } => print(f, "/login", &[("next", text(next))]),
            Self::SecondStep(one) => proof(f, "/login/second", one),
            Self::Register(one) => mailed(f, "/register", one, ""),
            Self::Password(one) => mailed(f, "/password", one, ""),
            Self::Account { done: what } => done(f, "/account", what),
            Self::AccountAddress { token, confirmed } => {
                let confirmed = flag(*confirmed).map(str::to_owned);
                print(f, "/account/address", &[("token", text(token)), ("confirmed", confirmed)])
            }
            Self::Confirm(one) => proof(f, "/account/confirm", one),
            Self::Factors { needed, done } => {
                let needed = flag(*needed).map(str::to_owned);
                print(f, "/account/factors", &[("needed", needed), ("done", text(done))])
            }
            Self::Tokens { done: what } => done(f, "/account/tokens", what),
            Self::FactorApp => f.write_str("/account/factors/app"),
            Self::Data { mailed: one, done } => mailed(f, "/account/data", one, done),
            Self::Delete(one) => mailed(f, "/account/delete", one, ""),
            Self::Privacy => f.write_str("/privacy"),
            Self::PrivacyVersion { version } => write!(f, "/privacy?version={version}"),
            Self::Receipt => f.write_str("/privacy/receipt"),
            Self::Imprint => f.write_str("/imprint"),
            Self::Queue(QueueQuery { view, assignee, kind, order, search, after }) => {
                let parameters = [
                    ("view", text(view)),
                    ("assignee", text(assignee)),
                    ("kind", text(kind)),
                    ("order", text(order)),
                    ("q", text(search)),
                    ("after", text(after)),
                ];
                print(f, "/agent", &parameters)
            }
            Self::NewForCustomer => f.write_str("/agent/requests/new"),
            Self::RequestForAgents { number } => write!(f, "/agent/requests/{number}"),
            Self::EraseCustomer { number } => write!(f, "/agent/requests/{number}/erase"),
            Self::Held { after } => print(f, "/agent/held", &[("after", text(after))]),
            Self::Reports => f.write_str("/agent/reports"),
            Self::Mail { done: what } => done(f, "/agent/settings/mail", what),
            Self::People { done: what } => done(f, "/agent/settings/people", what),
            Self::Colleague { id } => write!(f, "/agent/settings/people/{id}"),
            Self::Webhooks { done: what } => done(f, "/agent/settings/webhooks", what),
            Self::Webhook { id, done: what } => done(f, &format!("/agent/settings/webhooks/{id}"), what),
            Self::ServiceTokens { done: what } => done(f, "/agent/settings/tokens", what),
            Self::DevMail => f.write_str("/dev/mail"),
            Self::DevMessage { name } => write!(f, "/dev/mail/{}", escape(name)),
        }
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

/// A path with those parameters that are there. A flag, whose text is empty, has no `=`.
fn print(f: &mut fmt::Formatter<'_>, path: &str, parameters: &[(&str, Option<String>)]) -> fmt::Result {
    f.write_str(path)?;
    let mut sign = '?';
    for (name, value) in parameters {
        let Some(value) = value else { continue };
        write!(f, "{sign}{name}")?;
        if !value.is_empty() {
            write!(f, "={}", escape(value))?;
        }
        sign = '&';
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every page, with everything that its address can say.
    const ALL: &[&str] = &[
        "/",
        "/requests/new",
        "/requests/sent",
        "/requests/sent?number=T-7F3K-92QX&confirm",
        "/requests",
        "/requests?q=a%26b%3D%C3%A4&status=open&after=1.2",
        "/requests/T-7F3K-92QX",
        "/requests/T-7F3K-92QX?token=abc",
        "/login",
        "/login?next=/requests/new",
        "/login/second?by=recovery&next=/agent",
        "/register?token=abc",
        "/register?sent",
        "/password?sent",
        "/account?done=name",
        "/account/address?token=abc",
        "/account/address?confirmed",
        "/account/confirm?by=code&next=/account/factors",
        "/account/factors?needed",
        "/account/factors?done=app",
        "/account/factors/app",
        "/account/data?by=link&done=lift",
        "/account/data?sent",
        "/account/delete?token=abc",
        "/privacy",
        "/privacy?version=3",
        "/privacy/receipt",
        "/imprint",
        "/agent",
        "/agent?view=all&assignee=me&kind=order&order=oldest&q=lamp&after=1",
        "/agent/requests/new",
        "/agent/requests/T-7F3K-92QX",
        "/agent/requests/T-7F3K-92QX/erase",
        "/agent/held?after=2",
        "/agent/reports",
        "/agent/settings/mail?done=sent",
        "/agent/settings/people?done=role",
        "/agent/settings/people/01990000-0000-7000-8000-000000000000",
        "/agent/settings/webhooks?done=removed",
        "/agent/settings/webhooks/01990000-0000-7000-8000-000000000000",
        "/agent/settings/webhooks/01990000-0000-7000-8000-000000000000?done=on",
        "/agent/settings/tokens?done=ended",
        "/dev/mail",
        "/dev/mail/a%20b.eml",
    ];

    #[test]
    fn what_is_printed_reads_back() {
        for address in ALL {
            let read = Address::read(address).unwrap_or_else(|| panic!("{address} is no page"));
            assert_eq!(read.to_string(), *address);
        }
    }

    #[test]
    fn forgives_parameters_but_not_paths() {
        let same = |odd: &str, plain: &str| {
            let odd = Address::read(odd).map(|address| address.to_string());
            assert_eq!(odd.as_deref(), Some(plain));
        };
        same("/requests?q=+a++&status=nonsense&x=1", "/requests?q=a");
        same("/requests?q=a&q=b", "/requests?q=b");
        same("/requests?q=%FF&after=1", "/requests?after=1");
        same("/requests/sent?number=none", "/requests/sent");
        same("/requests/t7f3k92qx#c-1", "/requests/T-7F3K-92QX");
        same("/login?&&next=/a%20b&=", "/login?next=/a%20b");
        for none in [
            "",
            "requests",
            "/requests/",
            "/requests/T-1",
            "/nothing",
            "//",
            "/agent/settings",
            "/dev/mail/",
            "/privacy?version=x",
        ] {
            assert!(Address::read(none).is_none(), "{none}");
        }
    }
}
