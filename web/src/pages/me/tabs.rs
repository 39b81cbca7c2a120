//! The pages of one's own account.

use model::care::notice;
use model::error::Result;
use model::people::account::Account;
use model::store::Conn;

use crate::frame::Link;
use crate::visitor::Visitor;

/// Each page with the key of its name.
const PAGES: [(&str, &str); 6] = [
    ("/me", "me-title"),
    ("/me/notifications", "notices"),
    ("/me/votes", "me-votes"),
    ("/me/follows", "me-follows"),
    ("/me/mail", "me-mail"),
    ("/me/data", "me-data"),
];

/// The links between them; that of what one was told with how much is new.
pub(super) async fn of(conn: &mut Conn, visitor: &Visitor, account: &Account) -> Result<Vec<Link>> {
    let t = &visitor.words;
    let unread = notice::unread(conn, account.id).await?;
    let here = visitor.path.split('?').next().unwrap_or_default();
    let link = |(href, key): (&str, &str)| {
        let label = match (href, unread) {
            ("/me/notifications", 1..) => format!("{} ({})", t.say(key), t.number(unread)),
            _ => t.say(key),
        };
        Link { href: href.to_owned(), label, current: href == here }
    };
    Ok(PAGES.into_iter().map(link).collect())
}
