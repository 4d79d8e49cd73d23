//! Passwords of `tresen person add`: asked for twice at a terminal, read once from a script, never shown.

use crate::at_terminal::{command, new_desk, piped, typed};

const ADD: &[&str] = &["person", "add", "--name", "Ada", "--role", "agent", "--email", "ada@example.com"];
const FIRST: &str = "Password: ";
const AGAIN: &str = "The same again: ";

#[test]
fn two_answers_that_differ_in_anything_set_no_password() {
    let folder = new_desk();
    let folder = folder.path();
    let good = "Tiefseetaucher 2048";
    for again in [
        "tiefseetaucher 2048",
        "Tiefseetaucher 2048 ",
        " Tiefseetaucher 2048",
        "Tiefseetaucher  2048",
        "Tiefseetaucher 2049",
        "Tiefseetaucher 204",
        "Tiefseetaucher\t2048",
        "Tiefseetaucher\u{a0}2048",
        "Tiefsee\u{2011}taucher 2048",
        "",
    ] {
        let (shown, code) = typed(command(folder, ADD), &[(FIRST, good), (AGAIN, again)]);
        assert!(code == Some(1) && shown.contains("differ"), "{again:?}: {shown}");
        assert!(!shown.contains("taucher"), "{again:?}: {shown}");
        assert!(!piped(folder, &["export", "--email", "ada@example.com"], "").status.success());
    }
}

#[test]
fn what_can_be_typed_is_a_password_and_is_not_shown() {
    let folder = new_desk();
    let folder = folder.path();
    for password in [
        "Tiefseetaucher 2048",
        "  Leerzeichen vorn und hinten 77  ",
        "Füße über Äcker 1999",
        "пароль для стола 42",
        "深海潜水员的密码二零四八",
        "🐙🦑🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅",
        "--password-stdin 4711",
        "\"quoted\" and 'single' $HOME",
        "percent %s %n and \\n 55",
        "e\u{301}gare\u{301} dans le de\u{301}sert 3",
    ] {
        let (shown, code) = typed(command(folder, ADD), &[(FIRST, password), (AGAIN, password)]);
        assert_eq!(code, Some(0), "{password}: {shown}");
        assert!(!shown.contains(password.trim()), "{shown}");
        let shown = shown.replace(FIRST, "").replace(AGAIN, "");
        assert!(password.split(' ').all(|word| word.len() < 4 || !shown.contains(word)), "{shown}");
    }
}

#[test]
fn what_is_too_weak_is_refused_without_being_repeated() {
    let folder = new_desk();
    let folder = folder.path();
    for password in [
        "",
        " ",
        "a",
        "short",
        "password",
        "passwordpassword",
        "1234567890123456",
        "qwertzuiopqwertzuiop",
        "ada@example.com",
        "aaaaaaaaaaaaaaaaaaaa",
    ] {
        let (shown, code) = typed(command(folder, ADD), &[(FIRST, password), (AGAIN, password)]);
        assert_eq!(code, Some(1), "{password:?}: {shown}");
        assert!(shown.contains("password"), "it says what is wrong: {shown}");
        let refused = piped(folder, ADD, &format!("{password}\n"));
        assert_eq!(refused.status.code(), Some(1), "{password:?}");
        if password.len() > 8 {
            let said = String::from_utf8_lossy(&refused.stderr);
            assert!(!said.contains(password) && !shown.contains(password), "{said}{shown}");
        }
    }
}

#[test]
fn a_script_gives_one_line_however_it_ends() {
    let folder = new_desk();
    let folder = folder.path();
    for input in [
        "Tiefseetaucher 2048",
        "Tiefseetaucher 2048\n",
        "Tiefseetaucher 2048\r\n",
        "Tiefseetaucher 2048\nand another line\n",
        "Tiefseetaucher 2048\n\n\n",
    ] {
        for more in [&[][..], &["--password-stdin"]] {
            let done = piped(folder, &[ADD, more].concat(), input);
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{input:?}: {said}");
            assert!(done.stdout.is_empty() && !said.contains("taucher"), "{input:?}: {said}");
            assert!(!said.contains(FIRST.trim_end()), "nobody is asked: {said}");
        }
    }
}
