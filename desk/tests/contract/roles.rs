//! Who may do what: every public method of the desk crossed with every kind of person. The methods are read
//! from the source, so one that is new fails here until somebody has decided who may use it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use tresen_desk::Secret;
use tresen_desk::accounts::SecondProof;
use tresen_desk::people::{Agent, Session};
use tresen_desk::privacy::Asked;
use tresen_desk::requests::Day;
use tresen_desk::requests::{Access, Capture, Change, ListQuery, Listing, QueueQuery};
use tresen_desk::staff::{Duty, NewColleague};
use tresen_desk::tokens::{NewService, NewToken, Scope, Scopes};
use tresen_desk::webhooks::NewWebhook;
use tresen_desk::{Error, Event};
use tresen_model::{AttachmentId, CommentId, DeliveryId, Language, Priority, RequestNumber, WebhookId};

use crate::passkeys::Key;
use crate::support::{Form, PASSWORD, World, files_under, note, random_word};

stories! {
    every_method_has_its_row,
    every_proof_is_tried_by_everybody,
    a_forged_secret_proves_nothing,
}

/// Whoever comes, in the order of the columns. The request is that of `customer`, who has a session; `link`
/// holds its mailed link. `restricted` is a customer whose data is restricted, on a request of their own.
/// `elsewhere` is an agent who works on another type of request.
const ROLES: [&str; 8] = ["nobody", "link", "customer", "other", "restricted", "agent", "elsewhere", "admin"];

/// What the desk is made of: each has methods that are looked at here.
const SUBJECTS: [&str; 16] = [
    "Desk", "Limits", "People", "Tokens", "Webhooks", "Outbox", "Search", "Requests", "Intake", "Indexer",
    "Files", "Delivery", "Staff", "Accounts", "Privacy", "Joining",
];

/// What each of them meets. `-`: they have no such proof, so it does not compile. `none`: it does not exist,
/// for them. `no`: not for them. `kept`: restricted. `refused`: they may, but what was sent is no good.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    // By an access: its own request.
    ("attachment",               "- ok ok none ok none none none"),
    ("close_or_reopen",          "- ok ok none kept none none none"),
    ("comment",                  "- ok ok none refused none none none"),
    ("concerns_customer",        "- true true false true false false false"),
    ("confirm_request",          "- ok ok none no none none none"),
    ("conversation",             "- ok ok none ok none none none"),
    ("formatted",                "- none none none none none none none"),
    ("note_seen",                "- ok ok none ok none none none"),
    ("preview",                  "- ok ok none ok none none none"),
    ("request_id",               "- ok ok none ok none none none"),
    // By a session, or as the owner: themselves and nobody else.
    ("account",                  "- - ok ok ok ok ok ok"),
    ("add_passkey",              "- - refused refused refused refused refused refused"),
    ("app_setup",                "- - none none none none none none"),
    ("ask_for_new_passkey",      "- - ok ok ok ok ok ok"),
    ("ask_for_passkey_to_confirm","- - ok ok ok ok ok ok"),
    ("ask_new_address",          "- - refused refused refused refused refused refused"),
    ("ask_own_erasure",          "- - ok ok ok ok ok ok"),
    ("begin_app",                "- - ok ok ok ok ok ok"),
    ("change_language",          "- - ok ok ok ok ok ok"),
    ("change_mail_news",         "- - no no no ok ok ok"),
    ("change_name",              "- - ok ok ok ok ok ok"),
    ("change_password",          "- - refused refused refused refused refused refused"),
    ("confirm_app",              "- - refused refused refused refused refused refused"),
    ("confirm_with_code",        "- - refused refused refused refused refused refused"),
    ("confirm_with_passkey",     "- - refused refused refused refused refused refused"),
    ("confirm_with_password",    "- - refused refused refused refused refused refused"),
    ("consents",                 "- - ok ok ok ok ok ok"),
    ("data_overview",            "- - ok ok ok ok ok ok"),
    ("end_session",              "- - ok ok ok ok ok ok"),
    ("end_token",                "- - ok ok ok ok ok ok"),
    ("erase_self",               "- - refused refused refused refused refused refused"),
    ("erasure_preview",          "- - ok ok ok ok ok ok"),
    ("export",                   "- - ok ok ok ok ok ok"),
    ("factors",                  "- - ok ok ok ok ok ok"),
    ("give_consent",             "- - ok ok ok ok ok ok"),
    ("lift_restriction",         "- - ok ok ok ok ok ok"),
    ("list_own_requests",        "- - ok ok ok ok ok ok"),
    ("logout",                   "- - ok ok ok ok ok ok"),
    ("make_token",               "- - refused refused refused refused refused refused"),
    ("my_requests",              "- - ok ok ok ok ok ok"),
    ("new_recovery_codes",       "- - none none none none none none"),
    ("own_restriction",          "- - ok ok ok ok ok ok"),
    ("passkeys_of",              "- - 0 0 0 0 0 0"),
    ("remove_app",               "- - none none none none none none"),
    ("remove_passkey",           "- - none none none none none none"),
    ("restrict",                 "- - ok ok ok no no no"),
    ("tokens_of",                "- - 0 0 0 0 0 0"),
    ("withdraw_consent",         "- - none none none none none none"),
    // By the proof of being an agent: everybody's request, of a type that they work on.
    ("add_colleague",            "- - - - - no no refused"),
    ("admit",                    "- - - - - none none none"),
    ("agents",                   "- - - - - ok ok ok"),
    ("aside_message",            "- - - - - no no none"),
    ("attachment_for_agent",     "- - - - - ok none ok"),
    ("audit_log",                "- - - - - no no ok"),
    ("capture",                  "- - - - - ok refused ok"),
    ("change",                   "- - - - - ok none ok"),
    ("change_duty",              "- - - - - no no none"),
    ("colleagues",               "- - - - - no no ok"),
    ("concerns",                 "- - - - - true false true"),
    ("conversation_for_agent",   "- - - - - ok none ok"),
    ("customer",                 "- - - - - ok no ok"),
    ("delete_aside",             "- - - - - no no none"),
    ("discard_held",             "- - - - - none none none"),
    ("erase_by_agent",           "- - - - - ok none ok"),
    ("erase_customer",           "- - - - - no no ok"),
    ("erasure_preview_for_agent","- - - - - ok none ok"),
    ("export_customer",          "- - - - - no no ok"),
    ("find_customer",            "- - - - - ok no ok"),
    ("formatted_for_agent",      "- - - - - none none none"),
    ("held_requests",            "- - - - - ok ok ok"),
    ("invitations",              "- - - - - no no ok"),
    ("invite_customer",          "- - - - - ok no ok"),
    ("kinds_of",                 "- - - - - ok ok ok"),
    ("lift_for_customer_by_id",  "- - - - - ok no ok"),
    ("list_requests",            "- - - - - 1 0 1"),
    ("lift_for_customer",        "- - - - - ok none ok"),
    ("mail_trouble",             "- - - - - no no ok"),
    ("note_seen_by_agent",       "- - - - - ok none ok"),
    ("preview_for_agent",        "- - - - - ok none ok"),
    ("queue",                    "- - - - - 1 0 1"),
    ("queue_counts",             "- - - - - 1 0 1"),
    ("rectify_customer",         "- - - - - ok no ok"),
    ("release_held",             "- - - - - none none none"),
    ("reply",                    "- - - - - ok none ok"),
    ("request_id_for_agent",     "- - - - - ok none ok"),
    ("restrict_customer",        "- - - - - ok none ok"),
    ("restrict_customer_by_id",  "- - - - - ok no ok"),
    ("restriction_of",           "- - - - - ok none ok"),
    ("retry_aside",              "- - - - - no no none"),
    ("send_again",               "- - - - - none none none"),
    ("send_as_answer",           "- - - - - none none none"),
    ("send_parked_again",        "- - - - - no no ok"),
    ("set_aside",                "- - - - - no no ok"),
    ("split_off",                "- - - - - none none none"),
    ("statistics",               "- - - - - ok ok ok"),
    ("withdraw_invitation",      "- - - - - no no ok"),
    ("drop_webhook",              "- - - - - no no none"),
    ("end_service_token",         "- - - - - no no ok"),
    ("make_service_token",        "- - - - - no no refused"),
    ("make_webhook",              "- - - - - no no refused"),
    ("renew_webhook_secret",      "- - - - - no no none"),
    ("replay_delivery",           "- - - - - no no none"),
    ("service_tokens_for_admin",  "- - - - - no no ok"),
    ("switch_webhook",            "- - - - - no no none"),
    ("webhook_deliveries",        "- - - - - no no none"),
    ("webhooks_for_admin",        "- - - - - no no ok"),
];

/// For everybody: what asks for nothing, or for a secret that was mailed or given out.
const EVERYBODY: &[&str] = &[
    "adopt_language",
    "ask_data_link",
    "ask_erasure",
    "ask_for_passkey",
    "ask_for_passkey_in_second_step",
    "begin_sign_in",
    "check_link",
    "check_second_step",
    "closing",
    "complete_registration",
    "confirm_new_address",
    "data_access",
    "end_data_access",
    "erase_by_data_access",
    "erase_by_link",
    "erasure_preview_by_link",
    "exchange_data_link",
    "forgot_password",
    "knock",
    "knows_device",
    "login",
    "login_from",
    "open_request_link",
    "privacy_text",
    "register",
    "reset_password",
    "screen_registration",
    "search_is_incomplete",
    "second_step",
    "second_step_factors",
    "second_step_with_passkey",
    "session",
    "sign_in",
    "sign_in_with_passkey",
    "stamp",
    "submit",
    "submit_screened",
    "take_up_sign_in",
];

/// For the operator and the program itself: no page calls them.
const OPERATOR: &[&str] = &[
    "add_webhook",
    "add_service_token",
    "add_person",
    "begin_call",
    "audited",
    "caller",
    "close",
    "due_webhooks",
    "end_call",
    "erase_by_operator",
    "erase_by_token",
    "exchange_erasures",
    "export_by_operator",
    "find_traces",
    "finish_erasures",
    "fold_statistics",
    "handed",
    "hear_other_nodes",
    "tell_queues",
    "import_person",
    "index_stale",
    "keep_erasures_copied",
    "keep_file",
    "keep_finishing",
    "keep_searchable",
    "keep_tidy",
    "kept_files",
    "look_after_files",
    "mailbox_position",
    "note_assistant",
    "make_up",
    "open",
    "ready",
    "remove_webhook",
    "remove_service_token",
    "replay_webhook",
    "reset_factors_by_operator",
    "retain",
    "retention_preview",
    "retention_record",
    "rotate_webhook",
    "role_by_operator",
    "send_due_mails",
    "send_mails",
    "set_kinds",
    "set_language",
    "set_mailbox_position",
    "service_tokens",
    "settle",
    "take_in",
    "tidy_up",
    "unfinished_erasures",
    "webhook_came_to",
    "webhooks",
    "work_on_files",
];

async fn every_method_has_its_row(_: &World) {
    let desk = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut methods = BTreeSet::new();
    for file in files_under(&desk.join("src")) {
        let source = std::fs::read_to_string(file).unwrap();
        for part in source.split("\nimpl ").skip(1) {
            let (subject, part) = part.split_once(" {").unwrap();
            if !SUBJECTS.contains(&subject) {
                continue;
            }
            let part = part.split("\n}").next().unwrap();
            for method in part.split("    pub async fn ").skip(1) {
                let (name, rest) = method.split_once(['(', '<']).unwrap();
                let arguments = rest.split("->").next().unwrap();
                let proof = ["&Agent", "&Access", "&Session", "&impl Owner"]
                    .iter()
                    .any(|proof| arguments.contains(proof) && !arguments.contains("Option<&Session>"));
                let in_table = TABLE.iter().any(|(row, _)| *row == name);
                assert_eq!(proof, in_table, "{name}: whoever shows a proof stands in the table, with a call");
                methods.insert(name.to_owned());
            }
        }
    }
    let rows: Vec<&str> = TABLE.iter().map(|(name, _)| *name).chain([EVERYBODY, OPERATOR].concat()).collect();
    let known: BTreeSet<String> = rows.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(known.len(), rows.len(), "a method stands in two places");
    let new: Vec<&String> = methods.difference(&known).collect();
    assert!(new.is_empty(), "decide who may use these, and give each a row in this file: {new:?}");
    let gone: Vec<&String> = known.difference(&methods).collect();
    assert!(gone.is_empty(), "these rows have no method: {gone:?}");
    for page in files_under(&desk.join("../app/src")) {
        let source = std::fs::read_to_string(&page).unwrap();
        for method in OPERATOR {
            let calls = |line: &str| line.contains("desk.") && line.contains(&format!(".{method}("));
            assert!(!source.lines().any(calls), "{} calls {method}", page.display());
        }
    }
}

/// Somebody, with the proofs that they have, on the request that they try.
struct Visitor<'a> {
    world: &'a World,
    access: Option<Access>,
    session: Option<Session>,
    agent: Option<Agent>,
    number: RequestNumber,
    comment: CommentId,
    file: AttachmentId,
    event: Event,
    keyholder: &'a Keyholder,
}

/// Somebody else's passkey, with which everybody tries to be taken for its owner.
struct Keyholder {
    id: String,
    key: Mutex<Key>,
}

const KEYHOLDER: &str = "keyholder@example.org";

impl Keyholder {
    async fn new(world: &World) -> Self {
        let session = world.customer(KEYHOLDER).await;
        let mut key = Key::new();
        let session = crate::passkeys::add(world, &session, &mut key).await;
        let id = world.desk.accounts.passkeys_of(&session).await.unwrap().remove(0).id;
        world.post().await;
        Self { id, key: Mutex::new(key) }
    }

    /// Offers the key to be registered once more, for whoever was asked.
    fn offers(&self, question: &str) -> String {
        let mut key = self.key.lock().unwrap();
        let owner = key.handle.clone();
        let answer = key.made(question);
        key.handle = owner;
        answer
    }

    /// Answers a question with the key, whoever was asked.
    fn answers(&self, question: &str) -> String {
        self.key.lock().unwrap().signed(question)
    }
}

fn word<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok",
        Err(Error::NotFound) => "none",
        Err(Error::Forbidden) => "no",
        Err(Error::Restricted) => "kept",
        Err(Error::Refused(_)) => "refused",
        Err(Error::Gone) => "gone",
        Err(Error::ProofNeeded) => "proof",
        Err(other) => panic!("{other:?}"),
    }
    .to_owned()
}

/// `true` and `false` instead of `ok`, and numbers.
fn value<T: ToString>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => value.to_string(),
        other => word(other),
    }
}

impl Visitor<'_> {
    async fn by_access(&self, method: &str, access: &Access) -> Option<String> {
        let desk = &self.world.desk;
        let number = self.number;
        Some(match method {
            "attachment" => word(desk.requests.attachment(access, number, self.file).await),
            "close_or_reopen" => word(desk.requests.close_or_reopen(access, number, true).await),
            "comment" => {
                word(desk.requests.comment(access, number, "More", &random_word(), Vec::new()).await)
            }
            "concerns_customer" => value(desk.requests.concerns_customer(access, &self.event).await),
            "confirm_request" => word(desk.requests.confirm_request(access, number).await),
            "conversation" => word(desk.requests.conversation(access, number).await),
            "note_seen" => word(desk.requests.note_seen(access, number, self.comment).await),
            "formatted" => word(desk.requests.formatted(access, number, self.comment).await),
            "preview" => word(desk.requests.preview(access, number, self.file).await),
            "request_id" => word(desk.requests.request_id(access, number).await),
            _ => return None,
        })
    }

    async fn by_session(&self, method: &str, session: &Session) -> Option<String> {
        let desk = &self.world.desk;
        let wrong = "not the password";
        Some(match method {
            "account" => word(desk.accounts.account(session).await),
            // Once more the key that is somebody's already.
            "add_passkey" => {
                let question = desk.accounts.ask_for_new_passkey(session).await.unwrap();
                let answer = self.keyholder.offers(&question);
                word(desk.accounts.add_passkey(session, "Not theirs", &answer).await)
            }
            "ask_for_new_passkey" => word(desk.accounts.ask_for_new_passkey(session).await),
            "ask_for_passkey_to_confirm" => word(desk.accounts.ask_for_passkey_to_confirm(session).await),
            "confirm_with_passkey" => {
                let question = desk.accounts.ask_for_passkey_to_confirm(session).await.unwrap();
                word(desk.accounts.confirm_with_passkey(session, &self.keyholder.answers(&question)).await)
            }
            // How many there are.
            "passkeys_of" => value(desk.accounts.passkeys_of(session).await.map(|passkeys| passkeys.len())),
            "remove_passkey" => word(desk.accounts.remove_passkey(session, &self.keyholder.id).await),
            "app_setup" => word(desk.accounts.app_setup(session).await),
            "begin_app" => word(desk.accounts.begin_app(session).await),
            "confirm_app" => word(desk.accounts.confirm_app(session, "not a code").await),
            "confirm_with_code" => {
                word(desk.accounts.confirm_with_code(session, SecondProof::Code("000000"), None).await)
            }
            "confirm_with_password" => word(desk.accounts.confirm_with_password(session, wrong).await),
            "factors" => word(desk.accounts.factors(session).await),
            "new_recovery_codes" => word(desk.accounts.new_recovery_codes(session).await),
            "remove_app" => word(desk.accounts.remove_app(session).await),
            "ask_new_address" => word(desk.joining.ask_new_address(session, "new@example.org", wrong).await),
            "ask_own_erasure" => word(desk.privacy.ask_own_erasure(session).await),
            "change_language" => word(desk.accounts.change_language(session, Language::English).await),
            "change_mail_news" => word(desk.accounts.change_mail_news(session, true).await),
            "change_name" => word(desk.accounts.change_name(session, "Their own").await),
            "change_password" => word(desk.accounts.change_password(session, wrong, PASSWORD).await),
            "consents" => word(desk.privacy.consents(session).await),
            "data_overview" => word(desk.privacy.data_overview(session).await),
            "end_session" => word(desk.people.end_session(session, "nonsense").await),
            "end_token" => word(desk.tokens.end_token(session, "nonsense").await),
            "make_token" => {
                let new = NewToken { name: "", scopes: [Scope::Mail].into_iter().collect(), days: None };
                word(desk.tokens.make_token(session, &new).await)
            }
            "tokens_of" => value(desk.tokens.tokens_of(session).await.map(|tokens| tokens.len())),
            "erase_self" => word(desk.privacy.erase_self(session, wrong).await),
            "erasure_preview" => word(desk.privacy.erasure_preview(session).await),
            "export" => word(desk.privacy.export(session).await),
            "give_consent" => word(desk.privacy.give_consent(session).await),
            "lift_restriction" => word(desk.privacy.lift_restriction(session).await),
            "list_own_requests" => word(desk.requests.list_own_requests(session, &Listing::default()).await),
            "logout" => word(desk.people.logout(session).await),
            "my_requests" => word(desk.requests.my_requests(session, &ListQuery::default()).await),
            "own_restriction" => word(desk.privacy.own_restriction(session).await),
            "restrict" => word(desk.privacy.restrict(session).await),
            "withdraw_consent" => word(desk.privacy.withdraw_consent(session, Some("nonsense")).await),
            _ => return None,
        })
    }

    async fn by_agent(&self, method: &str, agent: &Agent) -> Option<String> {
        let desk = &self.world.desk;
        let (number, comment, nothing) = (self.number, self.comment, self.comment.0);
        let customer = self.event.customer;
        let once = random_word();
        let captured = Capture {
            email: "called@example.org",
            name: "",
            kind: "question",
            subject: "Called",
            body: "Wants to know.",
            once: &once,
            language: Language::English,
        };
        let urgent = Change { priority: Some(Priority::Urgent), ..Change::default() };
        Some(match method {
            "add_colleague" => {
                let new = NewColleague {
                    email: "no address",
                    name: "New",
                    duty: Duty::Admin,
                    language: Language::English,
                };
                word(desk.staff.add_colleague(agent, &new).await)
            }
            "admit" => word(desk.requests.admit(agent, number, comment).await),
            "send_as_answer" => word(desk.requests.send_as_answer(agent, number, comment).await),
            "agents" => word(desk.requests.agents(agent).await),
            "audit_log" => word(desk.people.audit_log(agent, None, 1).await),
            "customer" => word(desk.privacy.customer(agent, customer).await),
            "erase_customer" => word(desk.privacy.erase_customer(agent, customer, Asked::Phone).await),
            "export_customer" => word(desk.privacy.export_customer(agent, customer).await),
            "find_customer" => word(desk.privacy.find_customer(agent, EMAILS[2]).await),
            "invite_customer" => word(desk.privacy.invite_customer(agent, customer).await),
            "lift_for_customer_by_id" => word(desk.privacy.lift_for_customer_by_id(agent, customer).await),
            "list_requests" => {
                let listing = Listing { search: number.to_string(), ..Listing::default() };
                value(desk.requests.list_requests(agent, &listing).await.map(|page| page.rows.len()))
            }
            "rectify_customer" => {
                word(desk.privacy.rectify_customer(agent, customer, Some("Ada"), None).await)
            }
            "restrict_customer_by_id" => word(desk.privacy.restrict_customer_by_id(agent, customer).await),
            "aside_message" => word(desk.intake.aside_message(agent, nothing).await),
            "attachment_for_agent" => {
                word(desk.requests.attachment_for_agent(agent, number, self.file).await)
            }
            "capture" => word(desk.requests.capture(agent, &captured, Vec::new()).await),
            "change" => word(desk.requests.change(agent, number, urgent).await),
            // A customer, whoever they are, is given no role by an id.
            "change_duty" => word(desk.staff.change_duty(agent, self.event.customer, &Duty::Admin).await),
            "colleagues" => word(desk.staff.colleagues(agent).await),
            "concerns" => value(desk.requests.concerns(agent, &self.event).await),
            "conversation_for_agent" => word(desk.requests.conversation_for_agent(agent, number).await),
            "delete_aside" => word(desk.intake.delete_aside(agent, nothing).await),
            "discard_held" => word(desk.privacy.discard_held(agent, number).await),
            "erase_by_agent" => word(desk.privacy.erase_by_agent(agent, number, Asked::Phone).await),
            "erasure_preview_for_agent" => word(desk.privacy.erasure_preview_for_agent(agent, number).await),
            "formatted_for_agent" => word(desk.requests.formatted_for_agent(agent, number, comment).await),
            "held_requests" => word(desk.requests.held_requests(agent, None).await),
            "invitations" => word(desk.staff.invitations(agent).await),
            "kinds_of" => word(desk.people.kinds_of(agent).await),
            "lift_for_customer" => word(desk.privacy.lift_for_customer(agent, number).await),
            "mail_trouble" => word(desk.delivery.mail_trouble(agent).await),
            "note_seen_by_agent" => word(desk.requests.note_seen_by_agent(agent, number, comment).await),
            "preview_for_agent" => word(desk.requests.preview_for_agent(agent, number, self.file).await),
            // How many of one: the request that is searched for.
            "queue" => {
                let query = QueueQuery { search: number.to_string(), ..QueueQuery::default() };
                value(desk.requests.queue(agent, &query).await.map(|page| page.rows.len()))
            }
            "queue_counts" => {
                value(desk.requests.queue_counts(agent).await.map(|counts| counts.active.min(1)))
            }
            "release_held" => word(desk.requests.release_held(agent, number).await),
            "reply" => word(desk.requests.reply(agent, number, &note("Hm", &once), Vec::new()).await),
            "request_id_for_agent" => word(desk.requests.request_id_for_agent(agent, number).await),
            "restrict_customer" => word(desk.privacy.restrict_customer(agent, number).await),
            "restriction_of" => word(desk.privacy.restriction_of(agent, number).await),
            "retry_aside" => word(desk.intake.retry_aside(agent, nothing).await),
            "send_again" => word(desk.delivery.send_again(agent, number, comment).await),
            "send_parked_again" => word(desk.delivery.send_parked_again(agent, None).await),
            "set_aside" => word(desk.intake.set_aside(agent).await),
            "split_off" => word(desk.requests.split_off(agent, number, comment).await),
            "statistics" => word(desk.requests.statistics(agent, Day(0), Day(1)).await),
            "withdraw_invitation" => word(desk.staff.withdraw_invitation(agent, self.event.customer).await),
            "drop_webhook" => word(desk.webhooks.drop_webhook(agent, WebhookId(nothing)).await),
            "end_service_token" => word(desk.tokens.end_service_token(agent, "Nothing").await),
            "make_service_token" => {
                let new = NewService { name: "New", scopes: Scopes::default(), kinds: &[], days: None };
                word(desk.tokens.make_service_token(agent, &new).await)
            }
            "make_webhook" => {
                let new = NewWebhook { name: "New", url: "none", events: &[], private: false, text: false };
                word(desk.webhooks.make_webhook(agent, &new).await)
            }
            "renew_webhook_secret" => {
                word(desk.webhooks.renew_webhook_secret(agent, WebhookId(nothing)).await)
            }
            "replay_delivery" => word(desk.webhooks.replay_delivery(agent, DeliveryId(nothing)).await),
            "service_tokens_for_admin" => word(desk.tokens.service_tokens_for_admin(agent).await),
            "switch_webhook" => word(desk.webhooks.switch_webhook(agent, WebhookId(nothing), true).await),
            "webhook_deliveries" => word(desk.webhooks.webhook_deliveries(agent, WebhookId(nothing)).await),
            "webhooks_for_admin" => word(desk.webhooks.webhooks_for_admin(agent).await),
            _ => return None,
        })
    }

    /// By whichever proof the method takes; `-` without it.
    async fn tries(&self, method: &str) -> String {
        let mut met = Vec::new();
        if let Some(access) = &self.access {
            met.extend(self.by_access(method, access).await);
        }
        if let Some(session) = &self.session {
            met.extend(self.by_session(method, session).await);
        }
        if let Some(agent) = &self.agent {
            met.extend(self.by_agent(method, agent).await);
        }
        assert!(met.len() < 2, "{method} is called twice");
        met.pop().unwrap_or_else(|| "-".to_owned())
    }
}

/// A request that somebody tries.
#[derive(Clone)]
struct Target {
    number: RequestNumber,
    comment: CommentId,
    file: AttachmentId,
    event: Event,
    link: Secret,
}

async fn target(world: &World, alan: &Agent, email: &str, picture: &[u8]) -> Target {
    let file = world.file("picture.png", picture).await;
    world.tick();
    let number = world.submit_with(&Form::from(email), file, None).await.unwrap().number;
    let link = world.mail().await.request_link();
    let shown = world.desk.requests.conversation_for_agent(alan, number).await.unwrap();
    let customer = shown.staff.unwrap().customer.id;
    let (comment, file) = (shown.comments[0].id, shown.comments[0].attachments[0].id);
    Target { number, comment, file, event: Event { request: shown.id, customer, public: true }, link }
}

const EMAILS: [&str; 8] = [
    "",
    "",
    "owner@example.org",
    "other@example.org",
    "restricted@example.org",
    "grace@desk.example",
    "linus@desk.example",
    "root@desk.example",
];

async fn every_proof_is_tried_by_everybody(world: &World) {
    let desk = &world.desk;
    let alan = world.agent("Alan").await;
    for email in &EMAILS[2..5] {
        world.customer(email).await;
    }
    world.agent("Grace").await;
    world.agent("Linus").await;
    world.admin("Root").await;
    desk.staff.set_kinds("linus@desk.example", &["order".to_owned()]).await.unwrap();
    let keyholder = Keyholder::new(world).await;
    let mut picture = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut picture, image::ImageFormat::Png).unwrap();
    let picture = picture.into_inner();
    let restricted = world.login(EMAILS[4], PASSWORD).await.unwrap();
    let withheld = target(world, &alan, EMAILS[4], &picture).await;
    desk.privacy.restrict(&restricted).await.unwrap();
    let owned = target(world, &alan, EMAILS[2], &picture).await;
    let mut sessions: [Option<Session>; 8] = Default::default();
    let mut met = vec![vec![String::new(); ROLES.len()]; TABLE.len()];
    for (place, role) in ROLES.iter().enumerate() {
        let mut shared = if *role == "restricted" { withheld.clone() } else { owned.clone() };
        let mut fresh = place < 5;
        for (row, (method, _)) in TABLE.iter().enumerate() {
            // Whoever logged out is here again.
            if place >= 2 && (row == 0 || TABLE[row - 1].0 == "logout") {
                sessions[place] = Some(world.login(EMAILS[place], PASSWORD).await.unwrap());
            }
            let session = sessions[place].clone();
            let agent = session.as_ref().and_then(|session| session.agent().ok());
            // What agents do may end the customer, so each has somebody else.
            if !fresh {
                shared = target(world, &alan, &format!("{}@example.org", random_word()), &picture).await;
                fresh = true;
            }
            desk.privacy.restrict(&restricted).await.unwrap();
            desk.files.work_on_files().await.unwrap();
            let access = match (*role, &session) {
                ("link", _) => Some(Access::Link(world.holder(&shared.link).await)),
                (_, Some(session)) => Some(Access::Session(session.clone())),
                _ => None,
            };
            let Target { number, comment, file, event, .. } = shared;
            let keyholder = &keyholder;
            let visitor = Visitor { world, access, session, agent, number, comment, file, event, keyholder };
            met[row][place] = visitor.tries(method).await;
            if visitor.agent.is_some()
                && matches!(
                    *method,
                    "erase_by_agent" | "erase_customer" | "restrict_customer" | "restrict_customer_by_id"
                )
            {
                fresh = false;
            }
            if let Some(session) =
                visitor.session.as_ref().filter(|_| *method == "restrict" && *role != "restricted")
            {
                desk.privacy.lift_restriction(session).await.unwrap();
            }
            world.post().await;
        }
    }
    // The key is whose it was, and good.
    let question = desk.accounts.ask_for_passkey().await.unwrap();
    let entry = desk.accounts.sign_in_with_passkey(&keyholder.answers(&question), None).await.unwrap();
    let owner = world.session(&entry.session).await.unwrap();
    assert_eq!(desk.accounts.passkeys_of(&owner).await.unwrap().len(), 1);
    let wrong: Vec<String> = TABLE
        .iter()
        .zip(met)
        .map(|((method, expected), met)| (method, *expected, met.join(" ")))
        .filter(|(_, expected, met)| expected != met)
        .map(|(method, expected, met)| format!("{method}: {met} instead of {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn a_forged_secret_proves_nothing(world: &World) {
    let desk = &world.desk;
    world.customer("ada@example.org").await;
    for forged in ["", "x", &"A".repeat(43), "../../etc/passwd"] {
        let secret = Secret::received(forged);
        assert_eq!(word(desk.accounts.reset_password(&secret, PASSWORD).await), "gone");
        assert_eq!(word(desk.accounts.complete_registration(&secret, PASSWORD).await), "gone");
        assert_eq!(word(desk.joining.confirm_new_address(&secret).await), "gone");
        assert_eq!(word(desk.people.open_request_link(&secret).await), "gone");
        assert_eq!(word(desk.privacy.erasure_preview_by_link(&secret).await), "gone");
        assert_eq!(word(desk.privacy.erase_by_link(&secret).await), "gone");
        assert_eq!(word(desk.privacy.exchange_data_link(&secret).await), "gone");
        assert_eq!(word(desk.privacy.data_access(&secret).await), "gone");
        assert!(desk.people.session(&secret).await.unwrap().is_none());
    }
    assert!(world.login("ada@example.org", PASSWORD).await.is_ok());
}
