//! Leading visitors to their own servers.

use std::sync::Arc;

use http::{StatusCode, header};
use model::debate::forum::Visibility;
use model::error::Refusal;
use model::testing::World;
use serde_json::json;
use url::form_urlencoded::byte_serialize;
use web::App;

use super::browser::{Browser, Page, app};

/// A site whose visitors' servers are asked for nothing: the handle says what comes of it.
fn site(world: &World) -> App {
    app(world).with_people_of_others(
        Arc::new(|handle, about| {
            Box::pin(async move {
                match handle.as_str() {
                    "@me@m.test" => Ok(format!("https://m.test/authorize?uri={about}").parse().expect("an address")),
                    "@me@blocked.test" => Err(Refusal::PeerBlocked.into()),
                    "@me@a.test" => Err(Refusal::OwnAccount.into()),
                    "@me@silent.test" => Err(Refusal::NotReachable.into()),
                    "@me@bare.test" => Err(Refusal::NoIntent.into()),
                    _ => Err(Refusal::NotAHandle.into()),
                }
            })
        }),
        Arc::new(|_| Box::pin(async { Err(Refusal::NoSignIn.into()) })),
    )
}

fn path(uri: &str) -> String {
    format!("/interact?uri={}", byte_serialize(uri.as_bytes()).collect::<String>())
}

fn form_action(page: &Page) -> String {
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    policy.split("form-action ").nth(1).and_then(|rest| rest.split(';').next()).expect("a rule").to_owned()
}

#[tokio::test]
async fn a_form_leads_to_the_visitors_own_server_in_every_language() {
    let world = World::sqlite().await;
    let (forum, on) = world.vote().await;
    let app = site(&world);
    for (language, title) in [
        ("en", "Take part from your own server"),
        ("fr", "Participer depuis votre serveur"),
        ("es", "Participar desde su servidor"),
    ] {
        let mut visitor = Browser::at(&app).reading(language);
        let page = visitor.get(&format!("/c/{}", on.slug)).await;
        assert!(page.has(title) && page.has("/interact?uri=https%3A%2F%2Fa.test%2Fc%2F"), "{language}");
        let uri = world.address.consultation(&on.slug);
        let asked = visitor.get(&path(&uri)).await;
        assert!(
            asked.status == StatusCode::OK && asked.title().starts_with(title) && asked.has(&uri),
            "{}",
            asked.html
        );
        assert_eq!(form_action(&asked), "'self' https: http:", "a browser asks where the form ends");
        assert_eq!(form_action(&page), "'self'", "no other page leads away");
        let led = visitor.post("/interact", &[("uri", &uri), ("handle", " @me@m.test ")]).await;
        assert_eq!(
            (led.status, led.location()),
            (StatusCode::SEE_OTHER, format!("https://m.test/authorize?uri={uri}").as_str())
        );
    }
    let mut visitor = Browser::at(&app);
    assert!(visitor.get(&format!("/f/{}", forum.slug)).await.has("Follow from your own server"));
    assert!(visitor.get(&path(&world.address.forum(&forum.slug))).await.has("Mobilit"));
}

#[tokio::test]
async fn what_goes_wrong_is_told_at_the_field_and_what_was_typed_stays() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let uri = world.address.consultation(&on.slug);
    let mut visitor = Browser::at(&site(&world));
    for (handle, status, words) in [
        ("me", StatusCode::UNPROCESSABLE_ENTITY, "not the address of an account"),
        ("@me@blocked.test", StatusCode::FORBIDDEN, "blocked here"),
        ("@me@a.test", StatusCode::UNPROCESSABLE_ENTITY, "sign in here"),
        ("@me@silent.test", StatusCode::UNPROCESSABLE_ENTITY, "does not answer"),
        ("@me@bare.test", StatusCode::UNPROCESSABLE_ENTITY, "offers no way"),
    ] {
        let page = visitor.post("/interact", &[("uri", &uri), ("handle", handle)]).await;
        assert!(page.status == status && page.has(words), "{handle}: {} {}", page.status, page.html);
        assert!(
            page.title().starts_with("Error:") && page.has(&format!("value=\"{handle}\"")) && page.has("handle-error")
        );
    }
    let mut crowd = Browser::at(&site(&world)).from([198, 51, 100, 9]);
    for _ in 0..30 {
        crowd.post("/interact", &[("uri", &uri), ("handle", "@me@m.test")]).await;
    }
    let page = crowd.post("/interact", &[("uri", &uri), ("handle", "@me@m.test")]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn it_tells_of_nothing_private_and_leads_nowhere_by_itself() {
    let world = World::sqlite().await;
    let forum = world.forum("prive", Visibility::Private).await;
    let hidden = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
    let mut visitor = Browser::at(&site(&world));
    for uri in [
        world.address.consultation(&hidden.slug),
        world.address.forum("prive"),
        world.address.consultation("nothing"),
        world.address.comment("nothing", "1"),
        world.address.person("admina"),
        world.address.node(),
        "https://a.test/login".into(),
        "nonsense".into(),
        String::new(),
        format!("https://m.test/{}", "x".repeat(3000)),
    ] {
        assert_eq!(visitor.get(&path(&uri)).await.status, StatusCode::NOT_FOUND, "{uri}");
        let led = visitor.post("/interact", &[("uri", &uri), ("handle", "@me@m.test")]).await;
        assert_eq!(led.status, StatusCode::NOT_FOUND, "{uri}");
    }
    let elsewhere = visitor.get(&path("https://m.test/notes/1")).await;
    assert!(elsewhere.status == StatusCode::OK && elsewhere.has("not here yet"), "{}", elsewhere.html);
    let script = visitor.get(&path("javascript:alert(1)")).await;
    assert!(!script.has("href=\"javascript:"), "{}", script.html);
    assert_eq!(
        visitor.post("/interact", &[("uri", "https://m.test/x"), ("handle", "@me@m.test")]).await.status,
        StatusCode::NOT_FOUND
    );
}
