use super::*;

const BOB: &str = "The stairs behind the house are broken.\nPlease do not send anybody up there before Monday!\n\nThanks\nBob Miller";

fn known(text: &str) -> KnownTexts {
    let texts = vec![KnownText { text: text.to_owned(), own: false, template: false }];
    let bob = Participant { name: Some("Bob Miller".into()), address: "bob@example.com".into() };
    KnownTexts::new(texts, vec![bob])
}

/// With what it repeats filled in again.
fn filled_in(text: &str) -> String {
    replace_references(text, |name| {
        let (start, end) = name.split_once('-').expect("a range");
        BOB[start.parse().expect("a number")..end.parse().expect("a number")].to_owned()
    })
}

fn left(text: &str, rest: bool) -> (String, String) {
    let kept = known(BOB).without_repeats(text, rest, |_, of| format!("{}-{}", of.start, of.end));
    let filled = filled_in(&kept);
    (replace_references(&kept, |_| "#".to_owned()), filled)
}

#[test]
fn quotes_become_references_however_they_are_wrapped() {
    for (quote, expected) in [
        ("> The stairs behind the house are broken.", "> #"),
        ("> The stairs behind\n> the house are broken.", "> #\n> #"),
        ("> > The stairs behind the house are\n> > broken. Please do not send\n", "> > #\n> > #\n"),
        (
            "mine\n\n>The stairs behind the house are broken.\n>\n>Thanks\n>Bob Miller\n",
            "mine\n\n>#\n>\n>#\n>#\n",
        ),
        ("> Thanks", "> #"),
        ("> Bob Miller", "> #"),
        ("> the STAIRS behind the house", "> #"),
        // As programs change what they quote: hyphens, spaces, letters in pieces, signs.
        ("> The stairs be\u{ad}hind the house", "> #"),
        ("> The\u{a0}stairs\u{a0}behind\u{a0}the\u{a0}house", "> #"),
        ("> The stairs be\u{200b}hind the\u{200b} house", "> #"),
        ("> *The stairs* behind _the_ house", "> *#"),
        (">\tThe stairs behind the house are broken…", ">\t#"),
        ("> „The stairs behind the house are broken.“", "> „#"),
        ("| > The stairs behind the house are broken.", "| > #"),
        (">|The stairs behind the house are broken.", ">|#"),
        ("BM> The stairs behind the house are broken.", "BM> #"),
        ("| The stairs behind the house are broken.", "| #"),
        ("» The stairs behind the house are broken.", "» #"),
        (
            "See:\n---------- Forwarded message ---------\nThanks",
            "See:\n---------- Forwarded message ---------\n#",
        ),
        // What somebody has added to the line stays.
        ("> The stairs behind the house are broken. Which ones?", "> # Which ones?"),
    ] {
        let (kept, filled) = left(quote, false);
        assert_eq!(kept, expected, "{quote}");
        let words = |text: &str| words::words(text).into_iter().map(|word| word.text).collect::<Vec<_>>();
        assert_eq!(words(&filled), words(quote), "{quote}");
    }
}

#[test]
fn words_of_ones_own_stay() {
    for own in [
        "The stairs behind the house are mine.",
        "Thanks\nBob Miller is a friend of mine.",
        "> Something else altogether.",
        "> Hello\n\nThe stairs are fine.",
    ] {
        assert_eq!(left(own, false).0, own);
    }
    // Nobody writes so many words of somebody else by chance.
    assert_eq!(left("He says: please do not send anybody up there before Monday!", false).0, "He says: #");
    // Who repeats themselves quotes nobody.
    let texts = vec![KnownText { text: BOB.into(), own: true, template: false }];
    let known = KnownTexts::new(texts, Vec::new());
    assert_eq!(known.without_repeats(BOB, false, |_, _| String::new()), BOB);
}

#[test]
fn names_and_addresses_around_a_quote_go_with_it() {
    for (text, expected) in [
        (
            "Yes.\n\nOn Monday, Bob Miller <bob@example.com> wrote:\n> The stairs behind the house",
            "Yes.\n\nOn Monday, […] <[…]> wrote:\n> #",
        ),
        (
            "Am 1.1.2027 schrieb BOB@EXAMPLE.COM:\n\n> The stairs behind the house",
            "Am 1.1.2027 schrieb […]:\n\n> #",
        ),
        ("Yes.\n\n> Bob Miller wrote that it is so", "Yes.\n\n> […] wrote that it is so"),
        ("Ask Bob Miller, bob@example.com, please.", "Ask Bob Miller, bob@example.com, please."),
        ("> notbob@example.com", "> notbob@example.com"),
        (
            "See:\n-----Original Message-----\nTo: Bob Miller\n\nThanks",
            "See:\n-----Original Message-----\nTo: […]\n\n#",
        ),
        // The family name first, capitals, other spaces and marks between.
        ("Von: Miller, Bob <bob@example.com>\n> Thanks", "Von: […] <[…]>\n> #"),
        ("Am Freitag schrieb \"Miller Bob\":\n> Thanks", "Am Freitag schrieb \"[…]\":\n> #"),
        ("* BOB MILLER [2027-01-15]:\n> Thanks", "* […] [2027-01-15]:\n> #"),
        ("On Friday, Bob\u{a0}Miller [mailto:bob@example.com] wrote:", "On Friday, […] [mailto:[…]] wrote:"),
        (">>> bob.miller@example.net 15.01.27 >>>", ">>> […]@example.net 15.01.27 >>>"),
        ("> Bob says that Miller knows", "> Bob says that Miller knows"),
        ("> Bobby Miller and Bob Millers", "> Bobby Miller and Bob Millers"),
    ] {
        assert_eq!(left(text, false).0, expected);
    }
    let header = "From: Bob Miller <bob@example.com>\nSent: Monday\nTo: Ada\n\nThe stairs behind the house are broken.\nBob Miller";
    assert_eq!(left(header, true).0, "From: […] <[…]>\nSent: Monday\nTo: Ada\n\n#\n#");
}

#[test]
fn html_keeps_its_tags() {
    let name = |_: usize, of: Range<usize>| format!("{}-{}", of.start, of.end);
    let show =
        |html: &str| replace_references(&known(BOB).html_without_repeats(html, name), |_| "#".to_owned());
    for (html, expected) in [
        (
            "<p>Yes &amp; no.</p><blockquote><p>The stairs <b>behind the</b> house are broken.</p></blockquote>",
            "<p>Yes &amp; no.</p><blockquote><p># <b>#</b> #</p></blockquote>",
        ),
        (
            "<p>Yes.</p><p>On Monday <a href=\"mailto:bob@example.com\">Bob Miller</a> wrote:</p><blockquote>Thanks<br>Bob Miller</blockquote>",
            "<p>Yes.</p><p>On Monday <a href=\"mailto:[…]\">[…]</a> wrote:</p><blockquote>#<br>#</blockquote>",
        ),
        // Outlook marks nothing.
        (
            "<p>Yes.</p><p>From: Bob Miller</p><p>The stairs behind the house are broken.</p><p>Thanks</p><p>Bob Miller</p>",
            "<p>Yes.</p><p>From: […]</p><p>#</p><p>#</p><p>#</p>",
        ),
        ("<p>Thanks</p><p>1 &lt; 2</p>", "<p>Thanks</p><p>1 &lt; 2</p>"),
        // Tags and entities within words, and within a name.
        (
            "<blockquote>The <span>sta</span><span>irs</span> behind&nbsp;the hou&shy;se</blockquote>",
            "<blockquote># <span>#</span><span></span> #</blockquote>",
        ),
        (
            "<div>Bob <b>Miller</b> &lt;<a href=\"mailto:bob%40example.com\">x</a>&gt; wrote:</div><blockquote>Thanks</blockquote>",
            "<div>[…]<b></b> &lt;<a href=\"mailto:[…]\">x</a>&gt; wrote:</div><blockquote>#</blockquote>",
        ),
        (
            "<div>bob.miller@example.com and bob@example.com wrote:</div><blockquote>Thanks</blockquote>",
            "<div>[…]@example.com and […] wrote:</div><blockquote>#</blockquote>",
        ),
        // A block of headers above it.
        (
            "<p>Yes, Bob Miller.</p><p><b>Von:</b> Miller, Bob<br><b>Gesendet:</b> Freitag<br><b>An:</b> Ada<br><b>Betreff:</b> x</p><p>The stairs behind the house are broken.</p>",
            "<p>Yes, Bob Miller.</p><p><b>Von:</b> […]<br><b>Gesendet:</b> Freitag<br><b>An:</b> Ada<br><b>Betreff:</b> x</p><p>#</p>",
        ),
        (
            "<p>Miller,&nbsp;Bob</p><blockquote>The stairs behind the house</blockquote>",
            "<p>[…]</p><blockquote>#</blockquote>",
        ),
        (
            "<ul><li>The stairs behind the house are broken.</li><li>Please do not send anybody</li></ul>",
            "<ul><li>#</li><li>#</li></ul>",
        ),
        (
            "<table><tr><td>The stairs behind</td><td>the house are broken.</td></tr></table>",
            "<table><tr><td>#</td><td>#</td></tr></table>",
        ),
    ] {
        assert_eq!(show(html), expected);
    }
}

#[test]
fn answers_within_a_quote_are_found() {
    let question = "Which lamp is it?\nSince when is it dark?\nYour service desk";
    let known = known(question);
    for (rest, expected) in [
        (
            "From: Desk\nSent: today\n\nWhich lamp is it?\nThe red one.\nSince when is it dark?\nYour service desk",
            true,
        ),
        ("> Which lamp is it?\n> The red one.\n> Since when is it dark?\n", true),
        ("Which lamp is it?\nSince when is it dark?\nMonday.\nYour service desk", true),
        ("Which lamp is it?\nSince when is it dark?\nYour service desk", false),
        // A gateway's disclaimer, above and below.
        (
            "CAUTION: from outside\nWhich lamp is it?\nSince when is it dark?\nYour service desk\n\nThis message is confidential.",
            false,
        ),
        ("On Monday somebody wrote:\nsomething else\nand more", false),
        // On the line of the question.
        ("> Which lamp is it? The red one.\n> Since when is it dark?\n> Your service desk", true),
        ("> Which lamp is it? -> red!\n> Since when is it dark?", true),
        ("Which lamp is it?\nSince when is it dark? Since Monday.", true),
        ("1. Which lamp is it? => the red one", true),
        // Behind signs, in a list, in capitals, in another language.
        ("> Which lamp is it?\nAL: The red one.\n> Since when is it dark?", true),
        ("> Which lamp is it?\n[Ada] The red one.\n> Since when is it dark?", true),
        ("> Which lamp is it?\n* THE RED ONE\n> Since when is it dark?", true),
        ("> Which lamp is it?\n- Die rote.\n> Since when is it dark?", true),
        ("> Which lamp is it?\n赤いのです。\n> Since when is it dark?", true),
        ("> Which lamp is it?\n\n\n1\n\n> Since when is it dark?", true),
        // What programs add to a line.
        ("> Which lamp is it? [cid:image001.png@01DC]\n> Since when is it dark?", false),
        ("> Which lamp is it? <https://desk.example/requests/T-1>\n> Since when is it dark?", false),
        ("> Which lamp is it? service@desk.example\n> Since when is it dark?", false),
        ("> Which lamp is it?   \n> > Since when is it dark?\n>", false),
        ("--\nAda", false),
    ] {
        assert_eq!(known.has_answers_within(rest), expected, "{rest}");
    }
}

#[test]
fn a_reference_is_no_text() {
    let stored = format!("Before {} after the reference stands this", reference("12-34"));
    assert_eq!(references(&stored).collect::<Vec<_>>(), ["12-34"]);
    let known = known(&stored);
    // No run of words goes across it.
    assert_eq!(known.repeats("> before after the reference stands this", false).len(), 1);
    assert!(known.repeats("> 12 34 12 34", false).is_empty());
    let mut forged = reference("0-1");
    reference::without_marks(&mut forged);
    assert_eq!(forged, "0-1");
}

#[test]
fn long_texts_take_time_that_grows_with_their_length() {
    let same = "a ".repeat(200_000);
    for own in [true, false] {
        let texts = vec![KnownText { text: same.clone(), own, template: false }];
        let known = KnownTexts::new(texts, Vec::new());
        for rest in [true, false] {
            known.repeats(&same, rest);
        }
        known.html_without_repeats(&"<p>a a</p>".repeat(50_000), |_, _| String::new());
    }
}

#[test]
fn letters_in_pieces_are_the_same_words() {
    let known = known("Der Türöffner im Flur klemmt über Nacht.\nGrüße");
    for quote in [
        "> Der Tu\u{308}ro\u{308}ffner im Flur",
        "> Der TÜRÖFFNER im Flur",
        "> klemmt u\u{308}ber Nacht",
        "> Gru\u{308}ße",
        "> im Ｆｌｕｒ klemmt",
    ] {
        assert_eq!(known.repeats(quote, false).len(), 1, "{quote}");
    }
    assert!(known.repeats("> Der Tur im Flur", false).is_empty());
}
