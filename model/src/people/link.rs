//! Links that work once and for a while: confirmation, reset, invitation, set-up.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::account::Account;
use super::secret;
use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::store::schema::links;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

words! {
    /// What a link is for.
    pub enum Purpose {
        /// Confirms an e-mail address.
        Confirm = "confirm",
        /// Sets a new password.
        Reset = "reset",
        /// Makes an account with a role.
        Invite = "invite",
        /// Sets the node up.
        SetUp = "setup",
        /// Appeals against a decision of the moderators.
        Appeal = "appeal",
    }
}

impl Purpose {
    /// How long it works.
    #[must_use]
    pub fn lifetime(self) -> Duration {
        const HOUR: u64 = 3600;
        Duration::from_secs(match self {
            Self::Confirm => 48 * HOUR,
            Self::Reset => 2 * HOUR,
            Self::Invite => 14 * 24 * HOUR,
            Self::SetUp => HOUR / 2,
            Self::Appeal => 180 * 24 * HOUR,
        })
    }
}

/// A link as kept: its secret's hash.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = links)]
pub struct Link {
    hash: String,
    purpose: Purpose,
    /// Whose it is.
    pub account_id: Option<Id<Account>>,
    /// What else it carries.
    pub detail: Json<serde_json::Value>,
    created_at: Instant,
    expires_at: Instant,
    used_at: Option<Instant>,
}

/// Makes a link and answers its secret, once. Earlier unused ones for the same account and purpose end.
///
/// # Errors
/// When the database fails.
pub async fn mint(
    tx: &mut Tx,
    now: Instant,
    purpose: Purpose,
    account: Option<Id<Account>>,
    detail: serde_json::Value,
) -> Result<String> {
    let conn: &mut Conn = tx;
    // Each decision keeps its own way to appeal.
    if let Some(account) = account.filter(|_| purpose != Purpose::Appeal) {
        let earlier = links::table.filter(links::account_id.eq(account).and(links::purpose.eq(purpose)));
        on!(conn, |c| diesel::delete(earlier).execute(c).await)?;
    } else if purpose == Purpose::SetUp {
        on!(conn, |c| diesel::delete(links::table.filter(links::purpose.eq(purpose))).execute(c).await)?;
    }
    let secret = secret::mint();
    let row = Link {
        hash: secret::hash(&secret),
        purpose,
        account_id: account,
        detail: Json(detail),
        created_at: now,
        expires_at: now.plus(purpose.lifetime()),
        used_at: None,
    };
    on!(conn, |c| diesel::insert_into(links::table).values(&row).execute(c).await)?;
    Ok(secret)
}

/// Looks at a link that still works, without using it up.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn peek(conn: &mut Conn, now: Instant, purpose: Purpose, secret: &str) -> Result<Link> {
    let hash = secret::hash(secret);
    let found = on!(conn, |c| links::table
        .find(&hash)
        .filter(links::purpose.eq(purpose).and(links::used_at.is_null()).and(links::expires_at.gt(now)))
        .select(Link::as_select())
        .first(c)
        .await
        .optional())?;
    Ok(found.ok_or(Refusal::LinkInvalid)?)
}

/// Uses a link up.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn redeem(tx: &mut Tx, now: Instant, purpose: Purpose, secret: &str) -> Result<Link> {
    let hash = secret::hash(secret);
    let conn: &mut Conn = tx;
    let valid = links::purpose.eq(purpose).and(links::used_at.is_null()).and(links::expires_at.gt(now));
    let found = on!(conn, |c| diesel::update(links::table.find(&hash).filter(valid))
        .set(links::used_at.eq(now))
        .returning(Link::as_returning())
        .get_result(c)
        .await
        .optional())?;
    Ok(found.ok_or(Refusal::LinkInvalid)?)
}
