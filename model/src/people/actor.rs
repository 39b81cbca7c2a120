//! Everybody and everything with an inbox, here and elsewhere, and voters that have none.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::name;
use crate::address::Address;
use crate::clock::Instant;
use crate::debate::forum;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::schema::actors;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

words! {
    /// What an actor is.
    pub enum Kind {
        /// A node (or another server's instance actor).
        Application = "application",
        /// A forum.
        Group = "group",
        /// A person or an official account.
        Person = "person",
        /// A participant of an imported consultation: a pseudonym, never an actor on the wire.
        Imported = "imported",
        /// Whoever holds a code: takes part once without an account, never an actor on the wire.
        Bearer = "bearer",
    }
}

/// An actor. Local ones (`host` is `None`) get their addresses from [`Address`]; remote ones bring them.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = actors)]
pub struct Actor {
    /// Key.
    pub id: Id<Actor>,
    /// What it is.
    pub kind: Kind,
    /// `preferredUsername`, lower case for local ones.
    pub name: String,
    /// The other server; `None` for this node.
    pub host: Option<String>,
    /// The id on the wire, of remote ones.
    pub uri: Option<String>,
    /// What people call it, plain text.
    pub display_name: String,
    /// What it says of itself: plain text if local, sanitised HTML if remote.
    pub summary: String,
    /// The page of a remote one.
    pub url: Option<String>,
    /// The inbox of a remote one.
    pub inbox: Option<String>,
    /// The shared inbox of a remote one, where its server has one.
    pub shared_inbox: Option<String>,
    /// The document of a remote one, as fetched.
    pub document: Option<Json<serde_json::Value>>,
    /// Since when a local one has a public document; a person who only votes here has none.
    pub published_at: Option<Instant>,
    /// When a remote one was last fetched.
    pub fetched_at: Option<Instant>,
    /// Since when it is suspended here.
    pub suspended_at: Option<Instant>,
    /// Since when it is gone.
    pub deleted_at: Option<Instant>,
    /// When it was first known here.
    pub created_at: Instant,
    /// Of a remote one that is linked with an account: the actor here in whose name its ballots count.
    pub votes_as: Option<Id<Actor>>,
}

impl Actor {
    /// Whether what somebody wrote may be found by searching: of somebody elsewhere only with their consent, which is not
    /// assumed (FEP-5feb).
    #[must_use]
    pub fn may_be_searched(&self) -> bool {
        let consents = || self.document.as_ref().is_some_and(|document| document.0["indexable"] == true);
        self.host.is_none() || consents()
    }

    /// Whether it lives on this node.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.host.is_none()
    }

    /// Its id on the wire; an imported participant and the holder of a code have none.
    #[must_use]
    pub fn uri(&self, here: &Address) -> Option<String> {
        match (&self.uri, self.kind) {
            (Some(uri), _) => Some(uri.clone()),
            (None, Kind::Application) => Some(here.node()),
            (None, Kind::Group) => Some(here.forum(&self.name)),
            (None, Kind::Person) => Some(here.person(&self.name)),
            (None, Kind::Imported | Kind::Bearer) => None,
        }
    }

    /// `@name@host`; the bare name of an imported participant.
    #[must_use]
    pub fn handle(&self, here: &Address) -> String {
        match (&self.host, self.kind) {
            (_, Kind::Imported | Kind::Bearer) => self.name.clone(),
            (Some(host), _) => format!("@{}@{host}", self.name),
            (None, _) => here.handle(&self.name),
        }
    }

    /// Where deliveries to it go best: the shared inbox, else its own.
    #[must_use]
    pub fn delivery_inbox(&self) -> Option<&str> {
        self.shared_inbox.as_deref().or(self.inbox.as_deref())
    }
}

/// A remote actor as its document tells it, checked and bounded by `federation`.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Its id.
    pub uri: String,
    /// What it is.
    pub kind: Kind,
    /// `preferredUsername`.
    pub name: String,
    /// Its server.
    pub host: String,
    /// What people call it.
    pub display_name: String,
    /// Sanitised HTML.
    pub summary: String,
    /// Its page.
    pub url: Option<String>,
    /// Its inbox.
    pub inbox: String,
    /// Its server's shared inbox.
    pub shared_inbox: Option<String>,
    /// The whole document.
    pub document: serde_json::Value,
}

/// A local actor to be.
pub(crate) fn local(now: Instant, kind: Kind, name: &str, display_name: &str) -> Actor {
    Actor {
        id: Id::new(now),
        kind,
        name: name.to_owned(),
        host: None,
        uri: None,
        display_name: display_name.to_owned(),
        summary: String::new(),
        url: None,
        inbox: None,
        shared_inbox: None,
        document: None,
        published_at: None,
        fetched_at: None,
        suspended_at: None,
        deleted_at: None,
        created_at: now,
        votes_as: None,
    }
}

/// Inserts a new local actor and takes its name, once for ever.
///
/// # Errors
/// [`crate::error::Refusal::NameTaken`].
pub(crate) async fn create(tx: &mut Tx, actor: &Actor) -> Result<()> {
    if name::is_taken(tx, &actor.name).await? {
        return Err(crate::error::Refusal::NameTaken.into());
    }
    insert(tx, actor).await?;
    name::take(tx, &actor.name, actor.id).await
}

/// Inserts an actor whose name is in no namespace (an imported participant).
pub(crate) async fn insert(conn: &mut Conn, actor: &Actor) -> Result<()> {
    on!(conn, |c| diesel::insert_into(actors::table).values(actor).execute(c).await)?;
    Ok(())
}

/// Keeps a remote actor, new or changed, and answers it as kept.
///
/// # Errors
/// When the database fails.
pub async fn remember(tx: &mut Tx, now: Instant, remote: &Remote) -> Result<Actor> {
    let row = Actor {
        id: Id::new(now),
        kind: remote.kind,
        name: remote.name.clone(),
        host: Some(remote.host.clone()),
        uri: Some(remote.uri.clone()),
        display_name: remote.display_name.clone(),
        summary: remote.summary.clone(),
        url: remote.url.clone(),
        inbox: Some(remote.inbox.clone()),
        shared_inbox: remote.shared_inbox.clone(),
        document: Some(Json(remote.document.clone())),
        published_at: Some(now),
        fetched_at: Some(now),
        suspended_at: None,
        deleted_at: None,
        created_at: now,
        votes_as: None,
    };
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::insert_into(actors::table)
        .values(&row)
        .on_conflict(actors::uri)
        .do_update()
        .set((
            actors::kind.eq(row.kind),
            actors::name.eq(&row.name),
            actors::display_name.eq(&row.display_name),
            actors::summary.eq(&row.summary),
            actors::url.eq(&row.url),
            actors::inbox.eq(&row.inbox),
            actors::shared_inbox.eq(&row.shared_inbox),
            actors::document.eq(&row.document),
            actors::fetched_at.eq(row.fetched_at),
        ))
        .returning(Actor::as_returning())
        .get_result(c)
        .await)?)
}

/// The actor of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Actor>) -> Result<Actor> {
    Ok(on!(conn, |c| actors::table.find(id).select(Actor::as_select()).first(c).await)?)
}

/// Those of these keys that exist, in no order.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(conn: &mut Conn, ids: &[Id<Actor>]) -> Result<Vec<Actor>> {
    Ok(on!(conn, |c| actors::table.filter(actors::id.eq_any(ids)).select(Actor::as_select()).load(c).await)?)
}

/// The remote actor with this id, if known.
///
/// # Errors
/// When the database fails.
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Actor>> {
    Ok(on!(conn, |c| actors::table.filter(actors::uri.eq(uri)).select(Actor::as_select()).first(c).await.optional())?)
}

/// Those with these ids that are known, in no order.
///
/// # Errors
/// When the database fails.
pub async fn by_uris(conn: &mut Conn, uris: &[String]) -> Result<Vec<Actor>> {
    Ok(on!(conn, |c| actors::table.filter(actors::uri.eq_any(uris)).select(Actor::as_select()).load(c).await)?)
}

/// The local actor with this name, of one of these kinds; whether public or not.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn local_by_name(conn: &mut Conn, kind: Kind, name: &str) -> Result<Actor> {
    Ok(on!(conn, |c| actors::table
        .filter(actors::host.is_null().and(actors::uri.is_null()))
        .filter(actors::kind.eq(kind).and(actors::name.eq(name)))
        .select(Actor::as_select())
        .first(c)
        .await)?)
}

/// The actor of an address, here or known from elsewhere.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_address(conn: &mut Conn, here: &Address, uri: &str) -> Result<Actor> {
    use crate::address::Local;
    match here.parse(uri) {
        Some(Local::Node) => node(conn).await,
        Some(Local::Forum(slug)) => local_by_name(conn, Kind::Group, &slug).await,
        Some(Local::Person(name)) => local_by_name(conn, Kind::Person, &name).await,
        Some(_) => Err(Error::NotFound),
        None => by_uri(conn, uri).await?.ok_or(Error::NotFound),
    }
}

/// Somebody known here, by address, by `@name@host`, or of this node by the bare name.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn named(conn: &mut Conn, here: &Address, text: &str) -> Result<Actor> {
    let text = text.trim();
    if text.contains("://") {
        return by_address(conn, here, text).await;
    }
    match text.trim_start_matches('@').split_once('@') {
        Some((name, host)) if !host.eq_ignore_ascii_case(here.host()) => Ok(on!(conn, |c| actors::table
            .filter(actors::host.eq(host.to_lowercase()).and(actors::name.eq(name)))
            .filter(actors::kind.eq(Kind::Person))
            .select(Actor::as_select())
            .first(c)
            .await)?),
        Some((name, _)) => local_by_name(conn, Kind::Person, &name.to_lowercase()).await,
        None => local_by_name(conn, Kind::Person, &text.trim_start_matches('@').to_lowercase()).await,
    }
}

/// Makes a local actor's document public, from the first comment on (or from creation, for forums and officials).
///
/// # Errors
/// When the database fails.
pub async fn publish(tx: &mut Tx, now: Instant, id: Id<Actor>) -> Result<()> {
    let conn: &mut Conn = tx;
    let published = on!(conn, |c| diesel::update(actors::table.find(id).filter(actors::published_at.is_null()))
        .set(actors::published_at.eq(now))
        .execute(c)
        .await)?;
    if published > 0 { forum::became_known(tx, now, id).await } else { Ok(()) }
}

/// Marks a remote actor as gone; what it wrote is dealt with apart.
///
/// # Errors
/// When the database fails.
pub async fn bury(tx: &mut Tx, now: Instant, id: Id<Actor>) -> Result<()> {
    super::portrait::forget(tx, id).await?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(actors::table.find(id)).set(actors::deleted_at.eq(now)).execute(c).await)?;
    Ok(())
}

/// The node's own actor. Its name is the host that the node was set up with.
///
/// # Errors
/// [`Error::NotFound`] before set-up.
pub async fn node(conn: &mut Conn) -> Result<Actor> {
    Ok(on!(conn, |c| actors::table
        .filter(actors::kind.eq(Kind::Application).and(actors::host.is_null()))
        .select(Actor::as_select())
        .first(c)
        .await)?)
}

/// Renames the node's actor, when the domain is set before anything was published.
pub(crate) async fn rename_node(tx: &mut Tx, host: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(
        actors::table.filter(actors::kind.eq(Kind::Application).and(actors::host.is_null()))
    )
    .set(actors::name.eq(host))
    .execute(c)
    .await)?;
    Ok(())
}

/// Changes what people call a local actor, and what it says of itself.
pub(crate) async fn describe(tx: &mut Tx, id: Id<Actor>, display_name: &str, summary: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(actors::table.find(id))
        .set((actors::display_name.eq(display_name), actors::summary.eq(summary)))
        .execute(c)
        .await)?;
    Ok(())
}
