//! `POST /preferences`: the language and the colours, kept in cookies.

use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::form::Form;
use crate::language::Language;
use crate::path;
use crate::visitor::{self, LANGUAGE, THEME};

/// A year, in seconds.
const KEPT: i64 = 365 * 24 * 3600;

/// `POST /preferences`
pub(super) async fn choose(cookies: CookieJar, form: Form) -> (CookieJar, Redirect) {
    let mut cookies = cookies;
    if let Some(language) = Language::from_tag(form.trimmed("language")) {
        cookies = cookies.add(kept(LANGUAGE, language.tag()));
    }
    cookies = match form.trimmed("theme") {
        "system" => cookies.remove(Cookie::build(THEME).path("/")),
        chosen => match visitor::shade(chosen) {
            Some(theme) => cookies.add(kept(THEME, theme)),
            None => cookies,
        },
    };
    (cookies, Redirect::to(&path::local(form.given("back"))))
}

fn kept(name: &'static str, value: &'static str) -> Cookie<'static> {
    let cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax);
    cookie.max_age(tower_sessions::cookie::time::Duration::seconds(KEPT)).build()
}
