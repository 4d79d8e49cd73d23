//! The fields of a form that say what somebody may do.

use leptos::prelude::*;
use tresen_model::{Language, Role};

use crate::components::{Checkbox, Choice, Select};
use crate::form::Form;
use crate::language::settings::people as text;

/// Before the id of a request type in the name of its box.
const KIND: &str = "kind.";

/// What the fields say before anything was sent.
#[derive(Default)]
pub(super) struct Now<'a> {
    /// The role; empty for the first one.
    pub(super) role: &'a str,
    /// `all` or `some` request types; empty for the first.
    pub(super) scope: &'a str,
    /// The ids of the types that are ticked.
    pub(super) kinds: &'a [String],
}

/// The fields for a role and request types (id and name), which the style sheet shows where they say something.
pub(super) fn fields(
    language: Language,
    form: &Form,
    roles: &[Role],
    now: &Now<'_>,
    kinds: Vec<(String, String)>,
) -> AnyView {
    let roles = roles.iter().map(|role| Choice::new(role.as_str(), text::role_choice(language, *role)));
    let roles = roles.collect::<Vec<_>>();
    let scopes =
        vec![Choice::new("all", text::kinds_all(language)), Choice::new("some", text::kinds_some(language))];
    let boxes = kinds.into_iter().map(|(id, label)| {
        let name = format!("{KIND}{id}");
        let checked = form.ticked_or(&name, now.kinds.contains(&id));
        view! { <Checkbox name checked>{label}</Checkbox> }.into_any()
    });
    let boxes = boxes.collect::<Vec<_>>();
    view! {
        <Select
            name="role"
            label=text::role(language)
            choices=roles
            value=form.value_or("role", now.role)
            error=form.error("role")
            required=true
        />
        <div class="duty-kinds stack">
            <Select
                name="kinds"
                label=text::kinds(language)
                hint=text::kinds_hint(language)
                choices=scopes
                value=form.value_or("kinds", now.scope)
                error=form.error("kinds")
                required=true
            />
            <div class="duty-boxes stack tight" role="group" aria-label=text::kinds(language)>{boxes}</div>
        </div>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) use self::server::{Sent, kinds};

#[cfg(feature = "ssr")]
mod server {
    use std::collections::BTreeMap;

    use tresen_desk::staff::Duty;

    use super::KIND;
    use crate::web::{Context, Stop};

    /// What was sent of the fields.
    pub(in crate::settings) struct Sent<'a> {
        /// The role.
        pub(in crate::settings) role: &'a str,
        /// `all` or `some` request types.
        pub(in crate::settings) scope: &'a str,
        /// Every other field, the boxes among them.
        pub(in crate::settings) others: &'a BTreeMap<String, String>,
    }

    impl Sent<'_> {
        /// What it says.
        pub(in crate::settings) fn duty(&self, context: &Context) -> Result<Duty, Stop> {
            let kinds = self.others.keys().filter_map(|name| name.strip_prefix(KIND));
            let kinds = kinds.map(str::to_owned).collect();
            Ok(Duty::parse(self.role, self.scope, kinds, context.app.desk.settings())?)
        }
    }

    /// The request types that there are: id and name.
    pub(in crate::settings) fn kinds(context: &Context) -> Vec<(String, String)> {
        let kinds = context.app.desk.settings().request_types.iter();
        kinds.map(|kind| (kind.id.clone(), kind.name.get(context.language).to_owned())).collect()
    }
}
