use super::*;

const SINCE: Timestamp = Timestamp(1_790_000_000_000_000);

fn master() -> MasterKey {
    MasterKey::derive(&[7; 32])
}

fn person(number: u128) -> Mark {
    mark(Uuid::from_u128(number), &master())
}

fn at(second: i64) -> Timestamp {
    Timestamp(SINCE.0 + second * 1_000_000)
}

fn list(persons: u128) -> List {
    let mut list = List::new(SINCE);
    for number in 0..persons {
        list.add(person(number), at(number as i64));
    }
    list
}

fn parse(bytes: &[u8]) -> Result<List, ListError> {
    List::parse(Path::new("erasures.txt"), bytes, &master())
}

#[test]
fn what_is_written_is_read() {
    let text = list(3).text(&master());
    assert_eq!(text.lines().count(), 4);
    assert!(text.starts_with("tresen-erasures 1 2026-09-21T"), "{text}");
    for text in [text.clone(), text.replace('\n', "\r\n"), format!("{text}\n")] {
        let read = parse(text.as_bytes()).expect("a list");
        assert_eq!((read.since, read.erasures.len(), read.damaged), (SINCE, 3, None));
        assert_eq!(read.get(&person(2)), Some(at(2)));
        assert_eq!(read.get(&person(3)), None);
    }
}

#[test]
fn it_says_nothing_about_anybody() {
    let id = Uuid::from_u128(1);
    let text = list(2).text(&master());
    assert!(!text.contains(&id.to_string()) && !text.contains(&id.simple().to_string()));
    assert_ne!(mark(id, &master()), mark(id, &MasterKey::derive(&[8; 32])));
}

#[test]
fn a_last_line_that_was_cut_off_is_left_out() {
    let text = list(3).text(&master());
    let head = text.find('\n').expect("lines") + 1;
    let line = (text.len() - head) / 3;
    for end in head..=text.len() {
        let read = parse(&text.as_bytes()[..end]).expect("a list");
        // Its line feed alone may be missing.
        assert_eq!(read.erasures.len(), (end - head + 1) / line, "{end}");
        assert_eq!(read.damaged, None, "{end}");
    }
}

#[test]
fn what_was_changed_is_found() {
    let text = list(3).text(&master());
    let lines: Vec<&str> = text.lines().collect();
    for (changed, line) in [
        (text.replacen(lines[1], &lines[1][1..], 1), 2),
        (text.replacen(lines[2], "nothing", 1), 3),
        (text.replacen(&lines[2][..20], "2026-09-22T00:00:00Z", 1), 3),
        (text.replacen(&lines[2][30..34], "0000", 1), 3),
    ] {
        assert_eq!(parse(changed.as_bytes()).expect("a list").damaged, Some(line), "{changed}");
    }
}

#[test]
fn the_list_of_another_desk_is_known() {
    let other = list(3).text(&MasterKey::derive(&[8; 32]));
    assert!(matches!(parse(other.as_bytes()), Err(ListError::OtherDesk(_))));
    let none = List::new(SINCE).text(&MasterKey::derive(&[8; 32]));
    assert!(matches!(parse(none.as_bytes()), Err(ListError::OtherDesk(_))));
    // With the first line of ours: its erasures count for nothing.
    let ours = list(0).text(&master());
    let mixed = ours + other.split_once('\n').expect("lines").1;
    let mixed = parse(mixed.as_bytes()).expect("a list");
    assert_eq!((mixed.erasures.len(), mixed.damaged), (0, Some(2)));
    for none in ["", "\n", "hello", "tresen-receipt: 1\n", "tresen-erasures 2 2026-09-21T00:00:00Z 00\n"] {
        assert!(matches!(parse(none.as_bytes()), Err(ListError::NotAList(_))), "{none:?}");
    }
}

#[test]
fn lines_are_added_behind_whole_lines_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(NAME);
    assert!(append(&path, "x").is_err(), "it made a list without a first line");
    list(2).write(&path, &master()).expect("written");
    for cut in [0, 1, 30, 80] {
        let text = fs::read(&path).expect("a list");
        fs::write(&path, &text[..text.len() - cut]).expect("cut");
        append(&path, &line(&person(9), at(9), &master())).expect("added");
        let read = List::read_whole(&path, &master()).expect("whole");
        assert_eq!(read.get(&person(9)), Some(at(9)), "{cut}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("files").count(), 1);
}
