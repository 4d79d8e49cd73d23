//! What somebody quotes of others goes with them, and what they write into a quote is theirs.

use std::sync::Arc;

use tresen_desk::Needles;
use tresen_desk::intake::TakenIn;
use tresen_desk::people::{Agent, Session};
use tresen_desk::requests::Access;
use tresen_model::RequestNumber;
use tresen_model::views::Comment;

use crate::export::exported;
use crate::letters::Letter;
use crate::mail::Mail;
use crate::support::{PASSWORD, World, contents};

stories! {
    a_quote_is_shown_until_its_author_is_erased,
    an_agents_answer_in_a_quote_is_a_reference,
    a_quote_of_somebody_unknown_stays,
    what_is_quoted_under_another_key_is_found,
    answers_within_a_quote_are_text_and_found,
    a_disclaimer_below_a_quote_unfolds_nothing,
    nobody_can_forge_a_reference,
}

const ADA: &str = "ada@example.org";
const BO: &str = "bo.vorpalina@example.org";
const WORDS: &str = "The Weymouthskiefer behind the house has lost a branch.\r\nPlease do not walk below it.";
const THEIRS: [&str; 4] = ["vorpalina", "Weymouthskiefer", "walk below it", "lost a branch"];

/// Ada's request, in which Bo has written.
struct Scene {
    agent: Agent,
    ada: Session,
    number: RequestNumber,
    confirmation: Mail,
}

async fn scene(world: &World) -> Scene {
    let agent = world.agent("Grace").await;
    let ada = world.customer(ADA).await;
    let number = world.receive_new(&Letter::from(ADA).saying("My tree.")).await;
    let confirmation = world.mail().await;
    let bo = Letter::from(&format!("Bo Vorpalina <{BO}>")).answering(&confirmation).saying(WORDS);
    assert_eq!(world.receive(&bo).await, TakenIn::Comment(number));
    let comment = world.newest(&agent, number).await;
    world.desk.requests.admit(&agent, number, comment.id).await.unwrap();
    Scene { agent, ada, number, confirmation }
}

impl Scene {
    fn letter(&self) -> Letter {
        Letter::from(ADA).answering(&self.confirmation)
    }

    /// All that anybody sees of the newest comment: texts, HTML and files.
    async fn shown(&self, world: &World) -> String {
        let Scene { agent, number, .. } = self;
        let Comment { id, body, rest, formatted, attachments, .. } = world.newest(agent, *number).await;
        let mut all = format!("{body}\n{}", rest.unwrap_or_default());
        if formatted {
            all.push_str(&world.desk.requests.formatted_for_agent(agent, *number, id).await.unwrap().html);
        }
        for attachment in attachments {
            let file = world.desk.requests.attachment_for_agent(agent, *number, attachment.id).await.unwrap();
            all.push_str(&String::from_utf8_lossy(&contents(file).await));
        }
        all
    }
}

/// A mail in two versions, text and HTML.
fn in_two_versions(letter: Letter, text: &str, html: &str) -> Letter {
    let body = format!(
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n"
    );
    letter.with("Content-Type", "multipart/alternative; boundary=b").saying(&body)
}

fn as_page(letter: Letter, html: &str) -> Letter {
    letter.with("Content-Type", "text/html; charset=utf-8").saying(html)
}

/// As more programs quote, and as people do by hand.
fn more_quotes(scene: &Scene) -> Vec<Letter> {
    let lines = "The Weymouthskiefer behind the house has lost a branch.<br>Please do not walk below it.";
    let plain = |text: &str| scene.letter().saying(text);
    vec![
        // The family name first, as Exchange shows people.
        plain(&format!("Yes.\r\n\r\nVon: Vorpalina, Bo <{BO}>\r\nGesendet: Freitag\r\nAn: Ada\r\nBetreff: Re: The printer\r\n\r\n{WORDS}")),
        plain(&format!("Yes.\r\n\r\nAm Freitag schrieb \"Vorpalina, Bo\":\r\n> {}", WORDS.replace("\r\n", "\r\n> "))),
        // In capitals, as a link, with the address in other spellings.
        plain(&format!("Yes.\r\n\r\nOn Friday, BO VORPALINA [mailto:{BO}] wrote:\r\n> {}", WORDS.replace("\r\n", "\r\n> "))),
        plain(&format!("Yes.\r\n\r\n>>> Bo Vorpalina <{BO}> 15.01.27 10:00 >>>\r\n> {}", WORDS.replace("\r\n", "\r\n> "))),
        plain("Yes.\r\n\r\n* Bo Vorpalina <Bo.Vorpalina@Example.org> [2027-01-15]:\r\n> Weymouthskiefer behind the house has\r\n> lost a branch."),
        // Initials, bars and tabs in front of the lines.
        plain("BV> The Weymouthskiefer behind the house has lost a branch.\r\nBV> Please do not walk below it.\r\n\r\nAll right."),
        plain("| The Weymouthskiefer behind the house has lost a branch.\r\n| Please do not walk below it.\r\n\r\nAll right."),
        plain("\tThe Weymouthskiefer behind the house has lost a branch.\r\n\tPlease do not walk below it.\r\n\r\nAll right."),
        // Below another quote, and in a quote of the desk's mail.
        plain(&format!("> > {}\r\n> Which one?\r\n\r\nThat one.", WORDS.replace("\r\n", "\r\n> > "))),
        // HTML of Outlook, Gmail, Apple Mail, Thunderbird, and of an editor that marks words.
        as_page(scene.letter(), &format!("<p class=MsoNormal>Yes.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Von:</b> Vorpalina, Bo &lt;{BO}&gt;<br><b>Gesendet:</b> Freitag<br><b>An:</b> Ada<br><b>Betreff:</b> Re</p></div><p class=MsoNormal>{lines}</p>")),
        as_page(scene.letter(), &format!("<div dir=ltr>Yes.</div><div class=gmail_quote><div class=gmail_attr>On Fri, Jan 15, 2027, Bo&nbsp;Vorpalina &lt;<a href=\"mailto:bo.vorpalina%40example.org\">{BO}</a>&gt; wrote:<br></div><blockquote>{lines}</blockquote></div>")),
        as_page(scene.letter(), &format!("<div>Yes, <b>all</b>.</div><blockquote type=cite><div>Am 15.01.2027 um 10:00 schrieb Bo Vorpalina &lt;{BO}&gt;:</div><div>{}</div></blockquote>", lines.replace(' ', "&nbsp;"))),
        as_page(scene.letter(), &format!("<p>Yes, <b>all</b>.</p><div class=moz-cite-prefix>Am 15.01.27 schrieb <span title=\"{BO}\">Bo <b>Vorpalina</b></span>:</div><blockquote>{}</blockquote>", lines.replace("Weymouthskiefer", "<span>Weymouths</span><span>kiefer</span>"))),
        as_page(scene.letter(), &format!("<table><tr><td>Yes</td></tr></table><ul><li>{}</li></ul>", lines.replace("<br>", "</li><li>"))),
        as_page(scene.letter(), "<p>Yes, <b>all</b>.</p><blockquote>The <wbr>Weymouths&shy;kiefer&#32;behind&#x20;the house has lost a&#8203; branch. Please do not walk below it.</blockquote>"),
        // Copies that were attached.
        scene.letter().saying("See the mail.").with_file("RE tree.EML", &format!("From: \"Vorpalina, Bo\" <{BO}>\r\nSubject: Tree\r\n\r\n> {WORDS}")),
        scene.letter().saying("See the mail.").with_file("tree.eml", &format!("From: Bo Vorpalina <{BO}>\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>{lines}</p>\r\n--c--")),
        scene.letter().saying("See the mail.").with_file("tree.eml", &format!("From: eve@example.com\r\nSubject: Fwd: Bo Vorpalina\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nLook\r\n--c\r\nContent-Type: message/rfc822\r\n\r\nFrom: Bo Vorpalina <{BO}>\r\n\r\n{WORDS}\r\n--c--")),
    ]
}

/// As mail programs quote, each in its way.
fn quotes(scene: &Scene) -> Vec<Letter> {
    let wrapped =
        "> The Weymouthskiefer behind the house\r\n> has lost a branch. Please do\r\n> not walk below it.";
    let below = format!("Am 15.01.2027 schrieb Bo Vorpalina <{BO}>:\r\n\r\n{wrapped}\r\n\r\nYes, all of it.");
    let outlook = format!(
        "All right.\r\n\r\n-----Original Message-----\r\nFrom: Bo Vorpalina <{BO}>\r\nSent: Friday\r\nTo: Desk\r\n\
         Subject: Re: The printer\r\n\r\n{WORDS}\r\n"
    );
    let html = format!(
        "<p>All <b>right</b>.</p><p>On Friday, <a href=\"mailto:{BO}\">Bo Vorpalina</a> wrote:</p>\
         <blockquote><p>The <i>Weymouthskiefer</i> behind the house has lost a branch.</p>\
         <p>Please do not walk below it.</p></blockquote>"
    );
    let attached =
        format!("From: Bo Vorpalina <{BO}>\r\nSubject: Tree\r\nContent-Type: text/plain\r\n\r\n{WORDS}");
    vec![
        scene
            .letter()
            .saying(&format!("All right.\r\n\r\nOn Friday, Bo Vorpalina <{BO}> wrote:\r\n{wrapped}")),
        scene.letter().saying(&below),
        scene.letter().saying(&outlook),
        scene.letter().saying(&format!("He wrote: {}", WORDS.replace("\r\n", " "))),
        scene
            .letter()
            .about("Fwd: tree", &format!("Look:\r\n\r\n---------- Forwarded message ---------\r\n{WORDS}")),
        in_two_versions(scene.letter(), &below, &html),
        scene.letter().saying("See the mail.").with_file("tree.eml", &attached),
        // A quote of a quote.
        scene.letter().saying(&format!("And?\r\n\r\n{}", wrapped.replace("> ", "> > "))),
    ]
}

async fn a_quote_is_shown_until_its_author_is_erased(world: &World) {
    let scene = scene(world).await;
    let letters = quotes(&scene).into_iter().chain(more_quotes(&scene));
    for letter in letters {
        assert_eq!(world.receive(&letter).await, TakenIn::Comment(scene.number));
        world.clock.advance_seconds(400);
        let shown = scene.shown(world).await;
        // A copy that was attached is there as a text without it.
        assert!(shown.contains("Weymouthskiefer") != shown.contains("See the mail."), "{shown}");
    }
    // She has to prove again who she is by now.
    let ada = world.login(ADA, PASSWORD).await.unwrap();
    let (data, _) = exported(world, &ada).await;
    assert!(data.to_string().contains("Weymouthskiefer"));
    world.index().await;
    assert_eq!(world.find_all(&scene.agent, "weymouthskiefer").await, [scene.number]);

    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();
    let conversations = [
        world.shown(&scene.agent, scene.number).await,
        world.desk.requests.conversation(&Access::Session(scene.ada.clone()), scene.number).await.unwrap(),
    ];
    for comment in conversations.iter().flat_map(|conversation| &conversation.comments) {
        for word in THEIRS {
            let rest = comment.rest.as_deref().unwrap_or_default();
            assert!(!comment.body.contains(word) && !rest.contains(word), "{} {rest}", comment.body);
        }
    }
    assert!(conversations[0].comments[3].body.contains("Yes, all of it."));
    let (data, files) = exported(world, &ada).await;
    let files = files.values().map(|file| String::from_utf8_lossy(file).into_owned()).collect::<String>();
    assert!(THEIRS.iter().all(|word| !data.to_string().contains(word) && !files.contains(word)));
    world.index().await;
    assert!(world.find_all(&scene.agent, "weymouthskiefer").await.is_empty());
    assert_eq!(traces(world, &THEIRS).await, Vec::<String>::new());
}

async fn traces(world: &World, words: &[&str]) -> Vec<String> {
    let needles = Arc::new(Needles::parse(&words.join("\n")).unwrap());
    let places = vec![world.place.data().to_owned()];
    let found = world.desk.privacy.find_traces(needles, places, vec![world.place.outgoing()]).await.unwrap();
    found.into_iter().map(|trace| trace.place).collect()
}

async fn an_agents_answer_in_a_quote_is_a_reference(world: &World) {
    let scene = scene(world).await;
    world.answer(&scene.agent, scene.number, "A gardener comes on Tuesday at noon.").await;
    let answer = world.mail().await;
    let quoted: String = answer.text.lines().map(|line| format!("> {line}\r\n")).collect();
    let letter =
        Letter::from(ADA).answering(&answer).saying(&format!("Fine.\r\n\r\nGrace wrote:\r\n{quoted}"));
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(scene.number));
    let comment = world.newest(&scene.agent, scene.number).await;
    assert_eq!(comment.body, "Fine.");
    let rest = comment.rest.unwrap();
    assert!(rest.contains("> A gardener comes on Tuesday at noon."), "{rest}");
    // It is indexed once, with the answer.
    world.index().await;
    assert_eq!(world.find_all(&scene.agent, "gardener").await, [scene.number]);
}

async fn a_quote_of_somebody_unknown_stays(world: &World) {
    let scene = scene(world).await;
    let letter =
        scene.letter().saying("See:\r\n\r\nOn Friday, Eve <eve@example.com> wrote:\r\n> A fence, please.");
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(scene.number));
    assert!(scene.shown(world).await.contains("Eve <eve@example.com> wrote:\n> A fence, please."));
}

async fn what_is_quoted_under_another_key_is_found(world: &World) {
    let scene = scene(world).await;
    // Words of one's own about somebody are not theirs, and stay.
    let letter = scene.letter().saying("I have met Vorpalina.").with_file("note.txt", "Vorpalina again");
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(scene.number));
    world.index().await;
    world.desk.privacy.erase_by_operator(BO).await.unwrap().unwrap();
    world.index().await;
    let found = traces(world, &["vorpalina"]).await;
    let number = scene.number;
    for place in [format!("comment.body of {number}, opened"), format!("a file of {number}, opened")] {
        assert!(found.contains(&place), "{found:?}");
    }
    assert_eq!(traces(world, &["Weymouthskiefer"]).await, Vec::<String>::new());
}

async fn answers_within_a_quote_are_text_and_found(world: &World) {
    let scene = scene(world).await;
    let questions = "Which of the trees do you mean?\n\nSince when has the branch been lying there?";
    world.answer(&scene.agent, scene.number, questions).await;
    let answer = world.mail().await;
    let answered = answer
        .text
        .replace("do you mean?", "do you mean?\nThe Zirbelkiefer.")
        .replace("lying there?", "lying there?\nSince Candlemas.");
    let header = "From: Desk <service@desk.example>\r\nSent: Friday\r\nTo: Ada\r\nSubject: Re: The printer";
    let letter = Letter::from(ADA)
        .answering(&answer)
        .saying(&format!("Hello,\r\nmy answers:\r\n\r\n{header}\r\n\r\n{}", answered.replace('\n', "\r\n")));
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(scene.number));
    let comment = world.newest(&scene.agent, scene.number).await;
    assert!(comment.body.starts_with("Hello,\nmy answers:"), "{}", comment.body);
    assert!(comment.body.contains("Zirbelkiefer") && comment.body.contains("Candlemas"), "{}", comment.body);
    assert!(comment.body.contains("Which of the trees do you mean?"));
    world.index().await;
    assert_eq!(world.find_all(&scene.agent, "zirbelkiefer").await, [scene.number]);
    // What was folded away is found as well.
    let signed = scene.letter().saying("Thanks.\r\n\r\n-- \r\nAda, Latschenweg 7");
    assert_eq!(world.receive(&signed).await, TakenIn::Comment(scene.number));
    assert_eq!(world.newest(&scene.agent, scene.number).await.body, "Thanks.");
    world.index().await;
    assert_eq!(world.find_all(&scene.agent, "latschenweg").await, [scene.number]);
}

async fn a_disclaimer_below_a_quote_unfolds_nothing(world: &World) {
    let scene = scene(world).await;
    world.answer(&scene.agent, scene.number, "A gardener comes on Tuesday at noon.").await;
    let answer = world.mail().await;
    let quoted: String = answer.text.lines().map(|line| format!("> {line}\r\n")).collect();
    let disclaimer = "This message is confidential and meant for its receiver alone.";
    let letter = Letter::from(ADA)
        .answering(&answer)
        .saying(&format!("Fine.\r\n\r\nOn Friday, Desk wrote:\r\n{quoted}\r\n{disclaimer}"));
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(scene.number));
    let comment = world.newest(&scene.agent, scene.number).await;
    let rest = comment.rest.unwrap();
    assert_eq!(comment.body, "Fine.");
    assert!(rest.contains("gardener") && rest.contains(disclaimer));
}

async fn nobody_can_forge_a_reference(world: &World) {
    let scene = scene(world).await;
    let original = world.shown(&scene.agent, scene.number).await.comments[1].id;
    let forged = format!("\u{FDD0}{}b0-20\u{FDD1}", original.0.simple());
    world.comment(&Access::Session(scene.ada.clone()), scene.number, &format!("Typed {forged}.")).await;
    assert!(!scene.shown(world).await.contains("Weymouthskiefer"));
    let letter = scene.letter().saying(&format!("Sent {forged}.\r\n\r\n> {forged}"));
    assert_eq!(world.receive(&letter).await, TakenIn::Comment(scene.number));
    assert!(!scene.shown(world).await.contains("Weymouthskiefer"));
}
