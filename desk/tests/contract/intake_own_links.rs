//! Customers quote our mails, and with them the secret links. Agents get none of them.

use data_encoding::BASE64;
use tresen_desk::intake::TakenIn;
use tresen_desk::people::{Agent, Purpose};
use tresen_desk::requests::Access;
use tresen_mail::Limits;
use tresen_model::{RequestNumber, Standing};

use crate::letters::Letter;
use crate::mail::Mail;
use crate::support::{Form, PASSWORD, World, contents};

stories! {
    quoted_links_are_cut_in_every_encoding,
    links_in_subject_and_attached_messages_are_cut,
    a_secret_that_stands_alone_is_cut,
    quoted_reply_addresses_are_cut_and_lead_to_their_request,
    what_is_kept_whole_and_set_aside_holds_no_secret,
    what_earlier_versions_stored_is_cut_when_it_is_shown,
}

const EMAIL: &str = "ada@example.org";

/// A request, its confirmation and the secret of the link that registers.
async fn confirmed(world: &World) -> (RequestNumber, Mail, String) {
    let number = world.receive_new(&Letter::from(EMAIL)).await;
    let mail = world.mail().await;
    let secret = mail.link("register").reveal().to_owned();
    (number, mail, secret)
}

/// Whether enough of a secret stands in a text that the rest could be joined.
fn leaks(text: &str, secret: &str) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let (text, secret) = (plain(text), plain(secret));
    (0..secret.len() - 12).any(|at| text.contains(&secret[at..at + 12]))
}

/// All that can be read in a raw mail and in the mails within it.
fn read_raw(raw: &[u8]) -> String {
    let message = tresen_mail::read(raw, &Limits::default());
    let mut all = format!("{}\n{}\n", String::from_utf8_lossy(raw).replace('\0', ""), message.subject);
    for text in [Some(message.text), message.rest, message.html].into_iter().flatten() {
        all.push_str(&text);
    }
    for part in &message.parts {
        all.push_str(&part.name);
        all.push_str(&if part.bytes == raw { String::new() } else { read_raw(&part.bytes) });
    }
    all
}

/// All that an agent reads of the newest comment of a request: its text last.
async fn all_shown(world: &World, agent: &Agent, number: RequestNumber) -> String {
    let shown = world.shown(agent, number).await;
    let comment = shown.comments.last().unwrap();
    let mut all = shown.subject.clone();
    if comment.formatted {
        let formatted = world.desk.requests.formatted_for_agent(agent, number, comment.id).await.unwrap();
        all.push_str(&formatted.html);
    }
    for file in &comment.attachments {
        all.push_str(&file.name);
        let file = world.desk.requests.attachment_for_agent(agent, number, file.id).await.unwrap();
        all.push_str(&read_raw(&contents(file).await));
    }
    format!("{all}\n{}\n{}", comment.rest.as_deref().unwrap_or_default(), comment.body)
}

async fn assert_hidden(world: &World, agent: &Agent, number: RequestNumber, secret: &str) -> String {
    let all = all_shown(world, agent, number).await;
    assert!(!leaks(&all, secret), "{secret} in: {all}");
    world.index().await;
    assert!(world.find_all(agent, secret).await.is_empty());
    all
}

fn base64_lines(text: &str) -> String {
    let encoded = BASE64.encode(text.as_bytes());
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\r\n")
}

async fn quoted_links_are_cut_in_every_encoding(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, mail, secret) = confirmed(world).await;
    let letter = || Letter::from(EMAIL).answering(&mail);
    let (one, two) = secret.split_at(20);
    let url = format!("https://desk.example/register?token={secret}");
    let gateway = format!(
        "https://eur.safelinks.protection.outlook.com/?url=https%3A%2F%2Fdesk.example%2Fregister%3Ftoken%3D{secret}&data=05"
    );
    let html = format!(
        "<p>It hums.</p><table><tr><td>1</td></tr></table><blockquote><a href=\"{url}\">\
         https://desk.example/reg<wbr>ister?token&#61;{one}&shy;{two}</a> <a href=\"{gateway}\">x</a></blockquote>"
    );
    let quoted: String =
        mail.text.lines().map(|line| format!("> {line}\r\n")).collect::<String>().replace('=', "=3D");
    let answers = [
        letter().saying(&format!("It hums.\r\n\r\nYou wrote:\r\n> {url}\r\n> <{gateway}>")),
        letter().saying(&format!(
            "It hums.\r\n\r\n> https://desk.example/reg\r\n> ister?token={one}\r\n> {two}\r\n"
        )),
        // Wrapped after it was quoted: the end stands beside what the person wrote.
        letter().saying(&format!(
            "It hums.\r\n\r\n> https://desk.example/register?token={one}\r\n{two}\r\n> Bye\r\n"
        )),
        letter().with("Content-Type", "text/plain; charset=utf-8; format=flowed").saying(&format!(
            "It hums.\r\n\r\n> Go to https://desk.example/register?token={one} \r\n> {two} \r\n> now."
        )),
        letter().with("Content-Transfer-Encoding", "quoted-printable").saying(&format!(
            "It hums.\r\n\r\n{quoted}> https://desk.example/register?token=3D{one}=\r\n{two}"
        )),
        letter()
            .with("Content-Transfer-Encoding", "base64")
            .saying(&base64_lines(&format!("It hums.\n\n> {url}\n> {url}\n"))),
        letter().with("Content-Type", "text/html; charset=utf-8").saying(&html),
        letter()
            .with("Content-Type", "text/html; charset=utf-8")
            .with("Content-Transfer-Encoding", "base64")
            .saying(&base64_lines(&html)),
    ];
    for answer in &answers {
        assert_eq!(world.receive(answer).await, TakenIn::Comment(number));
        let all = assert_hidden(world, &agent, number, &secret).await;
        assert!(!leaks(&all, mail.request_link().reveal()), "{all}");
        assert!(all.contains("It hums.") && all.contains("https://desk.example/reg"), "{all}");
    }

    // The customer's links are as good as before.
    let holder = world.holder(&mail.request_link()).await;
    let mine = world.desk.requests.conversation(&Access::Link(holder), number).await.unwrap();
    assert_eq!(mine.comments.len(), 1 + answers.len());
    world.desk.people.check_link(Purpose::Register, &mail.link("register")).await.unwrap();
    world.desk.accounts.complete_registration(&mail.link("register"), PASSWORD).await.unwrap();
}

async fn links_in_subject_and_attached_messages_are_cut(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, mail, secret) = confirmed(world).await;
    let url = format!("https://desk.example/register?token={secret}");
    let inner = format!("From: service@desk.example\r\nSubject: {url}\r\n\r\nSee {url}\r\n");
    let encoded = format!(
        "From: service@desk.example\r\nSubject: Hello\r\nContent-Type: text/html\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}",
        base64_lines(&format!("<p>See <a href=\"{url}\">{url}</a></p>"))
    );
    let part = |headers: &str, body: &str| format!("--f\r\n{headers}\r\n\r\n{body}\r\n");
    let body = [
        part("Content-Type: text/plain", "It hums."),
        part("Content-Type: message/rfc822", &inner),
        part("Content-Type: message/rfc822", &encoded),
        part(
            "Content-Type: application/octet-stream; name=a.eml\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment",
            &base64_lines(&encoded),
        ),
        part("Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment", &url),
    ];
    let letter = Letter::from(EMAIL)
        .with("Content-Type", "multipart/mixed; boundary=f")
        .saying(&format!("{}--f--\r\n", body.concat()));
    assert_eq!(world.receive(&letter.clone().answering(&mail)).await, TakenIn::Comment(number));
    let all = assert_hidden(world, &agent, number, &secret).await;
    assert_eq!(world.newest(&agent, number).await.attachments.len(), 4);
    assert!(all.matches("https://desk.example/register").count() > 4, "{all}");

    // As a new request, with the link in the subject, and in the one of an outsider.
    world.clock.advance_seconds(3600);
    let letter = letter
        .with("Message-ID", "<new@mail.example>")
        .with("Subject", &format!("=?utf-8?B?{}?=", BASE64.encode(url.as_bytes())));
    let new = world.receive_new(&letter).await;
    assert_hidden(world, &agent, new, &secret).await;
    assert!(world.shown(&agent, new).await.subject.starts_with("https://desk.example/register"));
    let outsider = Letter::from("bo@example.org").answering(&mail).about(&url, "Me too.");
    assert_eq!(world.receive(&outsider).await, TakenIn::Comment(number));
    let comment = world.newest(&agent, number).await;
    assert_eq!(comment.standing, Standing::Outsider);
    let split = world.desk.requests.split_off(&agent, number, comment.id).await.unwrap();
    assert_hidden(world, &agent, split, &secret).await;
}

async fn a_secret_that_stands_alone_is_cut(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, mail, secret) = confirmed(world).await;
    let answer =
        Letter::from(EMAIL).answering(&mail).about(&secret, &format!("My code is {secret}, or not?"));
    assert_eq!(world.receive(&answer.clone()).await, TakenIn::Comment(number));
    let all = assert_hidden(world, &agent, number, &secret).await;
    assert!(all.contains("My code is") && all.contains(", or not?"), "{all}");

    // The same by the page and by the form.
    let access = Access::Link(world.holder(&mail.request_link()).await);
    world.comment(&access, number, &format!("{secret} https://desk.example/register?token={secret}")).await;
    let all = assert_hidden(world, &agent, number, &secret).await;
    assert!(all.ends_with("… https://desk.example/register"), "{all}");
    let form = Form::from(EMAIL).about(&format!("token={secret}"), &format!("?token={secret}"));
    let other = world.submit(&form).await;
    assert_hidden(world, &agent, other, &secret).await;

    // A word of the same look that is no secret of ours stays.
    let word = "pZ3dQ-x7_Lk29aTfGhVbNmWcR5sYeUoIq1JtK8E0-Aw";
    world.comment(&access, number, word).await;
    assert!(all_shown(world, &agent, number).await.ends_with(word));
}

async fn quoted_reply_addresses_are_cut_and_lead_to_their_request(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, ..) = confirmed(world).await;
    world.answer(&agent, number, "Try another cable.").await;
    let mail = world.mail().await;
    let address = mail.header("reply-to").to_owned();
    let token = address.split(['+', '@']).nth(1).unwrap().to_owned();
    let letter = Letter::from(EMAIL).sent_where_answers_go(&mail).saying(&format!(
        "It hums.\r\n\r\nFrom: <{address}>\r\n> To: service+{}\r\n> {}@desk.example\r\n",
        &token[..5],
        &token[5..]
    ));
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(number));
    let all = assert_hidden(world, &agent, number, &token).await;
    assert!(all.contains("service@desk.example"), "{all}");
    // The token in the header still shows that the mailbox is the customer's.
    assert!(world.shown(&agent, number).await.staff.unwrap().customer.proven);
}

async fn what_is_kept_whole_and_set_aside_holds_no_secret(world: &World) {
    let admin = world.admin("Grace").await;
    let (number, mail, secret) = confirmed(world).await;
    let url = format!("https://desk.example/register?token={secret}");
    let long = format!("{} {url}", "All work and no play. ".repeat(20_000));
    let letter = Letter::from(EMAIL).answering(&mail).saying(&long);
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(number));
    assert_hidden(world, &admin, number, &secret).await;
    assert_eq!(world.newest(&admin, number).await.attachments[0].name, "message.eml");

    let nobody = Letter::from(EMAIL).without("From").saying(&url);
    assert_eq!(world.receive(&nobody).await, TakenIn::Aside);
    let id = world.desk.intake.set_aside(&admin).await.unwrap()[0].id;
    let raw = world.desk.intake.aside_message(&admin, id).await.unwrap();
    assert!(raw.len() == nobody.raw().len() && !leaks(&read_raw(&raw), &secret));
    assert_eq!(world.desk.intake.retry_aside(&admin, id).await.unwrap(), TakenIn::Aside);
}

async fn what_earlier_versions_stored_is_cut_when_it_is_shown(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, mail, secret) = confirmed(world).await;
    let url = format!("https://desk.example/register?token={secret}");
    // What agents write and files of a form are stored as they come.
    world.answer(&agent, number, &format!("See {url} there")).await;
    let all = assert_hidden(world, &agent, number, &secret).await;
    assert!(all.ends_with("See https://desk.example/register there"), "{all}");
    let access = Access::Link(world.holder(&mail.request_link()).await);
    let eml = format!("From: service@desk.example\r\nSubject: Hello\r\n\r\n{url}\r\n");
    let files = world.file(&format!("desk.example-register_token={secret}.eml"), eml.as_bytes()).await;
    world.desk.requests.comment(&access, number, "It hums.", "once", files).await.unwrap();
    let all = assert_hidden(world, &agent, number, &secret).await;
    assert!(
        all.contains("desk.example-register_token=.eml") && all.contains("https://desk.example/register"),
        "{all}"
    );
}
