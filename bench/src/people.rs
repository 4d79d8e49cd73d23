//! Who uses the desk while it is measured: an agent, and a customer with many requests who
//! registered by the mailed link, all through the public doors.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::Result;
use crate::client::{Answer, Client, Request};
use crate::server::Tresen;

pub(crate) const AGENT: &str = "agent@example.com";
pub(crate) const CUSTOMER: &str = "many.requests@example.org";
pub(crate) const PASSWORD: &str = "lampshade harbour violin";

/// What the customer has: several pages of requests, one of them with a conversation.
const REQUESTS: usize = 60;
const COMMENTS: usize = 6;

/// About as long as what `tresen bench-data` writes.
pub(crate) const BODY: &str = "Good day,\n\nsince this morning the scanner does not do what it should. I have \
    tried to switch it off and on again, without success. Could somebody have a look?\n\nKind regards";

/// Those who are logged in.
pub(crate) struct People {
    pub(crate) agent: String,
    pub(crate) customer: String,
    /// The address of one request of the customer, a conversation.
    pub(crate) request: String,
}

/// Adds the agent: before the server starts.
pub(crate) fn add_agent(tresen: &Tresen) -> Result {
    let person =
        ["person", "add", "--email", AGENT, "--name", "Ada Agent", "--role", "agent", "--password-stdin"];
    tresen.run(&person, PASSWORD)
}

/// Brings them all in.
pub(crate) async fn come(tresen: &Tresen) -> Result<People> {
    let mut client = Client::connect(tresen.listen).await?;
    register(&mut client, &tresen.data()).await?;
    let customer = log_in(&mut client, CUSTOMER).await?;
    let mut request = String::new();
    for number in 0..REQUESTS {
        let once = format!("people-{number}");
        let sent = client.send(&submission(CUSTOMER, &customer, &once)).await?.expect(303, "a request")?;
        request = location(&sent)?;
    }
    for number in 0..COMMENTS {
        let once = format!("comment-{number}");
        let reply = Request::form_with_files(&request, &customer, &[("body", BODY), ("once", &once)]);
        client.send(&reply).await?.expect(303, "a reply")?;
    }
    Ok(People { agent: log_in(&mut client, AGENT).await?, customer, request })
}

/// A filled-in form of `/requests/new`.
pub(crate) fn submission(email: &str, cookie: &str, once: &str) -> Request {
    let fields = [
        ("once", once),
        ("email", email),
        ("name", "Made-up Customer"),
        ("kind", "question"),
        ("subject", "The scanner needs attention again"),
        ("body", BODY),
        ("consent", "on"),
    ];
    Request::form_with_files("/requests/new", cookie, &fields)
}

/// A filled-in form of `/login`.
pub(crate) fn login(email: &str) -> Request {
    Request::form("/login", "", &[("email", email), ("password", PASSWORD)])
}

pub(crate) async fn log_in(client: &mut Client, email: &str) -> Result<String> {
    let answer = client.send(&login(email)).await?.expect(303, "a login")?;
    let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
    cookie.map(str::to_owned).ok_or_else(|| "a login set no cookie".to_owned())
}

fn location(answer: &Answer) -> Result<String> {
    answer.header("location").map(str::to_owned).ok_or_else(|| "a redirect leads nowhere".to_owned())
}

/// Registers the customer, by the mailed link.
pub(crate) async fn register(client: &mut Client, data: &Path) -> Result {
    let asked = Request::form("/register", "", &[("email", CUSTOMER)]);
    client.send(&asked).await?.expect(303, "the wish to register")?;
    let token = mailed_token(&data.join("mail/outgoing")).await?;
    let chosen = Request::form("/register", "", &[("token", &token), ("password", PASSWORD)]);
    client.send(&chosen).await?.expect(303, "the registration").map(drop)
}

/// Waits for the mail to the customer, and reads the link's token from it.
async fn mailed_token(folder: &Path) -> Result<String> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        let entries = std::fs::read_dir(folder).map_err(|e| format!("no mails can be read: {e}"))?;
        for path in entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        {
            let mail = std::fs::read_to_string(&path).unwrap_or_default();
            if mail.contains(CUSTOMER)
                && let Some(token) = token(&mail)
            {
                return Ok(token);
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("no mail with the link to register came".to_owned())
}

/// The link's token, from under the quoted-printable encoding (RFC 2045, 6.7) if there is one.
fn token(mail: &str) -> Option<String> {
    let text = mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let (_, rest) = text.split_once("/register?token=")?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_token() {
        let mail = "To: a\r\n\r\nhttp://127.0.0.1:3000/register?token=3DabC-=\r\n_9\r\n\r\nBye";
        assert_eq!(token(mail).as_deref(), Some("abC-_9"));
        assert_eq!(token("nothing"), None);
    }
}
