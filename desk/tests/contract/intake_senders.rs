//! Who wrote a mail: senders that no form takes, and senders that stand for others. Nobody becomes
//! somebody by what a list or a form says of them.

use tresen_desk::intake::TakenIn;
use tresen_desk::people::Agent;
use tresen_model::views::Comment;
use tresen_model::{AsideReason, AuthorKind, MailVerdict, RequestNumber, Standing, Status};

use crate::letters::Letter;
use crate::support::{Form, World};

stories! {
    odd_senders_make_requests_that_say_so,
    nothing_is_mailed_to_those_who_cannot_be_answered,
    who_cannot_be_answered_is_found_exported_and_erased,
    the_return_path_of_the_channel_names_who_wrote,
    from_our_own_address_the_one_behind_it_wrote,
    a_group_in_front_of_the_desk_names_who_wrote,
    a_relay_that_is_trusted_names_its_customer,
    a_relay_is_trusted_only_when_its_domain_confirms_it,
    nobody_writes_as_somebody_else_through_a_relay_or_a_list,
    a_list_makes_nobody_an_agent,
    where_answers_should_go_is_shown_to_agents,
}

const EMAIL: &str = "ada@example.org";

/// The customer of a request: `address|name`, with `!` where they cannot be answered.
async fn customer(world: &World, agent: &Agent, number: RequestNumber) -> String {
    let customer = world.shown(agent, number).await.staff.unwrap().customer;
    let mark = if customer.unanswerable { "!" } else { "" };
    format!("{mark}{}|{}", customer.email, customer.name.unwrap_or_default())
}

async fn only_comment(world: &World, agent: &Agent, number: RequestNumber) -> Comment {
    let mut comments = world.shown(agent, number).await.comments;
    assert_eq!(comments.len(), 1);
    comments.remove(0)
}

async fn odd_senders_make_requests_that_say_so(world: &World) {
    let agent = world.agent("Grace").await;
    for (from, expected) in [
        ("Cron Daemon <root@printserver>", "!root@printserver|Cron Daemon"),
        ("Fax <\"#FAX#*4930123456#\"@example.com>", "!\"#FAX#*4930123456#\"@example.com|Fax"),
        ("a..b@docomo.example.com", "!a..b@docomo.example.com|"),
        ("a.@example.com", "!a.@example.com|"),
        ("Jürgen <jürgen@example.com>", "!jürgen@example.com|Jürgen"),
        ("scan@[192.0.2.7]", "!scan@[192.0.2.7]|"),
        ("scan@print_server.example.com", "!scan@print_server.example.com|"),
        ("'bo@example.com'", "bo@example.com|"),
        ("\"Eve\" <eve@example.com.>", "eve@example.com|Eve"),
        ("Mallory Smith mallory@example.com", "mallory@example.com|Mallory Smith"),
    ] {
        let number = world.receive_new(&Letter::from(from)).await;
        assert_eq!(customer(world, &agent, number).await, expected, "{from}");
        assert!(!only_comment(world, &agent, number).await.automatic, "{from}");
        // A confirmation goes to those who can be answered, and none waits for the others.
        let mails = world.post().await;
        assert_eq!(mails.len(), usize::from(!expected.starts_with('!')), "{from}");
        assert_eq!(world.count_rows("outbox WHERE state <> 'sent'").await, 0, "{from}");
    }
    // From names nobody: others do.
    for (letter, expected) in [
        (Letter::from("\"Ada\" <>").with("Reply-To", "ada@one.example"), "ada@one.example|Ada"),
        (Letter::from("x").without("From").with("Sender", "Ada <ada@two.example>"), "ada@two.example|Ada"),
        (Letter::from("x").without("From").with("Return-Path", "<ada@three.example>"), "ada@three.example|"),
    ] {
        let number = world.receive_new(&letter).await;
        assert_eq!(customer(world, &agent, number).await, expected);
        assert_eq!(world.mail().await.to(), expected.split('|').next().unwrap());
    }
}

async fn nothing_is_mailed_to_those_who_cannot_be_answered(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.receive_new(&Letter::from("root@printserver")).await;
    world.answer(&agent, number, "We are looking at it.").await;
    let done = tresen_desk::requests::Change { status: Some(Status::Resolved), ..Default::default() };
    world.desk.requests.change(&agent, number, done).await.unwrap();
    assert!(world.post().await.is_empty());
    assert_eq!(world.count_rows("outbox").await, 0);
    assert_eq!(world.shown(&agent, number).await.comments.len(), 2);
    // Once more from there is the same person.
    let other = world.receive_new(&Letter::from("Cron <ROOT@PrintServer.>")).await;
    assert_eq!(customer(world, &agent, other).await, "!root@printserver|Cron");
}

async fn who_cannot_be_answered_is_found_exported_and_erased(world: &World) {
    let agent = world.agent("Grace").await;
    let fax = "\"#FAX#*493012#\"@example.com";
    for from in ["root@printserver", fax] {
        let number = world.receive_new(&Letter::from(from).about("Rohrdommel", "x")).await;
        assert!(world.desk.privacy.export_by_operator(from).await.unwrap().is_some(), "{from}");
        assert!(world.desk.privacy.erase_by_operator(from).await.unwrap().is_some(), "{from}");
        assert!(world.desk.requests.conversation_for_agent(&agent, number).await.is_err(), "{from}");
        assert!(world.desk.privacy.erase_by_operator(from).await.unwrap().is_none(), "{from}");
    }
}

async fn the_return_path_of_the_channel_names_who_wrote(world: &World) {
    let agent = world.agent("Grace").await;
    let letter = Letter::from("x").without("From").with_return_path("ada@example.org");
    let number = world.receive_new(&letter).await;
    assert_eq!(customer(world, &agent, number).await, "ada@example.org|");
    for path in ["", "nobody"] {
        let letter = Letter::from("x").without("From").with_return_path(path).saying(path);
        assert_eq!(world.receive(&letter).await, TakenIn::Aside, "{path}");
    }
}

async fn from_our_own_address_the_one_behind_it_wrote(world: &World) {
    let (admin, agent) = (world.admin("Ada").await, world.agent("Grace").await);
    let own = || Letter::from("Contact form <service@desk.example>").checked("pass");
    for (letter, expected) in [
        (own().with("Reply-To", "Bo <bo@example.org>"), "bo@example.org|Bo"),
        (own().with("X-Original-From", "Eve <eve@example.org>"), "eve@example.org|Eve"),
        (own().with("Reply-To", "service@desk.example, Cy <cy@example.org>"), "cy@example.org|Cy"),
    ] {
        let number = world.receive_new(&letter).await;
        assert_eq!(customer(world, &agent, number).await, expected);
        let comment = only_comment(world, &agent, number).await;
        // What the desk's own domain confirms says nothing about the writer.
        assert_eq!((comment.verdict, comment.via.as_deref()), (None, Some("service@desk.example")));
        assert_eq!(world.mail().await.to(), expected.split('|').next().unwrap());
    }
    // Nobody, more than one, or the desk itself again: that is for an admin.
    for letter in [
        own(),
        own().with("Reply-To", "a@example.org, b@example.org"),
        own().with("Reply-To", "service+T-7F3K-92QX.abc@desk.example"),
        own().with("Reply-To", "Service <SERVICE@desk.example>"),
    ] {
        assert_eq!(world.receive(&letter.saying("x")).await, TakenIn::Aside);
    }
    let aside = world.desk.intake.set_aside(&admin).await.unwrap();
    assert!(aside.iter().all(|message| message.reason == AsideReason::OwnAddress));
    assert_eq!(aside.len(), 4);
}

/// As Google Groups writes it.
fn group(writer: &str) -> Letter {
    Letter::from("\"'Ada Lovelace' via Support\" <support@lists.example>")
        .with("Reply-To", writer)
        .with("X-Original-From", writer)
        .with("List-ID", "<support.lists.example>")
        .with("Precedence", "list")
        .with("Mailing-list", "list support@lists.example; contact support+owners@lists.example")
        .checked("pass")
}

async fn a_group_in_front_of_the_desk_names_who_wrote(world: &World) {
    let agent = world.agent("Grace").await;
    let mailman = Letter::from("Bo via Printers <printers@lists.example>")
        .with("Reply-To", "Printers <printers@lists.example>, bo@example.org")
        .with("List-Id", "Printers <printers.lists.example>")
        .with("List-Post", "<mailto:printers@lists.example>")
        .with("Precedence", "list");
    for (letter, expected, via) in [
        (group("Ada Lovelace <ada@example.org>"), "ada@example.org|Ada Lovelace", "support@lists.example"),
        (mailman, "bo@example.org|Bo", "printers@lists.example"),
    ] {
        let number = world.receive_new(&letter).await;
        assert_eq!(customer(world, &agent, number).await, expected);
        let comment = only_comment(world, &agent, number).await;
        assert_eq!((comment.via.as_deref(), comment.automatic, comment.verdict), (Some(via), false, None));
        assert_eq!(world.mail().await.to(), expected.split('|').next().unwrap());
    }
    // What is blocked or forged is that, whoever is named behind it.
    for letter in [group("Ada <ada@blocked.example>"), group("Ada <cy@example.org>").checked("fail")] {
        let taken = world.receive(&letter).await;
        assert!(matches!(taken, TakenIn::Held(_)), "{taken:?}");
    }
}

fn form(reply_to: &str) -> Letter {
    Letter::from("Web form <forms@shop.example>").with("Reply-To", reply_to)
}

async fn a_relay_that_is_trusted_names_its_customer(world: &World) {
    let agent = world.agent("Grace").await;
    let numbers = [
        world.receive_new(&form("Ada <ada@example.org>").checked("pass")).await,
        world
            .receive_new(&form("bo@example.org").with("Auto-Submitted", "auto-generated").checked("pass"))
            .await,
        world
            .receive_new(
                &Letter::from("noreply@relay.example").with("Reply-To", "cy@example.org").checked("pass"),
            )
            .await,
    ];
    for (number, expected) in
        numbers.into_iter().zip(["ada@example.org|Ada", "bo@example.org|", "cy@example.org|"])
    {
        assert_eq!(customer(world, &agent, number).await, expected);
        let comment = only_comment(world, &agent, number).await;
        assert!(comment.via.is_some() && comment.verdict.is_none() && !comment.automatic);
    }
    let mut told: Vec<String> = world.post().await.iter().map(|mail| mail.to().to_owned()).collect();
    told.sort();
    assert_eq!(told, ["ada@example.org", "bo@example.org", "cy@example.org"]);
    // Each is erased without the others.
    world.desk.privacy.erase_by_operator("ada@example.org").await.unwrap();
    assert_eq!(customer(world, &agent, numbers[1]).await, "bo@example.org|");
}

async fn a_relay_is_trusted_only_when_its_domain_confirms_it(world: &World) {
    let agent = world.agent("Grace").await;
    let none = "forms@shop.example|Web form";
    for letter in [
        form(EMAIL),
        // The results of a server that nobody trusts, or about another domain.
        form(EMAIL).with("Authentication-Results", "mx.evil.example; dmarc=pass header.from=shop.example"),
        form(EMAIL).with("Authentication-Results", "mx.desk.example; dmarc=pass header.from=evil.example"),
        // More than one, or none.
        form("a@example.org, b@example.org").checked("pass"),
        form("forms@shop.example").checked("pass"),
        form("service@desk.example").checked("pass"),
        form("<>").checked("pass"),
        form("Ada Lovelace").checked("pass"),
        form("undisclosed-recipients:;").checked("pass"),
        form("Shop: a@example.org, b@example.org;").checked("pass"),
        // Not Reply-To, but what else a form may write.
        form("").without("Reply-To").with("X-Original-From", EMAIL).checked("pass"),
        form("").without("Reply-To").with("Sender", EMAIL).checked("pass"),
    ] {
        world.clock.advance_seconds(3600);
        let number = world.receive_new(&letter).await;
        assert_eq!(customer(world, &agent, number).await, none);
    }
    let forged = world.receive(&form(EMAIL).checked("fail")).await;
    assert!(matches!(forged, TakenIn::Held(_)), "{forged:?}");
    // Somebody who is no relay of ours, however well confirmed, and whatever they are called.
    for from in ["eve@example.net", "\"forms@shop.example\" <eve@example.net>", "eve@xrelay.example"] {
        let eve = Letter::from(from).with("Reply-To", EMAIL).checked("pass");
        let number = world.receive_new(&eve).await;
        let found = customer(world, &agent, number).await;
        assert!(found.starts_with("eve@"), "{from}: {found}");
        assert_eq!(only_comment(world, &agent, number).await.verdict, Some(MailVerdict::Genuine));
    }
}

async fn nobody_writes_as_somebody_else_through_a_relay_or_a_list(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from(EMAIL)).await;
    let confirmation = world.mail().await;
    world.answer(&agent, number, "Try this.").await;
    world.post().await;
    for letter in [
        group("Ada <ada@example.org>").answering(&confirmation),
        Letter::from("service@desk.example").with("Reply-To", EMAIL).answering(&confirmation),
        Letter::from("x").without("From").with("Reply-To", EMAIL).answering(&confirmation),
        Letter::from("\"Ada\" <>").with_return_path(EMAIL).answering(&confirmation),
        Letter::from("Ada via Printers <printers@lists.example>")
            .with("Cc", "Ada <ada@example.org>")
            .with("Reply-To", "printers@lists.example")
            .with("List-Id", "<printers.lists.example>")
            .checked("pass")
            .answering(&confirmation),
        Letter::from("Ada via groups <ada=example.org@groups.example>")
            .with("Reply-To", "main@x.groups.example, ada@example.org")
            .with("List-Id", "<main.x.groups.example>")
            .checked("pass")
            .answering(&confirmation),
        Letter::from("Ada <0012-dmarc-request@listserv.example>")
            .with("Reply-To", "Ada <ada@example.org>")
            .with("List-Id", "<p.listserv.example>")
            .checked("pass")
            .answering(&confirmation),
        form("Ada <ada@example.org>").answering(&confirmation),
        // Not even with what only they know.
        group("Ada <ada@example.org>").sent_where_answers_go(&confirmation),
    ] {
        world.clock.advance_seconds(900);
        assert_eq!(world.receive(&letter).await, TakenIn::Comment(number));
        let comment = world.newest(&agent, number).await;
        assert_eq!(comment.standing, Standing::Outsider);
    }
    let ada = world.customer(EMAIL).await;
    let access = tresen_desk::requests::Access::Session(ada);
    assert_eq!(world.desk.requests.conversation(&access, number).await.unwrap().comments.len(), 2);
    // They themselves can.
    assert_eq!(world.receive(&Letter::from(EMAIL).answering(&confirmation)).await, TakenIn::Comment(number));
    assert_eq!(world.newest(&agent, number).await.standing, Standing::Participant);
}

async fn a_list_makes_nobody_an_agent(world: &World) {
    let agent = world.agent("Grace").await;
    let number = world.submit(&Form::from(EMAIL)).await;
    let holder = world.holder(&world.mail().await.request_link()).await;
    world.answer(&agent, number, "Hello!").await;
    world.desk.accounts.change_mail_news(agent.session(), true).await.unwrap();
    world.post().await;
    world.comment(&tresen_desk::requests::Access::Link(holder), number, "Hello?").await;
    let news = world.post().await.into_iter().find(|mail| mail.to() == "grace@desk.example").unwrap();
    // A list of the agent's own domain, which that domain confirms.
    let list = Letter::from("Grace via Team <team@desk.example>")
        .with("Reply-To", "grace@desk.example")
        .with("List-Id", "<team.desk.example>")
        .with("List-Post", "<mailto:team@desk.example>")
        .checked("pass")
        .sent_where_answers_go(&news);
    let own = Letter::from("service@desk.example")
        .with("Reply-To", "grace@desk.example")
        .checked("pass")
        .sent_where_answers_go(&news);
    // Written so that others may read another address.
    let repaired = Letter::from("Grace grace@desk.example")
        .with("Authentication-Results", "mx.desk.example; dmarc=pass header.from=desk.example")
        .sent_where_answers_go(&news);
    let in_copy = Letter::from("Grace via Team <team@desk.example>")
        .with("Cc", "Grace <grace@desk.example>")
        .with("List-Id", "<team.desk.example>")
        .checked("pass")
        .sent_where_answers_go(&news);
    for letter in [list, own, repaired, in_copy] {
        assert_eq!(world.receive(&letter.saying("Send the keys.")).await, TakenIn::Comment(number));
        let comment = world.newest(&agent, number).await;
        assert_eq!((comment.author_kind, comment.standing), (AuthorKind::Customer, Standing::Outsider));
    }
    // Whoever they name is told, and nobody else.
    assert_eq!(world.mail().await.to(), "grace@desk.example");
}

async fn where_answers_should_go_is_shown_to_agents(world: &World) {
    let agent = world.agent("Grace").await;
    for (reply_to, shown) in [
        ("Bo <bo@example.org>", Some("bo@example.org")),
        ("bo@example.org, cy@example.org", Some("bo@example.org, cy@example.org")),
        ("ADA@example.org", None),
        ("service@desk.example", None),
        ("nonsense", None),
        ("Bo bo@example.org", Some("bo@example.org")),
        ("\"Peep, Bo\" <bo@example.org>", Some("bo@example.org")),
        ("Team: bo@example.org, cy@example.org;", Some("bo@example.org, cy@example.org")),
        ("ada@example.org, Bo &lt;bo@example.org&gt;", None),
        ("<>", None),
        ("Service <service+x@desk.example>, bo@example.org", Some("bo@example.org")),
    ] {
        world.clock.advance_seconds(3600);
        let number = world.receive_new(&Letter::from(EMAIL).with("Reply-To", reply_to)).await;
        let comment = only_comment(world, &agent, number).await;
        assert_eq!((comment.reply_to.as_deref(), comment.via), (shown, None), "{reply_to}");
        let mail = world.post().await.pop();
        let Some(mail) = mail else { continue };
        let holder = world.holder(&mail.request_link()).await;
        let access = tresen_desk::requests::Access::Link(holder);
        let mine = world.desk.requests.conversation(&access, number).await.unwrap();
        assert!(mine.comments[0].reply_to.is_none());
    }
}
