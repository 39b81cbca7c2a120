//! Sessions of the website: `tower-sessions` over the rows of the model, which keep only the hash of an id.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use model::error::Error;
use model::id::Id;
use model::people::account::Account;
use model::people::actor::Actor;
use model::people::session;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id as SessionId, Record};
use tower_sessions::session_store::{Error as StoreError, Result as StoreResult};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::app::App;

/// The name of the session's cookie.
pub(crate) const COOKIE: &str = "session";
/// A session ends this long after sign-in.
const LIFETIME: Duration = Duration::from_secs(14 * 24 * 3600);
/// Where a session keeps whose it is.
const ACCOUNT: &str = "account";
/// Where it keeps who of another server it is of.
const GUEST: &str = "guest";
/// Where it keeps whose browser it is, signed in or not.
const KNOWN: &str = "known";
/// How many accounts share a browser.
const KNOWN_MOST: usize = 4;

/// The rows of the model.
#[derive(Clone)]
pub(crate) struct Rows(App);

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}

/// The layer that reads and writes the session's cookie. `Secure` is added where the node is reached encrypted.
pub(crate) fn layer(app: &App) -> SessionManagerLayer<Rows> {
    let lifetime = tower_sessions::cookie::time::Duration::seconds(LIFETIME.as_secs().try_into().unwrap_or(i64::MAX));
    SessionManagerLayer::new(Rows(app.clone()))
        .with_name(COOKIE)
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_secure(false)
        .with_expiry(Expiry::OnInactivity(lifetime))
}

/// Begins a session for an account, under a new id.
pub(crate) async fn begin(session: &Session, account: &Account) -> Result<(), Error> {
    session.cycle_id().await.map_err(Error::store)?;
    session.remove::<Id<Actor>>(GUEST).await.map_err(Error::store)?;
    session.insert(ACCOUNT, account.id).await.map_err(Error::store)?;
    remember(session, account.id).await
}

/// Begins a session for somebody of another server, under a new id.
pub(crate) async fn begin_guest(session: &Session, actor: Id<Actor>) -> Result<(), Error> {
    session.cycle_id().await.map_err(Error::store)?;
    session.insert(GUEST, actor).await.map_err(Error::store)
}

/// Who of another server it is of.
pub(crate) fn guest(held: &session::Session) -> Option<Id<Actor>> {
    held.data.0.get(GUEST).and_then(|id| serde_json::from_value(id.clone()).ok())
}

/// Remembers that the owner of an account uses this browser: who guesses passwords elsewhere does not lock it out.
pub(crate) async fn remember(session: &Session, account: Id<Account>) -> Result<(), Error> {
    let mut known = known(session).await?;
    known.retain(|held| *held != account);
    known.truncate(KNOWN_MOST - 1);
    known.insert(0, account);
    session.insert(KNOWN, known).await.map_err(Error::store)
}

/// Whether the owner of an account has used this browser.
pub(crate) async fn knows(session: &Session, account: Id<Account>) -> Result<bool, Error> {
    Ok(known(session).await?.contains(&account))
}

async fn known(session: &Session) -> Result<Vec<Id<Account>>, Error> {
    Ok(session.get(KNOWN).await.map_err(Error::store)?.unwrap_or_default())
}

/// Ends a session; another begins, of nobody, that knows no more than who has used this browser.
pub(crate) async fn end(session: &Session) -> Result<(), Error> {
    let known = known(session).await?;
    session.flush().await.map_err(Error::store)?;
    if known.is_empty() { Ok(()) } else { session.insert(KNOWN, known).await.map_err(Error::store) }
}

fn failed(error: impl fmt::Display) -> StoreError {
    StoreError::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Rows {
    /// An id has 128 random bits: none comes twice.
    async fn create(&self, record: &mut Record) -> StoreResult<()> {
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> StoreResult<()> {
        let account = record.data.get(ACCOUNT).and_then(|id| serde_json::from_value(id.clone()).ok());
        let data = serde_json::to_value(&record.data).map_err(|error| StoreError::Encode(error.to_string()))?;
        let mut tx = self.0.store.begin().await.map_err(failed)?;
        let ends = self.0.now().plus(LIFETIME);
        session::save(&mut tx, &record.id.to_string(), account, data, ends).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
    }

    async fn load(&self, id: &SessionId) -> StoreResult<Option<Record>> {
        let mut conn = self.0.store.conn().await.map_err(failed)?;
        let Some(held) = session::load(&mut conn, self.0.now(), &id.to_string()).await.map_err(failed)? else {
            return Ok(None);
        };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_value(held.data.0).map_err(|error| StoreError::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(held.expires_at.as_second())
            .map_err(|error| StoreError::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &SessionId) -> StoreResult<()> {
        let mut tx = self.0.store.begin().await.map_err(failed)?;
        session::end(&mut tx, &id.to_string()).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
    }
}
