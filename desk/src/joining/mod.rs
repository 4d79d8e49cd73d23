//! Another address for an account, and the joining of two records of one person.

mod join;
mod new_address;
