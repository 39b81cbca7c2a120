//! Other servers: how we treat them. How they fare is known of their lanes (`delivery`).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::people::role::{Act, Standing};
use crate::store::schema::peers;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// How a server is treated.
    pub enum Policy {
        /// As any other.
        Allow = "allow",
        /// Taken in, shown to nobody unasked.
        Silence = "silence",
        /// Refused.
        Block = "block",
        /// Its assertions about its people are believed.
        Partner = "partner",
    }
}

/// The longest comment on a server, in characters.
pub const COMMENT_LONGEST: usize = 2_000;

/// Another server.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = peers)]
pub struct Peer {
    /// Its host, lower case, with its port where it has one.
    pub host: String,
    /// How it is treated.
    pub policy: Policy,
    /// When something was first said about it.
    pub created_at: Instant,
    /// Whether pictures of its people are left out.
    pub reject_media: bool,
    /// Whether reports from it are not taken.
    pub reject_reports: bool,
    /// Whether its name is half hidden where blocks are shown.
    pub obfuscate: bool,
    /// Why it is treated so, for everybody.
    pub public_comment: String,
    /// The same, among administrators.
    pub private_comment: String,
}

/// What is said about a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How it is treated.
    pub policy: Policy,
    /// Whether pictures of its people are left out.
    pub reject_media: bool,
    /// Whether reports from it are not taken.
    pub reject_reports: bool,
    /// Whether its name is half hidden where blocks are shown.
    pub obfuscate: bool,
    /// Why, for everybody. At most [`COMMENT_LONGEST`] characters.
    pub public_comment: String,
    /// Why, among administrators. At most [`COMMENT_LONGEST`] characters.
    pub private_comment: String,
}

impl From<Policy> for Terms {
    fn from(policy: Policy) -> Self {
        let (public_comment, private_comment) = (String::new(), String::new());
        Self { policy, reject_media: false, reject_reports: false, obfuscate: false, public_comment, private_comment }
    }
}

impl Peer {
    /// What is said about it.
    #[must_use]
    pub fn terms(self) -> Terms {
        let Self { policy, reject_media, reject_reports, obfuscate, public_comment, private_comment, .. } = self;
        Terms { policy, reject_media, reject_reports, obfuscate, public_comment, private_comment }
    }

    fn new(now: Instant, host: &str, terms: Terms) -> Self {
        let Terms { policy, reject_media, reject_reports, obfuscate, public_comment, private_comment } = terms;
        let host = host.to_owned();
        Self { host, policy, created_at: now, reject_media, reject_reports, obfuscate, public_comment, private_comment }
    }
}

/// How a server is treated in the end: what is said about it, or about a domain that it is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Treatment {
    /// How; `None` if nothing is said.
    pub policy: Option<Policy>,
    /// Whether pictures of its people are left out.
    pub reject_media: bool,
    /// Whether reports from it are not taken.
    pub reject_reports: bool,
}

impl Treatment {
    const NONE: Self = Self { policy: None, reject_media: false, reject_reports: false };

    /// Whether anything is sent there or taken from there; on an `allowlist` only with servers that are named.
    #[must_use]
    pub fn is_spoken_to(self, allowlist: bool) -> bool {
        match self.policy {
            Some(Policy::Block) => false,
            Some(Policy::Allow | Policy::Partner) => true,
            Some(Policy::Silence) | None => !allowlist,
        }
    }

    /// Whether what its people wrote is shown to whoever does not ask for it.
    #[must_use]
    pub fn is_shown(self) -> bool {
        !matches!(self.policy, Some(Policy::Block | Policy::Silence))
    }

    /// What is said about `host` by the most specific of `said`: a word about a domain holds for all below it, but nobody is
    /// allowed, or a partner, by the name of another.
    fn of(host: &str, said: Vec<Peer>) -> Self {
        let Some(nearest) = said.into_iter().max_by_key(|peer| (peer.host == host, peer.host.len())) else {
            return Self::NONE;
        };
        let own = nearest.host == host || bare(host) == nearest.host;
        match nearest.policy {
            Policy::Allow | Policy::Partner if !own => Self::NONE,
            policy => Self {
                policy: Some(policy),
                reject_media: nearest.reject_media,
                reject_reports: nearest.reject_reports,
            },
        }
    }
}

fn bare(host: &str) -> &str {
    host.split_once(':').map_or(host, |(name, _)| name)
}

/// The host with its port, without it, and the domains that it is part of.
fn names(host: &str) -> Vec<&str> {
    let name = bare(host);
    let above = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
    let mut names: Vec<&str> = [host, name].into_iter().chain(above).filter(|name| !name.is_empty()).collect();
    names.dedup();
    names
}

/// How the server `host` is treated.
///
/// # Errors
/// When the database fails.
pub async fn treatment(conn: &mut Conn, host: &str) -> Result<Treatment> {
    let names = names(host);
    let said: Vec<Peer> =
        on!(conn, |c| peers::table.filter(peers::host.eq_any(&names)).select(Peer::as_select()).load(c).await)?;
    Ok(Treatment::of(host, said))
}

/// The same for many at once.
///
/// # Errors
/// When the database fails.
pub async fn treatments<'a>(conn: &mut Conn, hosts: &[&'a str]) -> Result<Vec<(&'a str, Treatment)>> {
    let mut names: Vec<&str> = hosts.iter().flat_map(|host| names(host)).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let said: Vec<Peer> =
        on!(conn, |c| peers::table.filter(peers::host.eq_any(&names)).select(Peer::as_select()).load(c).await)?;
    let of = |host: &&'a str| {
        let about: Vec<Peer> =
            said.iter().filter(|peer| self::names(host).contains(&peer.host.as_str())).cloned().collect();
        (*host, Treatment::of(host, about))
    };
    Ok(hosts.iter().map(of).collect())
}

/// What is said about that host itself.
///
/// # Errors
/// When the database fails.
pub async fn by_host(conn: &mut Conn, host: &str) -> Result<Option<Peer>> {
    Ok(on!(conn, |c| peers::table.find(host).select(Peer::as_select()).first(c).await.optional())?)
}

/// How the server is treated; unknown ones are allowed.
///
/// # Errors
/// When the database fails.
pub async fn policy(conn: &mut Conn, host: &str) -> Result<Policy> {
    Ok(treatment(conn, host).await?.policy.unwrap_or(Policy::Allow))
}

/// Sets how a server is treated, and nothing else about it.
///
/// # Errors
/// When the database fails.
pub async fn set_policy(tx: &mut Tx, now: Instant, host: &str, policy: Policy) -> Result<()> {
    say(tx, now, &plain(host), policy.into()).await
}

async fn say(tx: &mut Tx, now: Instant, host: &str, terms: Terms) -> Result<()> {
    let row = Peer::new(now, host, terms);
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(peers::table)
        .values(&row)
        .on_conflict(peers::host)
        .do_update()
        .set((
            peers::policy.eq(row.policy),
            peers::reject_media.eq(row.reject_media),
            peers::reject_reports.eq(row.reject_reports),
            peers::obfuscate.eq(row.obfuscate),
            peers::public_comment.eq(&row.public_comment),
            peers::private_comment.eq(&row.private_comment),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The longest host name with a port, in characters (RFC 1035, 2.3.4).
const HOST_LONGEST: usize = 259;

/// A host as it is kept and compared: lower case, no final dot.
#[must_use]
pub fn plain(host: &str) -> String {
    host.trim().trim_end_matches('.').to_lowercase()
}

/// The host of an address, with its port where it has one; what is no address is its own.
#[must_use]
pub fn host_of(uri: &str) -> String {
    let parsed = url::Url::parse(uri).ok();
    let named = parsed.as_ref().and_then(|url| {
        let host = plain(url.host_str()?);
        Some(url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
    });
    named.unwrap_or_else(|| uri.to_owned())
}

/// The host that somebody writes, as it is kept: in punycode. `None` if it is none.
#[must_use]
pub fn written(host: &str) -> Option<String> {
    let host = plain(host);
    if host.is_empty() || host.chars().count() > HOST_LONGEST {
        return None;
    }
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port.parse::<u16>().ok()?)),
        None => (host.as_str(), None),
    };
    match url::Host::parse(name).ok()? {
        url::Host::Domain(name) if !name.is_empty() => Some(port.map_or(name.clone(), |port| format!("{name}:{port}"))),
        _ => None,
    }
}

/// Says how a server, and all below its name, is treated from now on. `by` is whoever asks; `None`: the command line.
///
/// # Errors
/// When `by` may not; when `host` is none, with its port where it has one; when a comment is too long.
pub async fn treat(tx: &mut Tx, now: Instant, by: Option<&Standing>, host: &str, terms: Terms) -> Result<Peer> {
    admit(by)?;
    let host = written(host).ok_or_else(|| Error::field("host", "format", "Write a host name such as b.example."))?;
    for (field, comment) in [("public_comment", &terms.public_comment), ("private_comment", &terms.private_comment)] {
        if comment.chars().count() > COMMENT_LONGEST {
            return Err(Error::field(field, "too-long", "Write at most 2,000 characters."));
        }
    }
    let policy = terms.policy;
    say(tx, now, &host, terms).await?;
    audit::note(tx, now, by.and_then(|by| by.account.as_ref()), "peer.treat", &format!("{host} {policy}"), None)
        .await?;
    by_host(tx, &host).await?.ok_or(Error::NotFound)
}

pub(super) fn admit(by: Option<&Standing>) -> Result<()> {
    by.map_or(Ok(()), |by| by.may(Act::Administer, None))
}

/// Treats a server as any other again. `by` as for [`treat`].
///
/// # Errors
/// When `by` may not; [`Error::NotFound`] where nothing else was said.
pub async fn forget(tx: &mut Tx, now: Instant, by: Option<&Standing>, host: &str) -> Result<()> {
    admit(by)?;
    let host = written(host).ok_or(Error::NotFound)?;
    let conn: &mut Conn = tx;
    let forgotten = on!(conn, |c| diesel::delete(peers::table.find(&host)).execute(c).await)?;
    if forgotten == 0 {
        return Err(Error::NotFound);
    }
    audit::note(tx, now, by.and_then(|by| by.account.as_ref()), "peer.forget", &host, None).await
}

/// All servers about which something is said, by host.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Peer>> {
    Ok(on!(conn, |c| peers::table.order(peers::host).select(Peer::as_select()).load(c).await)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(host: &str, policy: Policy) -> Peer {
        Peer::new(Instant::from_microsecond(0), host, policy.into())
    }

    #[test]
    fn a_word_about_a_domain_holds_for_all_below_it() {
        let of = |host: &str| {
            let all = [
                said("bad.example", Policy::Block),
                said("good.bad.example", Policy::Allow),
                said("loud.example:8080", Policy::Silence),
                said("friend.example", Policy::Partner),
            ];
            let names = names(host);
            Treatment::of(host, all.into_iter().filter(|peer| names.contains(&peer.host.as_str())).collect()).policy
        };
        for (host, policy) in [
            ("bad.example", Some(Policy::Block)),
            ("bad.example:4001", Some(Policy::Block)),
            ("a.b.bad.example", Some(Policy::Block)),
            ("notbad.example", None),
            ("good.bad.example", Some(Policy::Allow)),
            ("more.good.bad.example", None),
            ("loud.example:8080", Some(Policy::Silence)),
            ("loud.example", None),
            ("friend.example", Some(Policy::Partner)),
            ("somebody.friend.example", None),
        ] {
            assert_eq!(of(host), policy, "{host}");
        }
    }

    #[test]
    fn look_alike_hosts_are_one_host_or_none() {
        assert_eq!(written(" B.Example. "), Some("b.example".into()));
        assert_eq!(written("bücher.example"), Some("xn--bcher-kva.example".into()));
        assert_eq!(written("town.localhost:4001"), Some("town.localhost:4001".into()));
        for wrong in ["", ".", "a b", "a.test/x", "a.test:x", "127.0.0.1", "[::1]", &"a".repeat(300)] {
            assert_eq!(written(wrong), None, "{wrong}");
        }
        assert_eq!(host_of("https://B.Example:8443/inbox"), "b.example:8443");
        assert_eq!(host_of("https://b.example./inbox"), "b.example");
    }

    #[test]
    fn an_allowlist_speaks_to_nobody_unnamed() {
        let treated = |policy| Treatment { policy, reject_media: false, reject_reports: false };
        for (policy, open, listed) in [
            (None, true, false),
            (Some(Policy::Silence), true, false),
            (Some(Policy::Allow), true, true),
            (Some(Policy::Partner), true, true),
            (Some(Policy::Block), false, false),
        ] {
            assert_eq!((treated(policy).is_spoken_to(false), treated(policy).is_spoken_to(true)), (open, listed));
        }
    }
}
