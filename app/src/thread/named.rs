//! What the path of a file names: `{number}`, `{comment}`, `{id}`.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use tresen_desk::Error;
use tresen_model::{AttachmentId, CommentId, RequestNumber};

use super::server::{comment_of, number_of};
use crate::web::{App, Fields, Stop};

/// What the path names, and the token of the mailed link.
pub(crate) struct Named {
    path: Fields,
    /// Empty for whoever is signed in.
    pub(super) token: String,
}

impl FromRequestParts<App> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let path = Path::<Fields>::from_request_parts(parts, app).await;
        // Unlike a struct it takes whatever comes: an address with a parameter twice is still an address.
        let query = Query::<Fields>::from_request_parts(parts, app).await;
        Ok(Self {
            path: path.map(|Path(path)| path).unwrap_or_default(),
            token: query.ok().and_then(|Query(mut query)| query.remove("token")).unwrap_or_default(),
        })
    }
}

impl Named {
    fn get(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The number of the request.
    ///
    /// # Errors
    /// [`Error::NotFound`]: what is no number names nothing.
    pub(super) fn number(&self) -> Result<RequestNumber, Stop> {
        number_of(self.get("number"))
    }

    /// The id of the comment.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn comment(&self) -> Result<CommentId, Stop> {
        comment_of(self.get("comment"))
    }

    /// The id of the file.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn file(&self) -> Result<AttachmentId, Stop> {
        Ok(AttachmentId::parse(self.get("id")).ok_or(Error::NotFound)?)
    }
}
