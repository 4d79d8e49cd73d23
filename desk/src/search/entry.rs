//! What the index holds of a request.

use tresen_model::{PersonId, RequestId};

/// The words of one request.
pub(crate) struct Entry {
    pub(crate) request: RequestId,
    pub(crate) customer: PersonId,
    /// What the customer can read.
    pub(crate) public: String,
    /// What only agents can: notes, name and address of the customer.
    pub(crate) internal: String,
}
