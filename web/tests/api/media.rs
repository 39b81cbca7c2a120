//! Files, links and attributes as programs and browsers meet them.

use axum::body::Body;
use axum::http::{Method, Request};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use model::both_databases;
use model::people::role::Role;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Answer, Caller, Desk, items, words};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n";

fn png() -> Vec<u8> {
    let mut octets = std::io::Cursor::new(Vec::new());
    let picture: DynamicImage = RgbImage::from_pixel(30, 20, Rgb([200, 0, 0])).into();
    picture.write_to(&mut octets, ImageFormat::Png).unwrap();
    octets.into_inner()
}

async fn sends(who: &Caller, path: &str, octets: &[u8], headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(format!("/api/v1{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    who.sends(request.body(Body::from(octets.to_vec())).unwrap()).await
}

/// The path below the node of an address.
fn below(url: &Value) -> String {
    url.as_str().unwrap().strip_prefix("https://a.test").unwrap().to_owned()
}

both_databases! {
    async fn pictures_documents_and_links_are_shown_and_served(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, anyone) = (desk.admin().await, desk.anyone());
        let path = format!("/consultations/{slug}/attachments");
        let plan = sends(&admin, &format!("{path}?kind=document&title=Le%20plan"), PDF, &[]).await.is(201);
        let key = [("idempotency-key", "k1")];
        let cover = sends(&admin, &format!("{path}?kind=cover&title=La%20place"), &png(), &key).await.is(201);
        assert_eq!(sends(&admin, &format!("{path}?kind=cover&title=La%20place"), &png(), &key).await.is(201), cover, "once");
        sends(&admin, &format!("{path}?kind=picture&title=La%20place"), &png(), &key).await.refused(422, "idempotency-mismatch");
        assert_eq!((&cover["media_type"], &cover["width"], &cover["height"]), (&json!("image/jpeg"), &json!(30), &json!(20)));
        let link = admin.post(&format!("/consultations/{slug}/links"), json!({"title": "La loi", "url": "https://loi.example/"})).await.is(201);
        assert_eq!((&link["kind"], &link["url"], &link["size"]), (&json!("link"), &json!("https://loi.example/"), &json!(null)));
        let listed = anyone.get(&path).await.is(200);
        assert_eq!(words(items(&listed), "title"), ["La place", "Le plan", "La loi"]);
        let shown = anyone.get(&format!("/consultations/{slug}")).await.is(200);
        assert_eq!(shown["attachments"], listed["items"]);

        let served = anyone.raw(Method::GET, &below(&cover["url"]), String::new(), &[]).await;
        let header = |answer: &Answer, name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert_eq!((served.status.as_u16(), header(&served, "content-type").as_str()), (200, "image/jpeg"));
        assert_eq!(header(&served, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&served, "x-content-type-options"), "nosniff");
        assert!(header(&served, "content-security-policy").starts_with("default-src 'none'"));
        let tag = header(&served, "etag");
        let again = anyone.raw(Method::GET, &below(&cover["url"]), String::new(), &[("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        let document = anyone.raw(Method::GET, &below(&plan["url"]), String::new(), &[]).await;
        assert_eq!(document.text.as_bytes(), PDF);
        assert_eq!(header(&document, "content-disposition"), "attachment; filename=\"Le plan.pdf\"; filename*=UTF-8''Le%20plan.pdf");

        // The same picture once more takes the place of the cover, and its file is not gone with it.
        let cover = sends(&admin, &format!("{path}?kind=cover&title=La%20place"), &png(), &[]).await.is(201);
        assert_eq!(anyone.raw(Method::GET, &below(&cover["url"]), String::new(), &[]).await.status, 200);
        let one = format!("/attachments/{}", cover["id"].as_str().unwrap());
        assert_eq!(admin.patch(&one, json!({"title": "Vue"})).await.is(200)["title"], "Vue");
        admin.delete(&one).await.is(204);
        admin.delete(&one).await.refused(404, "not-found");
        assert_eq!(anyone.raw(Method::GET, &below(&cover["url"]), String::new(), &[]).await.status, 404);
    }

    async fn what_may_not_be_shown_is_refused_with_its_code(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, ana, anyone) = (desk.admin().await, desk.person("ana").await, desk.anyone());
        let path = format!("/consultations/{slug}/attachments");
        let picture = format!("{path}?kind=picture&title=Un");
        sends(&anyone, &picture, &png(), &[]).await.refused(401, "not-signed-in");
        sends(&ana, &picture, &png(), &[]).await.refused(403, "not-allowed");
        sends(&admin, "/consultations/none/attachments?kind=picture&title=Un", &png(), &[]).await.refused(404, "not-found");
        for octets in [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html></html>", b"MZ", PDF] {
            sends(&admin, &picture, octets, &[]).await.refused(422, "unsupported-media");
        }
        sends(&admin, &format!("{path}?kind=document&title=Un"), &png(), &[]).await.refused(422, "unsupported-media");
        sends(&admin, &format!("{path}?kind=link&title=Un"), PDF, &[]).await.refused(422, "unsupported-media");
        sends(&admin, &format!("{path}?kind=picture&title="), &png(), &[]).await.refused(422, "invalid");
        sends(&admin, &path, &png(), &[]).await.refused(400, "malformed");
        sends(&admin, &format!("{path}?kind=film&title=Un"), &png(), &[]).await.refused(400, "malformed");
        sends(&admin, &picture, &vec![0; 10 * 1024 * 1024 + 1], &[]).await.refused(413, "too-large");
        let links = format!("/consultations/{slug}/links");
        admin.post(&links, json!({"title": "x", "url": "javascript:alert(1)"})).await.refused(422, "invalid");
        ana.post(&links, json!({"title": "x", "url": "https://a.example/"})).await.refused(403, "not-allowed");
        let link = admin.post(&links, json!({"title": "x", "url": "https://a.example/"})).await.is(201);
        let one = format!("/attachments/{}", link["id"].as_str().unwrap());
        ana.patch(&one, json!({"title": "y"})).await.refused(403, "not-allowed");
        ana.delete(&one).await.refused(403, "not-allowed");
        admin.patch("/attachments/none", json!({"title": "y"})).await.refused(404, "not-found");
        admin.post(&format!("/consultations/{slug}/close"), json!({})).await.is(200);
        sends(&admin, &picture, &png(), &[]).await.refused(422, "closed");
    }

    async fn a_private_forum_serves_its_files_to_members_alone(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("bureau", "private", desk.draft()).await;
        let admin = desk.admin().await;
        let moderator = desk.world.account_with_role("bea", Role::Moderator).await;
        let (ana, bea) = (desk.person("ana").await, desk.as_account(&moderator).await);
        let path = format!("/consultations/{slug}/attachments");
        let plan = sends(&admin, &format!("{path}?kind=document&title=Plan"), PDF, &[]).await.is(201);
        for stranger in [&ana, &desk.anyone()] {
            assert_eq!(stranger.raw(Method::GET, &below(&plan["url"]), String::new(), &[]).await.status, 404);
            stranger.get(&path).await.refused(404, "not-found");
        }
        let served = bea.raw(Method::GET, &below(&plan["url"]), String::new(), &[]).await;
        assert_eq!(served.status, 200);
        assert_eq!(served.headers["cache-control"], "private, max-age=31536000, immutable");
    }

    async fn a_forum_asks_and_a_consultation_answers(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, ana, anyone) = (desk.admin().await, desk.person("ana").await, desk.anyone());
        let asked = json!({"attributes": [
            {"name": "cost", "label": "Coût en euros", "kind": "number", "options": [], "required": false},
            {"name": "area", "label": "Quartier", "kind": "choice", "options": ["Nord", "Sud"], "required": true},
        ]});
        ana.put("/forums/rue/attributes", asked.clone()).await.refused(403, "not-allowed");
        assert_eq!(admin.put("/forums/rue/attributes", asked.clone()).await.is(200), asked);
        assert_eq!(anyone.get("/forums/rue/attributes").await.is(200), asked);
        let path = format!("/consultations/{slug}/attributes");
        let problem = admin.put(&path, json!({"attributes": {"cost": "x", "area": "Est", "colour": 1}})).await.refused(422, "invalid");
        let fields: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!(fields[..3], ["attributes.area", "attributes.colour", "attributes.cost"]);
        ana.put(&path, json!({"attributes": {"area": "Sud"}})).await.refused(403, "not-allowed");
        let told = json!({"area": "Sud", "cost": 12});
        assert_eq!(admin.put(&path, json!({"attributes": told})).await.is(200)["attributes"], told);
        assert_eq!(anyone.get(&format!("/consultations/{slug}")).await.is(200)["attributes"], told);
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        let problem = admin.post(&format!("/consultations/{draft}/publish"), json!({})).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "attributes.area");
        admin.put("/forums/rue/attributes", json!({"attributes": [{"name": "A b", "label": "", "kind": "text"}]})).await.refused(422, "invalid");
        admin.put("/forums/rue/attributes", json!({"attributes": [{"name": "a", "label": "a", "kind": "colour"}]})).await.refused(400, "malformed");
    }
}
