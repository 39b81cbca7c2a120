//! A small internet on loopback: host names, each with a port of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Host names and where they answer. Every node and peer of a test knows the same ones.
#[derive(Clone)]
pub struct Net {
    hosts: Vec<(String, SocketAddr)>,
}

impl Net {
    /// Gives each host name a free port.
    pub fn new(names: &[&str]) -> Self {
        let hosts = names.iter().map(|name| ((*name).to_owned(), free_address())).collect();
        Self { hosts }
    }

    /// These host names, where they are.
    pub(crate) fn at(hosts: Vec<(String, SocketAddr)>) -> Self {
        Self { hosts }
    }

    /// From now on a name leads there.
    pub(crate) fn leads(&mut self, name: &str, to: SocketAddr) {
        self.hosts.iter_mut().filter(|(known, _)| known == name).for_each(|(_, at)| *at = to);
    }

    /// One more name, which leads where another one does.
    pub fn also(&mut self, name: &str, with: &str) {
        self.hosts.push((name.to_owned(), self.address(with)));
    }

    /// From now on a name leads where another one does.
    pub fn moves(&mut self, name: &str, to: &str) {
        self.leads(name, self.address(to));
    }

    /// Where `host` answers.
    pub fn address(&self, host: &str) -> SocketAddr {
        let found = self.hosts.iter().find(|(name, _)| name == host);
        found.unwrap_or_else(|| panic!("{host} is not on this net")).1
    }

    /// The port of each host.
    pub fn ports(&self) -> impl Iterator<Item = (&str, u16)> {
        self.hosts.iter().map(|(name, address)| (name.as_str(), address.port()))
    }

    /// The `federation.hosts` table of a node.
    pub fn hosts_table(&self) -> String {
        let entries: Vec<_> = self.hosts.iter().map(|(name, address)| format!("{name:?} = \"{address}\"")).collect();
        format!("{{ {} }}", entries.join(", "))
    }

    /// An HTTP client that finds these hosts, and follows no redirect by itself.
    #[expect(clippy::disallowed_methods, reason = "a test's own client; the guard is what is tested")]
    pub fn client(&self) -> reqwest::Client {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("palabre-integration-tests");
        for (name, address) in &self.hosts {
            builder = builder.resolve(name, *address);
        }
        builder.build().expect("a client")
    }
}

/// Below the kernel's own ephemeral ports, so that no outgoing connection takes one before its node listens, or while it
/// is down.
const PORTS: std::ops::Range<u32> = 12_000..20_000;
/// Ports that one test process may try before it reaches those of the next.
const PER_PROCESS: u32 = 40;

fn free_address() -> SocketAddr {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let count = PORTS.end - PORTS.start;
    loop {
        let tried = TRIED.fetch_add(1, Ordering::Relaxed);
        assert!(tried < count, "no free port");
        let port = PORTS.start + (std::process::id().wrapping_mul(PER_PROCESS).wrapping_add(tried)) % count;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, u16::try_from(port).expect("a port")));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
