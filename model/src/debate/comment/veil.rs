//! What people of a blocked or silenced server wrote stands where it stood, for the sake of replies, and is shown to nobody
//! who does not ask for it by its own address.

use super::{Comment, State};
use crate::error::Result;
use crate::network::peer;
use crate::people::actor::Actor;
use crate::store::Conn;

/// Hides those comments whose authors' servers are blocked or silenced.
pub(super) async fn veil(conn: &mut Conn, mut found: Vec<(Comment, Actor)>) -> Result<Vec<(Comment, Actor)>> {
    let mut hosts: Vec<&str> = found.iter().filter_map(|(_, author)| author.host.as_deref()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let treated = peer::treatments(conn, &hosts).await?;
    let hidden: Vec<String> =
        treated.into_iter().filter(|(_, treated)| !treated.is_shown()).map(|(host, _)| host.to_owned()).collect();
    for (comment, author) in &mut found {
        let is_hidden = author.host.as_ref().is_some_and(|host| hidden.contains(host));
        if is_hidden && comment.state == State::Visible {
            comment.state = State::Hidden;
        }
    }
    Ok(found)
}
