//! A text is found in each of its spellings, on both engines alike.

use sqlx::Connection;
use tresen_desk::Location;
use tresen_desk::requests::Access;

use crate::support::{Form, World};

stories! {
    each_spelling_finds_all_others,
    a_word_within_japanese_chinese_korean_and_thai_text_is_found,
    file_names_are_kept_with_their_letters_in_one_piece,
    an_index_in_another_form_is_made_again,
}

const EMAIL: &str = "ada@example.org";

async fn each_spelling_finds_all_others(world: &World) {
    let (ada, grace) = (world.customer(EMAIL).await, world.agent("Grace").await);
    let groups = [
        vec!["Köln", "Koeln", "Koln", "Ko\u{308}ln"],
        vec!["Straße", "Strasse", "STRASSE"],
        vec!["Mu\u{308}ller", "Müller", "Mueller", "muller", "ＭÜLLER"],
        vec!["Tromsø", "Tromsoe", "tromso"],
        vec!["Brûlée", "bru\u{302}le\u{301}e", "brulee"],
        vec!["ﾌﾟﾘﾝﾀｰ", "プリンター"],
    ];
    for group in groups {
        let mut found = Vec::new();
        for spelling in &group {
            found.insert(0, world.submit(&Form::from(EMAIL).about(spelling, "Text.")).await);
        }
        world.submit(&Form::from(EMAIL).about("Kolben", "Stroh, Mull, Trommel, Brut, プリ")).await;
        world.index().await;
        for spelling in group {
            assert_eq!(world.find(&ada, spelling).await, found, "{spelling}");
            assert_eq!(world.find_all(&grace, spelling).await, found, "{spelling}, by an agent");
        }
    }
    // The customer's name and address, and notes, are in the same form.
    let named = world.submit(&Form::from("joerg@example.org").called("Jörg Weiß")).await;
    world.index().await;
    for typed in ["Joerg Weiss", "jorg", "Jo\u{308}rg", "WEIẞ"] {
        assert_eq!(world.find_all(&grace, typed).await, [named], "{typed}");
    }
    // A transcription is the whole word: its beginning is most often another one.
    world.submit(&Form::from(EMAIL).about("It should work", "They show it in full.")).await;
    world.index().await;
    for typed in ["shoe", "fuel"] {
        assert!(world.find(&ada, typed).await.is_empty(), "{typed}");
    }
}

async fn a_word_within_japanese_chinese_korean_and_thai_text_is_found(world: &World) {
    let ada = world.customer(EMAIL).await;
    for (text, words, strangers) in [
        (
            "東京都の印刷機が壊れました",
            vec!["東京", "京都", "印刷機", "機", "壊れ", "東"],
            vec!["京東", "大阪"],
        ),
        ("这台打印机不能用", vec!["打印机", "不能", "用"], vec!["印打", "电脑"]),
        ("프린터가고장났습니다", vec!["프린터", "고장", "다"], vec!["터린프"]),
        ("ฉันซื้อเครื่องพิมพ์ใหม่", vec!["พิมพ์", "ใหม่"], vec!["รถยนต์"]),
        ("新しいiPhone15です", vec!["iphone", "新しい", "です"], vec!["phone15"]),
    ] {
        let number = world.submit(&Form::from(EMAIL).about("Text", text)).await;
        world.index().await;
        for word in words {
            assert_eq!(world.find(&ada, word).await, [number], "{word} in {text}");
        }
        for word in strangers {
            assert!(world.find(&ada, word).await.is_empty(), "{word} in {text}");
        }
    }
}

async fn file_names_are_kept_with_their_letters_in_one_piece(world: &World) {
    let ada = world.customer(EMAIL).await;
    let access = Access::Session(ada.clone());
    let number = world.submit(&Form::from(EMAIL)).await;
    let file = world.file("Rechnung Ma\u{308}rz für ガ\u{304b}\u{3099}.pdf", b"x").await;
    world.tick();
    world.desk.requests.comment(&access, number, "Anbei", "a", file).await.unwrap();
    world.index().await;
    let comments = world.desk.requests.conversation(&access, number).await.unwrap().comments;
    let shown = &comments[1].attachments[0];
    assert_eq!(shown.name, "Rechnung März für ガが.pdf");
    let opened = world.desk.requests.attachment(&access, number, shown.id).await.unwrap();
    assert_eq!(opened.name, shown.name);
    for typed in ["März", "Ma\u{308}rz", "Maerz"] {
        assert_eq!(world.find(&ada, typed).await, [number], "{typed}");
    }
}

async fn an_index_in_another_form_is_made_again(world: &World) {
    let ada = world.customer(EMAIL).await;
    let number = world.submit(&Form::from(EMAIL).about("Köln", "Text.")).await;
    world.index().await;
    world.desk.close().await;
    // In the same form it stays.
    let desk = world.open_another().await.unwrap();
    assert_eq!(desk.indexer.index_stale().await.unwrap(), 0);
    desk.close().await;

    match &world.place.database {
        Location::Server(url) => {
            let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
            let sql = "COMMENT ON TABLE search_entry_00 IS NULL";
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        Location::File(_) => {
            let url = format!("sqlite:{}", world.place.data().join("search.db").display());
            let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
            sqlx::query("PRAGMA user_version = 0").execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
    let desk = world.open_another().await.unwrap();
    assert_eq!(desk.indexer.index_stale().await.unwrap(), 1);
    let query = tresen_desk::requests::ListQuery { search: "koeln".into(), ..Default::default() };
    assert_eq!(desk.requests.my_requests(&ada, &query).await.unwrap().rows[0].number, number);
    desk.close().await;
}
