//! `[[sign_in.provider]]`: with whom people who work here sign in (OpenID Connect).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tresen_desk::settings::SecondFactor;
use tresen_desk::settings::{Provider as Rules, RoleRule};
use tresen_model::Role;

use super::reach::is_this_machine;
use crate::config::{ConfigError, wrong};
use crate::mailbox::settings::Password;

/// `[sign_in]` as it is written.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SignInFile {
    pub(crate) second_factor: SecondFactor,
    provider: Vec<ProviderFile>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    id: String,
    name: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    scopes: Option<Vec<String>>,
    roles: Vec<RoleFile>,
    verified_claim: Option<String>,
    #[serde(default)]
    only: bool,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    allow_private: bool,
    #[serde(default)]
    allow_http: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    claim: String,
    contains: String,
    role: String,
}

/// How the program shows a provider who it is.
#[derive(Clone)]
pub(crate) enum ClientSecret {
    /// It has nothing to show: PKCE alone binds the answer to who asked.
    None,
    File(PathBuf),
    /// From the environment.
    Given(Password),
}

/// How a provider is asked. Who may do what afterwards is in [`Rules`].
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) rules: Rules,
    pub(crate) client_id: String,
    pub(crate) client_secret: ClientSecret,
    /// Beside `openid`.
    pub(crate) scopes: Vec<String>,
    /// The claim that says that the mail address is verified, in place of `email_verified`.
    pub(crate) verified_claim: Option<String>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) allow_private: bool,
    pub(crate) allow_http: bool,
}

/// For the operator, without secrets.
impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only = if self.rules.only { ", the only way for staff" } else { "" };
        let private = if self.allow_private { ", private networks allowed" } else { "" };
        write!(f, "{} as {}{only}{private}", self.rules.issuer, self.client_id)
    }
}

impl SignInFile {
    /// The keys that set secrets in the environment, without `TRESEN_`.
    pub(crate) fn secret_keys(&self) -> Vec<String> {
        self.provider.iter().map(|provider| secret_key(&provider.id)).collect()
    }

    /// Checks `[sign_in]`.
    pub(crate) fn check(self, environment: &BTreeMap<String, String>) -> Result<Vec<Provider>, ConfigError> {
        let mut providers: Vec<Provider> = Vec::new();
        for file in self.provider {
            let provider = file.check(environment)?;
            if providers.iter().any(|other| other.rules.id == provider.rules.id) {
                return Err(wrong("sign_in.provider.id", &provider.rules.id, "two providers have it"));
            }
            providers.push(provider);
        }
        Ok(providers)
    }
}

fn secret_key(id: &str) -> String {
    format!("SIGN_IN_{}_SECRET", id.to_ascii_uppercase().replace('-', "_"))
}

impl ProviderFile {
    fn check(self, environment: &BTreeMap<String, String>) -> Result<Provider, ConfigError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > 40 || !self.id.chars().all(plain) {
            return Err(wrong("sign_in.provider.id", &self.id, "it is a short word of a-z, 0-9 and hyphens"));
        }
        let key = |setting: &str| format!("sign_in.provider.{}.{setting}", self.id);
        if self.name.trim().is_empty() || self.name.chars().count() > 60 {
            return Err(wrong(&key("name"), &self.name, "it is shown on the button: 1 to 60 characters"));
        }
        let (scheme, rest) = self.issuer.split_once("://").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => authority,
        };
        let allowed = scheme == "https" || (scheme == "http" && self.allow_http && is_this_machine(host));
        // Nothing else belongs into an issuer (OpenID Connect Discovery, section 2).
        if !allowed || host.is_empty() || rest.contains(['?', '#', '@', ' ']) {
            return Err(wrong(
                &key("issuer"),
                &self.issuer,
                "it is an https:// address, as the provider's /.well-known/openid-configuration has it; http:// \
                 is for tries with 127.0.0.1 alone, with `allow_http = true`",
            ));
        }
        if self.allow_http && !is_this_machine(host) {
            return Err(wrong(&key("allow_http"), "true", "it is for tests with 127.0.0.1 or [::1] only"));
        }
        if self.client_id.is_empty() {
            return Err(wrong(&key("client_id"), "", "it is the id of this desk at the provider"));
        }
        for (name, path) in [("client_secret_file", &self.client_secret_file), ("ca_file", &self.ca_file)] {
            if let Some(path) = path {
                check_file(&key(name), path)?;
            }
        }
        let given = environment.get(&secret_key(&self.id)).cloned();
        let client_secret = match (self.client_secret_file, given) {
            (Some(_), Some(_)) => {
                let also = format!("TRESEN_{} is set, too; set one of them", secret_key(&self.id));
                return Err(wrong(&format!("sign_in.provider.{}.client_secret_file", self.id), "set", &also));
            }
            (Some(path), None) => ClientSecret::File(path),
            (None, Some(secret)) => ClientSecret::Given(Password(secret)),
            (None, None) => ClientSecret::None,
        };
        let key = |setting: &str| format!("sign_in.provider.{}.{setting}", self.id);
        if self.roles.is_empty() {
            return Err(wrong(
                &key("roles"),
                "empty",
                "without a role nobody can sign in; such as [{ claim = \"groups\", contains = \"service-desk\", role = \
                 \"agent\" }]",
            ));
        }
        let mut roles = Vec::new();
        for rule in self.roles {
            let role = Role::parse(&rule.role).filter(|role| role.is_staff());
            let role = role.ok_or_else(|| wrong(&key("roles"), &rule.role, "a role is agent or admin"))?;
            if rule.claim.is_empty() || rule.contains.is_empty() {
                return Err(wrong(&key("roles"), "empty", "`claim` and `contains` are not empty"));
            }
            roles.push(RoleRule { claim: rule.claim, contains: rule.contains, role });
        }
        let scopes = self.scopes.unwrap_or_else(|| vec!["email".into(), "profile".into()]);
        Ok(Provider {
            rules: Rules {
                id: self.id,
                name: self.name.trim().to_owned(),
                issuer: self.issuer,
                roles,
                only: self.only,
            },
            client_id: self.client_id,
            client_secret,
            scopes: scopes.into_iter().filter(|scope| scope != "openid").collect(),
            verified_claim: self.verified_claim,
            ca_file: self.ca_file,
            allow_private: self.allow_private,
            allow_http: self.allow_http,
        })
    }
}

fn check_file(key: &str, path: &Path) -> Result<(), ConfigError> {
    if path.is_file() {
        Ok(())
    } else {
        Err(wrong(key, &path.display().to_string(), "there is no such file"))
    }
}
