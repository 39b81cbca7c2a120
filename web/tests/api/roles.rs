//! Each role × each act, over the API.

use axum::http::Method;
use model::both_databases;
use model::people::role::Role;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Caller, Desk, items};

/// The statuses for a visitor, a participant, a member, an author, a moderator and an administrator.
type Row = (Method, &'static str, Value, [u16; 6]);

const ROLES: [&str; 6] = ["visitor", "participant", "member", "author", "moderator", "admin"];

/// Everybody, in the order of [`ROLES`]; the member belongs to this forum.
async fn everybody(desk: &Desk, forum: &str) -> Vec<Caller> {
    let mut all = vec![desk.anyone(), desk.person("paul").await, desk.person("mona").await];
    for (name, role) in [("alix", Role::Author), ("modo", Role::Moderator)] {
        let account = desk.world.account_with_role(name, role).await;
        all.push(desk.as_account(&account).await);
    }
    let admin = desk.admin().await;
    admin.put(&format!("/forums/{forum}/members/mona"), json!({"role": "participant"})).await.is(201);
    all.push(admin);
    all
}

/// Acts that leave things so that the next may do the same. `{open}` is an open consultation with a comment `{said}`
/// by somebody else, `{draft}` a draft.
fn table(desk: &Desk) -> Vec<Row> {
    let draft = desk.draft();
    let forum = json!({"slug": "admin", "title": "Non"});
    let list = json!({"kind": "email", "csv": "email\nana@mail.example"});
    vec![
        (Method::GET, "/node", json!({}), [200; 6]),
        (Method::GET, "/me", json!({}), [401, 200, 200, 200, 200, 200]),
        (Method::GET, "/forums/rue", json!({}), [200; 6]),
        (Method::POST, "/forums", forum, [401, 403, 403, 403, 403, 422]),
        (Method::PATCH, "/forums/rue", json!({"summary": "Ici"}), [401, 403, 403, 403, 403, 200]),
        (Method::GET, "/forums/rue/members", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::PUT, "/forums/rue/members/mona", json!({"role": "participant"}), [401, 403, 403, 403, 403, 200]),
        (Method::DELETE, "/forums/rue/members/somebody", json!({}), [401, 403, 403, 403, 403, 404]),
        (Method::POST, "/forums/rue/consultations", draft, [401, 403, 403, 201, 201, 201]),
        (Method::GET, "/consultations/{draft}", json!({}), [404, 404, 404, 200, 200, 200]),
        (Method::PATCH, "/consultations/{draft}", json!({"summary": "Bref"}), [401, 404, 404, 200, 200, 200]),
        (Method::GET, "/consultations/{open}", json!({}), [200; 6]),
        (Method::PATCH, "/consultations/{open}", json!({"summary": "Bref"}), [401, 403, 403, 200, 200, 200]),
        (Method::POST, "/consultations/{open}/publish", json!({}), [401, 403, 403, 422, 422, 422]),
        (Method::DELETE, "/consultations/{open}", json!({}), [401, 403, 403, 422, 422, 422]),
        (Method::GET, "/consultations/{open}/results", json!({}), [200; 6]),
        (Method::GET, "/consultations/{open}/ballot", json!({}), [401, 404, 404, 404, 404, 404]),
        (Method::GET, "/consultations/{open}/comments", json!({}), [200; 6]),
        (Method::PATCH, "/comments/{said}", json!({"text": "Non"}), [401, 403, 403, 403, 403, 403]),
        (Method::DELETE, "/comments/{said}", json!({}), [401, 403, 403, 403, 422, 422]),
        (Method::POST, "/comments/{said}/report", json!({"reason": "spam"}), [401, 201, 201, 201, 201, 201]),
        (Method::GET, "/moderation/reports", json!({}), [401, 403, 403, 403, 200, 200]),
        (
            Method::POST,
            "/moderation/reports/nothing/decide",
            json!({"decision": "dismiss", "reason": "Non"}),
            [401, 404, 404, 404, 404, 404],
        ),
        (Method::GET, "/me/reports", json!({}), [401, 200, 200, 200, 200, 200]),
        (Method::PUT, "/consultations/{open}/lock", json!({"reason": "Dit"}), [401, 403, 403, 403, 200, 200]),
        (Method::DELETE, "/consultations/{open}/lock", json!({}), [401, 403, 403, 403, 204, 404]),
        (Method::PUT, "/consultations/{open}/pin", json!({}), [401, 403, 403, 403, 200, 200]),
        (Method::DELETE, "/consultations/{open}/pin", json!({}), [401, 403, 403, 403, 204, 404]),
        (Method::GET, "/forums/rue/bans", json!({}), [401, 403, 403, 403, 200, 200]),
        (
            Method::POST,
            "/forums/rue/bans",
            json!({"person": "nobody", "reason": "Non"}),
            [401, 403, 403, 403, 422, 422],
        ),
        (Method::DELETE, "/forums/rue/bans/nothing", json!({}), [401, 404, 404, 404, 404, 404]),
        (Method::GET, "/consultations/{open}/audit", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::GET, "/consultations/{open}/audit/voters?host=a.test", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::GET, "/forums/rue/members?state=asked", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::GET, "/forums/rue/invitations", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::POST, "/forums/rue/invitations", json!({"email": "x@mail.example"}), [401, 403, 403, 403, 403, 201]),
        (Method::DELETE, "/forums/rue/invitations/nothing", json!({}), [401, 403, 403, 403, 403, 404]),
        (Method::POST, "/forums/rue/members", json!({}), [401, 201, 422, 201, 201, 201]),
        (Method::GET, "/forums/rue/lists", json!({}), [401, 403, 403, 200, 200, 200]),
        (Method::PUT, "/forums/rue/lists/roll", list, [401, 403, 403, 201, 200, 200]),
        (Method::POST, "/forums/rue/lists/roll/claim", json!({"identifier": "A1001"}), [401, 422, 422, 422, 422, 422]),
        (Method::DELETE, "/forums/rue/lists/nothing", json!({}), [401, 403, 403, 404, 404, 404]),
        (Method::GET, "/consultations/{open}/eligibility", json!({}), [401, 200, 200, 200, 200, 200]),
        (Method::GET, "/consultations/{open}/codes", json!({}), [401, 403, 403, 200, 200, 200]),
        (Method::POST, "/consultations/{open}/codes", json!({"count": 1}), [401, 403, 403, 422, 422, 422]),
        (Method::GET, "/peers", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::PUT, "/peers/b.test", json!({"policy": "partner"}), [401, 403, 403, 403, 403, 200]),
        (Method::GET, "/peers/b.test", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::DELETE, "/peers/b.test", json!({}), [401, 403, 403, 403, 403, 204]),
        (Method::GET, "/blocklist", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::POST, "/blocklist", json!({"list": "bad.example"}), [401, 403, 403, 403, 403, 200]),
        (Method::GET, "/comments/{said}/deliveries", json!({}), [401, 403, 403, 403, 200, 200]),
        (Method::GET, "/accounts/waiting", json!({}), [401, 403, 403, 403, 403, 200]),
        (Method::POST, "/accounts/paul/approve", json!({}), [401, 403, 403, 403, 403, 404]),
        (Method::POST, "/accounts/paul/refuse", json!({}), [401, 403, 403, 403, 403, 404]),
    ]
}

/// Acts of those who take part: for a forum of each kind of visibility.
const TAKES_PART: [(&str, [u16; 6]); 4] = [
    ("public", [401, 201, 201, 201, 201, 201]),
    ("collaborative", [401, 201, 201, 201, 201, 201]),
    ("closed", [401, 403, 201, 403, 201, 201]),
    ("private", [401, 404, 201, 404, 201, 201]),
];

both_databases! {
    async fn each_role_may_do_what_the_table_says(world: World) {
        let desk = Desk::of(world);
        let open = desk.asks("rue", "public", desk.draft()).await;
        let all = everybody(&desk, "rue").await;
        let draft = desk.drafts(&all[5], "rue", desk.draft()).await;
        let stranger = desk.person("somebody").await;
        let said = stranger.post(&format!("/consultations/{open}/comments"), json!({"text": "Oui"})).await.is(201);
        let said = said["id"].as_str().unwrap();
        for (method, path, body, statuses) in table(&desk) {
            let path = path.replace("{open}", &open).replace("{draft}", &draft).replace("{said}", said);
            for ((who, role), status) in all.iter().zip(ROLES).zip(statuses) {
                let body = if method == Method::GET { String::new() } else { body.to_string() };
                let answer = who.call(method.clone(), &path, body, &[]).await;
                assert_eq!(answer.status.as_u16(), status, "{role}: {}: {}", answer.asked, answer.text);
            }
        }
        let (path, why) = (format!("/comments/{said}"), json!({"reason": "Insulte"}).to_string());
        all[4].call(Method::DELETE, &path, why, &[]).await.is(204);
        let path = format!("/consultations/{open}/comments");
        let (public, moderator) = (all[1].get(&path).await.is(200), all[4].get(&path).await.is(200));
        assert_eq!((&items(&public)[0]["text"], &items(&public)[0]["author"]), (&json!(""), &Value::Null));
        assert_eq!(items(&public)[0]["state"], "hidden");
        assert_eq!(items(&moderator)[0]["text"], "Oui");
    }

    async fn each_forum_takes_those_it_says(world: World) {
        let desk = Desk::of(world);
        let mut first = None;
        for (visibility, statuses) in TAKES_PART {
            let slug = desk.asks(visibility, visibility, desk.draft()).await;
            if first.is_none() {
                first = Some(everybody(&desk, visibility).await);
            }
            let all = first.as_ref().unwrap();
            all[5].put(&format!("/forums/{visibility}/members/mona"), json!({"role": "participant"})).await;
            for ((who, role), status) in all.iter().zip(ROLES).zip(statuses) {
                for (path, body, wanted) in [
                    (format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]}), Method::PUT),
                    (format!("/consultations/{slug}/comments"), json!({"text": "Oui"}), Method::POST),
                ] {
                    let answer = who.call(wanted, &path, body.to_string(), &[]).await;
                    assert_eq!(answer.status.as_u16(), status, "{visibility}, {role}: {}: {}", answer.asked, answer.text);
                }
            }
            let proposes = all[1].post(&format!("/forums/{visibility}/consultations"), desk.draft()).await;
            let wanted = match visibility { "collaborative" => 201, "private" => 404, _ => 403 };
            assert_eq!(proposes.status.as_u16(), wanted, "{visibility}: {}", proposes.text);
        }
    }

    async fn a_private_forum_is_nothing_to_others(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("secret", "private", desk.draft()).await;
        let admin = desk.admin().await;
        let said = admin.post(&format!("/consultations/{slug}/comments"), json!({"text": "Chut"})).await.is(201);
        let id = said["id"].as_str().unwrap();
        let paul = desk.person("paul").await;
        for (method, here, nowhere) in [
            (Method::GET, "/forums/secret".to_owned(), "/forums/nothing".to_owned()),
            (Method::PATCH, "/forums/secret".into(), "/forums/nothing".into()),
            (Method::GET, "/forums/secret/members".into(), "/forums/nothing/members".into()),
            (Method::DELETE, "/forums/secret/members/paul".into(), "/forums/nothing/members/paul".into()),
            (Method::POST, "/forums/secret/members".into(), "/forums/nothing/members".into()),
            (Method::DELETE, "/forums/secret/members/paul".into(), "/forums/nothing/members/paul".into()),
            (Method::GET, "/forums/secret/invitations".into(), "/forums/nothing/invitations".into()),
            (Method::GET, "/forums/secret/lists".into(), "/forums/nothing/lists".into()),
            (Method::DELETE, "/forums/secret/lists/roll".into(), "/forums/nothing/lists/roll".into()),
            (Method::GET, format!("/consultations/{slug}/eligibility"), "/consultations/nothing/eligibility".into()),
            (Method::GET, "/forums/secret/bans".into(), "/forums/nothing/bans".into()),
            (Method::DELETE, format!("/consultations/{slug}/lock"), "/consultations/nothing/lock".into()),
            (Method::DELETE, format!("/consultations/{slug}/pin"), "/consultations/nothing/pin".into()),
            (Method::GET, format!("/consultations/{slug}/audit"), "/consultations/nothing/audit".into()),
            (Method::GET, format!("/consultations/{slug}/codes"), "/consultations/nothing/codes".into()),
            (Method::GET, format!("/consultations/{slug}"), "/consultations/nothing".into()),
            (Method::DELETE, format!("/consultations/{slug}"), "/consultations/nothing".into()),
            (Method::POST, format!("/consultations/{slug}/close"), "/consultations/nothing/close".into()),
            (Method::GET, format!("/consultations/{slug}/results"), "/consultations/nothing/results".into()),
            (Method::GET, format!("/consultations/{slug}/ballot"), "/consultations/nothing/ballot".into()),
            (Method::DELETE, format!("/consultations/{slug}/ballot"), "/consultations/nothing/ballot".into()),
            (Method::GET, format!("/consultations/{slug}/comments"), "/consultations/nothing/comments".into()),
            (Method::DELETE, format!("/comments/{id}"), "/comments/nothing".into()),
            (Method::DELETE, format!("/comments/{id}/reaction"), "/comments/nothing/reaction".into()),
        ] {
            let there = paul.call(method.clone(), &here, String::new(), &[]).await;
            let none = paul.call(method, &nowhere, String::new(), &[]).await;
            assert_eq!((there.status, &there.text), (none.status, &none.text), "{here}");
            there.refused(404, "not-found");
        }
        for list in ["/forums", "/consultations", "/consultations?forum=secret"] {
            assert!(items(&paul.get(list).await.is(200)).is_empty(), "{list}");
            assert_eq!(items(&admin.get(list).await.is(200)).len(), 1, "{list}");
        }
    }
}
