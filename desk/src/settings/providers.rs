//! The providers that people who work here sign in with (OpenID Connect).

use serde_json::Value;
use tresen_model::Role;

/// A provider of sign-ins, as far as the desk needs to know it.
#[derive(Clone)]
pub struct Provider {
    /// A short word that names it in addresses of pages.
    pub id: String,
    /// What its button says.
    pub name: String,
    /// The issuer: with the subject it says who somebody is.
    pub issuer: String,
    /// Who may do what; at least one.
    pub roles: Vec<RoleRule>,
    /// Whether agents and admins may sign in only with a provider.
    pub only: bool,
}

/// Whoever has a value among their claims has a role.
#[derive(Clone)]
pub struct RoleRule {
    /// The claim, such as `groups`, or with dots where it is inside another, such as
    /// `realm_access.roles`.
    pub claim: String,
    /// The value: the claim itself, or one of several.
    pub contains: String,
    /// The role, agent or admin.
    pub role: Role,
}

impl Provider {
    /// The highest role that the claims give.
    pub(crate) fn role(&self, claims: &Value) -> Option<Role> {
        let fits = |rule: &&RoleRule| has(claims, &rule.claim, &rule.contains);
        let given: Vec<Role> = self.roles.iter().filter(fits).map(|rule| rule.role).collect();
        [Role::Admin, Role::Agent].into_iter().find(|role| given.contains(role))
    }
}

fn has(claims: &Value, claim: &str, value: &str) -> bool {
    // Some name their claims by an address, which has dots of its own.
    let whole = claims.get(claim);
    let found = whole.or_else(|| claim.split('.').try_fold(claims, |inside, part| inside.get(part)));
    match found {
        Some(Value::String(one)) => one == value,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(value)),
        _ => false,
    }
}
