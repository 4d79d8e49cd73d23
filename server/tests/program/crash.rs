//! An erasure that is killed at any moment: either it had not begun, or it is finished when
//! the desk is opened next. Nothing in between, and nobody else is touched.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::opened::{REQUESTS, counted, email, farewells, is_there, open, prove, unfinished, write};

const CUSTOMERS: usize = 36;

/// Whoever is being erased and still has a key.
const WITH_KEY: &str =
    "SELECT COUNT(*) FROM erasure JOIN keys.person_key USING (person_id) WHERE finished_at IS NULL";

/// Runs `tresen erase`, and kills it after a while.
fn erase(folder: &Path, customer: usize, after: Option<Duration>) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
    program.args(["erase", "--email", &email(customer)]).current_dir(folder);
    program.env("TRESEN_DATA", folder).env("TRESEN_LOG", "off");
    let mut program = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    match after {
        Some(after) => {
            std::thread::sleep(after);
            // SIGKILL. Fails when it has ended already.
            program.kill().ok();
            program.wait().unwrap();
        }
        None => assert!(program.wait().unwrap().success()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let desk = open(folder).await;
    for customer in 0..CUSTOMERS {
        write(&desk, customer).await;
    }
    while desk.indexer.index_stale().await.unwrap() > 0 {}
    for customer in 0..CUSTOMERS {
        assert!(is_there(&desk, folder, customer).await);
    }
    desk.close().await;
    prove(folder).await;

    let begun = Instant::now();
    erase(folder, 0, None);
    // Most of it is the start of the program. The moment to kill it is moved towards those
    // in which an erasure is under way, and a little beyond them on either side.
    let whole = begun.elapsed();
    let (step, mut after) = (whole / 40, whole * 4 / 5);
    let (mut gone, mut half, mut told) = (0, 0, 0);
    for customer in 1..CUSTOMERS - 1 {
        erase(folder, customer, Some(after));
        let begun = unfinished(folder).await;
        half += begun;
        let with_key = counted(folder, WITH_KEY).await;
        let desk = open(folder).await;
        assert_eq!(unfinished(folder).await, 0);
        desk.settle().await;
        let mails = farewells(&desk, folder, customer);
        if with_key > 0 {
            // The start has finished it, and said so.
            assert_eq!(mails, 1, "{customer}");
            told += 1;
        }
        // Killed behind the key: at most one, as far as it came.
        assert!(mails <= 1, "{customer}");
        if is_there(&desk, folder, customer).await {
            assert_eq!(begun, 0, "begun and not finished: {customer}");
            after += step;
            // Not begun: it is all there.
            let erased = desk.privacy.erase_by_operator(&email(customer)).await.unwrap().unwrap();
            assert_eq!((erased.count.requests, erased.count.attachments), (REQUESTS, REQUESTS));
            assert!(!is_there(&desk, folder, customer).await);
            assert_eq!((mails, farewells(&desk, folder, customer)), (0, 1));
        } else {
            gone += 1;
            after = after.saturating_sub(if begun > 0 { step / 3 } else { step });
        }
        assert!(desk.privacy.erase_by_operator(&email(customer)).await.unwrap().is_none(), "{customer}");
        desk.close().await;
    }
    assert!(told > 0, "none was killed before its key was gone: {half} half-way");
    assert!(half > 0, "of {CUSTOMERS} none was killed half-way: {gone} were gone");
    println!(
        "of {CUSTOMERS}: {gone} were gone in the end, {half} of them killed half-way, {told} with the key still there"
    );
    let desk = open(folder).await;
    let left = desk.privacy.erase_by_operator(&email(CUSTOMERS - 1)).await.unwrap().unwrap().count;
    assert_eq!((left.requests, left.attachments), (REQUESTS, REQUESTS));
    desk.close().await;
}
