//! How much one account or one address may ask in a minute.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use model::error::{Refusal, Result};
use model::id::Id;
use model::people::account::Account;

use crate::app::Settings;

/// Sign-ins from one address to all accounts together, as a multiple of those to one account.
const SIGN_INS_TO_ALL: u32 = 6;
/// Accounts asked for, and mails sent, from one address a minute.
const SIGN_UPS: u32 = 10;
/// Mails sent to one e-mail address an hour.
const MAILS: u32 = 6;
/// Comments of one account a minute.
const COMMENTS: u32 = 20;
/// Ballots and opinions of one account a minute: a reader goes through many statements quickly.
const OPINIONS: u32 = 240;
/// How many keys are held before those at rest are dropped.
const MOST: usize = 10_000;

/// The limits of the pages.
///
/// A sign-in is counted by account and address together: who guesses passwords elsewhere does not lock the owner out.
pub(crate) struct Limits {
    sign_in: DefaultKeyedRateLimiter<(String, IpAddr)>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    sign_up: DefaultKeyedRateLimiter<IpAddr>,
    mail: DefaultKeyedRateLimiter<String>,
    comment: DefaultKeyedRateLimiter<Id<Account>>,
    opinion: DefaultKeyedRateLimiter<Id<Account>>,
}

fn each(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        let to_all = settings.sign_in.saturating_mul(each(SIGN_INS_TO_ALL));
        Self {
            sign_in: RateLimiter::keyed(Quota::per_minute(settings.sign_in)),
            sign_ins: RateLimiter::keyed(Quota::per_minute(to_all)),
            sign_up: RateLimiter::keyed(Quota::per_minute(each(SIGN_UPS))),
            mail: RateLimiter::keyed(Quota::per_hour(each(MAILS))),
            comment: RateLimiter::keyed(Quota::per_minute(each(COMMENTS))),
            opinion: RateLimiter::keyed(Quota::per_minute(each(OPINIONS))),
        }
    }

    /// One more sign-in as `who`, a name or an e-mail address as typed.
    pub(crate) fn sign_in(&self, who: &str, from: IpAddr) -> Result<()> {
        if self.sign_in.len() > MOST {
            self.sign_in.retain_recent();
            self.sign_ins.retain_recent();
        }
        allow(
            self.sign_in.check_key(&(who.trim().to_lowercase(), from)).is_ok()
                && self.sign_ins.check_key(&from).is_ok(),
        )
    }

    /// One more account, or one more mail asked for, from this address.
    pub(crate) fn sign_up(&self, from: IpAddr) -> Result<()> {
        if self.sign_up.len() > MOST {
            self.sign_up.retain_recent();
        }
        allow(self.sign_up.check_key(&from).is_ok())
    }

    /// Whether one more mail may go to this address. The page says the same either way.
    pub(crate) fn mail(&self, to: &str) -> bool {
        if self.mail.len() > MOST {
            self.mail.retain_recent();
        }
        self.mail.check_key(&to.trim().to_lowercase()).is_ok()
    }

    /// One more comment.
    pub(crate) fn comment(&self, account: Id<Account>) -> Result<()> {
        if self.comment.len() > MOST {
            self.comment.retain_recent();
        }
        allow(self.comment.check_key(&account).is_ok())
    }

    /// One more ballot or opinion.
    pub(crate) fn opinion(&self, account: Id<Account>) -> Result<()> {
        if self.opinion.len() > MOST {
            self.opinion.retain_recent();
        }
        allow(self.opinion.check_key(&account).is_ok())
    }
}

fn allow(fine: bool) -> Result<()> {
    if fine { Ok(()) } else { Err(Refusal::TooMany.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
