//! The text of a message between `DATA` and the line with a lone dot (RFC 5321 4.5.2).

/// Reads the text: takes the dots away that the sender has put before those at the beginning of
/// a line, and finds the end.
///
/// The end is CR LF `.` CR LF and nothing else. A lone dot between other line ends is no end, and
/// stands in a message only to smuggle another one behind it into a server that takes it for one.
pub(super) struct Unstuff {
    state: State,
    smuggling: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// After CR LF, or at the very beginning.
    Start,
    /// `.` there.
    Dot,
    /// `.` CR there.
    DotCr,
    /// Somewhere in a line.
    Text,
    /// After a CR.
    Cr,
    /// After a CR or LF that stands alone.
    BareStart,
    /// `.` there.
    BareDot,
}

impl Unstuff {
    pub(super) fn new() -> Self {
        Self { state: State::Start, smuggling: false }
    }

    /// Whether there was a lone dot between line ends that are none.
    pub(super) fn smuggling(&self) -> bool {
        self.smuggling
    }

    /// Reads on. Says how much of the input belongs to the text, and whether it has ended there.
    pub(super) fn feed(&mut self, input: &[u8], text: &mut Vec<u8>) -> (usize, bool) {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            if self.state == State::Text {
                let line = input[at..].iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                let end = line.map_or(input.len(), |line| at + line);
                text.extend_from_slice(&input[at..end]);
                if end > at {
                    at = end;
                    continue;
                }
            }
            at += 1;
            if self.state == State::DotCr && byte == b'\n' {
                return (at, true);
            }
            self.step(byte, text);
        }
        (at, false)
    }

    fn step(&mut self, byte: u8, text: &mut Vec<u8>) {
        match self.state {
            State::Start if byte == b'.' => {
                self.state = State::Dot;
                return;
            }
            State::Dot if byte == b'\r' => {
                self.state = State::DotCr;
                return;
            }
            State::Dot if byte == b'\n' => self.smuggling = true,
            State::DotCr => {
                self.smuggling = true;
                text.push(b'\r');
                self.state = State::Cr;
                self.step(byte, text);
                return;
            }
            State::BareDot if matches!(byte, b'\r' | b'\n') => self.smuggling = true,
            _ => {}
        }
        text.push(byte);
        self.state = match (self.state, byte) {
            (State::Cr, b'\n') => State::Start,
            (_, b'\r') => State::Cr,
            (_, b'\n') => State::BareStart,
            (State::Cr | State::BareStart, b'.') => State::BareDot,
            _ => State::Text,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads in pieces of every length: where the network cuts must not matter.
    fn read(input: &[u8]) -> (String, Option<usize>, bool) {
        let mut answers = (1..=input.len()).map(|piece| {
            let (mut unstuff, mut text, mut at) = (Unstuff::new(), Vec::new(), 0);
            for chunk in input.chunks(piece) {
                let (used, end) = unstuff.feed(chunk, &mut text);
                at += used;
                if end {
                    return (String::from_utf8(text).expect("text"), Some(at), unstuff.smuggling());
                }
            }
            (String::from_utf8(text).expect("text"), None, unstuff.smuggling())
        });
        let first = answers.next().expect("an answer");
        assert!(answers.all(|answer| answer == first), "{input:?}");
        first
    }

    #[test]
    fn takes_dots_away_and_finds_the_end() {
        for (input, text) in [
            (".\r\n", ""),
            ("a\r\n.\r\n", "a\r\n"),
            ("..a\r\n.\r\n", ".a\r\n"),
            ("a\r\n..\r\n.b.\r\n...\r\n.\r\n", "a\r\n.\r\nb.\r\n..\r\n"),
            ("a\rb\nc\r\r\n\r\n.\r\n", "a\rb\nc\r\r\n\r\n"),
        ] {
            assert_eq!(read(input.as_bytes()), (text.into(), Some(input.len()), false), "{input:?}");
        }
        assert_eq!(read(b"a\r\n.\r\nMAIL"), ("a\r\n".into(), Some(6), false));
        assert_eq!(read(b"a\r\n."), ("a\r\n".into(), None, false));
    }

    #[test]
    fn no_other_line_ends_end_a_message() {
        for sequence in
            ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\n.\r", "\r\n.\rx", "\r\n.\r\r\n", "\r\r.\n"]
        {
            let input = format!("a{sequence}MAIL FROM:<>\r\n.\r\n");
            let (text, end, smuggling) = read(input.as_bytes());
            assert!(smuggling, "{sequence:?}");
            assert_eq!(end, Some(input.len()), "{sequence:?}");
            assert!(text.ends_with("MAIL FROM:<>\r\n"), "{sequence:?}");
        }
    }
}
