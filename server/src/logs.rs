//! What is logged, and what never is.

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// Has everything that is worth it written to standard error, from now on. `TRESEN_LOG` says what that is
/// (default `info`), within [`may_be_logged`].
pub(crate) fn begin() {
    let asked = EnvFilter::try_from_env("TRESEN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = lines.with_ansi(crate::terminal::has_colours());
    let lines = lines.with_filter(asked.and(filter_fn(may_be_logged)));
    tracing_subscriber::registry().with(lines).init();
}

/// Lines of this program's own crates, which hold nothing personal at any level. Of the libraries under it
/// only warnings and errors, whatever was asked for: below that they write down what passes through
/// them, headers with their cookies, addresses of clients, the bytes of a connection.
fn may_be_logged(about: &Metadata<'_>) -> bool {
    let first = about.target().split("::").next().unwrap_or_default();
    // It writes down the names that it asks for: the domains of people.
    if first.starts_with("hickory") {
        return false;
    }
    if first.starts_with("webauthn_rs") {
        // What it warns of is what somebody's browser has sent; the desk says what came of it.
        return false;
    }
    first == "tresen" || first.starts_with("tresen_") || *about.level() <= Level::WARN
}
