//! What the institution has settled about its node.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::address::{Address, Scheme};
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::{self, Actor};
use crate::store::schema::settings;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

words! {
    /// Who may sign up.
    pub enum Registration {
        /// Anybody with an e-mail address.
        Open = "open",
        /// Anybody, after an administrator's approval.
        Approval = "approval",
        /// Who was invited.
        Invite = "invite",
        /// Nobody.
        Closed = "closed",
    }
}

/// The node as the institution set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The institution's name.
    pub name: String,
    /// The domain; without one federation is off.
    pub domain: Option<String>,
    /// The language of the institution (BCP 47).
    pub language: String,
    /// The IANA time zone in which dates are typed and shown.
    pub time_zone: String,
    /// The institution's official account.
    pub official: Option<Id<Actor>>,
    /// Whether it has been set up.
    pub set_up: bool,
    /// Whether anything has gone to another server: from then on the domain is permanent.
    pub published: bool,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            name: "Palabre".into(),
            domain: None,
            language: "en".into(),
            time_zone: "UTC".into(),
            official: None,
            set_up: false,
            published: false,
        }
    }
}

impl Node {
    /// The time zone; UTC if the machine does not know it.
    #[must_use]
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

const NODE: &str = "node";
const REGISTRATION: &str = "registration";
const ADDRESS: &str = "address";
const PSEUDONYM_KEY: &str = "pseudonym-key";

/// The node's settings; the defaults before set-up.
///
/// # Errors
/// When the database fails.
pub async fn node(conn: &mut Conn) -> Result<Node> {
    Ok(get(conn, NODE).await?.unwrap_or_default())
}

/// Keeps the node's settings.
pub(crate) async fn save_node(tx: &mut Tx, node: &Node) -> Result<()> {
    put(tx, NODE, node).await
}

/// The institution's official actor.
///
/// # Errors
/// [`crate::error::Error::NotFound`] before set-up.
pub async fn official(conn: &mut Conn) -> Result<Actor> {
    let id = node(conn).await?.official.ok_or(crate::error::Error::NotFound)?;
    actor::by_id(conn, id).await
}

/// Who may sign up; nobody before set-up: the first account is the administrator's.
///
/// # Errors
/// When the database fails.
pub async fn registration(conn: &mut Conn) -> Result<Registration> {
    if !node(conn).await?.set_up {
        return Ok(Registration::Closed);
    }
    Ok(get(conn, REGISTRATION).await?.unwrap_or(Registration::Open))
}

/// Sets who may sign up; the configuration decides it at each start.
///
/// # Errors
/// When the database fails.
pub async fn set_registration(tx: &mut Tx, registration: Registration) -> Result<()> {
    put(tx, REGISTRATION, &registration).await
}

/// Remembers that something went to another server.
///
/// # Errors
/// When the database fails.
pub async fn mark_published(tx: &mut Tx) -> Result<()> {
    let mut node = node(tx).await?;
    if !node.published {
        node.published = true;
        save_node(tx, &node).await?;
    }
    Ok(())
}

/// Where this node lives, as its domain and the program that last served it say: for what is signed when nobody asks.
///
/// # Errors
/// When the database fails.
pub async fn address(conn: &mut Conn) -> Result<Address> {
    let noted: Option<Address> = get(conn, ADDRESS).await?;
    Ok(match (node(conn).await?.domain, noted) {
        (Some(domain), noted) => Address::new(noted.map_or(Scheme::Https, |noted| noted.scheme()), &domain),
        (None, Some(noted)) => noted,
        (None, None) => Address::new(Scheme::Http, "localhost"),
    })
}

/// Notes where the program that serves this node is reached.
///
/// # Errors
/// When the database fails.
pub async fn note_address(tx: &mut Tx, here: &Address) -> Result<()> {
    put(tx, ADDRESS, here).await
}

/// The key of this node's pseudonyms, 32 bytes as hex, made when first needed.
pub(crate) async fn pseudonym_key(conn: &mut Conn) -> Result<Vec<u8>> {
    let kept: Option<String> = get(conn, PSEUDONYM_KEY).await?;
    kept.and_then(|hex| hex::decode(hex).ok()).ok_or_else(|| crate::error::Error::store("the node is not set up"))
}

/// Makes the key of pseudonyms at set-up.
pub(crate) async fn make_pseudonym_key(tx: &mut Tx) -> Result<()> {
    let secret = crate::people::mint_secret();
    put(tx, PSEUDONYM_KEY, &hex::encode(secret.as_bytes())).await
}

async fn get<T: DeserializeOwned>(conn: &mut Conn, key: &str) -> Result<Option<T>> {
    let found: Option<Json<serde_json::Value>> =
        on!(conn, |c| settings::table.find(key).select(settings::value).first(c).await.optional())?;
    found.map(|Json(value)| serde_json::from_value(value).map_err(crate::error::Error::store)).transpose()
}

async fn put<T: Serialize>(tx: &mut Tx, key: &str, value: &T) -> Result<()> {
    let value = Json(serde_json::to_value(value).map_err(crate::error::Error::store)?);
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(settings::table)
        .values((settings::key.eq(key), settings::value.eq(&value)))
        .on_conflict(settings::key)
        .do_update()
        .set(settings::value.eq(&value))
        .execute(c)
        .await)?;
    Ok(())
}
