//! `/admin`: the institution's own pages.

use axum::response::Redirect;
use model::people::role::Act;

use crate::error::Failure;
use crate::visitor::Visitor;

pub(super) mod mail;
pub(super) mod users;

/// `GET /admin`
pub(super) async fn page(visitor: Visitor) -> Result<Redirect, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    Ok(Redirect::to("/admin/users"))
}
