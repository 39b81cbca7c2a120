//! Names of people and forums: one namespace, lower case, never given twice.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::actor::Actor;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::store::schema::names;
use crate::store::{Conn, Tx, on};

/// The longest name, in characters.
pub const LONGEST: usize = 60;
/// The shortest name, in characters.
pub const SHORTEST: usize = 2;

/// Names that could pass for the node itself, its staff or its paths.
const RESERVED: &[&str] = &[
    "about",
    "accounts",
    "actor",
    "admin",
    "administrator",
    "api",
    "assets",
    "ballot",
    "c",
    "consultations",
    "data",
    "everyone",
    "f",
    "faq",
    "federation",
    "feed",
    "help",
    "host-meta",
    "inbox",
    "interact",
    "legal",
    "livez",
    "login",
    "logout",
    "me",
    "metrics",
    "mod",
    "moderator",
    "modlog",
    "new",
    "nodeinfo",
    "null",
    "official",
    "outbox",
    "owner",
    "palabre",
    "postmaster",
    "privacy",
    "readyz",
    "remote",
    "reset",
    "root",
    "rules",
    "search",
    "security",
    "setup",
    "signup",
    "staff",
    "support",
    "system",
    "u",
    "undefined",
    "unsubscribe",
    "verify",
    "webmaster",
    "well-known",
];

/// Checks the form of a name: `[a-z0-9_]+([.-]+[a-z0-9_]+)*`, 2 to 60 characters. Answers it lower-cased.
///
/// # Errors
/// [`Refusal::Invalid`] on `field`.
pub fn check(field: &str, name: &str) -> Result<String> {
    let name = name.trim().to_lowercase();
    let length = name.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Error::field(field, "length", format!("Use {SHORTEST} to {LONGEST} characters.")));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let joins = |c: char| c == '.' || c == '-';
    let fine = name.chars().all(|c| plain(c) || joins(c)) && name.starts_with(plain) && name.ends_with(plain);
    if !fine {
        return Err(Error::field(
            field,
            "format",
            "Use small letters without accents, digits and _, joined by - or . where you like.",
        ));
    }
    Ok(name)
}

/// Whether a name is kept for the node itself.
#[must_use]
pub fn is_reserved(name: &str, host: &str) -> bool {
    RESERVED.contains(&name) || name == host
}

/// Gives `name` to `actor`, for ever.
pub(crate) async fn take(tx: &mut Tx, name: &str, actor: Id<Actor>) -> Result<()> {
    let row = (names::name.eq(name), names::actor_id.eq(actor));
    let conn: &mut Conn = tx;
    let taken = on!(conn, |c| diesel::insert_into(names::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    if taken == 1 { Ok(()) } else { Err(Refusal::NameTaken.into()) }
}

/// Whether `name` was ever given.
pub(crate) async fn is_taken(conn: &mut Conn, name: &str) -> Result<bool> {
    let found: i64 = on!(conn, |c| names::table.filter(names::name.eq(name)).count().get_result(c).await)?;
    Ok(found > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_form_that_other_servers_read() {
        for fine in ["ana", "ana_b", "rue-des-halles", "a.b", "42"] {
            assert!(check("name", fine).is_ok(), "{fine}");
        }
        for bad in ["", "a", "-ana", "ana-", "ana b", "añá", "ana@b", &"x".repeat(61)] {
            assert!(check("name", bad).is_err(), "{bad}");
        }
        assert!(is_reserved("admin", "a.test"));
        assert!(is_reserved("a.test", "a.test"));
    }
}
