//! How many open ballots one server, and one owner of servers, may bring to a consultation: who stuffs must at least own
//! many domains.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel_async::RunQueryDsl;

use super::electorate::Tier;
use crate::debate::consultation::Consultation;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::store::schema::open_votes;
use crate::store::{Conn, Tx, on};

/// How many voters of the tier `open` a consultation takes from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// From one host.
    pub host: u32,
    /// From all hosts under one registrable domain.
    pub domain: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self { host: 5_000, domain: 10_000 }
    }
}

/// The part of a host that somebody registered, by the Public Suffix List: `b.example` of `votes.b.example`. A host
/// that has none, such as a public suffix itself, is its own.
#[must_use]
pub fn domain(host: &str) -> &str {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    psl::domain_str(name).unwrap_or(name)
}

/// Counts one more voter of the tier `open` from `host`.
///
/// # Errors
/// [`Refusal::TooManyFromHost`]; then nothing is counted.
pub(super) async fn count(tx: &mut Tx, on: Id<Consultation>, host: &str, caps: Caps) -> Result<()> {
    if !more(tx, on, host, caps.host).await? {
        return Err(Refusal::TooManyFromHost.into());
    }
    let domain = domain(host);
    if domain == host || more(tx, on, &format!("*.{domain}"), caps.domain).await? {
        return Ok(());
    }
    let conn: &mut Conn = tx;
    let one = open_votes::table.find((on, host));
    on!(conn, |c| diesel::update(one).set(open_votes::voters.eq(open_votes::voters - 1)).execute(c).await)?;
    Err(Refusal::TooManyFromHost.into())
}

/// Adds one, unless that is more than `most`.
async fn more(conn: &mut Conn, on: Id<Consultation>, source: &str, most: u32) -> Result<bool> {
    let most = i32::try_from(most).unwrap_or(i32::MAX);
    if most < 1 {
        return Ok(false);
    }
    let row = (open_votes::consultation_id.eq(on), open_votes::source.eq(source), open_votes::voters.eq(1));
    let counted = on!(conn, |c| {
        let one_more = diesel::insert_into(open_votes::table)
            .values(row)
            .on_conflict((open_votes::consultation_id, open_votes::source))
            .do_update()
            .set(open_votes::voters.eq(open_votes::voters + 1));
        FilterDsl::filter(one_more, open_votes::voters.lt(most)).execute(c).await
    })?;
    Ok(counted == 1)
}

/// Whether a ballot of this tier is bounded.
pub(super) fn is_capped(tier: Tier) -> bool {
    tier == Tier::Open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_what_somebody_registered() {
        for (host, registered) in [
            ("b.example", "b.example"),
            ("votes.b.example", "b.example"),
            ("a.b.co.uk", "b.co.uk"),
            ("b.test:4001", "b.test"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(domain(host), registered, "{host}");
        }
    }
}
