//! Accounts: signing up, in and out, a new password, invitations, the first run.

use http::StatusCode;
use model::care::{mail, setup};
use model::clock::Clock;
use model::people::account;
use model::store::{Options, Store, migrate};
use model::testing::{PASSWORD, World};
use web::{App, Settings};

use super::browser::{Browser, asked, mailed};

#[tokio::test]
async fn account_pages_do_not_tell_whether_an_address_is_registered() {
    let world = World::sqlite().await;
    world.account_with_password("ana").await;
    let with = |name: &'static str, email: &'static str| {
        [("name", name), ("new-password", "quite long enough"), ("email", email)]
    };
    let words =
        |page: &super::browser::Page| page.html.replace("ana@mail.example", "X").replace("new@mail.example", "X");
    let (mut one, mut other) = (Browser::of(&world), Browser::of(&world));
    let there = one.post("/signup", &with("zoe", "ana@mail.example")).await;
    let fresh = other.post("/signup", &with("yan", "new@mail.example")).await;
    assert_eq!((there.status, words(&there)), (fresh.status, words(&fresh)));
    // Nor does it show afterwards: both names are taken now.
    for name in ["zoe", "yan"] {
        let again = one.post("/signup", &with(name, "third@mail.example")).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    let there = one.post("/reset", &[("email", "ana@mail.example")]).await;
    let nobody = other.post("/reset", &[("email", "nobody@mail.example")]).await;
    assert_eq!((there.status, there.html), (nobody.status, nobody.html));
    let there = one.post("/login", &[("who", "ana"), ("password", "wrong")]).await;
    let nobody = other.post("/login", &[("who", "zzz"), ("password", "wrong")]).await;
    assert_eq!(there.status, StatusCode::UNAUTHORIZED);
    assert_eq!(there.html, nobody.html.replace("zzz", "ana"));
    let sent = mail::latest(&mut world.store.conn().await.unwrap(), Some("nobody@mail.example"), 9).await.unwrap();
    assert!(sent.is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_a_sign_up_stands_at_its_field() {
    let world = World::sqlite().await;
    let mut visitor = Browser::of(&world);
    let short =
        visitor.post("/signup", &[("name", "ana"), ("email", "ana@mail.example"), ("new-password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        short.has("id=\"new-password-error\"")
            && short.has("value=\"ana@mail.example\"")
            && !short.has("value=\"short\"")
    );
    for name in ["admin", "Ana Banana", "admina"] {
        let page =
            visitor.post("/signup", &[("name", name), ("email", "a@mail.example"), ("new-password", PASSWORD)]).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("id=\"name-error\""), "{name}");
    }
    let page = visitor.post("/signup", &[("name", "ana"), ("email", "nonsense"), ("new-password", PASSWORD)]).await;
    assert!(page.has("id=\"email-error\""));
}

#[tokio::test]
async fn nobody_signs_in_before_the_address_is_confirmed() {
    let world = World::sqlite().await;
    let mut visitor = Browser::of(&world);
    visitor.post("/signup", &[("name", "ana"), ("email", "ana@mail.example"), ("new-password", PASSWORD)]).await;
    let early = visitor.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN);
    assert!(early.has("not confirmed yet"));
    let link = mailed(&world, "ana@mail.example").await;
    let done = visitor.post("/verify", &[("token", &asked(&link, "token"))]).await;
    assert_eq!(done.location(), "/me?done=verified");
    assert!(visitor.get("/me").await.has("ana@mail.example"));
    let twice = Browser::of(&world).post("/verify", &[("token", &asked(&link, "token"))]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_session_rotates_at_sign_in_and_ends_with_the_password() {
    let world = World::sqlite().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let mut elsewhere = Browser::signed_in(&world, "ana").await;
    assert_ne!(ana.cookie("session"), elsewhere.cookie("session"));
    let second = ana.post("/login", &[("who", "admina"), ("password", PASSWORD)]).await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY, "one account in one session");
    let before = ana.cookie("session").unwrap().to_owned();
    let changed =
        ana.post("/me/password", &[("password", PASSWORD), ("new-password", "another long enough one")]).await;
    assert_eq!(changed.location(), "/me?done=password");
    assert_ne!(ana.cookie("session"), Some(before.as_str()));
    assert_eq!(ana.get("/me").await.status, StatusCode::OK);
    assert_eq!(elsewhere.get("/me").await.location(), "/login?next=%2Fme");
    ana.post("/logout", &[]).await;
    assert_eq!(ana.get("/me").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail() {
    let world = World::sqlite().await;
    world.account_with_password("ana").await;
    let mut visitor = Browser::of(&world);
    visitor.post("/reset", &[("email", "ana@mail.example")]).await;
    let link = mailed(&world, "ana@mail.example").await;
    assert!(visitor.get(&link).await.has("Choose a new password"));
    let token = asked(&link, "token");
    let short = visitor.post("/reset", &[("token", &token), ("new-password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY, "the link is not used up by a mistake");
    let done = visitor.post("/reset", &[("token", &token), ("new-password", "another long enough one")]).await;
    assert_eq!(done.location(), "/login?done=reset");
    assert_eq!(
        visitor.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await.status,
        StatusCode::UNAUTHORIZED
    );
    let fine = visitor.post("/login", &[("who", "ana@mail.example"), ("password", "another long enough one")]).await;
    assert_eq!(fine.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_colleague_is_invited_and_joins() {
    let world = World::sqlite().await;
    let mut clerk = Browser::signed_in(&world, "admina").await;
    let sent = clerk.post("/admin/users/invite", &[("email", "luc@mail.example"), ("invite-role", "author")]).await;
    assert_eq!(sent.location(), "/admin/users?done=invited");
    let link = mailed(&world, "luc@mail.example").await;
    let mut luc = Browser::of(&world);
    assert!(luc.get(&link).await.has("luc@mail.example"));
    let form =
        [("invitation", asked(&link, "invitation")), ("name", "luc".into()), ("new-password", PASSWORD.to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(luc.post("/signup", &form).await.location(), "/me");
    assert!(luc.get("/me").await.has("Author"));
    let account = account::by_name(&mut world.store.conn().await.unwrap(), "luc").await.unwrap();
    assert!(account.confirmed_at.is_some());
}

#[tokio::test]
async fn sign_ups_from_one_address_are_limited() {
    let world = World::sqlite().await;
    let mut visitor = Browser::of(&world);
    let form = [("name", "ana"), ("email", "ana@mail.example"), ("new-password", "short")];
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(visitor.post("/signup", &form).await.status);
    }
    assert!(statuses[..10].iter().all(|status| *status == StatusCode::UNPROCESSABLE_ENTITY), "{statuses:?}");
    assert_eq!(statuses[10], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_first_run_sets_the_site_up_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Options::new(format!("sqlite:{}", dir.path().join("p.db").display()))).unwrap();
    migrate::up(&store).await.unwrap();
    let app = App::new(store.clone(), Clock::System, Settings::default());
    let mut tx = store.begin().await.unwrap();
    let token = setup::invite(&mut tx, app.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let mut clerk = Browser::at(&app);
    assert!(clerk.get("/").await.has("not set up yet"));
    assert_eq!(clerk.get("/setup/wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let early = [("name", "zoe"), ("email", "zoe@mail.example"), ("new-password", PASSWORD)];
    assert_eq!(
        clerk.post("/signup", &early).await.status,
        StatusCode::FORBIDDEN,
        "the first account is the administrator's"
    );
    let path = format!("/setup/{token}");
    assert!(clerk.get(&path).await.has("id=\"institution\""));
    let form = |zone: &'static str| {
        [
            ("institution", "Valmont"),
            ("language", "en"),
            ("time-zone", zone),
            ("domain", ""),
            ("name", "maire"),
            ("email", "maire@valmont.example"),
            ("new-password", PASSWORD),
            ("brand", "#ffe600"),
            ("mail", "1"),
            ("forum-title", "Getting about"),
            ("example", "1"),
        ]
    };
    let wrong = clerk.post(&path, &form("Mars/Olympus")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.has("id=\"time-zone-error\"") && wrong.has("value=\"maire\""));
    assert_eq!(clerk.post(&path, &form("Europe/Paris")).await.location(), "/admin?done=set-up");
    let today = clerk.get("/admin?done=set-up").await;
    assert!(today.has("The site is ready") && today.has("Example: shall the square"), "{}", today.html);
    assert!(today.has("/assets/theme."), "one colour is enough");
    let sent = mail::latest(&mut store.conn().await.unwrap(), Some("maire@valmont.example"), 1).await.unwrap();
    assert!(sent[0].subject.contains("Test mail"), "{}", sent[0].subject);
    let example = today.html.split("href=\"/c/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert_eq!(Browser::at(&app).get(&format!("/c/{example}")).await.status, StatusCode::NOT_FOUND, "a draft");
    let gone = clerk.post(&format!("/c/{example}/edit/review"), &[("act", "delete")]).await;
    assert_eq!(gone.location(), "/f/getting-about?done=deleted");
    assert_eq!(Browser::at(&app).get(&path).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
