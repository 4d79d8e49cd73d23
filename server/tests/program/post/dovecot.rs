//! Dovecot (IMAP), with users, certificates and ports of the test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

use super::{free_port, id, is_root, open_to_all};

/// A server, ended when this is dropped.
pub(crate) struct Dovecot {
    folder: tempfile::TempDir,
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    delivered: usize,
}

/// What the server says it can do when it is told to say less.
pub(crate) const BARE: &str = "imap_capability = IMAP4rev1";

impl Dovecot {
    /// Starts it, with more settings.
    pub(crate) async fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        open_to_all(folder.path());
        let (port, tls_port) = (free_port(), free_port());
        let path = folder.path().display();
        certificates(folder.path());
        // As root its processes run as nobody; otherwise as whoever runs the tests.
        let (user, group, uid, gid) = if is_root() {
            ("nobody".into(), "nogroup".into(), "65534".into(), "65534".into())
        } else {
            (id("-un"), id("-gn"), id("-u"), id("-g"))
        };
        let config = format!(
            "base_dir = {path}/run\nstate_dir = {path}/run\nlog_path = {path}/log\nprotocols = imap\nlisten = 127.0.0.1\n\
             ssl = yes\nssl_cert = <{path}/cert.pem\nssl_key = <{path}/key.pem\ndisable_plaintext_auth = no\n\
             auth_mechanisms = plain login\nmail_location = maildir:{path}/mail/%u\nfirst_valid_uid = 1\n\
             auth_failure_delay = 0\nmail_max_userip_connections = 100\n\
             passdb {{\n driver = static\n args = password=secret\n}}\n\
             userdb {{\n driver = static\n args = uid={uid} gid={gid} home={path}/mail/%u\n}}\n\
             default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
             service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {port}\n }}\n \
             inet_listener imaps {{\n  port = {tls_port}\n  ssl = yes\n }}\n}}\n{more}\n"
        );
        fs::write(folder.path().join("dovecot.conf"), config).unwrap();
        let dovecot = Self { folder, port, tls_port, delivered: 0 };
        dovecot.control(&["dovecot"], &[]);
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "Dovecot does not start: {}", dovecot.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        dovecot
    }

    fn control(&self, program: &[&str], arguments: &[&str]) {
        let config = self.folder.path().join("dovecot.conf");
        let mut command = Command::new(format!("/usr/bin/{}", program[0]));
        if !Path::new(command.get_program()).exists() {
            command = Command::new(format!("/usr/sbin/{}", program[0]));
        }
        // Not its output: the server would keep that open for as long as it lives.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let done = command.arg("-c").arg(config).args(arguments).status();
        assert!(
            done.expect("Dovecot is missing; `cargo xtask test` installs it").success(),
            "{}",
            self.log()
        );
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The certificate of the authority that has signed the server's.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The settings of a mailbox of it, with more.
    pub(crate) fn mailbox(&self, user: &str, more: &str) -> String {
        format!("{}ca_file = '{}'\n", self.mailbox_without_ca(user, more), self.ca_file().display())
    }

    pub(crate) fn mailbox_without_ca(&self, user: &str, more: &str) -> String {
        let password = self.folder.path().join("password");
        fs::write(&password, "secret\n").unwrap();
        let port =
            if more.contains("port =") { String::new() } else { format!("port = {}\n", self.tls_port) };
        format!(
            "[[mailboxes]]\nname = '{user}'\nhost = 'localhost'\nuser = '{user}'\npassword_file = '{}'\n{port}{more}\n",
            password.display()
        )
    }

    /// A folder as it lies on the disk (Maildir).
    pub(crate) fn maildir(&self, user: &str) -> PathBuf {
        self.folder.path().join("mail").join(user)
    }

    /// Delivers a message, as a mail server does.
    pub(crate) fn deliver(&mut self, user: &str, message: &str) {
        self.put(user, "new", "", message);
    }

    /// Puts a message there that somebody has read and answered long ago.
    pub(crate) fn put_old(&mut self, user: &str, message: &str) {
        self.put(user, "cur", ":2,RS", message);
    }

    fn put(&mut self, user: &str, folder: &str, flags: &str, message: &str) {
        let maildir = self.maildir(user);
        if !maildir.exists() {
            for part in ["", "tmp", "new", "cur"] {
                fs::create_dir_all(maildir.join(part)).unwrap();
                self.give(&maildir.join(part));
            }
            self.give(maildir.parent().unwrap());
        }
        self.delivered += 1;
        let name = format!("{}.M{}.test", 1_790_000_000 + self.delivered, self.delivered);
        let temporary = maildir.join("tmp").join(&name);
        fs::write(&temporary, message.replace("\r\n", "\n")).unwrap();
        self.give(&temporary);
        fs::rename(temporary, maildir.join(folder).join(name + flags)).unwrap();
    }

    /// Gives a file to the user that Dovecot reads mail as.
    fn give(&self, path: &Path) {
        if is_root() {
            std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
        }
    }

    /// Messages in a folder of the Maildir: "" is the inbox, ".Done" is a folder Done.
    pub(crate) fn messages(&self, user: &str, folder: &str) -> usize {
        let maildir = self.maildir(user).join(folder);
        let files = |part| fs::read_dir(maildir.join(part)).map_or(0, Iterator::count);
        files("new") + files("cur")
    }

    /// Waits until so many messages lie there.
    pub(crate) async fn wait_for_messages(&self, user: &str, folder: &str, count: usize) {
        let begun = Instant::now();
        while self.messages(user, folder) != count {
            let there = self.messages(user, folder);
            assert!(begun.elapsed() < super::PATIENCE, "{there} messages, not {count}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Makes the mailbox anew: the same messages have other UIDs, under another UIDVALIDITY.
    pub(crate) fn renumber(&self, user: &str) {
        for file in fs::read_dir(self.maildir(user)).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                fs::remove_file(path).unwrap();
            }
        }
        let list = self.maildir(user).join("dovecot-uidlist");
        fs::write(&list, "3 V4242 N1 G00000000000000000000000000000001\n").unwrap();
        self.give(&list);
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.control(&["doveadm"], &["stop"]);
    }
}

/// An authority, and a certificate of it for `localhost`.
fn certificates(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap();
    let server_key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&server_key, &authority, &key).unwrap();
    fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("key.pem"), server_key.serialize_pem()).unwrap();
}
