//! Search as programs use it.

use model::both_databases;
use model::people::role::Role;
use model::testing::World;
use serde_json::json;

use crate::desk::{Desk, all, items, words};

both_databases! {
    async fn everything_is_sought_at_once_and_read_page_by_page(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, anyone) = (desk.person("ana").await, desk.anyone());
        let path = format!("/consultations/{slug}/comments");
        let mut last = String::new();
        for number in 0..5 {
            let text = format!("Les places de parking, {number}");
            last = ana.post(&path, json!({"text": text})).await.is(201)["id"].as_str().unwrap().to_owned();
        }
        let found = all(&anyone, "/search?q=PLACES").await;
        assert_eq!(words(&found, "kind"), ["consultation", "comment", "comment", "comment", "comment", "comment"]);
        assert_eq!(words(&found, "excerpt")[1..], [4, 3, 2, 1, 0].map(|n| format!("Les places de parking, {n}")));
        let comment = json!({
            "kind": "comment", "title": "Fermer la place ?", "url": format!("https://a.test/c/{slug}/comments/{last}"),
            "excerpt": "Les places de parking, 4", "forum": "rue", "consultation": slug, "comment": last,
            "author": {"name": "ana", "handle": "@ana@a.test", "uri": "https://a.test/u/ana"}, "published": "2026-03-02T09:00:00Z",
        });
        assert_eq!(found[1], comment);
        assert_eq!(found[0]["excerpt"], "La place **devient** piétonne.");
        let forum = &all(&anyone, "/search?q=mobilite").await[0];
        assert_eq!((&forum["kind"], &forum["url"], &forum["consultation"]), (&json!("forum"), &json!("https://a.test/f/rue"), &json!(null)));
        let count = async |query: &str| items(&anyone.get(&format!("/search?q=place{query}")).await.is(200)).len();
        assert_eq!(count("&kind=comment").await, 5);
        assert_eq!(count("&kind=forum").await, 0);
        assert_eq!(count("&forum=rue").await, 6);
        assert_eq!(count(&format!("&consultation={slug}&kind=consultation")).await, 1);
        assert_eq!(words(&all(&anyone, "/consultations?q=pietons%20places").await, "slug"), [slug.as_str()], "its text too");
        assert!(all(&anyone, "/consultations?q=parking").await.is_empty());
    }

    async fn what_one_may_not_see_is_not_found(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("bureau", "private", desk.draft()).await;
        let admin = desk.admin().await;
        let draft = desk.drafts(&admin, "bureau", desk.draft_with("title", json!("Un brouillon"))).await;
        let (ana, bea) = (desk.person("ana").await, desk.world.account_with_role("bea", Role::Moderator).await);
        let bea = desk.as_account(&bea).await;
        for stranger in [&ana, &desk.anyone()] {
            for query in ["q=place", "q=mobilite", "q=place&forum=bureau"] {
                assert!(items(&stranger.get(&format!("/search?{query}")).await.is(200)).is_empty(), "{query}");
            }
            stranger.get(&format!("/search?q=place&consultation={slug}")).await.refused(404, "not-found");
            assert!(all(stranger, "/consultations?q=place").await.is_empty());
        }
        assert_eq!(all(&bea, "/search?q=place").await.len(), 1);
        for who in [&admin, &bea, &ana] {
            assert!(all(who, "/search?q=brouillon").await.is_empty());
        }
        assert_eq!(words(&all(&admin, "/consultations?q=brouillons").await, "slug"), [draft.as_str()], "its authors find it in their list");
        assert!(all(&ana, "/consultations?q=brouillon").await.is_empty());
    }

    async fn a_search_has_its_refusals(world: World) {
        let desk = Desk::of(world);
        let anyone = desk.anyone();
        let long = "x".repeat(201);
        for path in ["/search", "/consultations"] {
            for q in ["", "%20", "-", &long, &"mot%20".repeat(17)] {
                let problem = anyone.get(&format!("{path}?q={q}")).await.refused(422, "invalid");
                assert_eq!(problem["errors"][0]["field"], "q");
            }
        }
        anyone.get("/search").await.refused(400, "malformed");
        anyone.get("/search?q=mot&kind=ballot").await.refused(400, "malformed");
        anyone.get("/search?q=mot&cursor=00").await.refused(400, "malformed");
        anyone.get("/search?q=mot&other=1").await.refused(400, "malformed");
        anyone.get("/search?q=mot&consultation=none").await.refused(404, "not-found");
    }

    async fn what_other_nodes_published_is_found_with_its_host(world: World) {
        let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
        let zoe = world.stranger("zoe", "peer.test").await;
        let said = world.mirrors_comment(&on, &zoe, "More benches").await;
        let desk = Desk::of(world);
        let anyone = desk.anyone();
        let found = all(&anyone, "/search?q=square").await;
        assert_eq!(words(&found, "title"), ["Close the square?"]);
        let page = "https://a.test/remote/peer.test/c/place-7kq2";
        assert_eq!((&found[0]["kind"], &found[0]["url"], &found[0]["forum"]), (&json!("consultation"), &json!(page), &json!(null)));
        assert_eq!((&found[0]["host"], &found[0]["origin"]), (&json!("peer.test"), &json!("https://peer.test/c/place-7kq2")));
        let found = all(&anyone, "/search?q=benches&kind=comment").await;
        assert_eq!((&found[0]["url"], &found[0]["comment"]), (&json!(format!("{page}#comment-{}", said.id)), &json!(said.id.to_string())));
        assert_eq!((&found[0]["author"]["name"], &found[0]["excerpt"]), (&json!("zoe"), &json!("More benches")));
        assert!(all(&anyone, "/consultations?q=square").await.is_empty(), "the list is this node's own");
    }

}
