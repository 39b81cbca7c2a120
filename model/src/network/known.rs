//! What is known here of other nodes, found by words: forums and debates.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::mirror::{self, Kind, Mirror};
use crate::error::Result;
use crate::people::actor::{self, Actor};
use crate::store::schema::{actors, mirrors};
use crate::store::{Conn, on};

/// The longest words that are looked for, in characters.
pub const LONGEST: usize = 100;

diesel::define_sql_function! {
    /// The text in lower case, as far as the database knows the alphabet.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A pattern that holds the words as they are.
fn pattern(words: &str) -> String {
    let cut: String = words.trim().chars().take(LONGEST).collect();
    let plain = cut.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

/// The forums of other nodes whose name, title or host holds these words, by title.
///
/// # Errors
/// When the database fails.
pub async fn forums(conn: &mut Conn, words: &str, limit: i64) -> Result<Vec<Actor>> {
    let like = pattern(words);
    let here = actors::host.is_not_null().and(actors::kind.eq(actor::Kind::Group));
    let alive = actors::suspended_at.is_null().and(actors::deleted_at.is_null());
    Ok(on!(conn, |c| actors::table
        .filter(here.and(alive))
        .filter(
            lower(actors::display_name)
                .like(&like)
                .escape('\\')
                .or(lower(actors::name).like(&like).escape('\\'))
                .or(lower(actors::uri.assume_not_null()).like(&like).escape('\\')),
        )
        .order((actors::display_name, actors::id))
        .limit(limit)
        .select(Actor::as_select())
        .load(c)
        .await)?)
}

/// The debates of other nodes whose title, summary or text holds these words, the latest first; those of servers that are
/// silenced are left out.
///
/// # Errors
/// When the database fails.
pub async fn debates(conn: &mut Conn, words: &str, limit: i64) -> Result<Vec<Mirror>> {
    let like = pattern(words);
    let found: Vec<Mirror> = on!(conn, |c| mirrors::table
        .filter(mirrors::kind.eq(Kind::Page))
        .filter(
            lower(mirrors::title)
                .like(&like)
                .escape('\\')
                .or(lower(mirrors::summary).like(&like).escape('\\'))
                .or(lower(mirrors::html).like(&like).escape('\\')),
        )
        .order((mirrors::published_at.desc(), mirrors::id.desc()))
        .limit(limit)
        .select(Mirror::as_select())
        .load(c)
        .await)?;
    let found = found.into_iter().filter(|it| !it.is_gone()).map(|it| (it, None)).collect();
    Ok(mirror::shown(conn, found).await?.into_iter().map(|(it, _)| it).collect())
}
