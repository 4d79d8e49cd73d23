//! Passkeys, with an authenticator made of a few lines: what a browser and a key would answer.

use data_encoding::BASE64URL_NOPAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_desk::accounts::Login;
use tresen_desk::people::{Factor, Session};
use tresen_model::{Language, Problem};

use crate::support::{PASSWORD, World, assert_fails, files_under, random_word, refusals};

stories! {
    a_passkey_logs_in_alone,
    a_passkey_is_the_second_step,
    a_passkey_is_a_fresh_proof,
    each_question_is_good_once,
    a_question_is_good_for_five_minutes_and_for_what_was_asked,
    answers_from_elsewhere_are_refused,
    a_key_that_asked_nobody_is_refused,
    a_cloned_key_is_noticed,
    a_removed_key_opens_nothing,
    nobody_uses_or_removes_what_is_somebody_elses,
    a_key_is_somebodys_once,
    names_are_names_and_there_are_not_too_many,
    it_is_in_the_copy_and_goes_with_the_person,
}

races! {
    each_question_is_good_once,
}

const ORIGIN: &str = "https://desk.example";

/// A key as it lies in somebody's phone.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    id: Vec<u8>,
    counter: u32,
    pub(crate) handle: Option<String>,
    origin: &'static str,
    host: &'static str,
    /// User present, user verified (WebAuthn 6.1).
    flags: u8,
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

impl Key {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        let id = random_word().into_bytes();
        let flags = PRESENT | VERIFIED;
        Self { pair, random, id, counter: 0, handle: None, origin: ORIGIN, host: "desk.example", flags }
    }

    /// What it answers when it is asked to be registered (attestation `none`).
    pub(crate) fn made(&mut self, question: &str) -> String {
        let question: Value = serde_json::from_str(question).unwrap();
        assert_eq!(question["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(question["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(question["rp"]["id"], "desk.example");
        self.handle = Some(question["user"]["id"].as_str().unwrap().to_owned());
        let mut data = self.data(self.flags | ATTESTED);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        // COSE_Key (RFC 9053 7.1): EC2, ES256, P-256, x, y.
        let point = self.pair.public_key().as_ref();
        data.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend_from_slice(&point[1..33]);
        data.extend_from_slice(&[0x22, 0x58, 0x20]);
        data.extend_from_slice(&point[33..]);
        // { "fmt": "none", "attStmt": {}, "authData": data }
        let mut object = vec![0xa3, 0x63];
        object.extend_from_slice(b"fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend_from_slice(&data);
        let client = self.client_data("webauthn.create", &question);
        json!({
            "id": BASE64.encode(&self.id),
            "rawId": BASE64.encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "attestationObject": BASE64.encode(&object),
                "clientDataJSON": BASE64.encode(&client),
                "transports": ["internal"],
            },
        })
        .to_string()
    }

    /// What it answers when it is asked to sign.
    pub(crate) fn signed(&mut self, question: &str) -> String {
        let question: Value = serde_json::from_str(question).unwrap();
        let data = self.data(self.flags);
        let client = self.client_data("webauthn.get", &question);
        let mut text = data.clone();
        text.extend_from_slice(&Sha256::digest(&client));
        let signature = self.pair.sign(&self.random, &text).unwrap();
        json!({
            "id": BASE64.encode(&self.id),
            "rawId": BASE64.encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "authenticatorData": BASE64.encode(&data),
                "clientDataJSON": BASE64.encode(&client),
                "signature": BASE64.encode(signature.as_ref()),
                "userHandle": self.handle,
            },
        })
        .to_string()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.host.as_bytes()).to_vec();
        data.push(flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, question: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": question["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }
}

/// Somebody with a passkey, just logged in with it.
async fn with_key(world: &World, email: &str) -> (Session, Key) {
    let session = world.customer(email).await;
    let mut key = Key::new();
    let session = add(world, &session, &mut key).await;
    world.post().await;
    (session, key)
}

pub(crate) async fn add(world: &World, session: &Session, key: &mut Key) -> Session {
    let question = world.desk.accounts.ask_for_new_passkey(session).await.unwrap();
    let added = world.desk.accounts.add_passkey(session, "My phone", &key.made(&question)).await.unwrap();
    world.session(&added.entry.session).await.unwrap()
}

async fn enter(world: &World, key: &mut Key) -> Result<Session, Error> {
    let question = world.desk.accounts.ask_for_passkey().await.unwrap();
    let entry = world.desk.accounts.sign_in_with_passkey(&key.signed(&question), None).await?;
    Ok(world.session(&entry.session).await.unwrap())
}

fn is_refused<T>(result: Result<T, Error>) {
    assert_eq!(refusals(result), [("passkey", Problem::PasskeyRefused)]);
}

/// Half way in with the password.
async fn half(world: &World, email: &str) -> Secret {
    match world.desk.accounts.login(email, PASSWORD, None).await.unwrap() {
        Login::Second(half) => half,
        Login::In(_) => panic!("no second factor was asked for"),
    }
}

async fn a_passkey_logs_in_alone(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let before = ada.clone();
    let mut key = Key::new();
    let question = world.desk.accounts.ask_for_new_passkey(&ada).await.unwrap();
    let added = world.desk.accounts.add_passkey(&ada, "  My \n phone ", &key.made(&question)).await.unwrap();
    assert_eq!(added.recovery_codes.len(), 10, "codes for whoever loses the phone");
    assert!(world.desk.accounts.account(&before).await.is_ok());
    let ada = world.session(&added.entry.session).await.unwrap();
    assert_eq!(ada.factor(), Some(Factor::Passkey));
    assert_eq!(world.mail().await.to(), "ada@example.com", "she is told of it");
    let again = enter(world, &mut key).await.unwrap();
    assert_eq!((again.person(), again.factor()), (ada.person(), Some(Factor::Passkey)));
    let lines = world.desk.accounts.passkeys_of(&again).await.unwrap();
    assert_eq!((lines.len(), lines[0].name.as_str()), (1, "My phone"));
    assert!(lines[0].last_used_at.is_some());
}

async fn a_passkey_is_the_second_step(world: &World) {
    let (ada, mut key) = with_key(world, "ada@example.com").await;
    let half = half(world, "ada@example.com").await;
    let question = world.desk.accounts.ask_for_passkey_in_second_step(&half).await.unwrap();
    let allowed: Value = serde_json::from_str(&question).unwrap();
    assert_eq!(allowed["allowCredentials"][0]["id"], BASE64.encode(&key.id));
    // Keys that were asked for need not say whose they are.
    key.handle = None;
    let answer = key.signed(&question);
    let entry = world.desk.accounts.second_step_with_passkey(&half, &answer, None).await.unwrap();
    let session = world.session(&entry.session).await.unwrap();
    assert_eq!((session.person(), session.factor()), (ada.person(), Some(Factor::Passkey)));
    assert_fails!(world.desk.accounts.second_step_with_passkey(&half, &answer, None).await, Error::Gone);
    assert_fails!(world.desk.accounts.ask_for_passkey_in_second_step(&half).await, Error::Gone);
}

async fn a_passkey_is_a_fresh_proof(world: &World) {
    let (ada, mut key) = with_key(world, "ada@example.com").await;
    let secret = {
        let question = world.desk.accounts.ask_for_passkey().await.unwrap();
        world.desk.accounts.sign_in_with_passkey(&key.signed(&question), None).await.unwrap().session
    };
    world.clock.advance_seconds(601);
    let stale = world.session(&secret).await.unwrap();
    assert_fails!(world.desk.accounts.ask_for_new_passkey(&stale).await, Error::ProofNeeded);
    let id = world.desk.accounts.passkeys_of(&stale).await.unwrap()[0].id.clone();
    assert_fails!(world.desk.accounts.remove_passkey(&stale, &id).await, Error::ProofNeeded);
    let question = world.desk.accounts.ask_for_passkey_to_confirm(&stale).await.unwrap();
    world.desk.accounts.confirm_with_passkey(&stale, &key.signed(&question)).await.unwrap();
    let fresh = world.session(&secret).await.unwrap();
    assert_eq!(fresh.person(), ada.person());
    // A question may outlive the proof with which it was asked for: then another is needed.
    world.clock.advance_seconds(400);
    let question = world.desk.accounts.ask_for_new_passkey(&fresh).await.unwrap();
    world.clock.advance_seconds(200);
    let answer = Key::new().made(&question);
    assert_fails!(
        world.desk.accounts.add_passkey(&fresh, "Another", &answer).await.map(drop),
        Error::ProofNeeded
    );
    world.desk.accounts.confirm_with_password(&fresh, PASSWORD).await.unwrap();
    let fresh = world.session(&secret).await.unwrap();
    world.desk.accounts.add_passkey(&fresh, "Another", &answer).await.unwrap();
}

async fn each_question_is_good_once(world: &World) {
    let (_, mut key) = with_key(world, "ada@example.com").await;
    let question = world.desk.accounts.ask_for_passkey().await.unwrap();
    let answer = key.signed(&question);
    let all = (0..100).map(|_| world.desk.accounts.sign_in_with_passkey(&answer, None));
    let outcomes = futures_util::future::join_all(all).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        is_refused(outcome);
    }
    // Also one to which the answer was wrong.
    let question = world.desk.accounts.ask_for_passkey().await.unwrap();
    let mut other = Key::new();
    other.handle = key.handle.clone();
    is_refused(world.desk.accounts.sign_in_with_passkey(&other.signed(&question), None).await);
    is_refused(world.desk.accounts.sign_in_with_passkey(&key.signed(&question), None).await);
}

async fn a_question_is_good_for_five_minutes_and_for_what_was_asked(world: &World) {
    let (ada, mut key) = with_key(world, "ada@example.com").await;
    let question = world.desk.accounts.ask_for_passkey().await.unwrap();
    world.clock.advance_seconds(300);
    is_refused(world.desk.accounts.sign_in_with_passkey(&key.signed(&question), None).await);
    world.desk.tidy_up().await.unwrap();
    // Asked for one thing, answered for another.
    let half = half(world, "ada@example.com").await;
    let to_log_in = world.desk.accounts.ask_for_passkey().await.unwrap();
    is_refused(world.desk.accounts.second_step_with_passkey(&half, &key.signed(&to_log_in), None).await);
    is_refused(world.desk.accounts.confirm_with_passkey(&ada, &key.signed(&to_log_in)).await);
    let to_confirm = world.desk.accounts.ask_for_passkey_to_confirm(&ada).await.unwrap();
    is_refused(world.desk.accounts.sign_in_with_passkey(&key.signed(&to_confirm), None).await);
    // Of two questions to the same person, too.
    is_refused(world.desk.accounts.second_step_with_passkey(&half, &key.signed(&to_confirm), None).await);
    let to_step = world.desk.accounts.ask_for_passkey_in_second_step(&half).await.unwrap();
    is_refused(world.desk.accounts.confirm_with_passkey(&ada, &key.signed(&to_step)).await);
    for nonsense in
        ["", "{}", "null", "[]", &"x".repeat(100_000), r#"{"id":"","rawId":"","type":"public-key"}"#]
    {
        is_refused(world.desk.accounts.sign_in_with_passkey(nonsense, None).await);
    }
    // One that is longer than any browser's is not even looked at, so its question is still good.
    let question = world.desk.accounts.ask_for_passkey().await.unwrap();
    let answer = key.signed(&question);
    let padded = format!("{answer}{}", " ".repeat(64 * 1024));
    is_refused(world.desk.accounts.sign_in_with_passkey(&padded, None).await);
    world.desk.accounts.sign_in_with_passkey(&answer, None).await.unwrap();
}

async fn answers_from_elsewhere_are_refused(world: &World) {
    let (_, mut key) = with_key(world, "ada@example.com").await;
    for origin in [
        "https://desk.example.evil.example",
        "http://desk.example",
        "https://desk.example:8443",
        "null",
        "https://sub.desk.example",
    ] {
        key.origin = origin;
        is_refused(enter(world, &mut key).await);
    }
    key.origin = ORIGIN;
    key.host = "evil.example";
    is_refused(enter(world, &mut key).await);
    key.host = "desk.example";
    assert!(enter(world, &mut key).await.is_ok());
    // Nor is one registered there.
    let eve = world.customer("eve@example.com").await;
    let mut other = Key::new();
    other.origin = "https://evil.example";
    let question = world.desk.accounts.ask_for_new_passkey(&eve).await.unwrap();
    is_refused(world.desk.accounts.add_passkey(&eve, "Phone", &other.made(&question)).await);
}

async fn a_key_that_asked_nobody_is_refused(world: &World) {
    let (_, mut key) = with_key(world, "ada@example.com").await;
    for flags in [0, PRESENT] {
        key.flags = flags;
        is_refused(enter(world, &mut key).await);
        let half = half(world, "ada@example.com").await;
        let question = world.desk.accounts.ask_for_passkey_in_second_step(&half).await.unwrap();
        is_refused(world.desk.accounts.second_step_with_passkey(&half, &key.signed(&question), None).await);
    }
    let eve = world.customer("eve@example.com").await;
    let mut careless = Key::new();
    careless.flags = PRESENT;
    let question = world.desk.accounts.ask_for_new_passkey(&eve).await.unwrap();
    is_refused(world.desk.accounts.add_passkey(&eve, "Old key", &careless.made(&question)).await);
}

async fn a_cloned_key_is_noticed(world: &World) {
    let ada = world.customer("ada@example.com").await;
    let mut key = Key::new();
    key.counter = 5;
    add(world, &ada, &mut key).await;
    key.counter = 6;
    assert!(enter(world, &mut key).await.is_ok());
    // The copy has counted less far, or as far.
    for counter in [5, 6, 0] {
        key.counter = counter;
        is_refused(enter(world, &mut key).await);
    }
    key.counter = 7;
    assert!(enter(world, &mut key).await.is_ok());
}

async fn a_removed_key_opens_nothing(world: &World) {
    let (ada, mut key) = with_key(world, "ada@example.com").await;
    let asked = world.desk.accounts.ask_for_passkey().await.unwrap();
    let half = half(world, "ada@example.com").await;
    let id = world.desk.accounts.passkeys_of(&ada).await.unwrap()[0].id.clone();
    world.desk.accounts.remove_passkey(&ada, &id).await.unwrap();
    assert_eq!(world.mail().await.to(), "ada@example.com", "she is told of it");
    assert!(world.desk.accounts.passkeys_of(&ada).await.unwrap().is_empty());
    is_refused(world.desk.accounts.sign_in_with_passkey(&key.signed(&asked), None).await);
    is_refused(enter(world, &mut key).await);
    assert_fails!(world.desk.accounts.ask_for_passkey_in_second_step(&half).await, Error::Gone);
    assert_fails!(world.desk.accounts.remove_passkey(&ada, &id).await, Error::NotFound);
    // The password alone is enough again.
    assert!(world.login("ada@example.com", PASSWORD).await.is_ok());
}

async fn nobody_uses_or_removes_what_is_somebody_elses(world: &World) {
    let (ada, mut hers) = with_key(world, "ada@example.com").await;
    let (eve, mut own) = with_key(world, "eve@example.com").await;
    let id = world.desk.accounts.passkeys_of(&ada).await.unwrap()[0].id.clone();
    for id in [id.as_str(), "", "nonsense"] {
        assert_fails!(world.desk.accounts.remove_passkey(&eve, id).await, Error::NotFound);
    }
    // With Ada's password and Eve's key.
    let half = half(world, "ada@example.com").await;
    let question = world.desk.accounts.ask_for_passkey_in_second_step(&half).await.unwrap();
    is_refused(world.desk.accounts.second_step_with_passkey(&half, &own.signed(&question), None).await);
    // Eve's key that says it is Ada's.
    own.handle = hers.handle.clone();
    is_refused(enter(world, &mut own).await);
    own.handle = None;
    is_refused(enter(world, &mut own).await);
    let question = world.desk.accounts.ask_for_passkey_to_confirm(&eve).await.unwrap();
    is_refused(world.desk.accounts.confirm_with_passkey(&ada, &hers.signed(&question)).await);
    assert!(enter(world, &mut hers).await.is_ok());
}

async fn a_key_is_somebodys_once(world: &World) {
    let (ada, mut key) = with_key(world, "ada@example.com").await;
    let question = world.desk.accounts.ask_for_new_passkey(&ada).await.unwrap();
    let shown: Value = serde_json::from_str(&question).unwrap();
    assert_eq!(shown["excludeCredentials"][0]["id"], BASE64.encode(&key.id));
    is_refused(world.desk.accounts.add_passkey(&ada, "Again", &key.made(&question)).await);
    let eve = world.customer("eve@example.com").await;
    let question = world.desk.accounts.ask_for_new_passkey(&eve).await.unwrap();
    is_refused(world.desk.accounts.add_passkey(&eve, "Stolen", &key.made(&question)).await);
    assert!(world.desk.accounts.passkeys_of(&eve).await.unwrap().is_empty());
}

async fn names_are_names_and_there_are_not_too_many(world: &World) {
    let mut ada = world.customer("ada@example.com").await;
    for name in ["", "  ", &"x".repeat(61)] {
        let question = world.desk.accounts.ask_for_new_passkey(&ada).await.unwrap();
        let said = refusals(world.desk.accounts.add_passkey(&ada, name, &Key::new().made(&question)).await);
        assert_eq!(said[0].0, "passkey_name", "{name}");
    }
    for _ in 0..20 {
        ada = add(world, &ada, &mut Key::new()).await;
    }
    assert_eq!(world.desk.accounts.passkeys_of(&ada).await.unwrap().len(), 20);
    assert_eq!(
        refusals(world.desk.accounts.ask_for_new_passkey(&ada).await),
        [("passkey", Problem::TooManyPasskeys { max: 20 })]
    );
}

async fn it_is_in_the_copy_and_goes_with_the_person(world: &World) {
    let (ada, mut key) = with_key(world, "ada@example.com").await;
    world.desk.accounts.ask_for_passkey_to_confirm(&ada).await.unwrap();
    let (copy, _) = crate::export::exported(world, &ada).await;
    assert_eq!(copy["passkeys"][0]["name"], "My phone");
    for text in ["My phone".as_bytes().to_vec(), key.id.clone(), BASE64.encode(&key.id).into_bytes()] {
        for file in files_under(world.place.data()) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(text.len()).any(|part| part == text), "{}", file.display());
        }
    }
    world.desk.privacy.erase_by_operator("ada@example.com").await.unwrap().unwrap();
    is_refused(enter(world, &mut key).await);
    world.desk.accounts.register("ada@example.com", Language::English).await.unwrap();
    assert_ne!(world.customer("ada@example.com").await.person(), ada.person());
}
