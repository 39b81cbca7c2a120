//! A debate as programs read it: its orders, its edits, its tombstones.

use std::time::Duration;

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Caller, Desk, all, items, words};

/// Says `text`, and answers its key.
async fn says(who: &Caller, path: &str, body: Value) -> String {
    who.post(path, body).await.is(201)["id"].as_str().unwrap().to_owned()
}

both_databases! {
    async fn each_order_is_read_page_by_page(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let path = format!("/consultations/{slug}/comments");
        let mut people = Vec::new();
        for number in 0..4 {
            people.push(desk.person(&format!("person{number}")).await);
        }
        // What each is thought of by the four.
        let opinions = [("quiet", &[][..]), ("loved", &[1, 1, 1, 1]), ("split", &[1, 1, -1, -1]), ("passed", &[0, 0, 0, 0]), ("liked", &[1, 1, 1, -1])];
        let mut ids = Vec::new();
        for (text, values) in opinions {
            desk.world.clock.advance(Duration::from_secs(60));
            let id = says(&people[0], &path, json!({"text": text})).await;
            for (person, value) in people.iter().zip(values) {
                person.put(&format!("/comments/{id}/reaction"), json!({"value": value})).await.is(201);
            }
            ids.push(id);
        }
        let anyone = desk.anyone();
        let read = async |query: &str| -> Vec<String> {
            words(&all(&anyone, &format!("{path}{query}")).await, "text").into_iter().map(str::to_owned).collect()
        };
        assert_eq!(read("").await, ["quiet", "loved", "split", "passed", "liked"]);
        assert_eq!(read("?sort=oldest").await, ["quiet", "loved", "split", "passed", "liked"]);
        assert_eq!(read("?sort=newest").await, ["liked", "passed", "split", "loved", "quiet"]);
        assert_eq!(read("?sort=agreement").await, ["loved", "liked", "split", "quiet", "passed"]);
        assert_eq!(read("?sort=divided").await, ["split", "liked", "quiet", "loved", "passed"]);
        let reply = says(&people[1], &path, json!({"text": "reply", "parent": ids[2], "stance": "question"})).await;
        assert_eq!(read("?sort=unanswered").await, ["quiet", "loved", "passed", "liked", "reply"]);
        assert_eq!(read("?sort=unanswered&parent=none").await, ["quiet", "loved", "passed", "liked"]);
        assert_eq!(read(&format!("?parent={}", ids[2])).await, ["reply"]);
        assert_eq!(read("?filter=question&sort=agreement").await, ["reply"]);
        // What is taken back is taken out of the score.
        for person in &people {
            person.delete(&format!("/comments/{}/reaction", ids[1])).await.is(204);
        }
        assert_eq!(read("?sort=agreement&parent=none").await, ["liked", "split", "quiet", "loved", "passed"]);
        // A reply that is gone answers nothing.
        people[1].delete(&format!("/comments/{reply}")).await.is(204);
        assert_eq!(read("?sort=unanswered").await, ["quiet", "loved", "split", "passed", "liked"]);
        // A cursor belongs to its order.
        let next = anyone.get(&format!("{path}?sort=newest&limit=1")).await.is(200)["next"].as_str().unwrap().to_owned();
        anyone.get(&format!("{path}?sort=oldest&cursor={next}")).await.refused(400, "malformed");
    }

    async fn an_edit_leaves_what_was_said_before_for_everybody_to_read(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, admin, anyone) = (desk.person("ana").await, desk.admin().await, desk.anyone());
        let path = format!("/consultations/{slug}/comments");
        let id = says(&ana, &path, json!({"text": "Un"})).await;
        let (comment, versions) = (format!("/comments/{id}"), format!("/comments/{id}/versions"));
        assert!(items(&anyone.get(&versions).await.is(200)).is_empty());
        for text in ["Deux", "Deux", "**Trois**", "Quatre"] {
            desk.world.clock.advance(Duration::from_secs(60));
            ana.patch(&comment, json!({"text": text})).await.is(200);
        }
        let earlier = all(&anyone, &versions).await;
        assert_eq!(words(&earlier, "text"), ["Un", "Deux", "**Trois**"], "the same words again are no edit");
        assert_eq!(words(&earlier, "written"), ["2026-03-02T09:00:00Z", "2026-03-02T09:01:00Z", "2026-03-02T09:03:00Z"]);
        assert!(earlier[2]["html"].as_str().unwrap().contains("<strong>Trois</strong>"));
        // Hidden, it is read by those who moderate; deleted, by nobody.
        let why = json!({"reason": "Hors sujet"}).to_string();
        admin.call(Method::DELETE, &comment, why, &[]).await.is(204);
        anyone.get(&versions).await.refused(404, "not-found");
        ana.get(&versions).await.refused(404, "not-found");
        assert_eq!(items(&admin.get(&versions).await.is(200)).len(), 3);
        let stone = items(&anyone.get(&path).await.is(200))[0].clone();
        assert_eq!((&stone["state"], &stone["reason"], &stone["text"]), (&json!("hidden"), &json!("Hors sujet"), &json!("")));
        let gone = says(&ana, &path, json!({"text": "Une erreur"})).await;
        ana.patch(&format!("/comments/{gone}"), json!({"text": "Une autre"})).await.is(200);
        ana.delete(&format!("/comments/{gone}")).await.is(204);
        admin.get(&format!("/comments/{gone}/versions")).await.refused(404, "not-found");
    }

    async fn an_official_answer_is_marked_and_found(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, admin) = (desk.person("ana").await, desk.admin().await);
        let path = format!("/consultations/{slug}/comments");
        let asked = says(&ana, &path, json!({"text": "Quand ?", "stance": "question"})).await;
        let answer = admin.post(&path, json!({"text": "En mai.", "parent": asked, "official": true})).await.is(201);
        assert_eq!((&answer["official"], &answer["author"]["handle"]), (&json!(true), &json!("@valmont@a.test")));
        assert_eq!(words(&all(&ana, &format!("{path}?filter=official")).await, "text"), ["En mai."]);
        let read = all(&ana, &path).await;
        assert_eq!((&read[0]["replies"], &read[1]["replies"]), (&json!(1), &json!(0)));
    }
}
