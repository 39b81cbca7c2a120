//! What the institution has settled about its node.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::commitment::{self, Commitments};
use super::theme::{self, Theme};
use super::{audit, setup};
use crate::address::{Address, Scheme};
use crate::clock::Instant;
use crate::error::{Check, Result};
use crate::id::Id;
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
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
const REGISTRATION_CHOSEN: &str = "registration-chosen";
const ADDRESS: &str = "address";
const RELAYS: &str = "relays";
const LISTED: &str = "listed";
const BACKUP: &str = "backup";
const RETENTION: &str = "retention";
const PSEUDONYM_KEY: &str = "pseudonym-key";

/// The node's settings; the defaults before set-up.
///
/// # Errors
/// When the database fails.
pub async fn node(conn: &mut Conn) -> Result<Node> {
    Ok(get(conn, NODE).await?.unwrap_or_default())
}

/// What every page is made with.
#[derive(Debug, Clone, Default)]
pub struct Front {
    /// The node as the institution set it up.
    pub node: Node,
    /// How its pages look.
    pub theme: Theme,
    /// What it commits itself to before everybody.
    pub commitments: Commitments,
}

impl Front {
    /// Where it stands among the settings.
    pub(crate) const KEYS: [&str; 3] = [NODE, theme::KEY, commitment::KEY];

    /// What these settings say.
    pub(crate) fn of(held: impl IntoIterator<Item = (String, Json<serde_json::Value>)>) -> Result<Self> {
        let mut front = Self::default();
        for (key, Json(value)) in held {
            match key.as_str() {
                NODE => front.node = read(value)?,
                theme::KEY => front.theme = read(value)?,
                _ => front.commitments = read(value)?,
            }
        }
        Ok(front)
    }
}

/// What every page is made with, in one reading.
///
/// # Errors
/// When the database fails.
pub async fn front(conn: &mut Conn) -> Result<Front> {
    let all = settings::table.filter(settings::key.eq_any(Front::KEYS));
    let held: Vec<(String, Json<serde_json::Value>)> =
        on!(conn, |c| all.select((settings::key, settings::value)).load(c).await)?;
    Front::of(held)
}

fn read<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_json::from_value(value).map_err(crate::error::Error::store)
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
    match chosen_registration(conn).await? {
        Some(chosen) => Ok(chosen),
        None => configured_registration(conn).await,
    }
}

/// Who may sign up where no administrator has chosen.
///
/// # Errors
/// When the database fails.
pub async fn configured_registration(conn: &mut Conn) -> Result<Registration> {
    Ok(get(conn, REGISTRATION).await?.unwrap_or(Registration::Open))
}

/// Who may sign up as an administrator chose it; `None` leaves it to the configuration.
///
/// # Errors
/// When the database fails.
pub async fn chosen_registration(conn: &mut Conn) -> Result<Option<Registration>> {
    Ok(get(conn, REGISTRATION_CHOSEN).await?.flatten())
}

/// Chooses who may sign up; `None` leaves it to the configuration.
///
/// # Errors
/// When `by` may not administer.
pub async fn choose_registration(tx: &mut Tx, now: Instant, by: &Standing, chosen: Option<Registration>) -> Result<()> {
    by.may(Act::Administer, None)?;
    let before = chosen_registration(tx).await?;
    if before != chosen {
        let named = chosen.map_or("configuration", |chosen| chosen.as_str());
        audit::note(tx, now, by.account.as_ref(), "node.registration", named, None).await?;
        put(tx, REGISTRATION_CHOSEN, &chosen).await?;
    }
    Ok(())
}

/// Sets who may sign up where no administrator has chosen; the configuration says it at each start.
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

/// Whether this node is a relay server for others (FEP-ae0c).
///
/// # Errors
/// When the database fails.
pub async fn relays(conn: &mut Conn) -> Result<bool> {
    Ok(get(conn, RELAYS).await?.unwrap_or(false))
}

/// Whether this node tells in a public directory what is open on it.
///
/// # Errors
/// When the database fails.
pub async fn is_listed(conn: &mut Conn) -> Result<bool> {
    Ok(get(conn, LISTED).await?.unwrap_or(false))
}

/// The most days that copies can be asked to be kept at most.
pub const RETENTION_MOST: u32 = 36_500;

/// How many days after the end of a consultation other nodes may keep copies of it; none: for ever.
///
/// # Errors
/// When the database fails.
pub async fn retention(conn: &mut Conn) -> Result<Option<u32>> {
    Ok(get(conn, RETENTION).await?.flatten())
}

/// Says how many days other nodes may keep copies; none: for ever.
///
/// # Errors
/// When `by` may not administer, or it is none, or more than [`RETENTION_MOST`] (`retention`).
pub async fn retain(tx: &mut Tx, by: &Standing, days: Option<u32>) -> Result<()> {
    by.may(Act::Administer, None)?;
    let mut check = Check::default();
    let fits = days.is_none_or(|days| (1..=RETENTION_MOST).contains(&days));
    check.that(fits, "retention", "range", "Write a number of days.");
    check.done()?;
    put(tx, RETENTION, &days).await
}

/// Says whether this node is a relay server, and whether it is listed.
///
/// # Errors
/// When `by` may not administer.
pub async fn share(tx: &mut Tx, by: &Standing, relays: bool, listed: bool) -> Result<()> {
    by.may(Act::Administer, None)?;
    put(tx, RELAYS, &relays).await?;
    put(tx, LISTED, &listed).await
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

/// When a backup was last written; `None` if none ever was.
///
/// # Errors
/// When the database fails.
pub async fn backed_up(conn: &mut Conn) -> Result<Option<Instant>> {
    get(conn, BACKUP).await
}

/// Notes that a backup was written.
///
/// # Errors
/// When the database fails.
pub async fn note_backup(tx: &mut Tx, now: Instant) -> Result<()> {
    put(tx, BACKUP, &now).await
}

/// What of the node is to change; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The institution's name.
    pub name: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// Its time zone.
    pub time_zone: Option<String>,
    /// Its domain, while nothing has gone to another server.
    pub domain: Option<String>,
}

/// Changes what was said at set-up.
///
/// # Errors
/// When `by` may not; what is wrong with `name`, `language`, `time_zone` or `domain`; [`crate::error::Refusal::DomainPermanent`].
pub async fn change(tx: &mut Tx, now: Instant, by: &Standing, change: Change) -> Result<Node> {
    by.may(Act::Administer, None)?;
    let before = node(tx).await?;
    let wanted = Node {
        name: change.name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        language: change.language.unwrap_or_else(|| before.language.clone()),
        time_zone: change.time_zone.unwrap_or_else(|| before.time_zone.clone()),
        ..before.clone()
    };
    let mut check = Check::default();
    check.line("name", &wanted.name, setup::NAME_LONGEST);
    let zone = jiff::tz::TimeZone::get(&wanted.time_zone).is_ok();
    check.that(zone, "time_zone", "format", "Write a time zone such as Europe/Paris.");
    check.that(setup::is_language(&wanted.language), "language", "format", "Write a language such as fr or en.");
    check.done()?;
    save_node(tx, &wanted).await?;
    if wanted.name != before.name {
        for known in [Some(actor::node(tx).await?.id), before.official].into_iter().flatten() {
            let summary = actor::by_id(tx, known).await?.summary;
            actor::describe(tx, known, &wanted.name, &summary).await?;
        }
    }
    audit::note(tx, now, by.account.as_ref(), "node.change", &wanted.name, None).await?;
    if let Some(domain) = change.domain.filter(|domain| !domain.trim().is_empty()) {
        setup::set_domain(tx, now, Some(by), &domain).await?;
    }
    node(tx).await
}

pub(super) async fn get<T: DeserializeOwned>(conn: &mut Conn, key: &str) -> Result<Option<T>> {
    let found: Option<Json<serde_json::Value>> =
        on!(conn, |c| settings::table.find(key).select(settings::value).first(c).await.optional())?;
    found.map(|Json(value)| serde_json::from_value(value).map_err(crate::error::Error::store)).transpose()
}

pub(super) async fn put<T: Serialize>(tx: &mut Tx, key: &str, value: &T) -> Result<()> {
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
