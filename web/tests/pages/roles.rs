//! Who may do what, by pages: each role and each act.

use http::StatusCode;
use model::debate::forum::Visibility;
use model::people::role::Role;
use model::testing::World;
use serde_json::json;

use super::browser::Browser;

const NAMES: [&str; 5] = ["", "ana", "aude", "marc", "admina"];

/// What each of [`NAMES`] gets: nobody, a participant, an author, a moderator, an administrator.
#[tokio::test]
async fn each_role_opens_the_pages_it_should() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let secret = world.forum("secret", Visibility::Private).await;
    let hidden = world.publish(&secret, world.draft(&json!({"kind": "vote"}))).await;
    world.account_with_password("ana").await;
    people(&world).await;
    let (edit, close, other) =
        (format!("/c/{}/edit/text", on.slug), format!("/c/{}/close", on.slug), format!("/c/{}", hidden.slug));
    let table: [(&str, [u16; 5]); 20] = [
        ("/", [200; 5]),
        ("/f/mobilite", [200; 5]),
        ("/f/secret", [404, 404, 404, 200, 200]),
        (&other, [404, 404, 404, 200, 200]),
        ("/new", [303, 403, 200, 200, 200]),
        (&edit, [303, 403, 200, 200, 200]),
        (&close, [303, 403, 200, 200, 200]),
        ("/f/mobilite/edit", [303, 403, 403, 403, 200]),
        ("/admin/users", [303, 403, 403, 403, 200]),
        ("/admin/mail", [303, 403, 403, 403, 200]),
        ("/admin/forums/new", [303, 403, 403, 403, 200]),
        ("/admin", [303, 403, 403, 403, 200]),
        ("/admin/consultations", [303, 403, 403, 403, 200]),
        ("/admin/forums", [303, 403, 403, 403, 200]),
        ("/admin/pages", [303, 403, 403, 403, 200]),
        ("/admin/pages/legal/fr", [303, 403, 403, 403, 200]),
        ("/admin/appearance", [303, 403, 403, 403, 200]),
        ("/admin/settings", [303, 403, 403, 403, 200]),
        ("/mod", [303, 403, 403, 200, 200]),
        ("/modlog", [200; 5]),
    ];
    for (who, name) in NAMES.into_iter().enumerate() {
        let mut browser = if name.is_empty() { Browser::of(&world) } else { Browser::signed_in(&world, name).await };
        for (path, expected) in &table {
            assert_eq!(browser.get(path).await.status.as_u16(), expected[who], "{name} {path}");
        }
    }
}

/// The same for what forms do.
#[tokio::test]
async fn each_role_does_what_it_should() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    people(&world).await;
    let close = format!("/c/{}/close", on.slug);
    let forum: &[(&str, &str)] = &[("title", ""), ("slug", "x1"), ("language", "fr"), ("visibility", "public")];
    let role: &[(&str, &str)] = &[("name", "nobody"), ("role", "author"), ("place", "*")];
    type Act<'a> = (&'a str, &'a [(&'a str, &'a str)], [u16; 5]);
    let table: [Act; 6] = [
        (
            "/new",
            &[("forum", "mobilite"), ("method", "vote"), ("tiers", "member"), ("results", "live")],
            [401, 403, 422, 422, 422],
        ),
        ("/admin/forums/new", forum, [401, 403, 403, 403, 422]),
        ("/admin/users/roles", role, [401, 403, 403, 403, 422]),
        ("/admin/users/invite", &[("email", "nonsense"), ("invite-role", "admin")], [401, 403, 403, 403, 422]),
        ("/federation", &[("target", "@f@b.test")], [401, 403, 403, 403, 422]),
        (&close, &[], [401, 403, 303, 422, 422]),
    ];
    for (who, name) in NAMES.into_iter().enumerate() {
        let mut browser = if name.is_empty() { Browser::of(&world) } else { Browser::signed_in(&world, name).await };
        for (path, form, expected) in &table {
            assert_eq!(browser.post(path, form).await.status.as_u16(), expected[who], "{name} {path}");
        }
    }
}

/// An author and a moderator, who get their roles by the page that gives them.
async fn people(world: &World) {
    let mut clerk = Browser::signed_in(world, "admina").await;
    for (name, role) in [("aude", Role::Author), ("marc", Role::Moderator)] {
        world.account_with_password(name).await;
        let given = clerk.post("/admin/users/roles", &[("name", name), ("role", role.as_str()), ("place", "*")]).await;
        assert_eq!(given.location(), "/admin/users?done=role-given");
    }
}

#[tokio::test]
async fn before_the_first_forum_a_consultation_leads_to_it() {
    let world = World::sqlite().await;
    world.account_with_password("luc").await;
    let led = Browser::signed_in(&world, "admina").await.get("/new").await;
    assert_eq!((led.status, led.location()), (StatusCode::SEE_OTHER, "/admin/forums/new"));
    assert_eq!(Browser::signed_in(&world, "luc").await.get("/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_role_in_a_forum_is_given_and_taken_away() {
    let world = World::sqlite().await;
    world.forum("mobilite", Visibility::Public).await;
    world.account_with_password("luc").await;
    let mut clerk = Browser::signed_in(&world, "admina").await;
    let mut luc = Browser::signed_in(&world, "luc").await;
    assert_eq!(luc.get("/new").await.status, StatusCode::FORBIDDEN);
    clerk.post("/admin/users/roles", &[("name", "luc"), ("role", "author"), ("place", "mobilite")]).await;
    assert!(luc.get("/new?forum=mobilite").await.has("value=\"mobilite\" selected"));
    assert!(clerk.get("/admin/users").await.has("Author, Mobilité"));
    let taken = clerk.post("/admin/users/roles", &[("name", "luc"), ("role", ""), ("place", "mobilite")]).await;
    assert_eq!(taken.location(), "/admin/users?done=role-removed");
    assert_eq!(luc.get("/new").await.status, StatusCode::FORBIDDEN);
    let last = clerk.post("/admin/users/roles", &[("name", "admina"), ("role", "author"), ("place", "*")]).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY, "a node keeps an administrator");
    let unknown = clerk.post("/admin/users/roles", &[("name", "nobody"), ("role", "author"), ("place", "*")]).await;
    assert!(unknown.has("id=\"name-error\"") && unknown.has("value=\"nobody\""));
}

#[tokio::test]
async fn a_forum_is_made_and_changed() {
    let world = World::sqlite().await;
    let mut clerk = Browser::signed_in(&world, "admina").await;
    let form = [
        ("title", "Getting about"),
        ("slug", "mobility"),
        ("summary", "Streets"),
        ("language", "en"),
        ("visibility", "public"),
    ];
    assert_eq!(clerk.post("/admin/forums/new", &form).await.location(), "/f/mobility");
    assert!(clerk.get("/f/mobility").await.has("@mobility@a.test"));
    let twice = clerk.post("/admin/forums/new", &form).await;
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.has("id=\"slug-error\""));
    let changed = [("title", "Moving"), ("summary", "Streets"), ("language", "en"), ("visibility", "closed")];
    assert_eq!(clerk.post("/f/mobility/edit", &changed).await.location(), "/f/mobility?done=forum-saved");
    assert!(Browser::of(&world).get("/f/mobility").await.has("Moving"));
    let hidden = [("title", "Moving"), ("language", "en"), ("visibility", "private")];
    assert!(clerk.post("/f/mobility/edit", &hidden).await.has("id=\"visibility-error\""));
}
