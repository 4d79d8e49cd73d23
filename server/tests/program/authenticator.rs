//! An authenticator app that is set up as people do it: with a camera, from the picture on the page. What it
//! reads there gives codes that are taken, now and at the next login.

use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

use totp_rs::{Builder, Secret, Totp};

use crate::served::browser::{PASSWORD, add_person, leads_to};
use crate::served::{Served, ask, status};

const EMAIL: &str = "grace@desk.example.com";

/// A browser that keeps its cookies.
struct Browser {
    port: u16,
    cookies: HashMap<String, String>,
}

impl Browser {
    fn new(port: u16) -> Self {
        Self { port, cookies: HashMap::new() }
    }

    async fn get(&mut self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1"), "").await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let escape = |text: &str| text.replace('@', "%40").replace(' ', "+");
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", escape(value)));
        let body = fields.collect::<Vec<_>>().join("&");
        let head = format!(
            "POST {path} HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}",
            body.len()
        );
        self.ask(&head, &body).await
    }

    async fn ask(&mut self, head: &str, body: &str) -> String {
        let kept = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let kept = kept.collect::<Vec<_>>().join("; ");
        let answer = ask(self.port, "127.0.0.1", &format!("{head}\r\ncookie: {kept}"), body).await;
        for line in answer.lines().take_while(|line| !line.is_empty()) {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// A picture as it stands in a page: rectangles on white, in units of one module.
struct Picture {
    size: usize,
    dark: HashSet<(usize, usize)>,
}

impl Picture {
    /// Draws the SVG, of which it understands what is in it: a `viewBox`, and a path of `M`, `h`, `v`, `z`.
    fn of(page: &str) -> Self {
        let svg = page.split("<svg").find(|svg| svg.contains("qr-code")).expect("a picture");
        let svg = svg.split("</svg>").next().unwrap();
        let attribute =
            |name: &str| svg.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap();
        let view: Vec<usize> =
            attribute("viewBox").split(' ').map(|number| number.parse().unwrap()).collect();
        let [0, 0, width, height] = view[..] else { panic!("{view:?}") };
        assert_eq!(width, height);
        assert!(svg.contains("fill=\"#fff\"") && svg.contains("fill=\"#000\""), "dark on light: {svg}");
        let mut dark = HashSet::new();
        for rectangle in attribute("d").split_terminator('z') {
            let (place, shape) = rectangle.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let run: usize = shape.split_once('v').unwrap().0.parse().unwrap();
            assert_eq!(shape, format!("{run}v1h-{run}"));
            dark.extend((x..x + run).map(|x| (x, y)));
        }
        Self { size: width, dark }
    }

    /// Returns what a camera reads that is held a little askew before a grey screen. The secret is another one each
    /// time, and a picture of it may be misread at one angle: a hand moves.
    fn read(&self) -> String {
        let angles = [6.0, -4.0, 9.0, 3.0];
        angles.into_iter().find_map(|degrees| self.read_at(degrees)).expect("no angle shows the code")
    }

    /// At one angle, with seven pixels a module.
    fn read_at(&self, degrees: f64) -> Option<String> {
        const PIXELS: f64 = 7.0;
        let side = self.size as f64 * PIXELS * 1.4;
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let shade = |x: usize, y: usize| {
            let (x, y) = (x as f64 - side / 2.0, y as f64 - side / 2.0);
            let (across, down) = (x * cosine + y * sine, y * cosine - x * sine);
            let place = |along: f64| (along / PIXELS + self.size as f64 / 2.0).floor();
            let (column, row) = (place(across), place(down));
            let inside = |number: f64| (0.0..self.size as f64).contains(&number);
            match (inside(column) && inside(row), self.dark.contains(&(column as usize, row as usize))) {
                (false, _) => 150,
                (true, true) => 40,
                (true, false) => 230,
            }
        };
        let side = side as usize;
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
        let grids = seen.detect_grids();
        assert!(grids.len() <= 1, "more than one code is seen");
        grids.first()?.decode().ok().map(|(_, text)| text)
    }
}

/// The code that an app shows, so many steps of thirty seconds from now.
fn code(app: &Totp, steps: u64) -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    app.generate(now + 30 * steps).to_string()
}

#[tokio::test]
async fn a_camera_reads_the_picture_and_its_codes_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::start(folder.path(), "name = 'Fjord: Service'\n").await;
    add_person(folder.path(), EMAIL, "agent");
    let mut browser = Browser::new(desk.port);
    let answer = browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(status(&answer), 303, "{answer}");
    let answer = browser.post("/account/factors/app/begin", &[]).await;
    assert_eq!(leads_to(&answer), "/account/factors/app");
    let page = browser.get("/account/factors/app").await;
    let read = Picture::of(&page).read();

    // Key Uri Format: the label is `issuer:account`, and the issuer stands once more behind it. A colon
    // parts the two, so the desk's own name loses its.
    let (label, query) = read.strip_prefix("otpauth://totp/").unwrap().split_once('?').unwrap();
    assert_eq!(label, "Fjord%20%20Service:grace%40desk.example.com");
    let fields: HashMap<&str, &str> = query.split('&').filter_map(|field| field.split_once('=')).collect();
    assert_eq!(fields["issuer"], "Fjord%20%20Service");
    let secret = fields["secret"];
    assert_eq!(secret.len(), 32, "160 bits in base 32");
    // What the picture says is what stands beside it, to be pressed on the telephone itself or to be typed.
    assert!(page.contains(&format!("href=\"{}\"", read.replace('&', "&amp;"))), "{read}");
    let groups: Vec<&str> =
        secret.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
    assert!(page.contains(&groups.join(" ")));
    // Nothing else is said, so apps take what every app takes: SHA-1, six digits, thirty seconds.
    for (name, usual) in [("algorithm", "SHA1"), ("digits", "6"), ("period", "30")] {
        assert!(fields.get(name).is_none_or(|said| *said == usual), "{query}");
    }

    let app = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    let answer = browser.post("/account/factors/app", &[("code", &code(&app, 0))]).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains("Save these recovery codes"));
    assert_eq!(status(&browser.get("/agent").await), 200);
    // And at the next login, in another browser. The code from before is used up, its successor is good.
    let mut other = Browser::new(desk.port);
    let answer = other.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(leads_to(&answer), "/login/second");
    let answer = other.post("/login/second", &[("code", &code(&app, 1))]).await;
    assert_eq!((status(&answer), leads_to(&answer)), (303, "/agent"));
    assert_eq!(status(&other.get("/agent").await), 200);
}
