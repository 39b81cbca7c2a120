//! Which path is which page.

use axum::Router;
use axum::routing::{get, post};

use super::{entry, forum, home, me, preferences, prose, reset, setup, verify};
use crate::app::App;
use crate::error::Failure;

/// Every page.
pub(crate) fn router() -> Router<App> {
    Router::new().merge(public()).merge(account()).fallback(async || Failure::NotFound)
}

fn public() -> Router<App> {
    Router::new()
        .route("/", get(home::page))
        .route("/f", get(forum::list))
        .route("/admin/forums/new", get(forum::fresh).post(forum::create))
        .route("/f/{forum}", get(forum::page))
        .route("/f/{forum}/edit", get(forum::edit).post(forum::change))
        .route("/legal", get(prose::legal))
        .route("/privacy", get(prose::privacy))
        .route("/rules", get(prose::rules))
        .route("/accessibility", get(prose::accessibility))
        .route("/data", get(prose::data))
        .route("/source", get(prose::source))
        .route("/preferences", post(preferences::choose))
}

fn account() -> Router<App> {
    Router::new()
        .route("/login", get(entry::page).post(entry::sign_in))
        .route("/signup", get(entry::sign_up_page).post(entry::sign_up))
        .route("/logout", post(entry::sign_out))
        .route("/verify", get(verify::page).post(verify::act))
        .route("/reset", get(reset::page).post(reset::act))
        .route("/me", get(me::page))
        .route("/me/password", post(me::password))
        .route("/setup/{token}", get(setup::page).post(setup::act))
}
