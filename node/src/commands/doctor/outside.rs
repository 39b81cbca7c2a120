//! What others see: the domain, TLS, the clock, WebFinger and the inbox, through the public address.

use std::path::Path;

use federation::checkup::{Checkup, Fault};
use model::clock::Clock;
use model::network::delivery;
use model::store::Store;

use super::{Finding, State};
use crate::config::Config;
use crate::machines::{Machines, Network};
use crate::opening;

/// How far clocks may be apart, in seconds: signatures are accepted five minutes ahead at most.
const APART: i64 = 60;
const FAR_APART: i64 = 240;
/// How many servers are asked for the time.
const ASKED: usize = 3;
/// Made by systemd-timesyncd once it has set the clock.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// Looks from outside, if there is an outside: a domain and a database.
pub(super) async fn look(config: &Config, inside: &[Finding]) -> Vec<Finding> {
    const CHECK: &str = "domain";
    if inside.iter().any(|finding| finding.check == "database" && finding.state != State::Ok) {
        return vec![Finding::skipped(CHECK, "without its database the node does not know its name")];
    }
    match opened(config).await {
        Ok(Some((store, checkup))) => from_outside(config, &store, &checkup).await,
        Ok(None) => {
            let mend = "set node.domain, or run `palabre setup --domain …`; until then federation is off";
            vec![Finding::warn(CHECK, "the node has no domain: no other server can find it", mend)]
        }
        Err(error) => vec![Finding::fail(CHECK, format!("{error:#}"), "mend node.domain or federation.extra_ca")],
    }
}

async fn opened(config: &Config) -> anyhow::Result<Option<(Store, Checkup)>> {
    let store = opening::open(config).await?;
    if !opening::has_domain(&store, config).await? {
        return Ok(None);
    }
    let clock = Clock::System;
    let address = opening::address(&store, config, &clock, None).await?;
    let network = Network::read(config)?;
    let machines = Machines::open(&store, &clock, &network, address, true)?;
    let checkup = machines.checkup(network.rules()).await?;
    Ok(Some((store, checkup)))
}

async fn from_outside(config: &Config, store: &Store, checkup: &Checkup) -> Vec<Finding> {
    let tls = if config.federation.allow_http {
        Finding::skipped("TLS", "federation.allow_http: this node speaks plain HTTP")
    } else {
        Finding::ok("TLS", "the certificate is valid for the name")
    };
    let clock = clock(store, checkup).await;
    if let Err(fault) = checkup.reach().await {
        return vec![unreachable(&fault), clock];
    }
    let mut findings = vec![Finding::ok("domain", "the name leads to this node"), tls, clock];
    if !config.federation.enabled {
        findings.push(Finding::skipped("federation", "it is off, as federation.enabled says"));
        return findings;
    }
    let paths = "let the proxy pass every path on, `/.well-known/` too, with its query, and neither redirect nor cache";
    findings.push(told("WebFinger", "the node is found by its name", paths, checkup.webfinger().await));
    let accepts = "let the proxy pass `Accept` on, and cache nothing without regard to it";
    findings.push(told("actor", "the node's actor is found under its id", accepts, checkup.actor().await));
    let bodies = "let the proxy pass POST /inbox on, with `Host` as it came and the body unchanged (docs/install.md)";
    findings.push(told("inbox", "deliveries arrive as they are sent", bodies, checkup.inbox().await));
    findings
}

fn told(check: &'static str, well: &str, mend: &str, looked: Result<(), Fault>) -> Finding {
    match looked {
        Ok(()) => Finding::ok(check, well),
        Err(fault) => Finding::fail(check, fault.to_string(), mend),
    }
}

/// Why the name does not lead here: it, or the certificate, or what answers.
fn unreachable(fault: &Fault) -> Finding {
    let detail = fault.to_string();
    let is_certificate = detail.to_lowercase().contains("certificate");
    match fault {
        Fault::Unreachable(_) if is_certificate => {
            Finding::fail("TLS", detail, "give the proxy a certificate for this very name, with its whole chain")
        }
        Fault::Unreachable(_) => {
            let mend = "let DNS lead the name to this machine (A and AAAA), open ports 80 and 443, and start the proxy";
            Finding::fail("domain", detail, mend)
        }
        _ => Finding::fail("domain", detail, "let the proxy lead this name to the node: something else answers there"),
    }
}

/// Compares our clock with those of servers that took a delivery of ours lately.
async fn clock(store: &Store, checkup: &Checkup) -> Finding {
    const CHECK: &str = "clock";
    let lanes = async { delivery::lanes(&mut store.conn().await?).await };
    let mut lanes = lanes.await.unwrap_or_default();
    lanes.retain(|lane| lane.last_success_at.is_some() && lane.failing_since.is_none());
    lanes.sort_by_key(|lane| std::cmp::Reverse(lane.last_success_at));
    let mut apart = Vec::new();
    for lane in lanes.iter().take(ASKED) {
        if let Ok(Some(theirs)) = checkup.time_of(&lane.host).await {
            apart.push(Clock::System.now().as_second() - theirs);
        }
    }
    judged(CHECK, &mut apart, Path::new(SYNCHRONISED).exists())
}

fn judged(check: &'static str, apart: &mut [i64], synchronised: bool) -> Finding {
    apart.sort_unstable();
    let mend = "let the machine set its clock: apt-get install systemd-timesyncd, timedatectl set-ntp true";
    match apart.get(apart.len() / 2).copied() {
        None if synchronised => Finding::ok(check, "systemd-timesyncd keeps it"),
        None => Finding::skipped(check, "no other server is known yet to compare it with"),
        Some(seconds) => {
            let detail = format!("{} s from the clocks of {} other servers", seconds.abs(), apart.len());
            match seconds.abs() {
                far if far <= APART => Finding::ok(check, detail),
                far if far <= FAR_APART => Finding::warn(check, detail, mend),
                _ => Finding::fail(check, format!("{detail}: they refuse our signatures"), mend),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_by_the_middle_of_others() {
        let state = |apart: &[i64], synchronised| judged("clock", &mut apart.to_vec(), synchronised).state;
        assert_eq!(state(&[], false), State::Skipped);
        assert_eq!(state(&[], true), State::Ok);
        assert_eq!(state(&[2, -90_000, 3], false), State::Ok, "one that is wrong does not mislead");
        assert_eq!(state(&[-100, -100], false), State::Warn);
        assert_eq!(state(&[400], true), State::Fail);
    }

    #[test]
    fn what_stands_in_the_way_is_named() {
        let of = |fault| {
            let finding = unreachable(&fault);
            (finding.check, finding.state, finding.mend.is_some())
        };
        let lost = |why: &str| Fault::Unreachable(why.to_owned());
        assert_eq!(of(lost("invalid peer certificate: Expired")), ("TLS", State::Fail, true));
        assert_eq!(of(lost("failed to lookup address information")), ("domain", State::Fail, true));
        assert_eq!(of(Fault::Status("x".into(), 502)), ("domain", State::Fail, true));
    }
}
