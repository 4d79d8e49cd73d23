//! A clock that was a day ahead and is set right while the program is stopped: ids and times of what comes then
//! are before those of what is there, and it stands after it all the same.

use std::sync::Arc;

use tresen_desk::clock::{Clock, SystemClock, TestClock};
use tresen_desk::requests::Access;
use tresen_model::Timestamp;

use crate::opened::{email, mails, open, open_at, write_some};
use crate::served::browser::Browser;
use crate::served::{Served, status};

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_clock_was_set_back_stands_last() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let ahead = TestClock::new(Timestamp(SystemClock.now().0 + 24 * 3600 * 1_000_000));
    let desk = open_at(&data, Arc::new(ahead)).await;
    write_some(&desk, 0, 0..1).await;
    while desk.delivery.send_due_mails().await.unwrap() > 0 {}
    desk.close().await;
    let mail = mails(&data).into_iter().find(|mail| mail.contains(&email(0))).unwrap();
    let link = &mail[mail.find("/requests/T-").unwrap()..];
    let link: String = link.chars().take_while(|sign| !" \r\n\"<>".contains(*sign)).collect();
    let (page, token) = link.split_once("?token=").unwrap();

    let served = Served::start(folder.path(), "[forms]\nscreen = false\n").await;
    let browser = Browser { port: served.port, session: String::new() };
    let mut last = first_comment(&browser.get(&link).await);
    for word in ["Snicker", "Snack", "Vorpal"] {
        let reply = [("body", word), ("once", word), ("token", token)];
        let answer = browser.post(page, &reply).await;
        assert_eq!(status(&answer), 303, "{answer}");
        // The page that is open is told of this one comment.
        let number = page.rsplit('/').next().unwrap();
        let asked = [("number", number), ("token", token), ("last", &last), ("agent", "false")];
        let news = browser.send("/api/ui/news", &asked, "application/json").await;
        assert_eq!(status(&news), 200, "{news}");
        assert_eq!(news.matches("\"body\"").count(), 1, "{news}");
        assert!(news.contains(word), "{news}");
        last = id_after(&news, "\"id\":\"");
    }
    let shown = browser.get(&link).await;
    let places = ["Please", "Snicker", "Snack", "Vorpal"].map(|word| shown.find(word).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    drop(served);

    // So it is for whoever reads it otherwise.
    let desk = open(&data).await;
    let token = tresen_desk::Secret::received(token);
    let access = Access::Link(desk.people.open_request_link(&token).await.unwrap());
    let number = tresen_model::RequestNumber::parse(page.rsplit('/').next().unwrap()).unwrap();
    let comments = desk.requests.conversation(&access, number).await.unwrap().comments;
    let bodies: Vec<_> = comments.iter().map(|comment| &*comment.body).collect();
    assert_eq!(bodies, ["Please", "Snicker", "Snack", "Vorpal"]);
    assert!(comments.is_sorted_by_key(|comment| comment.created_at));
    desk.close().await;
}

/// The id of the first comment of a page.
fn first_comment(page: &str) -> String {
    id_after(page, "id=\"c-")
}

fn id_after(text: &str, before: &str) -> String {
    let rest = text.split(before).nth(1).unwrap_or_else(|| panic!("{text}"));
    rest.chars().take_while(|sign| sign.is_ascii_hexdigit() || *sign == '-').collect()
}
