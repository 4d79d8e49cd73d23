//! Programs that the tests need and that Cargo cannot bring.
//!
//! On Debian as root they are installed; elsewhere one sentence names the command. What is
//! installed comes from the distribution, so it gets its security updates like everything else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use crate::{Result, shell};

/// Finds something with `find`; when it is missing, installs the Debian packages and looks again.
pub fn find_or_install(what: &str, packages: &[&str], find: impl Fn() -> Option<PathBuf>) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let command = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    if shell::find("apt-get").is_none() || !shell::is_root() {
        return Err(format!("{what} is missing; install it, on Debian with `sudo {command}`."));
    }
    println!("{what} is missing: {command}");
    apt(packages)?;
    find().ok_or_else(|| format!("{what} is still missing after `{command}`."))
}

/// Installs Debian packages, after bringing the lists up to date once.
pub fn apt(packages: &[&str]) -> Result {
    static UPDATE: Once = Once::new();
    let mut updated = Ok(());
    UPDATE.call_once(|| updated = shell::run(apt_get().args(["update", "--quiet"])));
    updated?;
    shell::run(apt_get().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))
}

fn apt_get() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

/// Dovecot and Postfix, for the tests of mail that comes in. They start servers of their own from
/// folders of their own; those that the packages bring are not started.
pub fn mail_servers() -> Result {
    const PACKAGES: &[&str] = &["dovecot-imapd", "postfix"];
    const PROGRAMS: [&str; 4] =
        ["/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/sbin/postfix", "/usr/lib/postfix/sbin/lmtp"];
    let find = || {
        let missing = PROGRAMS.iter().any(|program| !Path::new(program).is_file());
        (!missing).then(|| PathBuf::from(PROGRAMS[0]))
    };
    if find().is_some() {
        return Ok(());
    }
    let asleep = Asleep::new();
    let found = find_or_install("A mail server (Dovecot or Postfix)", PACKAGES, find);
    drop(asleep);
    found.map(drop)
}

/// ClamAV's daemon, for the tests of files that come in. They start one of their own, with a signature of
/// their own; the package's signatures are not downloaded.
pub fn clamd() -> Result {
    let find = || Some(PathBuf::from("/usr/sbin/clamd")).filter(|path| path.is_file());
    if find().is_some() {
        return Ok(());
    }
    let asleep = Asleep::new();
    let found = find_or_install("ClamAV's daemon", &["clamav-daemon"], find);
    drop(asleep);
    found.map(drop)
}

/// While this lives, packages that are installed do not start their services (Debian Policy 9.3.3).
struct Asleep(Option<PathBuf>);

impl Asleep {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let path = Path::new("/usr/sbin/policy-rc.d");
        // A container has one already. Where none can be made, services start, which does no harm.
        let made = !path.exists()
            && shell::is_root()
            && std::fs::write(path, "#!/bin/sh\nexit 101\n").is_ok()
            && std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).is_ok();
        Self(made.then(|| path.to_owned()))
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Fails when somebody has removed it already.
            drop(std::fs::remove_file(path));
        }
    }
}

/// Node, with npm beside it, of a version that the packages in `end2end/` run on.
pub fn node() -> Result<PathBuf> {
    const OLDEST: u32 = 20;
    let both = || shell::find("npm").and(shell::find("node"));
    let node = find_or_install("Node", &["nodejs", "npm"], both)?;
    let version = shell::output(Command::new(&node).arg("--version"))?;
    match major(&version) {
        Some(major) if major >= OLDEST => Ok(node),
        _ => Err(format!("Node {OLDEST} or newer is needed and this is {version}; see https://nodejs.org.")),
    }
}

/// Node if it is there, without installing it: for what works without as well.
pub fn node_if_present() -> Option<PathBuf> {
    shell::find("npm").and(shell::find("node"))
}

/// Python, with what makes virtual environments, of a version that the packages in `xtask/schemathesis` run on.
pub fn python() -> Result<PathBuf> {
    const OLDEST: &str = "3.11";
    let complete = || {
        // Debian's Python comes without `ensurepip`, which `venv` needs.
        let modules = ["-c", "import ensurepip, venv"];
        shell::find("python3").filter(|python| shell::output(Command::new(python).args(modules)).is_ok())
    };
    let python = find_or_install("Python with venv", &["python3", "python3-venv"], complete)?;
    let enough = format!("import sys; sys.exit(sys.version_info < ({}))", OLDEST.replace('.', ", "));
    match shell::output(Command::new(&python).args(["-c", &enough])) {
        Ok(_) => Ok(python),
        Err(_) => Err(format!("Python {OLDEST} or newer is needed; see https://www.python.org.")),
    }
}

/// Chromium: the one that `TRESEN_CHROMIUM` names, or one from `PATH`.
pub fn chromium() -> Result<PathBuf> {
    named_or("TRESEN_CHROMIUM", || {
        find_or_install("Chromium", &["chromium"], || {
            ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(shell::find)
        })
    })
}

/// Firefox: the one that `TRESEN_FIREFOX` names, or one from `PATH`.
pub fn firefox() -> Result<PathBuf> {
    named_or("TRESEN_FIREFOX", || {
        find_or_install("Firefox", &["firefox-esr"], || {
            ["firefox-esr", "firefox"].into_iter().find_map(shell::find)
        })
    })
}

/// WebKitGTK's WebDriver, which brings a small browser: the one that `TRESEN_WEBKIT_DRIVER` names, or one from `PATH`.
/// It needs a display, which Xvfb is.
pub fn webkit_driver() -> Result<PathBuf> {
    find_or_install("Xvfb", &["xvfb"], || shell::find("Xvfb"))?;
    named_or("TRESEN_WEBKIT_DRIVER", || {
        find_or_install("WebKitGTK's WebDriver", &["webkit2gtk-driver"], || shell::find("WebKitWebDriver"))
    })
}

/// Returns the file that an environment variable names, or what `find` returns where it is not set.
fn named_or(variable: &str, find: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    let Some(named) = std::env::var_os(variable).map(PathBuf::from) else { return find() };
    if named.is_file() {
        Ok(named)
    } else {
        Err(format!("{variable} names {}, which is no file.", named.display()))
    }
}

/// Pebble, an ACME server for tests, and the name server that comes with it.
pub fn pebble() -> Result {
    let both = || shell::find("pebble").and(shell::find("pebble-challtestsrv"));
    find_or_install("Pebble", &["pebble"], both).map(drop)
}

fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version_of_node() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("unknown"), None);
    }

    #[test]
    fn does_not_install_what_is_there() {
        let found = find_or_install("Nothing", &[], || Some(PathBuf::from("here")));
        assert_eq!(found, Ok(PathBuf::from("here")));
    }
}
