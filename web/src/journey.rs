//! What any sign-in at another server has in common (OAuth 2.0, RFC 6749, 9700; PKCE, RFC 7636): what binds the way back to the
//! browser that set out, once, and not for long.

use model::clock::Instant;
use model::id::Id;
use model::people::account::Account;
use openidconnect::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use serde::{Deserialize, Serialize};

/// How long a journey may take. Seconds.
const LONGEST: i64 = 600;
/// How much of a server's own words goes to the log, in characters.
const TOLD: usize = 60;

/// What the session keeps of a journey.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Journey {
    /// The page to come back to.
    pub(crate) next: String,
    /// The account that is to be linked, where somebody was signed in.
    pub(crate) link: Option<Id<Account>>,
    state: String,
    verifier: String,
    since: Instant,
}

/// What another server sends back with the person.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Returned {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Why what comes back is not believed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Why {
    #[error("it answers {0:?}")]
    Refused(String),
    #[error("what comes back belongs to no journey of this browser")]
    OtherJourney,
    #[error("it gives no code")]
    NoCode,
}

/// What shows that a wish was uttered on our own page: nobody can guess it.
pub(crate) fn wish() -> String {
    CsrfToken::new_random().into_secret()
}

impl Journey {
    /// Sets out; the challenge goes with the person.
    pub(crate) fn begin(now: Instant, next: String, link: Option<Id<Account>>) -> (Self, PkceCodeChallenge) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        (Self { next, link, state: wish(), verifier: verifier.into_secret(), since: now }, challenge)
    }

    /// What the other server is to send back unchanged.
    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    /// What shows that whoever fetches the tokens is who set out.
    pub(crate) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.verifier.clone())
    }

    /// The code that the other server gave, if this is the end of this journey. `issuer` is what that server calls itself.
    pub(crate) fn code(&self, now: Instant, issuer: &str, with: Returned) -> Result<String, Why> {
        if let Some(error) = with.error {
            return Err(Why::Refused(error.chars().take(TOLD).collect()));
        }
        // The state has 128 random bits and serves once: comparing it takes no care.
        if with.state.as_deref() != Some(&self.state) || now.as_second() - self.since.as_second() > LONGEST {
            return Err(Why::OtherJourney);
        }
        // RFC 9207: another server's answer is not taken for this one's.
        if with.iss.is_some_and(|told| told.trim_end_matches('/') != issuer.trim_end_matches('/')) {
            return Err(Why::OtherJourney);
        }
        with.code.ok_or(Why::NoCode)
    }
}
