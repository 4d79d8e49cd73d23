//! Signing in with a provider: OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636).
//!
//! What is checked of a token is the business of the crate `openidconnect`: signature, issuer,
//! audience, time, nonce. Only signatures by a key of the provider's are taken: no `none`, and no
//! MAC, whose key everybody has who has this desk's settings.

pub(crate) mod reach;
pub(crate) mod settings;

use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::Uri;
use chrono::DateTime;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
    CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthType, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IdTokenFields, IssuerUrl, LanguageTag, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tresen_app::web::{Asking, NoSignIn, SignIn};
use tresen_desk::accounts::{Attempt, Vouched};
use tresen_desk::clock::Clock;
use tresen_model::{Language, Timestamp};

use self::reach::{Reach, Unreached};
use self::settings::{ClientSecret as Secret, Provider};
use crate::config::Config;

/// What a provider says of itself is asked again after so many seconds.
const FRESH: i64 = 600;

/// The signatures that are taken: those that only the provider can make.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Claims beside those that the standard names.
#[derive(Clone, Serialize, Deserialize)]
struct More {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for More {}

/// They say who somebody is.
impl fmt::Debug for More {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("More")
    }
}

type TokenResponse = StandardTokenResponse<
    IdTokenFields<
        More,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Asker = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The providers, and how they are asked.
pub(crate) struct Providers {
    all: Vec<One>,
    public_url: String,
    clock: Arc<dyn Clock>,
}

struct One {
    settings: Provider,
    reach: Reach,
    /// What it says of itself, and since when we know.
    known: Mutex<Option<(Timestamp, CoreProviderMetadata)>>,
}

impl Providers {
    /// Puts it together; asks nobody yet, so that a provider that is down keeps no desk from
    /// starting.
    ///
    /// # Errors
    /// A sentence about certificates that cannot be used.
    pub(crate) fn new(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, crate::Failure> {
        let mut all = Vec::new();
        for settings in &config.sign_in {
            let reach = Reach::new(settings.ca_file.as_deref(), settings.allow_private, settings.allow_http)
                .map_err(|error| format!("sign_in.provider.{}: {error}", settings.rules.id))?;
            all.push(One { settings: settings.clone(), reach, known: Mutex::new(None) });
        }
        Ok(Self { all, public_url: config.desk.public_url.clone(), clock })
    }

    fn find(&self, id: &str) -> Result<&One, NoSignIn> {
        let found = self.all.iter().find(|one| one.settings.rules.id == id);
        found.ok_or_else(|| NoSignIn("there is no such provider".into()))
    }

    /// Ready to ask with what was known, or with what the provider says now.
    async fn asker(&self, one: &One, anew: bool) -> Result<Asker, NoSignIn> {
        let now = self.clock.now();
        let mut known = one.known.lock().await;
        let metadata = match &*known {
            Some((since, metadata)) if !anew && now.seconds_since(*since) < FRESH => metadata.clone(),
            _ => {
                let metadata = one.describe().await?;
                *known = Some((now, metadata.clone()));
                metadata
            }
        };
        drop(known);
        let settings = &one.settings;
        let secret = read_secret(&settings.client_secret).await?.map(ClientSecret::new);
        let id = ClientId::new(settings.client_id.clone());
        let back = format!("{}/login/with/{}/back", self.public_url, settings.rules.id);
        let back = RedirectUrl::new(back).map_err(|_| NoSignIn("`public_url` is no URL".into()))?;
        // Most take both ways; where one of them is left out, the other is the one.
        let ways = metadata.token_endpoint_auth_methods_supported();
        let basic = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let way = if basic { AuthType::BasicAuth } else { AuthType::RequestBody };
        Ok(Asker::from_provider_metadata(metadata, id, secret).set_redirect_uri(back).set_auth_type(way))
    }

    async fn leave_for(
        &self,
        provider: &str,
        attempt: &Attempt,
        language: Language,
    ) -> Result<String, NoSignIn> {
        let one = self.find(provider)?;
        let asker = self.asker(one, false).await?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let (address, _, _) = asker
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(one.settings.scopes.iter().cloned().map(Scope::new))
            .add_ui_locale(LanguageTag::new(language.tag().to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        one.may_go_to(address.as_str())?;
        Ok(address.into())
    }

    async fn vouch(
        &self,
        provider: &str,
        attempt: &Attempt,
        code: &str,
        language: Language,
    ) -> Result<Vouched, NoSignIn> {
        let one = self.find(provider)?;
        let asker = self.asker(one, false).await?;
        let request = asker.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|_| NoSignIn("it names no address for tokens".into()))?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let answer = request.set_pkce_verifier(verifier).request_async(&one.reach).await;
        let answer = answer.map_err(|error| NoSignIn(why_no_token(&error)))?;
        let token = answer.extra_fields().id_token();
        let token = token.ok_or_else(|| NoSignIn("it gave no ID token".into()))?;
        let nonce = Nonce::new(attempt.nonce.clone());
        let now = self.clock.now();
        let judge = |asker: &Asker| {
            let verifier = asker.id_token_verifier().set_allowed_algs(SIGNATURES);
            let verifier =
                verifier.set_time_fn(move || DateTime::from_timestamp_micros(now.0).unwrap_or_default());
            token.claims(&verifier, &nonce).cloned()
        };
        let claims = match judge(&asker) {
            // It may have new keys since.
            Err(ClaimsVerificationError::SignatureVerification(_)) => judge(&self.asker(one, true).await?),
            judged => judged,
        };
        let claims =
            claims.map_err(|error| NoSignIn(format!("its ID token is not taken: {}", kind(&error))))?;
        let more = claims.additional_claims().all.clone();
        let email_verified = match &one.settings.verified_claim {
            Some(claim) => more.get(claim).is_some_and(is_true),
            None => claims.email_verified() == Some(true),
        };
        let name = claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        Ok(Vouched {
            subject: claims.subject().to_string(),
            email: claims.email().map(|email| email.to_string()),
            email_verified,
            name,
            claims: Value::Object(more),
            language,
        })
    }
}

impl SignIn for Providers {
    fn leave<'a>(
        &'a self,
        provider: &'a str,
        attempt: &'a Attempt,
        language: Language,
    ) -> Asking<'a, String> {
        Box::pin(self.leave_for(provider, attempt, language))
    }

    fn come_back<'a>(
        &'a self,
        provider: &'a str,
        attempt: &'a Attempt,
        code: &'a str,
        language: Language,
    ) -> Asking<'a, Vouched> {
        Box::pin(self.vouch(provider, attempt, code, language))
    }
}

impl One {
    /// What the provider says of itself (OpenID Connect Discovery 1.0), and its keys.
    async fn describe(&self) -> Result<CoreProviderMetadata, NoSignIn> {
        let issuer = IssuerUrl::new(self.settings.rules.issuer.clone());
        let issuer = issuer.map_err(|_| NoSignIn("the issuer is no URL".into()))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.reach).await;
        metadata.map_err(|error| {
            NoSignIn(match error {
                DiscoveryError::Request(error) => error.to_string(),
                DiscoveryError::Response(status, ..) => format!("its description is answered with {status}"),
                DiscoveryError::Validation(_) => "it says that it is another issuer".into(),
                _ => "its description is not understood".into(),
            })
        })
    }

    /// A browser is sent to no address that the program would not ask.
    fn may_go_to(&self, address: &str) -> Result<(), NoSignIn> {
        let uri: Uri = address.parse().map_err(|_| NoSignIn("its page for signing in is no URL".into()))?;
        self.reach.target(&uri).map(drop).map_err(|error| NoSignIn(error.to_string()))
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::String(text) => text == "true" || text == "1",
        Value::Number(number) => number.as_i64() == Some(1),
        _ => false,
    }
}

async fn read_secret(secret: &Secret) -> Result<Option<String>, NoSignIn> {
    match secret {
        Secret::None => Ok(None),
        Secret::Given(secret) => Ok(Some(secret.0.clone())),
        Secret::File(path) => read(path).await.map(Some),
    }
}

async fn read(path: &Path) -> Result<String, NoSignIn> {
    let text = tokio::fs::read_to_string(path).await;
    let unreadable = |error| NoSignIn(format!("{} cannot be read: {error}", path.display()));
    text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned()).map_err(unreadable)
}

/// Without what the provider's answer repeats.
fn why_no_token(
    error: &RequestTokenError<Unreached, StandardErrorResponse<CoreErrorResponseType>>,
) -> String {
    match error {
        RequestTokenError::Request(error) => error.to_string(),
        RequestTokenError::ServerResponse(answer) => {
            // A word from the list of the RFC; anything else might say who it is about.
            let word = answer.error().to_string();
            let plain = word.len() <= 40 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            format!("it gives no token: {}", if plain { &word } else { "for a reason of its own" })
        }
        _ => "its answer with a token is not understood".into(),
    }
}

/// Which check has failed, without what was checked.
fn kind(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "it has expired",
        ClaimsVerificationError::InvalidAudience(_) => "it is for somebody else",
        ClaimsVerificationError::InvalidIssuer(_) => "it is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "its nonce is another",
        ClaimsVerificationError::SignatureVerification(_) => "its signature is not good",
        ClaimsVerificationError::Unsupported(_) => "it is of a kind that is not understood",
        _ => "a check has failed",
    }
}

impl<'a> AsyncHttpClient<'a> for Reach {
    type Error = Unreached;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unreached>> + Send + 'a>>;

    fn call(&'a self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
