//! What accounts hold of a person.

use crate::people::holding::Holding;

/// For the list in `privacy`.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["totp", "recovery_code", "factor_guess", "device", "passkey", "challenge", "identity"],
    sealed: &[],
    counts: &[],
    erase: &[
        "DELETE FROM totp WHERE person_id = $1",
        "DELETE FROM recovery_code WHERE person_id = $1",
        "DELETE FROM factor_guess WHERE person_id = $1",
        "DELETE FROM device WHERE person_id = $1",
        "DELETE FROM passkey WHERE person_id = $1",
        "DELETE FROM challenge WHERE person_id = $1",
        "DELETE FROM identity WHERE person_id = $1",
    ],
};
