//! Identifiers: UUIDv7 (RFC 9562), random enough to name nobody, ordered by creation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the hyphenated or the simple form.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// A person: customer, agent or admin.
    PersonId
    /// A request. People see its [`RequestNumber`](crate::RequestNumber) instead.
    RequestId
    /// A comment in a request.
    CommentId
    /// A file that came with a comment.
    AttachmentId
    /// A mail that was set aside, because it could not be handled.
    AsideId
    /// A place where another program is told what happens.
    WebhookId
    /// One thing that it is told. The same at each attempt.
    DeliveryId
}
