//! Postfix, with a queue and a port of the test's own. It starts as root only.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{free_port, is_root, open_to_all};

/// A server, ended when this is dropped.
pub(crate) struct Postfix {
    folder: tempfile::TempDir,
    port: u16,
}

impl Postfix {
    /// Starts it. It hands everything for example.com over by LMTP, as `docs/mailbox.md` says.
    pub(crate) async fn start(socket: &Path) -> Self {
        assert!(is_root(), "Postfix starts as root only; run `cargo xtask test` as root, in a container say");
        let folder = tempfile::tempdir().unwrap();
        open_to_all(folder.path());
        for part in ["conf", "spool", "data"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let owned = Command::new("chown").arg("postfix").arg(folder.path().join("data")).status().unwrap();
        assert!(owned.success(), "Postfix is missing; `cargo xtask test` installs it");
        let (path, port) = (folder.path().display(), free_port());
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {path}/spool\ndata_directory = {path}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n\
             setgid_group = postdrop\nmaillog_file_prefixes = {path}\nmaillog_file = {path}/log\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mx.example.com\nmydestination =\n\
             relay_domains = example.com\nrelay_recipient_maps =\nlocal_recipient_maps =\nalias_maps =\n\
             relay_transport = lmtp:unix:{}\nmynetworks = 127.0.0.0/8\n\
             smtpd_relay_restrictions = permit_mynetworks reject\nminimal_backoff_time = 1s\n\
             maximal_backoff_time = 1s\nqueue_run_delay = 1s\ntransport_retry_time = 1s\n\
             smtp_destination_concurrency_limit = 4\n",
            socket.display()
        );
        let daemons = [
            ("rewrite", "-", "trivial-rewrite"),
            ("bounce", "0", "bounce"),
            ("defer", "0", "bounce"),
            ("trace", "0", "bounce"),
            ("proxymap", "-", "proxymap"),
            ("anvil", "1", "anvil"),
            ("lmtp", "-", "lmtp"),
            ("smtp", "-", "smtp"),
            ("relay", "-", "smtp"),
            ("error", "-", "error"),
            ("retry", "-", "error"),
        ];
        let mut master = format!(
            "{port} inet n - n - - smtpd\nqmgr unix n - n 1 1 qmgr\nflush unix n - n - 0 flush\n\
             cleanup unix n - n - 0 cleanup\n"
        );
        for (name, most, program) in daemons {
            master += &format!("{name} unix - - n - {most} {program}\n");
        }
        master += "postlog unix-dgram n - n - 1 postlogd\n";
        fs::write(folder.path().join("conf/main.cf"), main).unwrap();
        fs::write(folder.path().join("conf/master.cf"), master).unwrap();
        let postfix = Self { folder, port };
        assert!(postfix.control("start"), "Postfix does not start: {}", postfix.log());
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "Postfix does not start: {}", postfix.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        postfix
    }

    fn control(&self, what: &str) -> bool {
        let mut command = Command::new("/usr/sbin/postfix");
        let command = command.arg("-c").arg(self.folder.path().join("conf")).arg(what);
        command.output().is_ok_and(|done| done.status.success())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Hands a message over by SMTP, and waits until Postfix has it in its queue.
    pub(crate) async fn send(&self, from: &str, to: &[&str], message: &str) {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut answers = BufReader::new(read).lines();
        let mut said = vec!["EHLO client.example.net".to_owned(), format!("MAIL FROM:<{from}>")];
        said.extend(to.iter().map(|to| format!("RCPT TO:<{to}>")));
        said.push("DATA".into());
        let dotted: Vec<String> = message
            .lines()
            .map(|line| if line.starts_with('.') { format!(".{line}") } else { line.to_owned() })
            .collect();
        said.push(format!("{}\r\n.", dotted.join("\r\n")));
        said.push("QUIT".into());
        let mut next = said.into_iter();
        loop {
            let answer = answers.next_line().await.unwrap().unwrap();
            assert!(answer.starts_with(['2', '3']), "{answer}");
            if answer.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            let Some(line) = next.next() else { return };
            write.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        }
    }

    /// Waits until a line of the log has all of these words.
    pub(crate) async fn wait_for(&self, words: &[&str]) {
        let begun = Instant::now();
        while !self.log().lines().any(|line| words.iter().all(|word| line.contains(word))) {
            assert!(begun.elapsed() < super::PATIENCE, "no {words:?} in\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.control("stop");
    }
}
