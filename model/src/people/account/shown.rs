//! An account as programs see it.

use serde::Serialize;

use super::Account;
use crate::address::Address;
use crate::clock::Instant;
use crate::people::role::Role;

/// What the API and `account list --json` show of an account.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    /// Name.
    pub name: &'a str,
    /// Address on the wire.
    pub uri: String,
    /// E-mail address, to administrators and to itself.
    pub email: Option<&'a str>,
    /// Role on the node.
    pub role: Role,
    /// Whether it is official.
    pub official: bool,
    /// Language.
    pub language: &'a str,
    /// Whether its address is confirmed.
    pub confirmed: bool,
    /// Whether it waits for an administrator's approval.
    pub waiting: bool,
    /// Whether it is disabled.
    pub disabled: bool,
    /// When it was made.
    pub created_at: Instant,
}

impl Account {
    /// For those who may see it all.
    #[must_use]
    pub fn shown(&self, here: &Address) -> Shown<'_> {
        Shown {
            name: &self.name,
            uri: here.person(&self.name),
            email: self.email.as_deref(),
            role: self.role,
            official: self.official,
            language: &self.language,
            confirmed: self.confirmed_at.is_some(),
            waiting: self.waiting_since.is_some(),
            disabled: self.disabled_at.is_some(),
            created_at: self.created_at,
        }
    }
}
