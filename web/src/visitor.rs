//! Who is asking: the session's account, the language, the address of the machine.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use model::address::Address;
use model::care::commitment::Commitments;
use model::care::settings::{self, Front, Node};
use model::clock::Instant;
use model::error::{Error, Refusal};
use model::id::Id;
use model::people::account::Account;
use model::people::actor::Actor;
use model::people::guest;
use model::people::role::Standing;
use model::people::session::{self as held, Known};
use tower_sessions::Session;

use crate::app::App;
use crate::error::Failure;
use crate::language::{Language, Words};
use crate::session;
use crate::theme::{self, Look};

/// The cookie of the language chosen.
pub(crate) const LANGUAGE: &str = "language";
/// The cookie of the colours chosen.
pub(crate) const THEME: &str = "theme";

/// Whoever asks for a page.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The account signed in, if it is in working order.
    pub account: Option<Account>,
    /// Who of another server is signed in, where no account is.
    pub guest: Option<Actor>,
    /// Words in the visitor's language, times in the institution's zone.
    pub words: Words,
    /// The node's settings.
    pub node: Node,
    /// Where the node lives.
    pub here: Address,
    /// The time of the request.
    pub now: Instant,
    /// The path and query asked for.
    pub path: String,
    /// What the institution commits itself to.
    pub commitments: Commitments,
    /// How the institution has its pages look.
    pub(crate) look: Look,
    /// `light` or `dark`, if chosen.
    pub theme: Option<&'static str>,
    /// The machine that asks.
    pub from: IpAddr,
    /// The session.
    pub session: Session,
}

impl Visitor {
    /// The account, or the refusal that leads to the sign-in page.
    ///
    /// # Errors
    /// [`Refusal::NotSignedIn`].
    pub fn signed_in(&self) -> Result<&Account, Error> {
        Ok(self.account.as_ref().ok_or(Refusal::NotSignedIn)?)
    }

    /// Whose ballot the visitor's is: the account's, or that of somebody of another server.
    pub fn voter(&self) -> Option<Id<Actor>> {
        self.account.as_ref().map(|account| account.actor_id).or_else(|| self.guest.as_ref().map(|guest| guest.id))
    }

    /// What the visitor is on the node.
    pub fn standing(&self) -> Standing {
        Standing { account: self.account.clone(), member: None }
    }

    /// The message `key`.
    pub fn say(&self, key: &str) -> String {
        self.words.say(key)
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let session = Session::from_request_parts(parts, app).await.map_err(|(_, why)| Failure::broken(&why))?;
        let mut conn = app.store.conn().await?;
        let Known { session: row, account, front } = match session.id() {
            Some(id) => held::known(&mut conn, app.now(), &id.to_string()).await?,
            None => Known { front: settings::front(&mut conn).await?, ..Known::default() },
        };
        let Front { node, theme, commitments } = front;
        let look = theme::theme(&theme);
        let account = account.filter(|account| account.disabled_at.is_none());
        let guest = match row.as_ref().and_then(session::guest).filter(|_| account.is_none()) {
            Some(id) => found(guest::by_id(&mut conn, id).await)?.flatten(),
            None => None,
        };
        let cookies = CookieJar::from_headers(&parts.headers);
        let theme = cookies.get(THEME).and_then(|cookie| shade(cookie.value()));
        Ok(Self {
            words: Words::new(language(&parts.headers, &node.language), node.zone()),
            here: app.address(&node),
            now: app.now(),
            path: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            from: client(parts, &app.settings.trusted_proxies),
            account,
            guest,
            node,
            commitments,
            look,
            theme,
            session,
        })
    }
}

fn found<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One of the two shades of a page.
pub(crate) fn shade(chosen: &str) -> Option<&'static str> {
    ["light", "dark"].into_iter().find(|shade| *shade == chosen)
}

/// The language of a request: the cookie's, the browser's, the node's.
pub(crate) fn language(headers: &HeaderMap, node: &str) -> Language {
    let cookies = CookieJar::from_headers(headers);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let node = Language::from_tag(node).unwrap_or(Language::En);
    Language::negotiate(cookies.get(LANGUAGE).map(axum_extra::extract::cookie::Cookie::value), accepted, node)
}

/// The machine that asks, for who needs nothing else of a [`Visitor`].
pub(crate) struct Machine(pub(crate) IpAddr);

impl FromRequestParts<App> for Machine {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(client(parts, &app.settings.trusted_proxies)))
    }
}

/// The machine that asks. `X-Forwarded-For` is believed from trusted proxies alone, and read from its right end: the
/// last address that is none of theirs. A Unix socket has no address; only a proxy speaks through it.
pub(crate) fn client(parts: &Parts, trusted: &[IpAddr]) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    if peer.is_some_and(|peer| !trusted.contains(&peer)) {
        return peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = forwarded
        .flat_map(|line| line.split(','))
        .map_while(|hop| hop.trim().parse::<IpAddr>().ok().map(|hop| hop.to_canonical()))
        .collect();
    let outside = hops.iter().rev().find(|hop| !trusted.contains(hop));
    outside.copied().or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn asking(peer: [u8; 4], forwarded: &str) -> Parts {
        let mut request = Request::builder();
        if !forwarded.is_empty() {
            request = request.header("x-forwarded-for", forwarded);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::from((peer, 4000))));
        parts
    }

    #[test]
    fn only_trusted_proxies_set_the_address() {
        let trusted = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([10, 0, 0, 1])];
        for (peer, forwarded, client) in [
            ([203, 0, 113, 9], "198.51.100.4", [203, 0, 113, 9]),
            ([127, 0, 0, 1], "198.51.100.4", [198, 51, 100, 4]),
            ([127, 0, 0, 1], "1.2.3.4, 198.51.100.4, 10.0.0.1", [198, 51, 100, 4]),
            ([127, 0, 0, 1], "", [127, 0, 0, 1]),
            ([127, 0, 0, 1], "nonsense", [127, 0, 0, 1]),
        ] {
            assert_eq!(super::client(&asking(peer, forwarded), &trusted), IpAddr::from(client), "{forwarded}");
        }
    }
}
