//! Forms that anybody may send: what programs send is held, what people send arrives.

use std::collections::HashMap;
use std::net::IpAddr;

use tresen_desk::Challenge;
use tresen_desk::Secret;
use tresen_desk::abuse::{FormKind, Signs};
use tresen_desk::people::Agent;
use tresen_desk::requests::{Access, Submission, Submitted};
use tresen_desk::{Desk, Error};
use tresen_model::{HeldWhy, RequestNumber};

use crate::support::{Form, World, assert_fails, random_word};

stories! {
    each_sign_has_its_consequence,
    whoever_is_logged_in_is_not_looked_at,
    a_held_request_waits_for_its_sender,
    an_answer_by_the_link_confirms_too,
    a_held_request_sent_again_is_one_request,
    registering_is_asked_for_once_more,
    programs_are_held_and_people_arrive,
}

/// What comes with a form.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) stamp: String,
    pub(crate) proof: String,
    pub(crate) trap: String,
    pub(crate) scripts: bool,
    pub(crate) network: Option<IpAddr>,
}

impl Sent {
    pub(crate) fn of(challenge: Challenge, scripts: bool) -> Self {
        let proof = if scripts && challenge.bits > 0 { challenge.solve() } else { String::new() };
        Self { stamp: challenge.stamp, proof, trap: String::new(), scripts, network: None }
    }

    pub(crate) fn signs(&self) -> Signs<'_> {
        Signs {
            stamp: &self.stamp,
            proof: &self.proof,
            trap: &self.trap,
            can_prove: self.scripts,
            network: self.network,
        }
    }
}

/// Sends a form once.
pub(crate) async fn send(desk: &Desk, form: &Form, sent: &Sent) -> Result<Submitted, Error> {
    let submission = Submission::parse(&form.fields(), desk.settings())?;
    desk.requests.submit_screened(submission, Vec::new(), None, &sent.signs()).await
}

/// The page of somebody without scripts, who takes their time.
pub(crate) async fn careful(desk: &Desk, world: &World) -> Sent {
    let stamp = desk.limits.stamp(FormKind::Request).await.unwrap();
    world.clock.advance_seconds(60);
    Sent::of(stamp, false)
}

/// Sends a form as the page's script does: with a proof when it is asked for one.
async fn send_by_script(desk: &Desk, form: &Form, sent: &Sent) -> Submitted {
    send_or_prove(desk, form, sent).await.unwrap()
}

async fn stamp(world: &World) -> Challenge {
    world.desk.limits.stamp(FormKind::Request).await.unwrap()
}

fn text(word: &str) -> String {
    format!(
        "The {word} on my desk has made a {word} noise since the {word} of last week. What can I do about {word}?"
    )
}

pub(crate) fn form(who: &str) -> Form {
    Form::from(&format!("{who}@example.com")).about(&format!("About {who}"), &text(&random_word()))
}

/// Which of the three: taken, asked for a proof, or held.
async fn outcome(world: &World, form: &Form, sent: &Sent) -> &'static str {
    match send(&world.desk, form, sent).await {
        Ok(Submitted { held: false, .. }) => "taken",
        Ok(Submitted { held: true, .. }) => "held",
        Err(Error::Prove(_)) => "proof",
        Err(error) => panic!("{error:?}"),
    }
}

async fn each_sign_has_its_consequence(world: &World) {
    let quick = async |seconds: i64, scripts: bool| {
        let challenge = stamp(world).await;
        world.clock.advance_seconds(seconds);
        Sent::of(challenge, scripts)
    };
    let calm = || world.clock.advance_seconds(600);
    for (scripts, suspicious) in [(false, "held"), (true, "proof")] {
        let mut one = 0;
        let mut next = || {
            one += 1;
            format!("one{one}{scripts}")
        };
        assert_eq!(outcome(world, &form(&next()), &quick(4, scripts).await).await, "taken");
        // Too fast; far too fast, which no proof makes good.
        assert_eq!(outcome(world, &form(&next()), &quick(2, scripts).await).await, suspicious);
        assert_eq!(outcome(world, &form(&next()), &quick(0, scripts).await).await, "held");
        // A page that stood open: for a day it is nothing.
        assert_eq!(outcome(world, &form(&next()), &quick(30 * 3600, scripts).await).await, "taken");
        assert_eq!(outcome(world, &form(&next()), &quick(40 * 3600, scripts).await).await, suspicious);
        // What nobody sees.
        let trapped = Sent { trap: "https://evil.example".into(), ..quick(60, scripts).await };
        assert_eq!(outcome(world, &form(&next()), &trapped).await, "held");
        // No stamp, and one that somebody made.
        for stamp in ["", "forged"] {
            let bare = Sent { stamp: stamp.into(), ..quick(60, scripts).await };
            assert_eq!(outcome(world, &form(&next()), &bare).await, "held");
        }
        // One stamp for many.
        let one = quick(60, scripts).await;
        let mut said = Vec::new();
        for _ in 0..5 {
            said.push(outcome(world, &form(&next()), &one).await);
        }
        assert_eq!(said, ["taken", suspicious, suspicious, "held", "held"]);
        calm();
        // Links.
        for (links, expected) in [(4, "taken"), (5, suspicious), (13, suspicious)] {
            let mut linked = form(&next());
            linked.body += &" and on https://example.com/page".repeat(links);
            assert_eq!(outcome(world, &linked, &quick(60, scripts).await).await, expected, "{links}");
        }
        calm();
        for (subject, body) in [
            ("Look at https://evil.example", text("lamp")),
            ("Hello", "Buy https://evil.example".into()),
            ("Hello", text("shade") + " [url=https://evil.example]here[/url]"),
        ] {
            let linked = form(&next()).about(subject, &body);
            assert_eq!(outcome(world, &linked, &quick(60, scripts).await).await, suspicious, "{subject}");
        }
        calm();
        // The same from many.
        let mut said = Vec::new();
        let copied = text(&random_word());
        for _ in 0..7 {
            said.push(outcome(world, &form(&next()).about("Hi", &copied), &quick(60, scripts).await).await);
        }
        assert_eq!(said[..2], ["taken", suspicious]);
        assert_eq!(said[6], "held");
        // The same from one is none of that, and short texts are nobody's.
        calm();
        let own = Form::from(&format!("{}@example.com", next())).about("Again", &text(&random_word()));
        for _ in 0..3 {
            let again = Form { once: random_word(), ..own.clone() };
            assert_eq!(outcome(world, &again, &quick(60, scripts).await).await, "taken");
        }
        for _ in 0..7 {
            let short = form(&next()).about("Help", "It does not work.");
            assert_eq!(outcome(world, &short, &quick(90, scripts).await).await, "taken");
        }
        calm();
    }
}

async fn whoever_is_logged_in_is_not_looked_at(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let signs = Sent::of(Challenge { stamp: String::new(), bits: 0 }, false);
    let form = form("ada").about("https://evil.example", "https://evil.example");
    let submission = Submission::parse(&form.fields(), world.desk.settings()).unwrap();
    let done = world
        .desk
        .requests
        .submit_screened(submission, Vec::new(), Some(&ada), &signs.signs())
        .await
        .unwrap();
    assert!(!done.held);
}

/// A request that is held: its number, and the link of its mail.
async fn held(world: &World, form: &Form) -> (RequestNumber, Secret) {
    let bare = Sent::of(Challenge { stamp: String::new(), bits: 0 }, false);
    let done = send(&world.desk, form, &bare).await.unwrap();
    assert!(done.held && !done.again);
    let mail = world.mail().await;
    assert_eq!(mail.to(), form.email);
    for typed in [&form.name, &form.subject, &form.body] {
        assert!(typed.is_empty() || !mail.everything.contains(typed.as_str()), "{}", mail.everything);
    }
    (done.number, mail.request_link())
}

async fn why(world: &World, agent: &Agent) -> Vec<HeldWhy> {
    world.desk.requests.held_requests(agent, None).await.unwrap().rows.iter().map(|line| line.why).collect()
}

async fn a_held_request_waits_for_its_sender(world: &World) {
    let agent = world.agent("Grace").await;
    let mut events = world.desk.events();
    let (number, link) = held(world, &form("ada").called("Ada Lovelace")).await;
    assert!(events.try_recv().is_err(), "nobody is told");
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 0);
    assert_eq!(why(world, &agent).await, [HeldWhy::Unconfirmed]);
    // Looking is no confirmation: programs open links.
    let access = Access::Link(world.holder(&link).await);
    assert!(world.desk.requests.conversation(&access, number).await.unwrap().unconfirmed);
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 0);
    // Another's link is good for nothing.
    let (other, others) = held(world, &form("eve")).await;
    let foreign = Access::Link(world.holder(&others).await);
    assert_fails!(world.desk.requests.confirm_request(&foreign, number).await, Error::NotFound);

    world.desk.requests.confirm_request(&access, number).await.unwrap();
    world.desk.requests.confirm_request(&access, number).await.unwrap();
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 1);
    let seen = world.desk.requests.conversation_for_agent(&agent, number).await.unwrap();
    let staff = seen.staff.unwrap();
    assert!(staff.customer.proven && staff.held.is_none());
    assert!(!world.desk.requests.conversation(&access, number).await.unwrap().unconfirmed);
    assert!(world.post().await.is_empty(), "they know");
    // An agent may do without.
    world.desk.requests.release_held(&agent, other).await.unwrap();
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 2);
    // What a filter holds, its sender does not release.
    let letter = crate::letters::Letter::from("bo@blocked.example").about("x", "y");
    let blocked = world.receive(&letter).await;
    let tresen_desk::intake::TakenIn::Held(blocked) = blocked else { panic!("{blocked:?}") };
    let bo = world.customer("bo@blocked.example").await;
    world.desk.requests.confirm_request(&Access::Session(bo), blocked).await.unwrap();
    assert_eq!(why(world, &agent).await, [HeldWhy::Blocked]);
    // It ends by itself.
    held(world, &form("cleo")).await;
    world.clock.advance_seconds(31 * 24 * 3600);
    world.desk.privacy.retain().await.unwrap();
    assert!(why(world, &agent).await.is_empty());
}

async fn an_answer_by_the_link_confirms_too(world: &World) {
    let agent = world.agent("Grace").await;
    let (number, link) = held(world, &form("ada")).await;
    world.comment(&Access::Link(world.holder(&link).await), number, "One more thing.").await;
    assert_eq!(world.desk.requests.queue_counts(&agent).await.unwrap().active, 1);
}

async fn a_held_request_sent_again_is_one_request(world: &World) {
    let agent = world.agent("Grace").await;
    let form = form("ada");
    let (number, _) = held(world, &form).await;
    let careful = careful(&world.desk, world).await;
    let again = send(&world.desk, &form, &careful).await.unwrap();
    assert_eq!(again, Submitted { number, again: true, held: true });
    assert_eq!(why(world, &agent).await.len(), 1);
}

async fn registering_is_asked_for_once_more(world: &World) {
    let page = async || world.desk.limits.stamp(FormKind::Register).await.unwrap();
    let wants = async |sent: &Sent| match world.desk.limits.screen_registration(&sent.signs()).await {
        Ok(()) => None,
        Err(Error::Prove(challenge)) => Some(challenge),
        Err(error) => panic!("{error:?}"),
    };
    let honest = Sent::of(page().await, false);
    world.clock.advance_seconds(10);
    assert!(wants(&honest).await.is_none());
    for scripts in [false, true] {
        // Too fast, or into the trap: once more, after having read why or with a proof.
        let quick = Sent::of(page().await, scripts);
        let second = wants(&quick).await.unwrap();
        let again = Sent::of(second.clone(), scripts);
        assert_eq!(wants(&again).await.is_none(), scripts, "without scripts nobody reads that fast");
        let third = wants(&quick).await.unwrap();
        world.clock.advance_seconds(5);
        let again = Sent { trap: "autofilled".into(), ..Sent::of(third, scripts) };
        assert!(wants(&again).await.is_none(), "nobody is refused for ever");
        assert!(wants(&again).await.is_some(), "but it is good for once");
        // A stamp of another form is none.
        let other = Sent::of(stamp(world).await, scripts);
        world.clock.advance_seconds(60);
        assert!(wants(&other).await.is_some());
        world.clock.advance_seconds(3600);
    }
}

/// Everything that was sent, and what became of it.
#[derive(Default)]
struct Mix {
    programs: HashMap<&'static str, (usize, usize)>,
    people: Vec<(String, bool, Submitted)>,
}

impl Mix {
    fn program(&mut self, kind: &'static str, done: Result<Submitted, Error>) {
        let counted = self.programs.entry(kind).or_default();
        counted.0 += 1;
        // A proof that is never shown is a request that never was.
        counted.1 += usize::from(done.is_ok_and(|done| !done.held));
    }
}

/// Forty rounds of a flood, each with programs of every kind and a few people in between.
async fn programs_are_held_and_people_arrive(world: &World) {
    let agent = world.agent("Grace").await;
    let desk = &world.desk;
    let mut mix = Mix::default();
    // Before the flood: nobody is bothered, with scripts or without.
    for count in 0..10 {
        let page = careful(desk, world).await;
        let form = form(&format!("early{count}"));
        let done = send(desk, &form, &page).await.unwrap();
        assert!(!done.held, "{count}");
        mix.people.push((form.email, false, done));
    }
    let long_open = [stamp(world).await, stamp(world).await];
    let replayed = stamp(world).await;
    let outage = text("network outage");
    for round in 0..40 {
        let mut pages = Vec::new();
        for _ in 0..12 {
            pages.push(stamp(world).await);
        }
        let mut pages = pages.into_iter();
        let mut page = || pages.next().unwrap();
        let network = |last: usize| Some(IpAddr::from([198, 51, 100, u8::try_from(last).unwrap()]));
        let name = |kind: &str| format!("{kind}{round}");
        world.clock.advance_seconds(16);
        let autofilled = stamp(world).await;
        world.clock.advance_seconds(4);

        // Programs.
        let none = Sent::of(Challenge { stamp: String::new(), bits: 0 }, false);
        mix.program("naive", send(desk, &form(&name("naive")), &none).await);
        let trapped = Sent { trap: "x".into(), ..Sent::of(page(), false) };
        mix.program("trap", send(desk, &form(&name("trap")), &trapped).await);
        let replay = Sent::of(replayed.clone(), false);
        mix.program("replay", send(desk, &form(&name("replay")), &replay).await);
        let links = "Cheap lamps at https://evil.example/lamp today, ".repeat(14) + &random_word();
        let spammer = Sent { network: network(7), ..Sent::of(page(), true) };
        let linked = form(&name("links")).about("Lamps", &links);
        mix.program("links", send_or_prove(desk, &linked, &spammer).await);
        let fast = Sent::of(stamp(world).await, true);
        mix.program("headless", send_or_prove(desk, &form(&name("fast")), &fast).await);
        for _ in 0..2 {
            let skipper = Sent { network: network(8), ..Sent::of(page(), false) };
            mix.program("no proof", send(desk, &form(&random_word()), &skipper).await);
            let spread = Sent { network: network(9 + round * 2), ..Sent::of(page(), false) };
            mix.program("distributed", send(desk, &form(&random_word()), &spread).await);
        }
        let liar = Sent { proof: "1".into(), scripts: true, ..Sent::of(page(), false) };
        mix.program("false proof", send(desk, &form(&name("liar")), &liar).await);
        if round % 4 == 0 {
            // A whole browser that takes its time and writes something new: nothing tells it from people.
            let patient = Sent { network: network(100 + round), ..Sent::of(page(), true) };
            mix.program("patient", send_or_prove(desk, &form(&name("patient")), &patient).await);
        }

        // People, each with scripts unless they have none.
        let kind = ["autofill", "plain", "links", "twice", "back", "office", "short", "outage"][round % 8];
        let mut form = form(&name(kind));
        let mut sent = Sent { network: network(200 + round), ..Sent::of(page(), kind != "plain") };
        match kind {
            "autofill" => sent = Sent { network: network(2), ..Sent::of(autofilled, true) },
            "links" => form.body += &" see https://example.com/log".repeat(5),
            "short" => {
                form = form.about("Help", "It does not work.");
                sent.network = network(2);
            }
            "outage" => form = form.about("The network", &outage),
            "office" => sent.network = network(2),
            _ => {}
        }
        let done = if sent.scripts {
            send_by_script(desk, &form, &sent).await
        } else {
            send(desk, &form, &sent).await.unwrap()
        };
        if kind == "twice" {
            let again = send_by_script(desk, &form, &sent).await;
            assert_eq!((again.number, again.again, again.held), (done.number, true, done.held));
        }
        if kind == "back" {
            let changed = Form { body: text(&random_word()), ..form.clone() };
            let second = send_by_script(desk, &changed, &sent).await;
            mix.people.push((changed.email, true, second));
        }
        mix.people.push((form.email, sent.scripts, done));
    }
    // Pages that stood open for a day.
    world.clock.advance_seconds(20 * 3600);
    for (count, page) in long_open.into_iter().enumerate() {
        let form = form(&format!("open{count}"));
        let sent = Sent::of(page, count == 0);
        let done = send(desk, &form, &sent).await.unwrap();
        mix.people.push((form.email, sent.scripts, done));
    }

    let (sent, through) =
        mix.programs.values().fold((0, 0), |(sent, through), kind| (sent + kind.0, through + kind.1));
    let held: Vec<_> = mix.people.iter().filter(|(_, _, done)| done.held).collect();
    println!(
        "programs: {sent} requests, {through} reached the queue {:?}; people: {}, held {}",
        mix.programs,
        mix.people.len(),
        held.len()
    );
    assert!(through * 10 <= sent, "{through} of {sent}: {:?}", mix.programs);
    assert!(held.iter().all(|(_, scripts, _)| !scripts), "only whoever has no scripts is asked to confirm");
    let active = desk.requests.queue_counts(&agent).await.unwrap().active;
    let arrived = mix.people.iter().filter(|(_, _, done)| !done.held).count();
    assert_eq!(usize::try_from(active).unwrap(), through + arrived);

    // Whoever was held has a mail, and with it their request is where all are: none is lost.
    let mails = world.post().await;
    for (email, _, done) in &mix.people {
        let mut of_theirs = mails.iter().filter(|mail| mail.to() == email);
        let mail = of_theirs.next_back().unwrap_or_else(|| panic!("no mail to {email}"));
        if done.held {
            let access = Access::Link(world.holder(&mail.request_link()).await);
            desk.requests.confirm_request(&access, done.number).await.unwrap();
        }
        let seen = desk.requests.conversation_for_agent(&agent, done.number).await.unwrap();
        assert!(seen.staff.unwrap().held.is_none(), "{email}");
    }
    let active = desk.requests.queue_counts(&agent).await.unwrap().active;
    assert_eq!(usize::try_from(active).unwrap(), through + mix.people.len());
}

/// As a program does that drives a whole browser.
async fn send_or_prove(desk: &Desk, form: &Form, sent: &Sent) -> Result<Submitted, Error> {
    let mut done = send(desk, form, sent).await;
    for _ in 0..3 {
        let Err(Error::Prove(challenge)) = done else { break };
        let again = Sent { network: sent.network, ..Sent::of(challenge, true) };
        done = send(desk, form, &again).await;
    }
    done
}
