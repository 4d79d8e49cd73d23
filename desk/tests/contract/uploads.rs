//! What is done with files once they are stored: a scanner looks at them, images get a small picture.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tresen_desk::people::Agent;
use tresen_desk::requests::{Access, File, Submission};
use tresen_desk::settings::AttachmentLimits;
use tresen_desk::settings::{Scanner, Uploads};
use tresen_desk::{Desk, Error, Location};
use tresen_model::views::Attachment;
use tresen_model::{FileCheck, Language, RequestNumber};

use crate::letters::Letter;
use crate::support::{Form, World, assert_fails, contents, random_word, reply};

stories! {
    an_infected_file_is_kept_back_wherever_it_came_from,
    a_scanner_that_is_down_loses_nothing,
    the_operator_may_serve_what_is_not_checked_yet,
    a_real_clamd_finds_eicar,
    an_image_gets_a_small_picture_for_those_who_may_see_it,
    a_small_picture_goes_with_its_image,
    a_bomb_gets_no_picture_and_is_served_as_it_is,
    nothing_is_made_of_what_is_restricted,
    nothing_is_made_of_what_is_infected,
    an_image_that_ends_the_program_is_given_up,
    two_who_work_take_a_file_once,
}

races! {
    two_who_work_take_a_file_once,
}

const EMAIL: &str = "ada@example.org";

/// The test file of the EICAR, in two parts: scanners find it in sources, too.
fn eicar() -> Vec<u8> {
    [&br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-"[..], b"ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

fn photo() -> Vec<u8> {
    let pixels =
        image::RgbImage::from_fn(1000, 500, |x, y| image::Rgb([(x % 250) as u8, (y % 250) as u8, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A stand-in for clamd that finds EICAR, and takes nothing while it is down.
struct StandIn {
    place: Scanner,
    down: Arc<AtomicBool>,
}

impl StandIn {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = Scanner::try_from(listener.local_addr().unwrap().to_string()).unwrap();
        let down = Arc::new(AtomicBool::new(false));
        let is_down = Arc::clone(&down);
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                if is_down.load(Ordering::SeqCst) {
                    continue;
                }
                let mut command = [0; 10];
                let mut file = Vec::new();
                if connection.read_exact(&mut command).await.is_err() {
                    continue;
                }
                while let Ok(length @ 1..) = connection.read_u32().await {
                    let mut piece = vec![0; length as usize];
                    connection.read_exact(&mut piece).await.unwrap();
                    file.extend(piece);
                }
                let found = file.windows(20).any(|window| window == &eicar()[..20]);
                let answer =
                    if found { &b"stream: Eicar-Test-Signature FOUND\0"[..] } else { b"stream: OK\0" };
                connection.write_all(answer).await.unwrap();
            }
        });
        Self { place, down }
    }
}

/// The same desk with other settings.
async fn with(world: &World, uploads: Uploads) -> Desk {
    let mut opening = world.place.opening(Arc::clone(&world.clock));
    opening.settings.uploads = uploads;
    opening.settings.attachments = AttachmentLimits::default();
    Desk::open(opening).await.unwrap()
}

async fn scanned_by(world: &World, scanner: &Scanner) -> Desk {
    with(world, Uploads { scanner: Some(scanner.clone()), ..Uploads::default() }).await
}

async fn files(desk: &Desk, files: &[(&str, &[u8])]) -> Vec<File> {
    let mut input = desk.requests.receive_files();
    for (name, contents) in files {
        input.begin(name).await.unwrap();
        input.write(contents).await.unwrap();
        input.end().await.unwrap();
    }
    input.finish()
}

async fn submit(desk: &Desk, given: &[(&str, &[u8])]) -> RequestNumber {
    let form = Form::from(EMAIL);
    let submission = Submission::parse(&form.fields(), desk.settings()).unwrap();
    desk.requests.submit(submission, files(desk, given).await, None).await.unwrap().number
}

async fn last_files(desk: &Desk, agent: &Agent, number: RequestNumber) -> Vec<Attachment> {
    let shown = desk.requests.conversation_for_agent(agent, number).await.unwrap();
    shown.comments.into_iter().next_back().unwrap().attachments
}

async fn an_infected_file_is_kept_back_wherever_it_came_from(world: &World) {
    let scanner = StandIn::start().await;
    let agent = world.agent("Grace").await;
    let session = world.customer(EMAIL).await;
    let ada = Access::Session(session.clone());
    let desk = scanned_by(world, &scanner.place).await;
    let big = [vec![b'x'; 300_000], eicar()].concat();
    let number = submit(&desk, &[("good.txt", b"All is well."), ("bad.com", &big)]).await;
    let check = async |fine: usize| {
        desk.files.work_on_files().await.unwrap();
        let seen = last_files(&desk, &agent, number).await;
        let bad = seen.last().unwrap().clone();
        assert_eq!((seen.len() - 1, bad.check, bad.served), (fine, FileCheck::Infected, false));
        assert_eq!(bad.finding.as_deref(), Some("Eicar-Test-Signature"));
        assert!(seen[..fine].iter().all(|file| file.check == FileCheck::Fine && file.served));
        let mine =
            desk.requests.conversation(&ada, number).await.unwrap().comments.pop().unwrap().attachments;
        assert_eq!((mine[fine].check, &mine[fine].finding), (FileCheck::Infected, &None));
        for refused in [
            desk.requests.attachment(&ada, number, bad.id).await,
            desk.requests.attachment_for_agent(&agent, number, bad.id).await,
            desk.requests.preview(&ada, number, bad.id).await,
            desk.requests.preview_for_agent(&agent, number, bad.id).await,
        ] {
            assert_fails!(refused, Error::Withheld(FileCheck::Infected));
        }
        seen
    };
    let seen = check(1).await;
    assert_eq!(
        contents(desk.requests.attachment(&ada, number, seen[0].id).await.unwrap()).await,
        b"All is well."
    );
    world.post().await;

    // In a mail.
    let letter = Letter::from(EMAIL).with_file("bad.txt", std::str::from_utf8(&eicar()).unwrap());
    let tresen_desk::intake::TakenIn::Request(mailed) = letter.arrive_at(&desk).await else {
        panic!("a request of its own")
    };
    desk.files.work_on_files().await.unwrap();
    let seen = last_files(&desk, &agent, mailed).await;
    assert_eq!((seen.len(), seen[0].check), (1, FileCheck::Infected));
    world.post().await;

    // In an answer: the mail goes without it. What is fine goes along, though nobody has looked before.
    for (file, carried) in [(b"Harmless".to_vec(), true), (eicar(), false)] {
        world.tick();
        let once = random_word();
        let files = files(&desk, &[("answer.bin", &file)]).await;
        desk.requests.reply(&agent, number, &reply("See the file.", &once), files).await.unwrap();
        while desk.delivery.send_due_mails().await.unwrap() > 0 {}
        let mail = world.mail().await;
        assert_eq!(mail.text.contains("attached to"), carried);
    }
    check(0).await;

    // The copy of one's data names what was found, and leaves it out.
    for (language, why) in [
        (Language::English, "Not in this copy: a virus scanner found something in this file."),
        (Language::German, "Nicht in dieser Kopie: Ein Virenscanner hat in dieser Datei etwas gefunden."),
    ] {
        desk.accounts.change_language(&session, language).await.unwrap();
        let mut copy = desk.privacy.export_by_operator(EMAIL).await.unwrap().unwrap();
        let mut zip = Vec::new();
        while let Some(part) = copy.next().await {
            zip.extend(part.unwrap());
        }
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert!(names.iter().any(|name| name.ends_with("good.txt")), "{names:?}");
        assert!(!names.iter().any(|name| name.contains("bad.")), "{names:?}");
        let data: serde_json::Value = serde_json::from_reader(zip.by_name("data.json").unwrap()).unwrap();
        let withheld = &data["requests"][0]["comments"][0]["withheld"];
        assert_eq!((withheld.as_array().unwrap().len(), withheld[0]["name"].as_str()), (1, Some("bad.com")));
        let page = std::io::read_to_string(zip.by_name("index.html").unwrap()).unwrap();
        for name in ["bad.com", "bad.txt"] {
            assert!(page.contains(&format!("<p>{name} – {why}</p>")), "{page}");
        }
    }
    desk.close().await;
}

async fn a_scanner_that_is_down_loses_nothing(world: &World) {
    let scanner = StandIn::start().await;
    scanner.down.store(true, Ordering::SeqCst);
    let agent = world.agent("Grace").await;
    let desk = scanned_by(world, &scanner.place).await;
    let image = photo();
    let number = submit(&desk, &[("photo.png", &image), ("bad.com", &eicar())]).await;
    for _ in 0..3 {
        desk.files.work_on_files().await.unwrap();
        let seen = last_files(&desk, &agent, number).await;
        assert_eq!(seen.len(), 2);
        for file in &seen {
            assert_eq!((file.check, file.served, file.preview), (FileCheck::Waiting, false, None));
            let refused = desk.requests.attachment_for_agent(&agent, number, file.id).await;
            assert_fails!(refused, Error::Withheld(FileCheck::Waiting));
        }
        world.clock.advance_seconds(20);
    }
    // A desk without a scanner has nothing to wait for.
    assert!(last_files(&world.desk, &agent, number).await.iter().all(|file| file.served));

    scanner.down.store(false, Ordering::SeqCst);
    world.clock.advance_seconds(7200);
    desk.files.work_on_files().await.unwrap();
    let seen = last_files(&desk, &agent, number).await;
    assert_eq!([seen[0].check, seen[1].check], [FileCheck::Fine, FileCheck::Infected]);
    assert_eq!(seen[0].preview.map(|preview| (preview.width, preview.height)), Some((640, 320)));
    assert!(
        contents(desk.requests.attachment_for_agent(&agent, number, seen[0].id).await.unwrap()).await
            == image
    );
    assert_eq!(desk.files.work_on_files().await.unwrap(), 0);
    desk.close().await;
}

async fn the_operator_may_serve_what_is_not_checked_yet(world: &World) {
    let scanner = StandIn::start().await;
    scanner.down.store(true, Ordering::SeqCst);
    let agent = world.agent("Grace").await;
    let uploads =
        Uploads { scanner: Some(scanner.place.clone()), serve_unchecked: true, ..Uploads::default() };
    let desk = with(world, uploads).await;
    let number = submit(&desk, &[("bad.com", &eicar())]).await;
    desk.files.work_on_files().await.unwrap();
    let seen = last_files(&desk, &agent, number).await;
    assert_eq!((seen[0].check, seen[0].served), (FileCheck::Waiting, true));
    desk.requests.attachment_for_agent(&agent, number, seen[0].id).await.unwrap();
    scanner.down.store(false, Ordering::SeqCst);
    world.clock.advance_seconds(7200);
    desk.files.work_on_files().await.unwrap();
    let refused = desk.requests.attachment_for_agent(&agent, number, seen[0].id).await;
    assert_fails!(refused, Error::Withheld(FileCheck::Infected));
    desk.close().await;
}

/// ClamAV's own daemon, with one signature that is written here.
struct Clamd {
    daemon: Child,
    folder: tempfile::TempDir,
}

impl Clamd {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display();
        std::fs::create_dir(folder.path().join("signatures")).unwrap();
        let pattern: String = eicar()[..34].iter().map(|byte| format!("{byte:02x}")).collect();
        let signature = format!("Eicar-Test-Signature:0:*:{pattern}\n");
        std::fs::write(folder.path().join("signatures/eicar.ndb"), signature).unwrap();
        let config = format!(
            "LocalSocket {path}/clamd.ctl\nDatabaseDirectory {path}/signatures\nTemporaryDirectory {path}\n\
             Foreground yes\nStreamMaxLength 1M\nMaxThreads 2\n"
        );
        std::fs::write(folder.path().join("clamd.conf"), config).unwrap();
        let daemon = Command::new("/usr/sbin/clamd")
            .arg(format!("--config-file={path}/clamd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ClamAV is missing; `cargo xtask test` installs it");
        let clamd = Self { daemon, folder };
        for _ in 0..600 {
            if UnixStream::connect(clamd.socket()).await.is_ok() {
                return clamd;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("clamd does not start");
    }

    fn socket(&self) -> std::path::PathBuf {
        Path::new(self.folder.path()).join("clamd.ctl")
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

async fn a_real_clamd_finds_eicar(world: &World) {
    let clamd = Clamd::start().await;
    let agent = world.agent("Grace").await;
    let scanner = Scanner::try_from(clamd.socket().display().to_string()).unwrap();
    let desk = scanned_by(world, &scanner).await;
    let large = vec![7; 2 * 1024 * 1024];
    let late = [vec![b' '; 500_000], eicar()].concat();
    let given: [(&str, &[u8]); 5] = [
        ("good.txt", b"All is well."),
        ("empty.txt", b""),
        ("bad.com", &eicar()),
        ("late.com", &late),
        ("large.bin", &large),
    ];
    let number = submit(&desk, &given).await;
    desk.files.work_on_files().await.unwrap();
    let seen = last_files(&desk, &agent, number).await;
    let checks: Vec<_> = seen.iter().map(|file| (file.name.as_str(), file.check)).collect();
    assert_eq!(
        checks,
        [
            ("good.txt", FileCheck::Fine),
            ("empty.txt", FileCheck::Fine),
            ("bad.com", FileCheck::Infected),
            ("late.com", FileCheck::Infected),
            // More than it takes: that is no verdict.
            ("large.bin", FileCheck::Waiting),
        ]
    );
    assert_eq!(seen[2].finding.as_deref(), Some("Eicar-Test-Signature.UNOFFICIAL"));
    desk.close().await;
}

async fn an_image_gets_a_small_picture_for_those_who_may_see_it(world: &World) {
    let agent = world.agent("Grace").await;
    let ada = Access::Session(world.customer(EMAIL).await);
    let eve = Access::Session(world.customer("eve@example.org").await);
    let desk = &world.desk;
    let image = photo();
    let script: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let number = submit(desk, &[("photo.png", &image), ("photo.svg", script)]).await;
    let link = Access::Link(world.holder(&world.mail().await.request_link()).await);
    let file = last_files(desk, &agent, number).await[0].clone();
    // It is announced before it is there.
    assert_eq!(file.preview.map(|preview| preview.width), Some(0));
    // Whoever asks for one that is being made waits for it.
    let waiting = {
        let (desk, link) = (desk.clone(), link.clone());
        tokio::spawn(async move { desk.requests.preview(&link, number, file.id).await })
    };
    desk.files.work_on_files().await.unwrap();
    waiting.await.unwrap().unwrap();
    let seen = last_files(desk, &agent, number).await;
    assert_eq!(seen[0].preview.map(|preview| (preview.width, preview.height)), Some((640, 320)));
    assert_eq!(seen[1].preview, None, "never of what can be a script");
    for picture in [
        desk.requests.preview(&ada, number, file.id).await,
        desk.requests.preview(&link, number, file.id).await,
        desk.requests.preview_for_agent(&agent, number, file.id).await,
    ] {
        let picture = picture.unwrap();
        let size = picture.size;
        assert_eq!(picture.media_type, "image/jpeg");
        let jpeg = contents(picture).await;
        assert_eq!(jpeg.len() as u64, size);
        assert!(jpeg.starts_with(&[0xff, 0xd8, 0xff]));
    }
    assert_fails!(desk.requests.preview(&eve, number, file.id).await, Error::NotFound);
    assert_fails!(desk.requests.preview(&ada, number, seen[1].id).await, Error::NotFound);
    let others = submit(desk, &[("x.png", &image)]).await;
    assert_fails!(desk.requests.preview(&ada, others, file.id).await, Error::NotFound);
    // A note is nothing for customers, nor is its picture.
    let once = random_word();
    let note = files(desk, &[("note.png", &image)]).await;
    desk.requests.reply(&agent, number, &crate::support::note("Hm", &once), note).await.unwrap();
    desk.files.work_on_files().await.unwrap();
    let hidden = last_files(desk, &agent, number).await[0].id;
    desk.requests.preview_for_agent(&agent, number, hidden).await.unwrap();
    assert_fails!(desk.requests.preview(&ada, number, hidden).await, Error::NotFound);
}

async fn a_small_picture_goes_with_its_image(world: &World) {
    let desk = &world.desk;
    submit(desk, &[("photo.png", &photo()), ("a.txt", b"a")]).await;
    desk.files.work_on_files().await.unwrap();
    assert_eq!(world.objects(), 3);
    // Tidying up knows whose it is.
    for file in crate::support::files_under(&world.place.data().join("objects")) {
        let old = std::fs::File::options().write(true).open(file).unwrap();
        old.set_modified(std::time::UNIX_EPOCH).unwrap();
    }
    desk.tidy_up().await.unwrap();
    assert_eq!(world.objects(), 3);
    desk.privacy.erase_by_operator(EMAIL).await.unwrap().unwrap();
    assert_eq!(world.objects(), 0);
}

async fn a_bomb_gets_no_picture_and_is_served_as_it_is(world: &World) {
    let agent = world.agent("Grace").await;
    let desk = &world.desk;
    let mut bomb = photo();
    bomb[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    let cut_off = photo()[..300].to_vec();
    let number = submit(desk, &[("bomb.png", &bomb), ("half.png", &cut_off)]).await;
    desk.files.work_on_files().await.unwrap();
    for (file, bytes) in last_files(desk, &agent, number).await.iter().zip([&bomb, &cut_off]) {
        assert!(file.image && file.preview.is_none());
        let nothing = desk.requests.preview_for_agent(&agent, number, file.id).await.unwrap();
        assert_eq!((nothing.media_type, nothing.size), ("image/gif", 43));
        assert!(
            contents(desk.requests.attachment_for_agent(&agent, number, file.id).await.unwrap()).await
                == *bytes
        );
    }
    assert_eq!(desk.files.work_on_files().await.unwrap(), 0, "nobody tries again");
    // The operator wants none.
    let none = with(world, Uploads { preview_megapixels: 0, ..Uploads::default() }).await;
    let number = submit(&none, &[("photo.png", &photo())]).await;
    none.files.work_on_files().await.unwrap();
    assert_eq!(last_files(&none, &agent, number).await[0].preview, None);
    none.close().await;
}

async fn nothing_is_made_of_what_is_restricted(world: &World) {
    let agent = world.agent("Grace").await;
    let ada = world.customer(EMAIL).await;
    let desk = &world.desk;
    let number = submit(desk, &[("photo.png", &photo())]).await;
    desk.privacy.restrict(&ada).await.unwrap();
    desk.files.work_on_files().await.unwrap();
    assert_eq!(world.objects(), 1);
    desk.privacy.lift_restriction(&ada).await.unwrap();
    world.clock.advance_seconds(2 * 24 * 3600);
    desk.files.work_on_files().await.unwrap();
    assert_eq!(world.objects(), 2);
    desk.requests
        .preview_for_agent(&agent, number, last_files(desk, &agent, number).await[0].id)
        .await
        .unwrap();
}

async fn nothing_is_made_of_what_is_infected(world: &World) {
    let scanner = StandIn::start().await;
    let agent = world.agent("Grace").await;
    let desk = scanned_by(world, &scanner.place).await;
    let image = [photo(), eicar()].concat();
    let number = submit(&desk, &[("photo.png", &image)]).await;
    // Nor while nobody knows.
    scanner.down.store(true, Ordering::SeqCst);
    desk.files.work_on_files().await.unwrap();
    assert_eq!(world.objects(), 1);
    scanner.down.store(false, Ordering::SeqCst);
    world.clock.advance_seconds(7_200);
    desk.files.work_on_files().await.unwrap();
    let seen = last_files(&desk, &agent, number).await;
    assert_eq!((seen[0].check, seen[0].preview), (FileCheck::Infected, None));
    assert_eq!(world.objects(), 1, "a picture was made of it");
    assert_eq!(desk.files.work_on_files().await.unwrap(), 0);
    desk.close().await;
}

/// As if so many attempts at every file had ended with the program.
async fn tried(world: &World, times: i64) {
    let sql = AssertSqlSafe(format!("UPDATE attachment SET work_tries = {times}"));
    match &world.place.database {
        Location::File(path) => {
            let mut c = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
            sqlx::query(sql).execute(&mut c).await.unwrap();
        }
        Location::Server(url) => {
            let mut c = PgConnection::connect(url).await.unwrap();
            sqlx::query(sql).execute(&mut c).await.unwrap();
        }
    }
}

async fn an_image_that_ends_the_program_is_given_up(world: &World) {
    let agent = world.agent("Grace").await;
    let desk = &world.desk;
    for (times, made) in [(2, true), (3, false)] {
        let number = submit(desk, &[("photo.png", &photo())]).await;
        tried(world, times).await;
        assert_eq!(desk.files.work_on_files().await.unwrap(), 1);
        let seen = last_files(desk, &agent, number).await;
        assert_eq!(seen[0].preview.is_some(), made, "after {times} attempts");
        assert!(seen[0].served);
        assert_eq!(desk.files.work_on_files().await.unwrap(), 0);
    }
}

async fn two_who_work_take_a_file_once(world: &World) {
    let number = submit(&world.desk, &[("photo.png", &photo()), ("other.png", &photo())]).await;
    let workers = (0..4).map(|_| {
        let desk = world.desk.clone();
        tokio::spawn(async move { desk.files.work_on_files().await.unwrap() })
    });
    let mut worked = 0;
    for worker in workers.collect::<Vec<_>>() {
        worked += worker.await.unwrap();
    }
    assert_eq!(worked, 2);
    let agent = world.agent("Grace").await;
    assert!(last_files(&world.desk, &agent, number).await.iter().all(|file| file.preview.is_some()));
}
