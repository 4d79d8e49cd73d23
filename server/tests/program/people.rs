//! A request, a customer and an admin who are signed in, and every page that they have.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::served::browser::{Browser, PASSWORD, add_person, leads_to};
use crate::served::{Served, status};

/// Of a desk whose people sign in with a password alone.
pub(crate) const SETTINGS: &str = "[sign_in]\nsecond_factor = 'offered'\n[forms]\nscreen = false\n";

const ADMIN: &str = "grace@desk.example.com";
const CUSTOMER: &str = "ada@example.com";

pub(crate) const NEW_REQUEST: &[(&str, &str)] = &[
    ("email", CUSTOMER),
    ("subject", "Vorpal lamp"),
    ("body", "It flickers at dusk"),
    ("kind", "question"),
    ("consent", "yes"),
    ("once", "first"),
];

/// Pages of somebody who is signed in, and the part of the app that shows each.
const OF_BOTH: &[(&str, &str)] = &[
    ("customer", "/"),
    ("customer", "/requests/new"),
    ("sign-in", "/login"),
    ("sign-in", "/register"),
    ("account", "/account"),
    ("account", "/account/factors"),
    ("account", "/account/data"),
    ("account", "/account/delete"),
    ("legal", "/privacy"),
];

const OF_CUSTOMER: &[(&str, &str)] =
    &[("mine", "/requests"), ("mine", "/requests?q=lamp"), ("mine", "/requests/NUMBER")];

const OF_ADMIN: &[(&str, &str)] = &[
    ("agent", "/agent"),
    ("agent", "/agent?q=lamp"),
    ("agent", "/agent/requests/NUMBER"),
    ("agent", "/agent/requests/new"),
    ("agent", "/agent/held"),
    ("supervision", "/agent/requests/NUMBER/erase"),
    ("supervision", "/agent/reports"),
    ("settings", "/agent/settings/mail"),
    ("settings", "/agent/settings/people"),
];

/// A request, a customer with a session and an admin with one.
pub(crate) struct People {
    pub(crate) admin: Browser,
    pub(crate) customer: Browser,
    pub(crate) number: String,
}

/// The last mail in which a link begins like this, up to its end.
async fn mailed(folder: &Path, beginning: &str) -> String {
    let begun = Instant::now();
    loop {
        for mail in std::fs::read_dir(folder.join("data/mail/outgoing")).into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(mail.path()).unwrap_or_default();
            // Quoted-printable: a line may be broken anywhere.
            let text = text.replace("=\r\n", "").replace("=3D", "=");
            if let Some(from) = text.find(beginning) {
                return text[from..].chars().take_while(|sign| !" \r\n\"<>".contains(*sign)).collect();
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no mail with {beginning}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

impl People {
    pub(crate) async fn arrive(desk: &Served, folder: &Path) -> Self {
        add_person(folder, ADMIN, "admin");
        let admin = Browser::log_in(desk.port, ADMIN).await;
        let stranger = Browser { port: desk.port, session: String::new() };
        let sent = stranger.post("/requests/new", NEW_REQUEST).await;
        let number = leads_to(&sent).rsplit('=').next().unwrap().to_owned();
        stranger.post("/register", &[("email", CUSTOMER)]).await;
        let link = mailed(folder, "/register?token=").await;
        let token = link.split('=').nth(1).unwrap();
        let fields =
            [("token", token), ("name", "Ada"), ("password", PASSWORD), ("email", ""), ("consent", "yes")];
        let answer = stranger.post("/register", &fields).await;
        assert_eq!(status(&answer), 303, "{answer}");
        let customer = Browser::log_in(desk.port, CUSTOMER).await;
        Self { admin, customer, number }
    }

    /// Each with the pages that they have, and the part of the app that shows each.
    pub(crate) fn both(&self) -> [(&Browser, Vec<(&'static str, String)>); 2] {
        let pages = |some: &[(&'static str, &'static str)]| {
            let all = OF_BOTH.iter().chain(some);
            all.map(|(part, page)| (*part, page.replace("NUMBER", &self.number))).collect()
        };
        [(&self.admin, pages(OF_ADMIN)), (&self.customer, pages(OF_CUSTOMER))]
    }
}
