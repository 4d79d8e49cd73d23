//! The front page, and the form for a new request.

pub mod home;
pub mod new_request;
