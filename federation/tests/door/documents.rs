use federation::signature;
use http::StatusCode;
use model::data::media::File;
use model::debate::attachment::{self, Kind, Place};
use model::debate::forum::Visibility;
use model::network::dialect::Dialect;
use serde_json::{Value, json};

use crate::town::{Town, kinds};

#[tokio::test]
async fn actors_carry_what_other_servers_need() {
    let town = Town::new().await;
    town.world.forum("mobilite", Visibility::Public).await;
    let node = town.document("/").await;
    let rfc_9421 = json!("https://datatracker.ietf.org/doc/html/rfc9421");
    assert_eq!(node["implements"][0]["href"], rfc_9421);
    assert_eq!(town.document("/f/mobilite").await["generator"]["implements"][0]["href"], rfc_9421);
    assert_eq!(
        (&node["type"], &node["id"], &node["inbox"]),
        (&json!("Application"), &json!("https://a.test/"), &json!("https://a.test/inbox"))
    );
    assert_eq!(node["preferredUsername"], "a.test");
    let forum = town.document("/f/mobilite").await;
    let id = "https://a.test/f/mobilite";
    assert_eq!((&forum["type"], &forum["id"]), (&json!("Group"), &json!(id)));
    for name in [
        "preferredUsername",
        "name",
        "inbox",
        "outbox",
        "followers",
        "publicKey",
        "attributedTo",
        "featured",
        "postingRestrictedToMods",
    ] {
        assert!(!forum[name].is_null(), "{name}");
    }
    assert_eq!(forum["endpoints"]["sharedInbox"], "https://a.test/inbox");
    assert_eq!(forum["publicKey"]["id"], format!("{id}#main-key"));
    assert_eq!(forum["assertionMethod"][0]["id"], format!("{id}#ed25519-key"));
    assert!(forum["assertionMethod"][0]["publicKeyMultibase"].as_str().expect("a key").starts_with("z6Mk"));
    assert_eq!(forum["webfinger"], "mobilite@a.test");
    assert_eq!(forum, town.document("/f/mobilite").await, "keys are made once");
    let moderators = town.document("/f/mobilite/moderators").await;
    let official = moderators["orderedItems"][0]
        .as_str()
        .expect("an actor")
        .strip_prefix("https://a.test")
        .expect("ours")
        .to_owned();
    assert_eq!(town.document(&official).await["type"], "Person", "Lemmy refuses other authors");
}

#[tokio::test]
async fn a_consultation_is_two_objects_in_one_context() {
    let town = Town::new().await;
    let (_, on) = town.world.vote().await;
    let (page, question) =
        (town.document(&format!("/c/{}", on.slug)).await, town.document(&format!("/c/{}/ballot", on.slug)).await);
    assert_eq!((&page["type"], &question["type"]), (&json!("Page"), &json!("Question")));
    for name in ["attributedTo", "audience", "context", "to", "cc", "name"] {
        assert_eq!(page[name], question[name], "{name}");
        assert!(!page[name].is_null(), "{name}");
    }
    assert!(page["attributedTo"].is_string());
    assert!(question.get("summary").is_none() && question.get("inReplyTo").is_none());
    assert_eq!(question["tag"][0]["type"], "Mention");
    assert_eq!((&page["tag"][1]["name"], &page["source"]["mediaType"]), (&json!("#place"), &json!("text/markdown")));
    let names: Vec<_> =
        question["oneOf"].as_array().expect("options").iter().map(|option| option["name"].clone()).collect();
    assert_eq!(names, ["Pour", "Abstention", "Contre"]);
    assert!(question["endTime"].is_string() && question.get("closed").is_none());
    assert_eq!(page["consultation"]["official"], "member");
    assert_eq!(page["consultation"]["method"]["options"][0], json!({"id": "for", "label": "Pour"}));
    assert!(page.get("updated").is_none(), "nobody edited it");
    let context = town.document(&format!("/c/{}/context", on.slug)).await;
    assert_eq!((&context["totalItems"], &context["attributedTo"]), (&json!(2), &json!("https://a.test/f/mobilite")));
}

#[tokio::test]
async fn what_stands_beside_a_text_goes_out_in_the_three_shapes_that_others_read() {
    let town = Town::new().await;
    let (forum, on) = town.world.vote().await;
    town.followed_by(&town.peer.user("ana"), &forum).await;
    town.tells().await;
    let by = town.world.as_admin();
    let place = Place { now: town.now(), by: &by, forum: &forum, on: &on };
    let pdf = File::read(b"%PDF-1.7\n%%EOF".to_vec()).expect("a document");
    // The smallest picture: one pixel of a GIF.
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let picture = File::read(gif.to_vec()).expect("a picture");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    attachment::link(&mut tx, place, "La loi", "https://loi.example/").await.expect("a link");
    attachment::attach(&mut tx, place, Kind::Document, "Le plan", &pdf).await.expect("a document");
    attachment::attach(&mut tx, place, Kind::Cover, "La place", &picture).await.expect("a cover");
    tx.commit().await.expect("committed");
    let page = town.document(&format!("/c/{}", on.slug)).await;
    let wanted = json!([
        {"type": "Image", "url": format!("https://a.test/media/{}", picture.name()), "mediaType": "image/jpeg", "name": "La place"},
        {"type": "Link", "href": "https://loi.example/", "name": "La loi"},
        {"type": "Document", "url": format!("https://a.test/media/{}", pdf.name()), "mediaType": "application/pdf", "name": "Le plan"},
    ]);
    assert_eq!(page["attachment"], wanted);
    assert!(page["updated"].is_string(), "somebody edited it");
    let told = town.tells().await;
    assert!(kinds(&told).iter().any(|kind| kind.contains("Update")), "and others hear of it: {:?}", kinds(&told));
}

#[tokio::test]
async fn a_scheduled_consultation_is_its_page_alone() {
    let town = Town::new().await;
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let draft = model::debate::consultation::Draft {
        opens_at: Some(town.now().plus(std::time::Duration::from_secs(86_400))),
        ..town.world.draft(&json!({"kind": "vote"}))
    };
    let on = town.world.publish(&forum, draft).await;
    assert_eq!(town.document(&format!("/c/{}", on.slug)).await["type"], "Page");
    assert_eq!(town.gets(&format!("/c/{}/ballot", on.slug)).await.0, StatusCode::NOT_FOUND);
    town.world.passes(std::time::Duration::from_secs(2 * 86_400)).await;
    assert_eq!(town.document(&format!("/c/{}/ballot", on.slug)).await["type"], "Question");
    town.tells().await;
}

#[tokio::test]
async fn no_question_where_people_from_elsewhere_do_not_vote() {
    let town = Town::new().await;
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let members = json!({"tiers": ["member"], "official": "member"});
    let draft = model::debate::consultation::Draft {
        electorate: serde_json::from_value(members).expect("an electorate"),
        ..town.world.draft(&json!({"kind": "vote"}))
    };
    let on = town.world.publish(&forum, draft).await;
    assert_eq!(town.gets(&format!("/c/{}/ballot", on.slug)).await.0, StatusCode::NOT_FOUND);
    let page = town.document(&format!("/c/{}", on.slug)).await;
    assert!(page["content"].as_str().expect("words").contains("Votez sur la page"));
    town.tells().await;
}

#[tokio::test]
async fn telling_that_something_private_exists_is_avoided_by_the_same_404() {
    let town = Town::new().await;
    let forum = town.world.forum("conseil", Visibility::Private).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    let slug = &on.slug;
    let paths = [
        ("/f/conseil".to_owned(), "/f/nothing"),
        ("/f/conseil/outbox".to_owned(), "/f/nothing/outbox"),
        ("/f/conseil/followers".to_owned(), "/f/nothing/followers"),
        ("/f/conseil/moderators".to_owned(), "/f/nothing/moderators"),
        (format!("/c/{slug}"), "/c/nothing"),
        (format!("/c/{slug}/ballot"), "/c/nothing/ballot"),
        (format!("/c/{slug}/context"), "/c/nothing/context"),
        (format!("/c/{slug}/replies?after=start"), "/c/nothing/replies?after=start"),
        (
            "/.well-known/webfinger?resource=acct:conseil@a.test".to_owned(),
            "/.well-known/webfinger?resource=acct:nothing@a.test",
        ),
        (
            "/.well-known/webfinger?resource=https://a.test/f/conseil".to_owned(),
            "/.well-known/webfinger?resource=https://a.test/f/nothing",
        ),
    ];
    for (private, nothing) in paths {
        let (here, nowhere) = (town.gets(&private).await, town.gets(nothing).await);
        assert_eq!(here.0, StatusCode::NOT_FOUND, "{private}");
        assert_eq!(here, nowhere, "{private}");
    }
    assert!(town.tells().await.is_empty(), "nothing of it ever leaves");
    assert!(town.gets("/nodeinfo/2.1").await.1["usage"].get("localPosts").is_none(), "no small number");
}

#[tokio::test]
async fn voters_cannot_be_enumerated() {
    let town = Town::new().await;
    let (forum, on) = town.world.vote().await;
    let voter = town.world.account("voter").await;
    town.world.casts(&forum, &on, &voter, &["for"]).await.expect("cast");
    for path in ["/u/voter", "/u/nobody", "/u/voter/outbox", "/.well-known/webfinger?resource=acct:voter@a.test"] {
        assert_eq!(town.gets(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    town.tells().await;
}

#[tokio::test]
async fn the_outbox_of_a_forum_names_its_roots_as_it_announced_them() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    let told = town.tells().await;
    let outbox = town.document("/f/mobilite/outbox").await;
    let items = outbox["orderedItems"].as_array().expect("items");
    let announced = |item: &Value| {
        told.iter().any(|one| one.activity["id"] == item["id"] && one.activity["object"] == item["object"])
    };
    assert!(items.len() == 2 && items.iter().all(announced));
    assert_eq!(items[1]["object"], town.app.address.consultation(&on.slug));
}

#[tokio::test]
async fn names_are_found_and_the_node_says_what_it_is() {
    let town = Town::new().await;
    town.world.forum("mobilite", Visibility::Public).await;
    for resource in ["acct:mobilite@a.test", "acct:Mobilite@A.test", "https://a.test/f/mobilite", "@mobilite@a.test"] {
        let (status, jrd, headers) = town.gets(&format!("/.well-known/webfinger?resource={resource}")).await;
        assert_eq!(status, StatusCode::OK, "{resource}");
        assert_eq!(headers["content-type"], "application/jrd+json");
        assert_eq!(
            (&jrd["subject"], &jrd["links"][0]["href"]),
            (&json!("acct:mobilite@a.test"), &json!("https://a.test/f/mobilite"))
        );
        assert_eq!(
            (&jrd["links"][0]["rel"], &jrd["links"][0]["type"]),
            (&json!("self"), &json!("application/activity+json"))
        );
    }
    assert_eq!(
        town.gets("/.well-known/webfinger?resource=acct:a.test@a.test").await.1["links"][0]["href"],
        "https://a.test/"
    );
    assert_eq!(town.gets("/.well-known/webfinger").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(town.gets("/.well-known/webfinger?resource=acct:mobilite@b.test").await.0, StatusCode::NOT_FOUND);
    for version in ["2.0", "2.1"] {
        assert_eq!(town.gets(&format!("/nodeinfo/{version}")).await.1["version"], version);
    }
    assert_eq!(town.gets("/nodeinfo/1.0").await.0, StatusCode::NOT_FOUND);
    for path in ["/.well-known/host-meta", "/.well-known/host-meta.json", "/.well-known/nodeinfo"] {
        assert_eq!(town.gets(path).await.0, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn secure_mode_gives_documents_to_signed_requests_alone() {
    let town = Town::with(federation::Settings { secure_mode: true, ..federation::Settings::default() }).await;
    town.world.forum("mobilite", Visibility::Public).await;
    let (status, _, told) = town.gets("/f/mobilite").await;
    assert_eq!((status, told["vary"].to_str().expect("text")), (StatusCode::UNAUTHORIZED, "Signature"));
    assert_eq!(told[signature::ACCEPT_SIGNATURE], signature::WANTED_OF_GET);
    assert_eq!(town.gets("/").await.0, StatusCode::OK, "or nobody could check a signature of ours");
    let ana = town.peer.user("ana");
    let url = "https://a.test/f/mobilite".parse().expect("a URL");
    for dialect in Dialect::ALL {
        let signed = signature::sign(*dialect, "get", &url, None, &ana.key, town.now().as_second()).expect("signed");
        let mut request = http::Request::get("/f/mobilite");
        for (name, value) in signed {
            request = request.header(name, value);
        }
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let response = tower::ServiceExt::oneshot(town.router.clone(), request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{dialect}");
        assert_eq!(response.headers()["vary"], "Signature");
    }
}

#[tokio::test]
async fn with_federation_off_there_is_no_door() {
    let town = Town::with(federation::Settings { enabled: false, ..federation::Settings::default() }).await;
    let (_, on) = town.world.vote().await;
    for path in ["/", "/f/mobilite", "/.well-known/webfinger?resource=acct:mobilite@a.test"] {
        assert_eq!(town.gets(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(town.gets(&format!("/c/{}", on.slug)).await.0, StatusCode::NOT_FOUND);
    let ana = town.peer.user("ana");
    let follow = crate::town::activity(&ana, "Follow", json!("https://a.test/f/mobilite"));
    assert_eq!(town.takes_in(&ana, &follow).await, StatusCode::NOT_FOUND);
    assert!(town.tells().await.is_empty());
}
