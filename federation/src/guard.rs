//! The network guard: which addresses of the network this node may speak to.
//!
//! A name is judged twice: the URL before a request is built ([`Guard::admit`]), and every network address at the moment of
//! connecting, by the resolver that the HTTP client uses ([`client`]). Between the two nothing is resolved, so a name that
//! changes its answer gains nothing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole exchange may take, the body included.
pub const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection that nobody uses is kept.
const KEPT_OPEN: Duration = Duration::from_secs(30);

/// Why the guard refuses an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The scheme is not https, nor http where the operator allows it.
    #[error("the scheme {0} is not allowed")]
    Scheme(String),
    /// The host is a number, in whatever spelling, or is missing.
    #[error("the host of {0} is not a name")]
    NotAName(String),
    /// The URL carries a user name or a password.
    #[error("an address with credentials is not fetched")]
    Credentials,
    /// The host is this node's own.
    #[error("a node does not speak to itself")]
    OwnHost,
    /// Every address of the host lies outside what may be reached.
    #[error("{0} has no address that may be reached")]
    Unreachable(String),
}

/// What the operator's configuration says of the network (`[federation]` of `palabre.toml`).
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// This node's own authority, `host` or `host:port`, in lower case.
    pub own: String,
    /// Names resolved without DNS, the port included, as `curl --resolve` does.
    pub hosts: HashMap<String, SocketAddr>,
    /// Whether `http:` addresses are fetched.
    pub allow_http: bool,
    /// Whether names may lead to private networks, and those of `hosts` anywhere.
    pub allow_private_addresses: bool,
    /// One more certificate authority, as a PEM bundle.
    pub extra_ca: Option<Vec<u8>>,
}

/// Judges URLs and network addresses.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Rules>);

/// How far into the network an address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// An address of the public internet.
    Global,
    /// A private network (RFC 1918, RFC 6598, RFC 4193).
    Private,
    /// This machine, its link, or no unicast address at all.
    Never,
}

impl Guard {
    /// A guard that applies these rules; names are compared in lower case and without a final dot.
    #[must_use]
    pub fn new(mut rules: Rules) -> Self {
        rules.own = rules.own.to_ascii_lowercase();
        rules.hosts = rules.hosts.into_iter().map(|(name, to)| (plain(&name), to)).collect();
        Self(Arc::new(rules))
    }

    /// Whether this URL may be asked for at all; says nothing yet about where its name leads.
    ///
    /// # Errors
    /// [`Refused`], saying which rule forbids it.
    pub fn admit(&self, url: &Url) -> Result<(), Refused> {
        match url.scheme() {
            "https" => {}
            "http" if self.0.allow_http => {}
            other => return Err(Refused::Scheme(other.to_owned())),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let Some(Host::Domain(name)) = url.host() else {
            return Err(Refused::NotAName(url.as_str().to_owned()));
        };
        if self.is_own(name, url.port_or_known_default()) {
            return Err(Refused::OwnHost);
        }
        Ok(())
    }

    /// Whether this URL lies on our own host.
    #[must_use]
    pub fn owns(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|name| self.is_own(name, url.port_or_known_default()))
    }

    /// Whether `http:` addresses may be asked for.
    #[must_use]
    pub fn allows_http(&self) -> bool {
        self.0.allow_http
    }

    fn is_own(&self, name: &str, port: Option<u16>) -> bool {
        let name = plain(name);
        match self.0.own.rsplit_once(':') {
            Some((own, own_port)) => plain(own) == name && own_port.parse().ok() == port,
            None => plain(&self.0.own) == name,
        }
    }

    /// Whether a connection may be opened to `address`, to which `name` led by DNS.
    #[must_use]
    pub fn may_connect(&self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Global => true,
            Reach::Private => self.0.allow_private_addresses,
            Reach::Never => false,
        }
    }

    /// The address given for `name` in the configuration, if it stands there.
    fn mapped(&self, name: &str) -> Option<Result<SocketAddr, Refused>> {
        let to = *self.0.hosts.get(&plain(name))?;
        let allowed = self.0.allow_private_addresses || reach(to.ip()) == Reach::Global;
        Some(if allowed { Ok(to) } else { Err(Refused::Unreachable(name.to_owned())) })
    }
}

/// A host name as it is compared: lower case, no final dot.
#[must_use]
pub fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// The authority of a URL, `host` or `host:port`, as hosts are compared and as lanes are named.
#[must_use]
pub fn authority(url: &Url) -> Option<String> {
    let host = plain(url.host_str()?);
    Some(url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
}

/// Classifies a network address (IANA special-purpose registries, RFC 6890).
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [10, ..] | [192, 168, ..] => Reach::Private,
        [172, b, ..] if b & 0xf0 == 16 => Reach::Private,
        // carrier-grade NAT
        [100, b, ..] if b & 0xc0 == 64 => Reach::Private,
        // "this" network, loopback, link-local
        [0 | 127, ..] | [169, 254, ..] => Reach::Never,
        // protocol assignments, documentation, 6to4 relays
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 51, 100, _] | [203, 0, 113, _] => Reach::Never,
        // benchmarking
        [198, 18 | 19, ..] => Reach::Never,
        // multicast, reserved, broadcast
        [224..=255, ..] => Reach::Never,
        _ => Reach::Global,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        // unique local
        [a, ..] if a & 0xfe00 == 0xfc00 => Reach::Private,
        // Teredo, ORCHID, benchmarking and the other protocol assignments
        [0x2001, b, ..] if b < 0x0200 => Reach::Never,
        // documentation
        [0x2001, 0x0db8, ..] => Reach::Never,
        [0x3fff, b, ..] if b < 0x1000 => Reach::Never,
        // 6to4 holds any IPv4 address
        [0x2002, ..] => Reach::Never,
        [a, ..] if a & 0xe000 == 0x2000 => Reach::Global,
        // loopback, unspecified, link-local, multicast, and IPv4 mapped, compatible or behind NAT64: all outside 2000::/3
        _ => Reach::Never,
    }
}

/// The resolver that the HTTP client asks: only addresses that the guard admits come out of it.
struct Resolver(Guard);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let name = name.as_str();
            if let Some(mapped) = guard.mapped(name) {
                let addresses: Addrs = Box::new(std::iter::once(mapped?));
                return Ok(addresses);
            }
            let admitted: Vec<SocketAddr> =
                tokio::net::lookup_host((name, 0)).await?.filter(|to| guard.may_connect(to.ip())).collect();
            if admitted.is_empty() {
                return Err(Refused::Unreachable(name.to_owned()).into());
            }
            let addresses: Addrs = Box::new(admitted.into_iter());
            Ok(addresses)
        })
    }
}

/// An HTTP client that can connect only where the guard admits, follows no redirect by itself and uses no proxy.
///
/// # Errors
/// When the certificate authorities cannot be read.
#[expect(clippy::disallowed_methods, reason = "this is the network guard")]
pub fn client(guard: &Guard, user_agent: &str) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent)
        .dns_resolver(Resolver(guard.clone()))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(crate::deliver::CONNECTIONS)
        .pool_idle_timeout(KEPT_OPEN)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(EXCHANGE_TIMEOUT);
    if let Some(pem) = &guard.0.extra_ca {
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(rules: Rules) -> Guard {
        Guard::new(Rules { own: "a.test".into(), ..rules })
    }

    fn judged(guard: &Guard, url: &str) -> Result<(), Refused> {
        guard.admit(&url.parse().expect("a URL"))
    }

    #[test]
    fn ssrf_every_range_that_is_not_global_is_refused() {
        let never = [
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
        ];
        let private = [
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "fc00::1",
            "fd12::1",
        ];
        let global =
            ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1"];
        for (list, expected) in
            [(&never[..], Reach::Never), (&private[..], Reach::Private), (&global[..], Reach::Global)]
        {
            for address in list {
                assert_eq!(reach(address.parse().expect("an address")), expected, "{address}");
            }
        }
    }

    #[test]
    fn private_networks_open_to_the_operators_word_and_loopback_never_does() {
        let open = guard(Rules { allow_private_addresses: true, ..Rules::default() });
        let shut = guard(Rules::default());
        let at = |address: &str| address.parse().expect("an address");
        assert!(open.may_connect(at("10.0.0.1")) && !shut.may_connect(at("10.0.0.1")));
        for address in ["127.0.0.1", "::1", "0.0.0.0", "169.254.169.254", "fe80::1", "::ffff:10.0.0.1"] {
            assert!(!open.may_connect(at(address)), "{address}");
        }
    }

    #[test]
    fn a_numeric_address_is_refused_in_any_spelling() {
        let guard = guard(Rules { allow_http: true, allow_private_addresses: true, ..Rules::default() });
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1./",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://8.8.8.8/",
            "https://\u{ff11}27.0.0.1/",
        ] {
            assert!(matches!(judged(&guard, url), Err(Refused::NotAName(_))), "{url}");
        }
    }

    #[test]
    fn fetching_ourselves_is_refused_however_we_are_written() {
        let plain = guard(Rules { allow_http: true, ..Rules::default() });
        for url in
            ["https://a.test/x", "https://A.TEST/x", "https://a.test./x", "http://a.test:8080/", "https://a.test:443/"]
        {
            assert_eq!(judged(&plain, url), Err(Refused::OwnHost), "{url}");
        }
        assert_eq!(judged(&plain, "https://b.a.test/"), Ok(()));
        let ported = Guard::new(Rules { own: "town.localhost:4001".into(), allow_http: true, ..Rules::default() });
        assert_eq!(judged(&ported, "http://town.localhost:4001/"), Err(Refused::OwnHost));
        assert_eq!(judged(&ported, "http://town.localhost:4002/"), Ok(()));
    }

    #[test]
    fn http_and_credentials_need_permission_that_is_not_given() {
        assert!(matches!(judged(&guard(Rules::default()), "http://b.test/"), Err(Refused::Scheme(_))));
        assert!(matches!(judged(&guard(Rules::default()), "file:///etc/passwd"), Err(Refused::Scheme(_))));
        assert_eq!(judged(&guard(Rules::default()), "https://u:p@b.test/"), Err(Refused::Credentials));
    }

    #[test]
    fn a_mapped_name_leads_where_the_operator_says_if_private_addresses_are_allowed() {
        let hosts: HashMap<_, _> = [("B.test".to_owned(), "127.0.0.1:4002".parse().expect("an address"))].into();
        let open = guard(Rules { hosts: hosts.clone(), allow_private_addresses: true, ..Rules::default() });
        assert_eq!(open.mapped("b.test."), Some(Ok("127.0.0.1:4002".parse().expect("an address"))));
        assert_eq!(open.mapped("c.test"), None);
        let shut = guard(Rules { hosts, ..Rules::default() });
        assert!(matches!(shut.mapped("b.test"), Some(Err(_))));
    }

    #[tokio::test]
    async fn a_name_that_leads_to_loopback_is_refused_at_connect() {
        let guard = guard(Rules { allow_http: true, allow_private_addresses: true, ..Rules::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let client = client(&guard, "test").expect("a client");
        let error = client.get(format!("http://localhost:{port}/")).send().await.expect_err("refused");
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        let mut said = String::new();
        while let Some(cause) = source {
            said.push_str(&cause.to_string());
            source = cause.source();
        }
        assert!(said.contains("no address that may be reached"), "{said}");
    }
}
