//! Addresses of pages: what stands in one, and how one is put together.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use tresen_desk::Error;
use tresen_model::{AsideId, AttachmentId, CommentId, PersonId, RequestNumber};

use crate::web::{App, Stop, escape};

/// The parameters of an address. Unlike a struct it takes whatever comes: an address with a
/// parameter twice is still an address.
pub(super) type Parameters = axum::extract::Query<BTreeMap<String, String>>;

/// A parameter; empty when it is missing.
pub(super) fn parameter<'a>(parameters: &'a Parameters, name: &str) -> &'a str {
    parameters.get(name).map_or("", String::as_str)
}

/// A path with those parameters that are not empty.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.len() == path.len() { '?' } else { '&' });
        address.push_str(&format!("{name}={}", escape(value)));
    }
    address
}

/// The customer's page of a request, with the mailed link's token if they came by that.
pub(super) fn request_address(number: RequestNumber, token: &str) -> String {
    address(&format!("/requests/{number}"), &[("token", token)])
}

/// The agents' page of a request.
pub(super) fn agent_address(number: RequestNumber) -> String {
    format!("/agent/requests/{number}")
}

/// What the path of a page names: `{number}`, `{comment}`, `{id}`.
pub(super) struct Named {
    number: Option<RequestNumber>,
    comment: Option<CommentId>,
    id: Option<String>,
}

impl FromRequestParts<App> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let path = Path::<BTreeMap<String, String>>::from_request_parts(parts, app).await;
        let path = path.map(|Path(path)| path).unwrap_or_default();
        Ok(Self {
            number: path.get("number").and_then(|number| RequestNumber::parse(number)),
            comment: path.get("comment").and_then(|id| CommentId::parse(id)),
            id: path.get("id").cloned(),
        })
    }
}

impl Named {
    /// The number of the request.
    ///
    /// # Errors
    /// [`Error::NotFound`]: what is no number names nothing.
    pub(super) fn number(&self) -> Result<RequestNumber, Stop> {
        Ok(self.number.ok_or(Error::NotFound)?)
    }

    /// The id of the file.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn file(&self) -> Result<AttachmentId, Stop> {
        Ok(self.id.as_deref().and_then(AttachmentId::parse).ok_or(Error::NotFound)?)
    }

    /// The id of the comment.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn comment(&self) -> Result<CommentId, Stop> {
        Ok(self.comment.ok_or(Error::NotFound)?)
    }

    /// The id of the person.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn person(&self) -> Result<PersonId, Stop> {
        Ok(self.id.as_deref().and_then(PersonId::parse).ok_or(Error::NotFound)?)
    }

    /// The id of the message that was set aside.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn aside(&self) -> Result<AsideId, Stop> {
        Ok(self.id.as_deref().and_then(AsideId::parse).ok_or(Error::NotFound)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_is_empty() {
        assert_eq!(address("/requests", &[("q", ""), ("status", "")]), "/requests");
        assert_eq!(
            address("/requests", &[("q", "a&b=ä"), ("status", ""), ("after", "1.2")]),
            "/requests?q=a%26b%3D%C3%A4&after=1.2"
        );
    }
}
