//! Invitations: a link by which a colleague makes an account with a role.

use super::{Account, Newcomer, PasswordHash, by_email, create, is_email};
use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::people::link::{self, Purpose};
use crate::people::role::{Act, Role, Standing};
use crate::store::{Conn, Tx};

/// Invites a colleague: the secret of a link by which they choose name and password and get this role.
///
/// # Errors
/// When `by` may not administer, or the address is none.
pub async fn invite(tx: &mut Tx, now: Instant, by: &Standing, email: &str, role: Role) -> Result<String> {
    by.may(Act::Administer, None)?;
    if !is_email(email) {
        return Err(Error::field("email", "format", "Write an e-mail address such as ana@example.org."));
    }
    if by_email(tx, email).await?.is_some() {
        return Err(Error::field("email", "taken", "This address belongs to an account already."));
    }
    let detail = serde_json::json!({ "email": email.trim().to_lowercase(), "role": role });
    let secret = link::mint(tx, now, Purpose::Invite, None, detail).await?;
    audit::note(tx, now, by.account.as_ref(), "account.invite", email, None).await?;
    Ok(secret)
}

/// The address that an invitation was sent to, to show on its page.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn invited(conn: &mut Conn, now: Instant, secret: &str) -> Result<(String, Role)> {
    let found = link::peek(conn, now, Purpose::Invite, secret).await?;
    invitation(&found.detail.0)
}

pub(super) fn invitation(detail: &serde_json::Value) -> Result<(String, Role)> {
    let email = detail["email"].as_str().ok_or(Refusal::LinkInvalid)?;
    let role = detail["role"].as_str().and_then(|r| r.parse().ok()).ok_or(Refusal::LinkInvalid)?;
    Ok((email.to_owned(), role))
}

/// Accepts an invitation: makes the account, confirmed, with the role given.
///
/// # Errors
/// [`Refusal::LinkInvalid`], [`Refusal::NameTaken`], what is wrong with a field.
pub async fn accept(
    tx: &mut Tx,
    now: Instant,
    secret: &str,
    name: &str,
    language: &str,
    password: &PasswordHash,
) -> Result<Account> {
    let used = link::redeem(tx, now, Purpose::Invite, secret).await?;
    let (email, role) = invitation(&used.detail.0)?;
    let new = Newcomer { name: name.to_owned(), email, language: language.to_owned() };
    create(tx, now, &new, Some(password), role, Some(now)).await
}
