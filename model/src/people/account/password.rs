//! Passwords: hashed with Argon2id, compared in the same time whether or not there is an account.

use std::sync::{Condvar, Mutex, PoisonError};

use super::Account;
use crate::error::{Error, Result};

/// How many passwords are hashed at once: each takes 19 MiB on purpose, and a core.
const AT_ONCE: usize = 4;

static HASHING: Mutex<usize> = Mutex::new(0);
static HASHED: Condvar = Condvar::new();

/// Does `work` when fewer than [`AT_ONCE`] others do theirs.
fn in_turn<T>(work: impl FnOnce() -> T) -> T {
    struct Turn;
    impl Drop for Turn {
        fn drop(&mut self) {
            *HASHING.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
            HASHED.notify_one();
        }
    }
    let waiting = HASHING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut hashing = HASHED.wait_while(waiting, |n| *n >= AT_ONCE).unwrap_or_else(PoisonError::into_inner);
    *hashing += 1;
    drop(hashing);
    let _turn = Turn;
    work()
}

/// The shortest password, in characters (NIST SP 800-63B asks for length, not for kinds of characters).
pub const PASSWORD_SHORTEST: usize = 10;

/// The longest password, in characters: hashing must stay bounded.
pub const PASSWORD_LONGEST: usize = 200;

/// A password's hash, made outside any transaction since that takes long on purpose.
#[derive(Clone)]
pub struct PasswordHash(pub(super) String);

impl PasswordHash {
    /// Hashes `password` (Argon2id with the library's recommended parameters). Takes tens of milliseconds: run it on
    /// a thread that may block.
    ///
    /// # Errors
    /// When it is too short or too long; the field is `password`.
    pub fn new(password: &str) -> Result<Self> {
        use argon2::password_hash::PasswordHasher as _;
        let length = password.chars().count();
        if length < PASSWORD_SHORTEST {
            return Err(Error::field("password", "too-short", format!("Use at least {PASSWORD_SHORTEST} characters.")));
        }
        if length > PASSWORD_LONGEST {
            return Err(Error::field("password", "too-long", format!("Use at most {PASSWORD_LONGEST} characters.")));
        }
        let hash = in_turn(|| argon2::Argon2::default().hash_password(password.as_bytes()));
        Ok(Self(hash.map_err(|e| Error::store(e.to_string()))?.to_string()))
    }
}

/// Compares a password with the hash of `account`; takes as long when there is no such account.
#[must_use]
pub fn password_fits(account: Option<&Account>, password: &str) -> bool {
    use argon2::password_hash::PasswordVerifier as _;
    /// The hash of nothing that anybody knows, so that a name without account costs the same time.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let known = account.and_then(|a| a.password_hash.as_deref());
    let known_or_nobody = known.unwrap_or(NOBODY);
    let fits = in_turn(|| argon2::Argon2::default().verify_password(password.as_bytes(), known_or_nobody).is_ok());
    fits && known.is_some()
}
