//! Which path is which page.

use axum::Router;
use axum::routing::{get, post};

use super::{
    admin, answers, around, ballot, close, codes, comment, compare, consultation, elsewhere, entry, federation, forum,
    guest, help, home, interact, me, membership, moderate, once, outcome, person, polling, preferences, print, prose,
    provider, relay, reset, said, search, setup, stats, talk, tallied, unsubscribe, verify, write,
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
        .merge(debate())
        .merge(own())
        .merge(moderate::routes())
        .fallback(async || Failure::NotFound)
}

fn public() -> Router<App> {
    Router::new()
        .route("/", get(home::page))
        .route("/f", get(forum::list))
        .route("/f/{forum}", get(forum::page))
        .route("/f/{forum}/stats", get(stats::page))
        .route("/f/{forum}/edit", get(forum::edit).post(forum::change))
        .route("/f/{forum}/members", post(membership::act))
        .route("/f/{forum}/relay", get(relay::page).post(relay::act))
        .route("/f/{forum}/join", get(membership::join_page).post(membership::join))
        .route("/u/{name}", get(person::page))
        .route("/interact", get(interact::page).post(interact::lead))
        .route("/remote/{host}/c/{slug}", get(elsewhere::page))
        .route("/remote/{host}/c/{slug}/ballot", post(elsewhere::vote))
        .route("/remote/{host}/c/{slug}/comments", post(elsewhere::say))
        .route("/remote/{host}/c/{slug}/comments/{id}", get(elsewhere::comment).post(elsewhere::edit))
        .route("/remote/{host}/c/{slug}/comments/{id}/reaction", post(elsewhere::react))
        .route("/legal", get(prose::legal))
        .route("/privacy", get(prose::privacy))
        .route("/rules", get(prose::rules))
        .route("/faq", get(prose::faq))
        .route("/accessibility", get(prose::accessibility))
        .route("/data", get(prose::data))
        .route("/directory.json", get(crate::directory::page))
        .route("/source", get(prose::source))
        .route("/preferences", post(preferences::choose))
}

fn consultation() -> Router<App> {
    Router::new()
        .route("/c/{slug}", get(consultation::page))
        .route("/c/{slug}/ballot", get(polling::page).post(ballot::act))
        .route("/c/{slug}/results", get(tallied::page))
        .route("/c/{slug}/results/{chart}", get(tallied::picture))
        .route("/c/{slug}/tally", get(tallied::small))
        .route("/c/{slug}/card.png", get(tallied::card))
        .route("/c/{slug}/print", get(print::page))
        .route("/c/{slug}/once", get(once::page).post(once::act))
        .route("/c/{slug}/comments", post(comment::post))
        .route("/c/{slug}/comments/{id}", get(comment::page_of))
        .route("/c/{slug}/comments/{id}/reaction", post(comment::react))
}

fn author() -> Router<App> {
    Router::new()
        .merge(write::routes())
        .route("/c/{slug}/relay", get(relay::consultation::page).post(relay::consultation::propose))
        .route("/c/{slug}/codes", get(codes::page).post(codes::make))
        .route("/c/{slug}/close", get(close::page).post(close::act))
        .route("/c/{slug}/answers", get(answers::page).post(answers::act))
}

fn admin() -> Router<App> {
    Router::new()
        .merge(admin::routes())
        .route("/admin/forums/new", get(forum::fresh).post(forum::create))
        .route("/admin/users", get(admin::users::page))
        .route("/admin/users/roles", post(admin::users::role))
        .route("/admin/users/approval", post(admin::users::decide))
        .route("/admin/users/invite", post(admin::users::invite))
        .route("/admin/relays", get(relay::admin::page).post(relay::admin::act))
        .route("/admin/mail", get(admin::mail::list).post(admin::mail::test))
        .route("/admin/mail/{id}", get(admin::mail::page))
        .route("/admin/federation", get(admin::federation::page).post(admin::federation::act))
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
        .merge(setup::routes())
}

fn debate() -> Router<App> {
    Router::new()
        .route("/c/{slug}/debate", get(talk::page))
        .route("/c/{slug}/comments/{id}/history", get(said::history))
        .route("/c/{slug}/comments/{id}/edit", get(said::edit_page).post(said::edit))
        .route("/c/{slug}/comments/{id}/delete", get(said::delete_page).post(said::delete))
        .route("/c/{slug}/comments/{id}/report", get(said::report_page).post(said::report))
        .route("/c/{slug}/versions", get(compare::latest))
        .route("/c/{slug}/versions/{range}", get(compare::page))
        .route("/c/{slug}/outcome", get(outcome::page))
        .route("/c/{slug}/follow", post(around::consultation))
        .route("/f/{forum}/follow", post(around::forum))
        .route("/search", get(search::page))
        .route("/help", get(help::page))
}

fn own() -> Router<App> {
    Router::new()
        .route("/me/votes", get(me::votes::page).post(me::votes::mail))
        .route("/me/follows", get(me::follows::page))
        .route("/me/mail", get(me::mail::page).post(me::mail::change))
        .route("/me/data", get(me::data::page).post(me::data::leave))
        .route("/me/data/file", get(me::data::file))
        .route("/me/notifications", get(me::notices::page).post(me::notices::read))
        .route("/unsubscribe/{token}", get(unsubscribe::page).post(unsubscribe::stop))
}
