//! Who takes part: actors, accounts, their sessions, tokens and roles.

pub mod account;
pub mod actor;
pub mod departure;
pub mod guest;
pub mod identity;
pub mod key;
pub mod link;
pub mod name;
pub mod portrait;
pub mod proof;
pub mod registration;
pub mod role;
pub mod session;
pub mod suspension;
pub mod token;

mod secret;

pub(crate) use secret::{hash as hash_secret, mint as mint_secret, mint_code, plain_code};
