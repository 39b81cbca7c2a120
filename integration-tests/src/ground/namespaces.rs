//! Network namespaces, joined by a bridge: each node has an address of its own, and the kernel drops what is to be lost.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::gates;
use crate::database;
use crate::net::Net;

/// Where every node listens.
const PORT: u16 = 8080;
/// The last part of the bridge's address.
const BRIDGE: u8 = 254;

pub(super) struct Namespaces {
    /// What all names of this ground begin with.
    name: String,
    /// The first three parts of every address.
    net: [u8; 3],
    hosts: Vec<String>,
    /// Leads the nodes to the PostgreSQL server, which listens on loopback.
    postgres: Option<(SocketAddr, JoinHandle<()>, watch::Sender<bool>)>,
}

fn ip(arguments: &str) -> Result<(), String> {
    let done = Command::new("ip").args(arguments.split_whitespace()).output().map_err(|why| why.to_string())?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!("ip {arguments}: {}", String::from_utf8_lossy(&done.stderr).trim())),
    }
}

impl Namespaces {
    /// Makes them, or says why that cannot be.
    pub(super) async fn made(hosts: &[&str]) -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let [.., middle, low] = process.wrapping_add(count.wrapping_mul(7_919)).to_be_bytes();
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let name = format!("pt{process:x}{count}");
        let mut it = Self { name, net: [10, 128 | middle, low], hosts, postgres: None };
        // What was begun is taken away by `drop`.
        it.build()?;
        if let Some(server) = database::server_address() {
            let listener = TcpListener::bind((it.address(BRIDGE), 0)).await.map_err(|why| why.to_string())?;
            let at = listener.local_addr().map_err(|why| why.to_string())?;
            let (open, opened) = watch::channel(true);
            it.postgres = Some((at, tokio::spawn(gates::pass(listener, server, opened)), open));
        }
        Ok(it)
    }

    fn build(&self) -> Result<(), String> {
        let Self { name, .. } = self;
        ip(&format!("link add {name} type bridge"))?;
        ip(&format!("addr add {}/24 dev {name}", self.address(BRIDGE)))?;
        ip(&format!("link set {name} up"))?;
        for (at, host) in (1..).zip(&self.hosts) {
            let (within, end) = (self.of(host), format!("{name}v{at}"));
            ip(&format!("netns add {within}"))?;
            ip(&format!("link add {end} type veth peer name eth0 netns {within}"))?;
            ip(&format!("link set {end} master {name} up"))?;
            ip(&format!("-n {within} addr add {}/24 dev eth0", self.address(at)))?;
            ip(&format!("-n {within} link set eth0 up"))?;
            ip(&format!("-n {within} link set lo up"))?;
        }
        Ok(())
    }

    fn address(&self, at: u8) -> Ipv4Addr {
        let [a, b, c] = self.net;
        Ipv4Addr::new(a, b, c, at)
    }

    fn number(&self, host: &str) -> u8 {
        let at = self.hosts.iter().position(|known| known == host).unwrap_or_else(|| panic!("{host} has no place"));
        u8::try_from(at + 1).expect("few hosts")
    }

    /// The namespace of a host.
    pub(super) fn of(&self, host: &str) -> String {
        format!("{}n{}", self.name, self.number(host))
    }

    /// The hosts, the same for everybody.
    pub(super) fn net(&self) -> Net {
        let at = |host: &String| (host.clone(), SocketAddr::from((self.address(self.number(host)), PORT)));
        Net::at(self.hosts.iter().map(at).collect())
    }

    pub(super) fn postgres(&self) -> Option<SocketAddr> {
        self.postgres.as_ref().map(|(at, ..)| *at)
    }

    /// Lets the kernel of one host drop what goes to the other, or lets it pass again.
    pub(super) fn set(&self, from: &str, to: &str, open: bool) {
        let word = if open { "del" } else { "add" };
        let to = self.address(self.number(to));
        ip(&format!("-n {} route {word} blackhole {to}/32", self.of(from))).expect("a route is changed");
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        if let Some((_, task, _)) = &self.postgres {
            task.abort();
        }
        for (at, host) in (1..=self.hosts.len()).zip(&self.hosts) {
            // What was never made cannot be taken away; a namespace may outlive its name, its end of the cable may not.
            let _ = ip(&format!("link del {}v{at}", self.name));
            let _ = ip(&format!("netns del {}", self.of(host)));
        }
        let _ = ip(&format!("link del {}", self.name));
    }
}
