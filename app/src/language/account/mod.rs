//! The account, and what somebody does about their own data.

pub mod data;
pub mod overview;
pub mod tokens;
