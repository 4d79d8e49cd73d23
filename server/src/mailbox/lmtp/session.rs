//! One connection.

use std::io;
use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, BufWriter, ReadHalf, WriteHalf,
};
use tresen_desk::intake::{Envelope, IntakeChannel};

use super::Intake;
use super::command::{self, Command};
use super::data::Unstuff;
use crate::mailbox::room::{Room, Space};
use crate::mailbox::settings::Recipients;

/// Silence that ends a connection (RFC 5321 4.5.3.2.7).
const SILENCE: Duration = Duration::from_secs(300);

/// Longest command with its parameters, in bytes (RFC 5321 4.5.3.1.4 and what extensions add).
const LONGEST_LINE: usize = 2048;

/// Recipients of one message (RFC 5321 4.5.3.1.8).
const MOST_RECIPIENTS: usize = 100;

/// After so many mistakes it is no mail server that speaks.
const MOST_MISTAKES: usize = 20;

/// A message that did not say its size gets so much room at first, in bytes.
const FIRST: usize = 256 * 1024;

/// Serves one connection to its end.
pub(super) async fn serve<S, I>(stream: S, recipients: &Recipients, intake: &I, room: &Room)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
    I: Intake,
{
    let (read, write) = tokio::io::split(stream);
    let mut session = Session {
        reader: BufReader::with_capacity(16 * 1024, read),
        writer: BufWriter::new(write),
        recipients,
        intake,
        room,
        greeted: false,
        mail: None,
        mistakes: 0,
    };
    if let Err(error) = session.run().await {
        // Nothing is lost: what was not answered is still where it came from.
        tracing::debug!(error = %error.kind(), "LMTP: a connection broke");
    }
}

struct Session<'a, S, I> {
    reader: BufReader<ReadHalf<S>>,
    writer: BufWriter<WriteHalf<S>>,
    recipients: &'a Recipients,
    intake: &'a I,
    room: &'a Room,
    greeted: bool,
    mail: Option<Mail>,
    mistakes: usize,
}

/// A message that is being announced.
struct Mail {
    from: String,
    size: Option<usize>,
    to: Vec<String>,
    kind: Option<String>,
}

/// What came on the line.
enum Line {
    Command(Vec<u8>),
    TooLong,
    /// It ended with LF alone: whoever sends that may mean another end of the message than we do.
    BareEnd,
    Closed,
}

/// What became of the text of a message.
enum Text {
    Whole(Vec<u8>, Space),
    TooLarge,
    Smuggling,
}

impl<S, I> Session<'_, S, I>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
    I: Intake,
{
    async fn run(&mut self) -> io::Result<()> {
        self.say("220 Tresen LMTP").await?;
        loop {
            let line = tokio::select! {
                line = read_line(&mut self.reader, &mut self.writer) => line?,
                () = self.intake.closing() => {
                    self.say("421 4.3.2 Ending, try again later").await?;
                    return self.writer.flush().await;
                }
            };
            let line = match line {
                None => {
                    self.say("421 4.4.2 Nothing came for too long").await?;
                    return self.writer.flush().await;
                }
                Some(Line::Closed) => return Ok(()),
                Some(Line::BareEnd) => {
                    self.say("421 4.5.2 Lines end with CR LF").await?;
                    return self.writer.flush().await;
                }
                Some(Line::TooLong) => {
                    self.mistake("500 5.5.2 Line too long").await?;
                    continue;
                }
                Some(Line::Command(line)) => line,
            };
            if self.mistakes >= MOST_MISTAKES {
                self.say("421 4.7.0 Too many mistakes").await?;
                return self.writer.flush().await;
            }
            match command::parse(&line) {
                Ok(Command::Quit) => {
                    self.say("221 2.0.0 Good bye").await?;
                    return self.writer.flush().await;
                }
                Ok(command) => self.obey(command).await?,
                Err(mistake) => self.mistake(mistake.0).await?,
            }
        }
    }

    async fn obey(&mut self, command: Command) -> io::Result<()> {
        match command {
            Command::Lhlo => {
                self.greeted = true;
                self.mail = None;
                let size = format!("250 SIZE {}", self.room.largest());
                for line in [
                    "250-Tresen",
                    "250-PIPELINING",
                    "250-ENHANCEDSTATUSCODES",
                    "250-8BITMIME",
                    "250-SMTPUTF8",
                    &size,
                ] {
                    self.say(line).await?;
                }
                Ok(())
            }
            Command::Mail { .. } if !self.greeted => self.mistake("503 5.5.1 Say LHLO first").await,
            Command::Mail { .. } if self.mail.is_some() => self.mistake("503 5.5.1 One at a time").await,
            Command::Mail { size: Some(size), .. } if size > self.room.largest() => {
                self.say("552 5.3.4 Too large").await
            }
            Command::Mail { from, size } => {
                self.mail = Some(Mail { from, size, to: Vec::new(), kind: None });
                self.say("250 2.1.0 Go on").await
            }
            Command::Rcpt { to } => self.recipient(to).await,
            Command::Data => match self.mail.take() {
                Some(mail) if !mail.to.is_empty() => self.data(mail).await,
                // With pipelining this follows recipients of which none was taken (RFC 2033 4.2).
                other => {
                    self.mail = other;
                    self.mistake("503 5.5.1 No recipients").await
                }
            },
            Command::Rset => {
                self.mail = None;
                self.say("250 2.0.0 Forgotten").await
            }
            Command::Noop | Command::Quit => self.say("250 2.0.0 Here").await,
            Command::Vrfy => self.say("252 2.5.0 Hand over a message and see").await,
        }
    }

    async fn recipient(&mut self, to: String) -> io::Result<()> {
        let Some(mail) = &mut self.mail else { return self.mistake("503 5.5.1 Say MAIL first").await };
        let Some(kind) = self.recipients.find(&to) else {
            return self.say("550 5.1.1 No such mailbox").await;
        };
        if mail.to.len() >= MOST_RECIPIENTS {
            return self.say("452 4.5.3 Too many recipients").await;
        }
        if mail.kind.is_none() {
            mail.kind = kind.map(str::to_owned);
        }
        mail.to.push(to);
        self.say("250 2.1.5 Go on").await
    }

    async fn data(&mut self, mail: Mail) -> io::Result<()> {
        // Room first: while there is none, the text stays with whoever sends it.
        let space = self.room.space(mail.size.unwrap_or_default().max(FIRST)).await;
        self.say("354 Go on").await?;
        self.writer.flush().await?;
        let answers = mail.to.len();
        let (text, _space) = match self.text(space).await? {
            Text::Whole(text, space) => (text, space),
            Text::TooLarge => return self.say_to_all("552 5.3.4 Too large", answers).await,
            Text::Smuggling => {
                return self
                    .say_to_all("550 5.6.0 A lone dot between line ends that are none", answers)
                    .await;
            }
        };
        let envelope = Envelope {
            channel: IntakeChannel::Lmtp,
            recipients: mail.to,
            return_path: Some(mail.from),
            kind: mail.kind,
        };
        let answer = match self.intake.take_in(&text, &envelope).await {
            Ok(_) => "250 2.0.0 Taken in",
            Err(error) => {
                tracing::error!(%error, "LMTP: a message could not be taken in; it stays in the queue that it came from");
                "451 4.3.0 Try again later"
            }
        };
        self.say_to_all(answer, answers).await
    }

    /// Reads to the end of the text, whatever its length, and keeps no more of it than allowed.
    async fn text(&mut self, mut space: Space) -> io::Result<Text> {
        let (mut unstuff, mut text, mut large) = (Unstuff::new(), Vec::new(), false);
        loop {
            let input = match tokio::time::timeout(SILENCE, self.reader.fill_buf()).await {
                Ok(input) => input?,
                Err(_) => return Err(io::ErrorKind::TimedOut.into()),
            };
            if input.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let (used, end) = unstuff.feed(input, &mut text);
            self.reader.consume(used);
            if large || text.len() > self.room.largest() {
                (large, text) = (true, Vec::new());
            } else if text.len() > space.bytes() {
                // All that there could be, after giving back: so nobody holds room and waits.
                drop(space);
                space = self.room.space(self.room.largest()).await;
            }
            if end {
                return Ok(match (large, unstuff.smuggling()) {
                    (_, true) => Text::Smuggling,
                    (true, false) => Text::TooLarge,
                    (false, false) => Text::Whole(text, space),
                });
            }
        }
    }

    async fn say_to_all(&mut self, line: &str, recipients: usize) -> io::Result<()> {
        for _ in 0..recipients {
            self.say(line).await?;
        }
        Ok(())
    }

    async fn mistake(&mut self, line: &str) -> io::Result<()> {
        self.mistakes += 1;
        self.say(line).await
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.writer.write_all(line.as_bytes()).await?;
        self.writer.write_all(b"\r\n").await
    }
}

/// Reads a line. Answers are sent only when there is no further command yet (RFC 2920): those of
/// a group go together. `None` after a long silence.
async fn read_line<S: AsyncRead + AsyncWrite>(
    reader: &mut BufReader<ReadHalf<S>>,
    writer: &mut BufWriter<WriteHalf<S>>,
) -> io::Result<Option<Line>> {
    let (mut line, mut long) = (Vec::new(), false);
    loop {
        if reader.buffer().is_empty() {
            writer.flush().await?;
        }
        let Ok(input) = tokio::time::timeout(SILENCE, reader.fill_buf()).await else { return Ok(None) };
        let input = input?;
        if input.is_empty() {
            return Ok(Some(Line::Closed));
        }
        let end = input.iter().position(|byte| *byte == b'\n');
        let part = &input[..end.unwrap_or(input.len())];
        long |= line.len() + part.len() > LONGEST_LINE;
        if !long {
            line.extend_from_slice(part);
        }
        let used = end.map_or(input.len(), |end| end + 1);
        reader.consume(used);
        if end.is_none() {
            continue;
        }
        return Ok(Some(match line.pop() {
            _ if long => Line::TooLong,
            Some(b'\r') => Line::Command(line),
            _ => Line::BareEnd,
        }));
    }
}
