//! What the institution commits itself to before everybody: how accessible its pages were found, and how soon it moderates.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{audit, settings};
use crate::clock::Instant;
use crate::error::{Check, Result};
use crate::people::role::{Act, Standing};
use crate::store::types::words;
use crate::store::{Conn, Tx};

words! {
    /// How far the pages meet the criteria of accessibility, as an audit found.
    pub enum Level {
        /// All of them.
        Full = "full",
        /// At least half of them.
        Partial = "partial",
        /// Fewer, or nobody has looked.
        None = "none",
    }
}

/// The longest name of an auditor, in characters.
pub const AUDITOR_LONGEST: usize = 120;
/// The longest delay of moderation that can be promised, in hours: a month.
pub const HOURS_MOST: u32 = 720;
/// The delay promised where the institution has said nothing, in hours.
pub const HOURS: u32 = 24;
/// Under which key the settings hold it.
pub(super) const KEY: &str = "commitments";

/// What an audit of accessibility found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accessibility {
    /// How far the criteria are met.
    pub level: Level,
    /// The day of the audit, in the institution's calendar; none before the first.
    pub audited_on: Option<Date>,
    /// Who made it; may be empty.
    pub auditor: String,
}

impl Default for Accessibility {
    /// Not compliant, as whoever was never audited is by law.
    fn default() -> Self {
        Self { level: Level::None, audited_on: None, auditor: String::new() }
    }
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Commitments {
    /// What an audit found.
    pub accessibility: Accessibility,
    /// Within how many hours a report or a held comment is decided on.
    pub moderation_hours: u32,
}

impl Default for Commitments {
    fn default() -> Self {
        Self { accessibility: Accessibility::default(), moderation_hours: HOURS }
    }
}

/// What the institution has committed itself to.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn) -> Result<Commitments> {
    Ok(settings::get(conn, KEY).await?.unwrap_or_default())
}

/// Sets it. A level above the lowest needs the day of an audit, which is not to come.
///
/// # Errors
/// When `by` may not administer; what is wrong with `audited_on`, `auditor` or `moderation_hours`.
pub async fn set(tx: &mut Tx, now: Instant, by: &Standing, wanted: Commitments) -> Result<()> {
    by.may(Act::Administer, None)?;
    let Accessibility { level, audited_on, auditor } = &wanted.accessibility;
    let today = now.timestamp().to_zoned(settings::node(tx).await?.zone()).date();
    let hours = (1..=HOURS_MOST).contains(&wanted.moderation_hours);
    let mut check = Check::default();
    let dated = *level == Level::None || audited_on.is_some();
    check.that(dated, "audited_on", "required", "Give the day of the audit.");
    check.that(audited_on.is_none_or(|day| day <= today), "audited_on", "future", "Give a day that has come.");
    if !auditor.is_empty() {
        check.line("auditor", auditor, AUDITOR_LONGEST);
    }
    check.that(hours, "moderation_hours", "range", "Write a number of hours, 720 at most.");
    check.done()?;
    audit::note(tx, now, by.account.as_ref(), "node.commit", level.as_str(), None).await?;
    settings::put(tx, KEY, &wanted).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Refusal};
    use crate::testing::World;

    crate::both_databases! {
        async fn a_level_needs_an_audit_that_has_been(world: World) {
            let admin = Standing { account: Some(world.admin.clone()), member: None };
            let citizen = Standing { account: Some(world.account("ana").await), member: None };
            let mut tx = world.store.begin().await.expect("a transaction");
            assert_eq!(of(&mut tx).await.expect("read"), Commitments::default());
            let today = world.now().timestamp().to_zoned(jiff::tz::TimeZone::UTC).date();
            let audited = |level, audited_on| Commitments {
                accessibility: Accessibility { level, audited_on, auditor: "Un cabinet".into() },
                moderation_hours: 48,
            };
            for (wanted, field) in [
                (audited(Level::Partial, None), "audited_on"),
                (audited(Level::Full, today.checked_add(jiff::Span::new().days(3)).ok()), "audited_on"),
                (Commitments { moderation_hours: 0, ..Commitments::default() }, "moderation_hours"),
            ] {
                let refused = set(&mut tx, world.now(), &admin, wanted).await;
                assert!(matches!(&refused, Err(Error::Refused(Refusal::Invalid(wrong))) if wrong[0].field == field), "{refused:?}");
            }
            let fine = audited(Level::Partial, today.yesterday().ok());
            assert!(set(&mut tx, world.now(), &citizen, fine.clone()).await.is_err());
            set(&mut tx, world.now(), &admin, fine.clone()).await.expect("kept");
            let front = settings::front(&mut tx).await.expect("read");
            assert_eq!((front.commitments, front.node.name.as_str()), (fine, "Valmont"));
        }
    }
}
