//! `Idempotency-Key`: a call that is sent twice is done once (draft-ietf-httpapi-idempotency-key-header).

use axum::http::HeaderMap;
use data_encoding::HEXLOWER;
use tresen_desk::tokens::{Caller, First};

use super::problem::{Failed, Problem};
use super::state::Api;

/// The longest key, in bytes.
const LONGEST: usize = 255;

/// Seconds until a call that is running has probably ended.
const SOON: u64 = 2;

fn is_key(key: &str) -> bool {
    (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Does what is asked, or says what came of it before: in public ids, from which the answer is written again. The act
/// gets a word by which the desk knows it again. `call` is everything that makes a call the same.
pub(super) async fn once(
    api: &Api,
    caller: &Caller,
    headers: &HeaderMap,
    call: &[&[u8]],
    act: impl AsyncFnOnce(String) -> Result<String, Failed>,
) -> Result<String, Failed> {
    let Some(key) = headers.get("idempotency-key") else {
        let mut bytes = [0; 16];
        return match getrandom::fill(&mut bytes) {
            Ok(()) => act(HEXLOWER.encode(&bytes)).await,
            Err(_) => Err(Problem::Unavailable.into()),
        };
    };
    let key = key.to_str().ok().filter(|key| is_key(key)).ok_or_else(|| {
        Failed::field("Idempotency-Key", format!("The key has 1 to {LONGEST} visible ASCII characters."))
    })?;
    match api.desk.tokens.begin_call(caller, key, call).await? {
        First::Yes => {}
        First::Done(answer) => return Ok(answer),
        First::Running => return Err(Failed::from(Problem::StillRunning).after(SOON)),
        First::Other => return Err(Problem::KeyReused.into()),
    }
    // A task of its own would outlive a caller who hangs up; the desk's word finds what was done instead.
    let done = act(api.desk.tokens.word_of_call(caller, key)).await;
    api.desk.tokens.end_call(caller, key, done.as_ref().ok().map(String::as_str)).await?;
    done
}
