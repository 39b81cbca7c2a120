//! What keeps pages from being used against who reads them.

use axum::body::Body;
use http::{Request, StatusCode, header};
use model::testing::{PASSWORD, World};

use super::browser::{Browser, app};

fn form(path: &str) -> http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").header(header::HOST, "a.test")
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let path = format!("/c/{}/ballot", on.slug);
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ];
    for (name, value) in foreign {
        let request = form(&path).header(name, value).body(Body::from("choice=for")).unwrap();
        let page = ana.send(request).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(page.has("This form comes from another site"));
    }
    let own = form(&path).header("origin", "https://a.test").body(Body::from("choice=for")).unwrap();
    assert_eq!(ana.send(own).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.tally(&on).await.0.len(), 1);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect() {
    let world = World::sqlite().await;
    let mut visitor = Browser::of(&world);
    for path in ["/", "/nowhere", "/login"] {
        let page = visitor.get(path).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(!page.has(" style=\"") && !page.has("<script"), "{path}");
    }
    let cookie = visitor.post("/login", &[("who", "admina"), ("password", PASSWORD)]).await;
    let cookie = cookie.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
}

#[tokio::test]
async fn a_redirect_never_leaves_the_site() {
    let world = World::sqlite().await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let mut visitor = Browser::of(&world);
        let page = visitor.post("/login", &[("who", "admina"), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(page.location(), "/", "{next}");
        assert_eq!(visitor.post("/preferences", &[("back", next), ("language", "fr")]).await.location(), "/");
    }
}

#[tokio::test]
async fn guessing_is_slowed_and_the_owner_still_gets_in() {
    let world = World::sqlite().await;
    let app = app(&world);
    let mut guesser = Browser::at(&app).from([198, 51, 100, 66]);
    let mut last = StatusCode::OK;
    for _ in 0..11 {
        last = guesser.post("/login", &[("who", "admina"), ("password", "guess")]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let mut owner = Browser::at(&app).from([203, 0, 113, 5]);
    assert_eq!(owner.post("/login", &[("who", "admina"), ("password", PASSWORD)]).await.status, StatusCode::SEE_OTHER);
    let mut many = Browser::at(&app).from([198, 51, 100, 67]);
    for _ in 0..11 {
        last = many.post("/reset", &[("email", "x@mail.example")]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn comments_of_one_account_are_limited() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let mut last = StatusCode::OK;
    for _ in 0..21 {
        last = ana.post(&format!("/c/{}/comments", on.slug), &[("text", "Again")]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.again(&on).await.comment_count, 20);
}

#[tokio::test]
async fn what_is_no_form_is_refused_without_harm() {
    let world = World::sqlite().await;
    let mut visitor = Browser::of(&world);
    let json = Request::post("/login").header(header::CONTENT_TYPE, "application/json").body(Body::from("{}")).unwrap();
    assert!(visitor.send(json).await.status.is_client_error());
    let broken = form("/login").body(Body::from("who=%FF%00&who")).unwrap();
    assert!(visitor.send(broken).await.status.is_client_error());
    let wrong = visitor.post("/f/mobilite", &[]).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(wrong.has("<!doctype html>"));
    for path in
        ["/nowhere", "/c/none", "/f/none", "/u/none", "/remote/b.test/c/none", "/admin/mail/nonsense", "/c/a%FFb"]
    {
        let page = visitor.get(path).await;
        assert!(page.status.is_client_error() || page.status == StatusCode::SEE_OTHER, "{path} {}", page.status);
    }
}

#[tokio::test]
async fn text_from_people_is_only_ever_text() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let evil = "<script>alert(1)</script> [x](javascript:alert(1)) \"><img src=x onerror=alert(1)>";
    ana.post(&format!("/c/{}/comments", on.slug), &[("text", evil)]).await;
    let page = ana.get(&format!("/c/{}", on.slug)).await;
    for mark in ["<script>", "href=\"javascript:", "<img", "onerror=alert(1)>\n"] {
        assert!(!page.has(mark), "{mark}");
    }
    let typed =
        ana.post(&format!("/c/{}/comments", on.slug), &[("text", evil), ("parent", "x"), ("stance", "\"><b>")]).await;
    assert!(!typed.has("<b>\""));
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_the_hash_of_their_bytes() {
    let world = World::sqlite().await;
    let mut visitor = Browser::of(&world);
    let page = visitor.get("/").await;
    let style = page.html.split("href=\"/assets/ui").nth(1).unwrap().split('"').next().unwrap();
    let style = visitor.get(&format!("/assets/ui{style}")).await;
    assert_eq!(style.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert!(style.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(visitor.get("/assets/ui.0000000000000000.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn search_engines_are_told_what_to_leave_out() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let mut visitor = Browser::of(&world);
    let robots = visitor.get("/robots.txt").await;
    assert_eq!(robots.status, StatusCode::OK);
    for path in ["/admin", "/api/", "/me", "/remote/", "/u/"] {
        assert!(robots.html.contains(&format!("Disallow: {path}\n")), "{}", robots.html);
    }
    assert!(!robots.html.contains("Disallow: /c/") && !robots.html.contains("Disallow: /\n"));
    assert_eq!(visitor.get("/u/nobody").await.headers["x-robots-tag"], "noindex");
    assert!(!visitor.get(&format!("/c/{}", on.slug)).await.headers.contains_key("x-robots-tag"));
}
