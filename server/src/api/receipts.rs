//! Receipts of erasures.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tresen_desk::privacy::Checked;
use utoipa::ToSchema;

use super::gate::Called;
use super::input::Json;
use super::people::Deleted;
use super::problem::Failed;
use super::state::Api;
use super::time;

/// A receipt that somebody shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownReceipt {
    /// The whole text.
    receipt: String,
}

/// What a receipt says.
#[derive(Serialize, ToSchema)]
pub(super) struct ReceiptCheck {
    /// Whether this desk has signed it.
    genuine: bool,
    /// When the erasure was finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    at: Option<String>,
    /// What was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<Deleted>,
}

/// Verifies the receipt of an erasure
///
/// Needs no scope.
#[utoipa::path(
    post,
    path = "/receipts/verify",
    tag = "receipts",
    operation_id = "verifyReceipt",
    request_body = ShownReceipt,
    responses((status = 200, body = ReceiptCheck)),
    security(("token" = [])),
)]
pub(super) async fn verify(
    State(api): State<Api>,
    _: Called,
    Json(shown, _): Json<ShownReceipt>,
) -> Result<Answer<ReceiptCheck>, Failed> {
    Ok(Answer(match api.desk.privacy.check_receipt(&shown.receipt) {
        Checked::Genuine(receipt) => ReceiptCheck {
            genuine: true,
            at: Some(time::write(receipt.at)),
            deleted: Some(receipt.count.into()),
        },
        Checked::NotSigned | Checked::Unreadable => ReceiptCheck { genuine: false, at: None, deleted: None },
    }))
}
