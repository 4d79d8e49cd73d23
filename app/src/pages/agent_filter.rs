//! What an agent sees of the queue: which requests, whose, in what order. It stands in the address.

use tresen_desk::requests::{Assignee, QueueOrder, QueueQuery, QueueView};
use tresen_model::Status;

use super::address::{Parameters, address, parameter};
use crate::web::Context;

/// The path of the queue.
pub(super) const PATH: &str = "/agent";

/// What the address of the page says. What it does not say is the first of the values.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) search: String,
    pub(super) view: QueueView,
    pub(super) assignee: Assignee,
    pub(super) kind: String,
    pub(super) order: QueueOrder,
    pub(super) after: String,
}

impl Shown {
    pub(super) fn read(parameters: &Parameters, context: &Context) -> Self {
        let kind = parameter(parameters, "kind");
        let view = parameter(parameters, "view");
        Self {
            search: parameter(parameters, "q").trim().to_owned(),
            view: match (view, Status::parse(view)) {
                ("all", _) => QueueView::All,
                (_, Some(status)) => QueueView::Only(status),
                _ => QueueView::Active,
            },
            assignee: match parameter(parameters, "assignee") {
                "me" => Assignee::Me,
                "nobody" => Assignee::Nobody,
                _ => Assignee::Anyone,
            },
            kind: context
                .app
                .desk
                .settings()
                .request_type(kind)
                .map(|kind| kind.id.clone())
                .unwrap_or_default(),
            order: match parameter(parameters, "order") {
                "oldest" => QueueOrder::Oldest,
                _ => QueueOrder::Newest,
            },
            after: parameter(parameters, "after").to_owned(),
        }
    }

    pub(super) fn query(&self) -> QueueQuery {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        QueueQuery {
            search: self.search.clone(),
            view: self.view,
            assignee: self.assignee,
            kind: some(&self.kind),
            order: self.order,
            after: some(&self.after),
        }
    }

    fn parameters(&self) -> [(&'static str, &str); 6] {
        [
            ("view", view_word(self.view)),
            ("assignee", assignee_word(self.assignee)),
            ("kind", &self.kind),
            ("order", if self.order == QueueOrder::Oldest { "oldest" } else { "" }),
            ("q", &self.search),
            ("after", &self.after),
        ]
    }

    pub(super) fn address(&self) -> String {
        address(PATH, &self.parameters())
    }

    /// The address of the same list with something changed, from the beginning.
    pub(super) fn but(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut shown = Self { after: String::new(), ..self.clone() };
        change(&mut shown);
        shown.address()
    }

    /// The parameters that a form keeps, but for those that it has itself.
    pub(super) fn keep(&self, own: &[&str]) -> Vec<(String, String)> {
        let kept = self
            .parameters()
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && *name != "after" && !own.contains(name));
        kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    pub(super) fn is_filtered(&self) -> bool {
        !self.keep(&["order"]).is_empty() || !self.after.is_empty()
    }
}

const fn view_word(view: QueueView) -> &'static str {
    match view {
        QueueView::Active => "",
        QueueView::Only(status) => status.as_str(),
        QueueView::All => "all",
    }
}

const fn assignee_word(assignee: Assignee) -> &'static str {
    match assignee {
        Assignee::Anyone => "",
        Assignee::Me => "me",
        Assignee::Nobody => "nobody",
    }
}
