//! How much one account or one address may ask in a minute.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use model::error::{Refusal, Result};
use model::id::Id;
use model::people::account::Account;
use model::people::actor::Actor;

use crate::app::Settings;

/// Sign-ins from one address to all accounts together, as a multiple of those to one account.
const SIGN_INS_TO_ALL: u32 = 6;
/// Sign-ins to one account from all addresses together, by browsers that its owner never used, as a multiple of those from
/// one address.
const SIGN_INS_FROM_ALL: u32 = 3;
/// Accounts asked for, and mails sent, from one address a minute.
const SIGN_UPS: u32 = 10;
/// Mails sent to one e-mail address an hour.
const MAILS: u32 = 6;
/// Comments of one account a minute.
const COMMENTS: u32 = 20;
/// Comments from one address a minute, by all accounts together: a class or an office has one address.
const COMMENTS_FROM: u32 = 120;
/// Ballots and opinions of one person a minute: a reader goes through many statements quickly.
const OPINIONS: u32 = 240;
/// Codes tried from one address a minute: a kiosk lends its address to many.
const CODES: u32 = 30;
/// Journeys to a provider from one address a minute; a household or an office has one address.
const JOURNEYS: u32 = 30;
/// Identifiers claimed by one account an hour.
const CLAIMS: u32 = 6;
/// Identifiers claimed from one address an hour, by all accounts together: a household or an office has one address.
const CLAIMS_FROM: u32 = 30;
/// What takes a core for a while, asked from one address a minute.
const HEAVY: u32 = 30;
/// How many keys are held before those at rest are dropped.
const MOST: usize = 10_000;

/// The limits of the pages.
///
/// A sign-in is counted by account and address together, by address, and by account unless the browser is one that the owner
/// has used: who guesses passwords elsewhere does not lock the owner out.
pub(crate) struct Limits {
    sign_in: DefaultKeyedRateLimiter<(String, IpAddr)>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    guess: DefaultKeyedRateLimiter<String>,
    sign_up: DefaultKeyedRateLimiter<IpAddr>,
    mail: DefaultKeyedRateLimiter<String>,
    comment: DefaultKeyedRateLimiter<Id<Account>>,
    comments: DefaultKeyedRateLimiter<IpAddr>,
    opinion: DefaultKeyedRateLimiter<Id<Actor>>,
    code: DefaultKeyedRateLimiter<IpAddr>,
    journey: DefaultKeyedRateLimiter<IpAddr>,
    claim: DefaultKeyedRateLimiter<Id<Account>>,
    claims: DefaultKeyedRateLimiter<IpAddr>,
    heavy: DefaultKeyedRateLimiter<IpAddr>,
}

fn each(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        let to_all = settings.sign_in.saturating_mul(each(SIGN_INS_TO_ALL));
        let from_all = settings.sign_in.saturating_mul(each(SIGN_INS_FROM_ALL));
        Self {
            sign_in: RateLimiter::keyed(Quota::per_minute(settings.sign_in)),
            sign_ins: RateLimiter::keyed(Quota::per_minute(to_all)),
            guess: RateLimiter::keyed(Quota::per_minute(from_all)),
            sign_up: RateLimiter::keyed(Quota::per_minute(each(SIGN_UPS))),
            mail: RateLimiter::keyed(Quota::per_hour(each(MAILS))),
            comment: RateLimiter::keyed(Quota::per_minute(each(COMMENTS))),
            comments: RateLimiter::keyed(Quota::per_minute(each(COMMENTS_FROM))),
            opinion: RateLimiter::keyed(Quota::per_minute(each(OPINIONS))),
            code: RateLimiter::keyed(Quota::per_minute(each(CODES))),
            journey: RateLimiter::keyed(Quota::per_minute(each(JOURNEYS))),
            claim: RateLimiter::keyed(Quota::per_hour(each(CLAIMS))),
            claims: RateLimiter::keyed(Quota::per_hour(each(CLAIMS_FROM))),
            heavy: RateLimiter::keyed(Quota::per_minute(each(HEAVY))),
        }
    }

    /// One more sign-in as `who`, a name or an e-mail address as typed.
    pub(crate) fn sign_in(&self, who: &str, from: IpAddr) -> Result<()> {
        if self.sign_in.len() > MOST {
            self.sign_in.retain_recent();
            self.sign_ins.retain_recent();
        }
        allow(
            self.sign_in.check_key(&(who.trim().to_lowercase(), network(from))).is_ok()
                && self.sign_ins.check_key(&network(from)).is_ok(),
        )
    }

    /// One more sign-in as `who` by a browser that the owner never used. It is counted by what is typed, whether there is
    /// such an account or not: the limit does not tell.
    pub(crate) fn guess(&self, who: &str) -> Result<()> {
        if self.guess.len() > MOST {
            self.guess.retain_recent();
        }
        allow(self.guess.check_key(&who.trim().to_lowercase()).is_ok())
    }

    /// One more account, or one more mail asked for, from this address.
    pub(crate) fn sign_up(&self, from: IpAddr) -> Result<()> {
        if self.sign_up.len() > MOST {
            self.sign_up.retain_recent();
        }
        allow(self.sign_up.check_key(&network(from)).is_ok())
    }

    /// Whether one more mail may go to this address. The page says the same either way.
    pub(crate) fn mail(&self, to: &str) -> bool {
        if self.mail.len() > MOST {
            self.mail.retain_recent();
        }
        self.mail.check_key(&to.trim().to_lowercase()).is_ok()
    }

    /// One more comment.
    pub(crate) fn comment(&self, account: Id<Account>, from: IpAddr) -> Result<()> {
        if self.comment.len() > MOST || self.comments.len() > MOST {
            self.comment.retain_recent();
            self.comments.retain_recent();
        }
        allow(self.comment.check_key(&account).is_ok() && self.comments.check_key(&network(from)).is_ok())
    }

    /// One more code from this address.
    pub(crate) fn code(&self, from: IpAddr) -> Result<()> {
        if self.code.len() > MOST {
            self.code.retain_recent();
        }
        allow(self.code.check_key(&network(from)).is_ok())
    }

    /// One more journey to a provider of identities, or back from it.
    pub(crate) fn journey(&self, from: IpAddr) -> Result<()> {
        if self.journey.len() > MOST {
            self.journey.retain_recent();
        }
        allow(self.journey.check_key(&network(from)).is_ok())
    }

    /// One more identifier claimed: accounts are many, addresses fewer.
    pub(crate) fn claim(&self, account: Id<Account>, from: IpAddr) -> Result<()> {
        if self.claim.len() > MOST {
            self.claim.retain_recent();
            self.claims.retain_recent();
        }
        allow(self.claim.check_key(&account).is_ok() && self.claims.check_key(&network(from)).is_ok())
    }

    /// One more answer that takes a core for a while.
    pub(crate) fn heavy(&self, from: IpAddr) -> Result<()> {
        if self.heavy.len() > MOST {
            self.heavy.retain_recent();
        }
        allow(self.heavy.check_key(&network(from)).is_ok())
    }

    /// One more ballot or opinion.
    pub(crate) fn opinion(&self, of: Id<Actor>) -> Result<()> {
        if self.opinion.len() > MOST {
            self.opinion.retain_recent();
        }
        allow(self.opinion.check_key(&of).is_ok())
    }
}

/// The network that one subscriber has: of IPv6 the first 64 bits, since the rest is free to choose.
pub(crate) fn network(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

fn allow(fine: bool) -> Result<()> {
    if fine { Ok(()) } else { Err(Refusal::TooMany.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::clock::Clock;

    #[test]
    fn comments_are_limited_by_account_and_by_address() {
        let limits = Limits::new(&Settings::default());
        let (from, now) = (IpAddr::from([203, 0, 113, 9]), Clock::System.now());
        let of_one = Id::new(now);
        let allowed = (0..100).filter(|_| limits.comment(of_one, from).is_ok()).count();
        assert_eq!(u32::try_from(allowed), Ok(COMMENTS));
        let others = (0..200).filter(|_| limits.comment(Id::new(now), from).is_ok()).count();
        assert!(u32::try_from(others).is_ok_and(|others| others <= COMMENTS_FROM - COMMENTS), "{others}");
        assert!(limits.comment(Id::new(now), IpAddr::from([198, 51, 100, 4])).is_ok());
    }

    #[test]
    fn many_accounts_of_one_address_do_not_guess_identifiers() {
        let limits = Limits::new(&Settings::default());
        let (from, now) = (IpAddr::from([203, 0, 113, 9]), Clock::System.now());
        let allowed = (0..100).filter(|_| limits.claim(Id::new(now), from).is_ok()).count();
        assert_eq!(u32::try_from(allowed), Ok(CLAIMS_FROM));
        assert!(limits.claim(Id::new(now), IpAddr::from([198, 51, 100, 4])).is_ok());
    }

    #[test]
    fn a_sign_in_limit_does_not_lock_the_owner_out() {
        let limits = Limits::new(&Settings { sign_in: each(3), ..Settings::default() });
        let (elsewhere, home) = (IpAddr::from([203, 0, 113, 9]), IpAddr::from([198, 51, 100, 4]));
        for _ in 0..3 {
            assert!(limits.sign_in("Ana", elsewhere).is_ok());
        }
        assert!(limits.sign_in("ana ", elsewhere).is_err());
        assert!(limits.sign_in("ana", home).is_ok());
        assert!(limits.sign_in("ben", elsewhere).is_ok());
    }
}
