//! What an agent sees of the queue: which requests, whose, in what order. It stands in the address.

use tresen_model::Address;
use tresen_model::address::QueueQuery;

/// The word for those that wait longest first.
pub(super) const OLDEST: &str = "oldest";

/// The word for requests of every status.
pub(super) const ALL: &str = "all";

/// The word for the agent's own requests.
pub(super) const ME: &str = "me";

/// The word for requests that no agent has taken.
pub(super) const NOBODY: &str = "nobody";

/// The address of the same list with something changed, from the beginning.
pub(super) fn but(shown: &QueueQuery, change: impl FnOnce(&mut QueueQuery)) -> Address {
    let mut shown = QueueQuery { after: String::new(), ..shown.clone() };
    change(&mut shown);
    Address::Queue(shown)
}

/// The parameters that a form keeps, but for those that it has itself.
pub(super) fn keep(shown: &QueueQuery, own: &[&str]) -> Vec<(String, String)> {
    let parameters = [
        ("view", &shown.view),
        ("assignee", &shown.assignee),
        ("kind", &shown.kind),
        ("order", &shown.order),
        ("q", &shown.search),
    ];
    let kept = parameters.into_iter().filter(|(name, value)| !value.is_empty() && !own.contains(name));
    kept.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

/// Whether some requests are left out.
pub(super) fn is_filtered(shown: &QueueQuery) -> bool {
    !keep(shown, &["order"]).is_empty() || !shown.after.is_empty()
}
