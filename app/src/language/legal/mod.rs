//! What the law asks for.

pub mod privacy;
pub mod receipt;
