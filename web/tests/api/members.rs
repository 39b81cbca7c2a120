//! The way into a forum, and approval of newcomers.

use axum::http::Method;
use model::both_databases;
use model::care::mail;
use model::care::settings::{self, Registration};
use model::people::account::{self, Newcomer, PasswordHash, SignUp};
use model::testing::{PASSWORD, World};
use serde_json::{Value, json};

use crate::desk::{Desk, items};

async fn mails(world: &World, to: &str) -> usize {
    mail::latest(&mut world.store.conn().await.unwrap(), Some(to), 9).await.unwrap().len()
}

both_databases! {
    async fn a_request_is_approved_refused_or_taken_back(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "conseil", "title": "Conseil", "visibility": "closed"})).await.is(201);
        let (ana, bob, cleo) = (desk.person("ana").await, desk.person("bob").await, desk.person("cleo").await);
        let members = "/forums/conseil/members";
        for who in [&ana, &bob, &cleo] {
            assert_eq!(who.post(members, json!({})).await.is(201)["state"], "asked");
        }
        cleo.delete(&format!("{members}/cleo")).await.is(204);
        let waiting = admin.get(&format!("{members}?state=asked&limit=1")).await.is(200);
        assert_eq!((items(&waiting).len(), &waiting["items"][0]["name"]), (1, &json!("ana")));
        let next = waiting["next"].as_str().unwrap();
        let rest = admin.get(&format!("{members}?state=asked&cursor={next}")).await.is(200);
        assert_eq!((items(&rest).len(), &rest["items"][0]["name"], &rest["next"]), (1, &json!("bob"), &Value::Null));
        admin.put(&format!("{members}/ana"), json!({"role": "participant"})).await.is(201);
        assert_eq!(mails(&desk.world, "ana@mail.example").await, 1, "told by mail");
        admin.delete(&format!("{members}/bob")).await.is(204);
        bob.post(members, json!({})).await.refused(422, "request-refused");
        ana.post(members, json!({})).await.refused(422, "already-member");
        let all = admin.get(members).await.is(200);
        let states: Vec<(&Value, &Value)> = items(&all).iter().map(|m| (&m["name"], &m["state"])).collect();
        assert_eq!(states, [(&json!("ana"), &json!("member"))]);
        ana.delete(&format!("{members}/ana")).await.is(204);
        ana.delete(&format!("{members}/ana")).await.refused(404, "not-found");
        assert!(items(&admin.get(members).await.is(200)).is_empty());
    }

    async fn people_are_invited_by_name_and_by_mail(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "secret", "title": "Chut", "visibility": "private"})).await.is(201);
        let (ana, bob) = (desk.person("ana").await, desk.person("bob").await);
        let invitations = "/forums/secret/invitations";
        let invited = admin.post(invitations, json!({"name": "ana", "role": "author"})).await.is(201);
        assert_eq!((&invited["state"], &invited["role"]), (&json!("invited"), &json!("author")));
        assert_eq!(mails(&desk.world, "ana@mail.example").await, 1);
        ana.get("/forums/secret").await.refused(404, "not-found");
        assert_eq!(ana.post("/forums/secret/members", json!({})).await.is(201)["state"], "member");
        assert_eq!(ana.get("/forums/secret").await.is(200)["role"], "author");
        bob.post("/forums/secret/members", json!({})).await.refused(404, "not-found");
        let by_mail = admin.post(invitations, json!({"email": "Bob@mail.example"})).await.is(201);
        assert_eq!((&by_mail["email"], by_mail.get("name")), (&json!("bob@mail.example"), None), "nobody is told whose it is");
        assert_eq!(items(&admin.get(invitations).await.is(200)).len(), 1);
        let id = by_mail["id"].as_str().unwrap();
        admin.delete(&format!("{invitations}/{id}")).await.is(204);
        admin.delete(&format!("{invitations}/{id}")).await.refused(404, "not-found");
        for (wrong, code) in [
            (json!({}), "invalid"),
            (json!({"name": "ana", "email": "a@mail.example"}), "invalid"),
            (json!({"email": "nothing"}), "invalid"),
            (json!({"name": "nobody"}), "invalid"),
            (json!({"name": "ana"}), "already-member"),
            (json!({"name": "valmont"}), "not-allowed"),
        ] {
            let answer = admin.post(invitations, wrong).await;
            let status = if code == "not-allowed" { 403 } else { 422 };
            answer.refused(status, code);
        }
    }

    async fn newcomers_wait_for_approval(world: World) {
        let desk = Desk::of(world);
        let hash = PasswordHash::new(PASSWORD).unwrap();
        let now = desk.world.now();
        let mut tx = desk.world.store.begin().await.unwrap();
        settings::set_registration(&mut tx, Registration::Approval).await.unwrap();
        let mut made = Vec::new();
        for name in ["ana", "bob"] {
            let new = Newcomer { name: name.into(), email: format!("{name}@mail.example"), language: "fr".into() };
            let SignUp::Created { secret, .. } = account::sign_up(&mut tx, now, &new, &hash, None).await.unwrap() else { panic!("new") };
            made.push(account::confirm(&mut tx, now, &secret).await.unwrap().0);
        }
        tx.commit().await.unwrap();
        let admin = desk.admin().await;
        let waiting = admin.get("/accounts/waiting").await.is(200);
        assert_eq!(items(&waiting).iter().map(|a| a["name"].as_str().unwrap()).collect::<Vec<_>>(), ["ana", "bob"]);
        let approved = admin.post("/accounts/ana/approve", json!({})).await.is(200);
        assert_eq!((&approved["waiting_since"], &approved["refused"]), (&Value::Null, &json!(false)));
        assert_eq!(admin.post("/accounts/bob/refuse", json!({})).await.is(200)["refused"], true);
        for name in ["ana", "bob"] {
            assert_eq!(mails(&desk.world, &format!("{name}@mail.example")).await, 1, "{name} is told");
            admin.call(Method::POST, &format!("/accounts/{name}/approve"), String::new(), &[]).await.refused(404, "not-found");
        }
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let again = {
            let mut conn = desk.world.store.conn().await.unwrap();
            account::by_id(&mut conn, made[0].id).await.unwrap()
        };
        let ana = desk.as_account(&again).await;
        ana.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.is(201);
    }
}
