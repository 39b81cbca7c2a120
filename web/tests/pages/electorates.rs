//! Who may take part, by pages: codes without an account, membership of a forum, and the limits on signing in.

use http::StatusCode;
use model::count::electorate::{Electorate, Requires, Tier};
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::Visibility;
use model::testing::{PASSWORD, World};
use serde_json::json;

use super::browser::{Browser, Page, app, asked, mailed};

async fn with_codes(world: &World, visibility: Visibility) -> Consultation {
    let forum = world.forum("rue", visibility).await;
    let electorate = Electorate { requires: Requires::Codes, ..Electorate::of(vec![Tier::Member], Tier::Member) };
    world.publish(&forum, Draft { electorate, ..world.draft(&json!({"kind": "vote"})) }).await
}

/// What stands between two marks on a page, each time.
fn between<'a>(page: &'a Page, before: &str, after: &str) -> Vec<&'a str> {
    page.html.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[tokio::test]
async fn codes_are_printed_once_and_each_takes_part_once() {
    let world = World::sqlite().await;
    let on = with_codes(&world, Visibility::Public).await;
    let (path, once) = (format!("/c/{}/codes", on.slug), format!("/c/{}/once", on.slug));
    let mut clerk = Browser::signed_in(&world, "admina").await;
    assert!(clerk.get(&format!("/c/{}", on.slug)).await.has(&path), "the act is offered");
    for count in ["0", "5001", "many"] {
        let page = clerk.post(&path, &[("count", count)]).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("id=\"count-error\""), "{count}");
    }
    let printed = clerk.post(&path, &[("count", "2")]).await;
    assert_eq!(
        (printed.status, &printed.headers["cache-control"]),
        (StatusCode::CREATED, &"no-store".parse().unwrap())
    );
    let codes = between(&printed, "<b>", "</b>");
    let codes: Vec<&str> = codes.into_iter().filter(|text| text.len() == 24 && text.contains('-')).collect();
    assert_eq!(codes.len(), 2, "{}", printed.html);
    assert!(printed.has(&format!("https://a.test{once}?code={}", codes[0])) && printed.has("not shown again"));
    let file = clerk.post(&path, &[("count", "1"), ("file", "on")]).await;
    assert_eq!((file.html.lines().count(), file.html.starts_with("code,url")), (2, true), "{}", file.html);
    assert!(clerk.get(&path).await.has("Codes made: 3. How many were used shows with the results."));

    let mut bearer = Browser::of(&world);
    let link = format!("{once}?code={}", codes[0]);
    let opened = bearer.get(&link).await;
    assert!(opened.status == StatusCode::OK && opened.has("value=\"for\""), "{}", opened.html);
    assert_eq!(serde_json::to_value(world.tally(&on).await).unwrap(), json!({}), "nothing is cast by GET");
    let typed = codes[0].to_lowercase().replace('-', " ");
    let cast = bearer.post(&once, &[("code", &typed), ("act", "cast"), ("choice", "for")]).await;
    assert!(cast.status == StatusCode::OK && cast.has("Your choice is recorded"), "{}", cast.html);
    bearer.post(&once, &[("code", codes[0]), ("act", "cast"), ("choice", "against")]).await;
    let one = json!({"member": {"voters": 1, "choices": {"against": 1}}});
    assert_eq!(serde_json::to_value(world.tally(&on).await).unwrap(), one, "the same bearer votes once");
    let unknown = bearer.post(&once, &[("code", "AAAA"), ("act", "cast"), ("choice", "for")]).await;
    assert!(unknown.status == StatusCode::UNPROCESSABLE_ENTITY && unknown.has("id=\"code-error\""), "{}", unknown.html);
    let none = bearer.post(&once, &[("code", codes[1]), ("act", "cast")]).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.has("Choose an answer"), "{}", none.html);
    let gone = bearer.post(&once, &[("code", codes[0]), ("act", "withdraw")]).await;
    assert!(gone.has("withdrawn"), "{}", gone.html);
    assert_eq!(serde_json::to_value(world.tally(&on).await).unwrap(), json!({}));
    assert!(clerk.post(&path, &[("count", "1")]).await.has("no longer changes"), "not after the first ballot");
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    assert_eq!(ana.get(&path).await.status, StatusCode::FORBIDDEN);
    let page = ana.get(&format!("/c/{}", on.slug)).await;
    assert!(!page.has("name=\"choice\"") && page.has(&once), "an account is no code: {}", page.html);
}

#[tokio::test]
async fn a_code_opens_a_private_consultation_to_its_bearer_alone() {
    let world = World::sqlite().await;
    let on = with_codes(&world, Visibility::Private).await;
    let mut clerk = Browser::signed_in(&world, "admina").await;
    let printed = clerk.post(&format!("/c/{}/codes", on.slug), &[("count", "1")]).await;
    let code = between(&printed, "<b>", "</b>").into_iter().find(|text| text.len() == 24).expect("a code");
    let once = format!("/c/{}/once", on.slug);
    let mut bearer = Browser::of(&world);
    assert_eq!(bearer.get(&once).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bearer.get(&format!("{once}?code=AAAA")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bearer.get(&format!("{once}?code={code}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn people_ask_are_invited_decided_on_and_leave_on_the_forums_page() {
    let world = World::sqlite().await;
    world.forum("rue", Visibility::Closed).await;
    for name in ["ana", "bob", "cleo"] {
        world.account_with_password(name).await;
    }
    let mut clerk = Browser::signed_in(&world, "admina").await;
    let (mut ana, mut bob) = (Browser::signed_in(&world, "ana").await, Browser::signed_in(&world, "bob").await);
    let (page, act) = ("/f/rue", "/f/rue/members");
    let visitor = Browser::of(&world).get(page).await;
    assert!(visitor.has("Ask to join") && visitor.has("/login?next="), "{}", visitor.html);
    for who in [&mut ana, &mut bob] {
        assert!(who.get(page).await.has("value=\"ask\""));
        let asked = who.post(act, &[("act", "ask")]).await;
        assert_eq!(asked.location(), "/f/rue?done=requested#members");
        assert!(who.get(page).await.has("Your request waits"));
        assert_eq!(who.post(act, &[("act", "approve"), ("name", "bob")]).await.status, StatusCode::FORBIDDEN);
    }
    assert!(clerk.get(page).await.has("<b>bob</b>"));
    assert_eq!(
        clerk.post(act, &[("act", "approve"), ("name", "ana")]).await.location(),
        "/f/rue?done=member-approved#members"
    );
    assert_eq!(
        clerk.post(act, &[("act", "refuse"), ("name", "bob")]).await.location(),
        "/f/rue?done=member-refused#members"
    );
    assert!(ana.get(page).await.has("You are a member") && bob.get(page).await.has("was refused"));
    assert_eq!(bob.post(act, &[("act", "ask")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = clerk.post(act, &[("act", "invite"), ("who", "nobody")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.has("id=\"who-error\""), "{}", wrong.html);
    assert!(clerk.post(act, &[("act", "invite"), ("who", "ana")]).await.has("member already"));
    clerk.post(act, &[("act", "invite"), ("who", "cleo")]).await;
    let mut cleo = Browser::signed_in(&world, "cleo").await;
    assert!(cleo.get(page).await.has("You are invited"));
    cleo.post(act, &[("act", "ask")]).await;
    assert!(cleo.get(page).await.has("You are a member"));
    assert_eq!(ana.post(act, &[("act", "leave")]).await.location(), "/f/rue?done=left#members");
    assert!(ana.get(page).await.has("value=\"ask\""));

    clerk.post(act, &[("act", "invite"), ("who", "dora@mail.example")]).await;
    let link = mailed(&world, "dora@mail.example").await;
    let mut dora = Browser::of(&world);
    let asked_first = dora.get(&link).await;
    assert!(asked_first.has("You are invited into the forum"), "{}", asked_first.html);
    let token = asked(&link, "token");
    let form = [("token", token.as_str()), ("name", "dora"), ("new-password", PASSWORD)];
    assert_eq!(dora.post("/f/rue/join", &form).await.location(), "/f/rue?done=joined");
    assert!(dora.get(page).await.has("You are a member"));
    assert_eq!(Browser::of(&world).post("/f/rue/join", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "used");
}

#[tokio::test]
async fn each_way_of_registration_lets_in_whom_it_says() {
    use model::care::settings::{Registration, set_registration};
    for (registration, open) in [
        (Registration::Open, true),
        (Registration::Approval, true),
        (Registration::Invite, false),
        (Registration::Closed, false),
    ] {
        let world = World::sqlite().await;
        let forum = world.forum("rue", Visibility::Public).await;
        let mut tx = world.store.begin().await.unwrap();
        set_registration(&mut tx, registration).await.unwrap();
        tx.commit().await.unwrap();
        let mut ana = Browser::of(&world);
        let door = ana.get("/login").await;
        assert_eq!(door.has("action=\"/signup\""), open, "{registration:?}");
        assert_eq!(door.has("looks at each new account"), registration == Registration::Approval);
        let form = [("name", "ana"), ("email", "ana@mail.example"), ("new-password", PASSWORD)];
        let asked_for = ana.post("/signup", &form).await;
        assert_eq!(asked_for.status.as_u16(), if open { 200 } else { 403 }, "{registration:?}: {}", asked_for.html);
        if open {
            let link = mailed(&world, "ana@mail.example").await;
            let confirmed = ana.post("/verify", &[("token", &asked(&link, "token"))]).await;
            let waits = registration == Registration::Approval;
            assert_eq!(confirmed.has("has yet to approve"), waits, "{registration:?}: {}", confirmed.html);
            assert_eq!(ana.get("/me").await.status == StatusCode::OK, !waits, "{registration:?}");
        }
        if registration == Registration::Approval {
            let early = ana.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
            assert!(early.status == StatusCode::FORBIDDEN && early.has("waits for the agreement"), "{}", early.html);
            let mut clerk = Browser::signed_in(&world, "admina").await;
            assert!(clerk.get("/admin/users").await.has("<b>ana</b>"));
            let act = [("name", "ana"), ("act", "approve")];
            assert_eq!(clerk.post("/admin/users/approval", &act).await.location(), "/admin/users?done=approved");
            let back = ana.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
            assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.html);
        }
        // An invitation by mail into a forum makes an account, but where only administrators do.
        let mut clerk = Browser::signed_in(&world, "admina").await;
        clerk.post(&format!("/f/{}/members", forum.slug), &[("act", "invite"), ("who", "eve@mail.example")]).await;
        let token = asked(&mailed(&world, "eve@mail.example").await, "token");
        let form = [("token", token.as_str()), ("name", "eve"), ("new-password", PASSWORD)];
        let joined = Browser::of(&world).post("/f/rue/join", &form).await;
        let wanted = if registration == Registration::Closed { StatusCode::FORBIDDEN } else { StatusCode::SEE_OTHER };
        assert_eq!(joined.status, wanted, "{registration:?}: {}", joined.html);
    }
}

#[tokio::test]
async fn guessing_from_everywhere_is_slowed_and_the_owner_gets_in() {
    let world = World::sqlite().await;
    world.account_with_password("ana").await;
    let app = app(&world);
    let mut ana = Browser::at(&app);
    ana.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
    ana.post("/logout", &[]).await;
    // Each from an address of its own: none is slowed by the limit of an address.
    let mut stopped = None;
    for guess in 1..=60u8 {
        let mut other = Browser::at(&app).from([198, 51, 100, guess]);
        let who = if guess % 2 == 0 { "ana" } else { " ANA" };
        let page = other.post("/login", &[("who", who), ("password", "wrong")]).await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            stopped = Some(guess);
            break;
        }
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    }
    assert!(stopped.is_some_and(|guess| guess > 10), "{stopped:?}");
    let mut stranger = Browser::at(&app).from([192, 0, 2, 9]);
    let page = stranger.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "from a browser that was never hers");
    let page = stranger.post("/login", &[("who", "zoe"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED, "other accounts are not concerned");
    let back = ana.post("/login", &[("who", "ana"), ("password", PASSWORD)]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "the browser where she signed in before: {}", back.html);

    // And who holds the address of the account gets in from anywhere.
    let mut anywhere = Browser::at(&app).from([192, 0, 2, 10]);
    anywhere.post("/reset", &[("email", "ana@mail.example")]).await;
    let link = mailed(&world, "ana@mail.example").await;
    anywhere.post("/reset", &[("token", &asked(&link, "token")), ("new-password", "another one, quite long")]).await;
    let back = anywhere.post("/login", &[("who", "ana"), ("password", "another one, quite long")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.html);
}
