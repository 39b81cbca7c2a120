//! Which path is which page.

use axum::Router;
use axum::routing::{get, post};

use super::{
    admin, ballot, codes, comment, consultation, edit, entry, federation, forum, guest, home, interact, me, membership,
    once, person, preferences, prose, provider, reset, setup, verify,
};
use crate::app::App;
use crate::error::Failure;

/// Every page.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(public())
        .merge(consultation())
        .merge(author())
        .merge(admin())
        .merge(account())
        .fallback(async || Failure::NotFound)
}

fn public() -> Router<App> {
    Router::new()
        .route("/", get(home::page))
        .route("/f", get(forum::list))
        .route("/f/{forum}", get(forum::page))
        .route("/f/{forum}/edit", get(forum::edit).post(forum::change))
        .route("/f/{forum}/members", post(membership::act))
        .route("/f/{forum}/join", get(membership::join_page).post(membership::join))
        .route("/u/{name}", get(person::page))
        .route("/interact", get(interact::page).post(interact::lead))
        .route("/remote/{host}/c/{slug}", get(federation::remote))
        .route("/legal", get(prose::legal))
        .route("/privacy", get(prose::privacy))
        .route("/rules", get(prose::rules))
        .route("/accessibility", get(prose::accessibility))
        .route("/data", get(prose::data))
        .route("/source", get(prose::source))
        .route("/preferences", post(preferences::choose))
}

fn consultation() -> Router<App> {
    Router::new()
        .route("/c/{slug}", get(consultation::page))
        .route("/c/{slug}/ballot", get(consultation::ballot_page).post(ballot::act))
        .route("/c/{slug}/once", get(once::page).post(once::act))
        .route("/c/{slug}/comments", post(comment::post))
        .route("/c/{slug}/comments/{id}", get(comment::page_of))
        .route("/c/{slug}/comments/{id}/reaction", post(comment::react))
}

fn author() -> Router<App> {
    Router::new()
        .route("/new", get(edit::fresh).post(edit::create))
        .route("/c/{slug}/edit/text", get(edit::page).post(edit::change))
        .route("/c/{slug}/edit/review", get(edit::review))
        .route("/c/{slug}/codes", get(codes::page).post(codes::make))
        .route("/c/{slug}/publish", post(edit::publish))
        .route("/c/{slug}/close", get(edit::close_page).post(edit::close))
}

fn admin() -> Router<App> {
    Router::new()
        .route("/admin", get(admin::page))
        .route("/admin/forums/new", get(forum::fresh).post(forum::create))
        .route("/admin/users", get(admin::users::page))
        .route("/admin/users/roles", post(admin::users::role))
        .route("/admin/users/approval", post(admin::users::decide))
        .route("/admin/users/invite", post(admin::users::invite))
        .route("/admin/mail", get(admin::mail::list))
        .route("/admin/mail/{id}", get(admin::mail::page))
        .route("/federation", get(federation::page).post(federation::follow))
        .route("/federation/{id}/stop", post(federation::stop))
}

fn account() -> Router<App> {
    Router::new()
        .route("/login", get(entry::page).post(entry::sign_in))
        .route("/signup", get(entry::sign_up_page).post(entry::sign_up))
        .route("/login/fediverse", get(guest::page).post(guest::begin))
        .route("/login/fediverse/return", get(guest::end))
        .route("/login/oidc", get(provider::begin))
        .route("/login/oidc/return", get(provider::end))
        .route("/login/oidc/join", get(provider::join_page).post(provider::join))
        .route("/logout", post(entry::sign_out))
        .route("/verify", get(verify::page).post(verify::act))
        .route("/reset", get(reset::page).post(reset::act))
        .route("/me", get(me::page))
        .route("/me/password", post(me::password))
        .route("/me/unlink", post(provider::unlink))
        .route("/setup/{token}", get(setup::page).post(setup::act))
}
