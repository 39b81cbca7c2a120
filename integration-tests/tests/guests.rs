//! People of other servers who come to the node's own pages: led to their server, or signed in with their account there.

use integration_tests::node::{ADMIN, PASSWORD};
use integration_tests::peer::{Peer, User};
use integration_tests::visitor::{Page, Visitor};
use integration_tests::wait;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::town::{Empty, Published, STRANGER, TOWN, Town};

on_both_databases! {
    a_guest_sees_changes_and_withdraws_the_vote_sent_from_elsewhere,
    linked_with_an_account_one_ballot_remains_the_last,
    only_a_word_that_holds_both_ways_is_believed,
    a_visitor_is_led_to_their_own_server,
}

struct Place {
    town: Town,
    peer: Peer,
    ana: User,
}

async fn place(empty: Empty) -> Place {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    Place { town, peer, ana }
}

impl Place {
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.town.node.url())
    }

    /// The `Question`, once the peer has it.
    async fn question(&self, of: &Published) -> Value {
        let id = format!("{}/ballot", of.url);
        self.peer.receives("the announced Question", |received| received.announces(&id)).await;
        self.ana.fetches(&id).await
    }

    /// From the page of sign-in with a fediverse account to the server's own question.
    async fn goes(&self, visitor: &mut Visitor, next: &str) -> Page {
        let door = visitor.opens(&self.at(&format!("/login/fediverse?next={next}"))).await;
        let there = visitor.sends(&door, "/login/fediverse", &[("handle", "@ana@m.test"), ("next", next)]).await;
        assert_eq!((there.status, there.url.host_str()), (StatusCode::OK, Some(STRANGER)), "{there:?}");
        there
    }

    async fn signs_in(&self, visitor: &mut Visitor, next: &str) -> Page {
        let there = self.goes(visitor, next).await;
        visitor.clicks(&there, "Agree as ana").await
    }
}

async fn a_guest_sees_changes_and_withdraws_the_vote_sent_from_elsewhere(empty: Empty) {
    let place = place(empty).await;
    let square = place.town.asks("Close the square to cars?").await;
    let question = place.question(&square).await;
    place.ana.votes(&question, "For").await;
    place.town.counts_become(&square, "open", &[1, 0, 0]).await;

    let page = format!("/c/{}", square.slug);
    let mut ana = Visitor::new(&place.town.net);
    let out = ana.opens(&place.at(&page)).await;
    assert!(out.text.contains("/interact?uri=") && !out.text.contains("value=\"withdraw\""), "{out:?}");
    let door = ana.opens(&place.at(&format!("/login?next={page}"))).await;
    assert!(door.text.contains("/login/fediverse?next="), "{door:?}");
    let seen = place.signs_in(&mut ana, &page).await;
    assert!(seen.url.path() == page && seen.text.contains("@ana@m.test"), "{seen:?}");
    assert!(seen.text.contains("name=\"act\" value=\"withdraw\""), "her vote stands on the page: {seen:?}");
    assert_eq!(place.peer.applications(), (1, 0), "the token is given back");

    let ballot = format!("{page}/ballot");
    let form = ana.opens(&place.at(&format!("{page}?change=1"))).await;
    let changed = ana.sends(&form, &ballot, &[("choice", "against")]).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    place.town.counts_become(&square, "open", &[0, 0, 1]).await;
    assert_eq!(place.town.counts(&square, "member").await, [0, 0, 0], "as on her server: no member");
    let page_now = ana.opens(&place.at(&page)).await;
    ana.sends(&page_now, &ballot, &[("act", "withdraw")]).await;
    place.town.counts_become(&square, "open", &[0, 0, 0]).await;

    let gone = ana.opens(&place.at(&page)).await;
    ana.sends(&gone, "/logout", &[]).await;
    assert!(!ana.opens(&place.at(&page)).await.text.contains("@ana@m.test"));
    let mut again = Visitor::new(&place.town.net);
    place.signs_in(&mut again, &page).await;
    assert_eq!(place.peer.applications(), (1, 0), "registered once");

    // Suspended or blocked meanwhile, a guest is a visitor like any other.
    place.town.clerk.put(&format!("/peers/{STRANGER}"), json!({"policy": "block"})).await.expect(200);
    assert!(!again.opens(&place.at(&page)).await.text.contains("@ana@m.test"));
    let door = again.opens(&place.at("/login/fediverse")).await;
    let refused = again.sends(&door, "/login/fediverse", &[("handle", "@ana@m.test")]).await;
    assert!(refused.status == StatusCode::FORBIDDEN && refused.text.contains("blocked here"), "{refused:?}");
}

async fn linked_with_an_account_one_ballot_remains_the_last(empty: Empty) {
    let place = place(empty).await;
    let square = place.town.asks("Close the square to cars?").await;
    let street = place.town.asks("Close the street to cars?").await;
    let (asked_first, asked_last) = (place.question(&square).await, place.question(&street).await);
    let marc = place.town.node.person("marc").await;
    let cast = async |of: &Published, choice: &str| {
        marc.put(&format!("/consultations/{}/ballot", of.slug), json!({"choice": [choice]})).await
    };
    cast(&square, "for").await.expect(201);
    place.ana.votes(&asked_last, "Against").await;
    place.town.counts_become(&street, "open", &[0, 0, 1]).await;
    place.ana.votes(&asked_first, "Against").await;
    place.town.counts_become(&square, "open", &[0, 0, 1]).await;
    cast(&street, "for").await.expect(201);
    place.town.counts_become(&street, "member", &[1, 0, 0]).await;

    let mut visitor = Visitor::new(&place.town.net);
    let door = visitor.opens(&place.at("/login?next=/me")).await;
    let me = visitor.sends(&door, "/login", &[("who", "marc"), ("password", PASSWORD), ("next", "/me")]).await;
    let asked = visitor.clicks(&me, "Link a fediverse account").await;
    assert!(asked.text.contains("become one"), "{asked:?}");
    let there = visitor.sends(&asked, "/login/fediverse", &[("handle", "ana@m.test"), ("next", "/me")]).await;
    let linked = visitor.clicks(&there, "Agree as ana").await;
    assert!(linked.url.path() == "/me" && linked.text.contains("@ana@m.test"), "{linked:?}");

    place.town.counts_become(&square, "member", &[0, 0, 0]).await;
    place.town.counts_become(&square, "open", &[0, 0, 1]).await;
    place.town.counts_become(&street, "open", &[0, 0, 0]).await;
    place.town.counts_become(&street, "member", &[1, 0, 0]).await;
    let path = format!("/consultations/{}/ballot", square.slug);
    assert_eq!(marc.get(&path).await.expect(200)["choice"], json!(["against"]), "the account's own ballot now");

    // Signing in with it from another browser leads into the account.
    let mut other = Visitor::new(&place.town.net);
    let page = place.signs_in(&mut other, "/me").await;
    assert!(page.status == StatusCode::OK && page.text.contains(">marc</dd>"), "{page:?}");
    let mut eve = Visitor::new(&place.town.net);
    let door = eve.opens(&place.at("/login?next=/me")).await;
    eve.sends(&door, "/login", &[("who", ADMIN), ("password", PASSWORD), ("next", "/me")]).await;
    let taken = place.signs_in(&mut eve, "/me").await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.text.contains("another account"), "{taken:?}");
}

async fn only_a_word_that_holds_both_ways_is_believed(empty: Empty) {
    let place = place(empty).await;
    place.peer.user("bea");
    let failed = |page: &Page| {
        page.status == StatusCode::UNPROCESSABLE_ENTITY
            && page.url.host_str() == Some(TOWN)
            && page.text.contains("did not confirm who you are")
    };
    let mut ana = Visitor::new(&place.town.net);
    let there = place.goes(&mut ana, "/").await;
    let denied = ana.clicks(&there, "Deny").await;
    assert!(failed(&denied), "{denied:?}");

    // What belongs to another journey, to another browser, or to none.
    let there = place.goes(&mut ana, "/").await;
    let newer = place.goes(&mut ana, "/").await;
    let of_older = ana.clicks(&there, "Agree as ana").await;
    assert!(failed(&of_older), "{of_older:?}");
    let used = ana.clicks(&newer, "Agree as ana").await;
    assert!(failed(&used), "the journey had ended with the wrong return: {used:?}");
    let there = place.goes(&mut ana, "/").await;
    assert!(failed(&Visitor::new(&place.town.net).clicks(&there, "Agree as ana").await), "another browser");
    for path in ["/login/fediverse/return?code=x&state=y", "/login/fediverse/return"] {
        assert!(failed(&Visitor::new(&place.town.net).opens(&place.at(path)).await), "{path}");
    }

    // A server that says another name, another actor, or nobody at all.
    for lie in [
        json!({"username": "nobody", "acct": "nobody"}),
        json!({"username": "bea", "acct": "bea", "uri": "http://m.test/users/ana"}),
        json!({"username": "ana", "acct": "ana", "uri": "http://b.test/users/ana"}),
        json!({"username": "ana@b.test", "acct": "ana@b.test"}),
        json!({"username": "../ana", "acct": "x"}),
        json!({"username": 7}),
        json!("ana"),
    ] {
        place.peer.lies(Some(lie.clone()));
        let page = place.signs_in(&mut ana, "/").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{lie}: {page:?}");
        assert!(!page.text.contains("Sign out"), "{lie}");
    }
    place.peer.lies(None);
    assert_eq!(place.peer.applications().1, 0, "every token was given back");

    // One that has forgotten this node is asked anew the time after.
    let there = place.goes(&mut ana, "/").await;
    place.peer.forgets_applications();
    assert!(failed(&ana.clicks(&there, "Agree as ana").await));
    let page = place.signs_in(&mut ana, "/").await;
    assert!(page.status == StatusCode::OK && page.text.contains("@ana@m.test"), "{page:?}");
    assert_eq!(place.peer.applications().0, 2);
}

async fn a_visitor_is_led_to_their_own_server(empty: Empty) {
    let place = place(empty).await;
    let square = place.town.asks("Close the square to cars?").await;
    let mut visitor = Visitor::new(&place.town.net);
    let page = visitor.opens(&square.url).await;
    let asked = visitor.clicks(&page, "Take part from your own server").await;
    assert!(asked.status == StatusCode::OK && asked.text.contains("Close the square to cars?"), "{asked:?}");
    let uri = [("uri", square.url.as_str())];
    let with = |handle: &'static str| [uri[0], ("handle", handle)];
    let none = visitor.sends(&asked, "/interact", &with("@ana@m.test")).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.text.contains("offers no way"), "{none:?}");
    place.peer.offers(vec![json!({
        "rel": "http://ostatus.org/schema/1.0/subscribe", "template": "http://m.test/authorize_interaction?uri={uri}",
    })]);
    let led = visitor.sends(&none, "/interact", &with("@ana@m.test")).await;
    let told = led.url.query_pairs().find(|(name, _)| name == "uri").map(|(_, value)| value.into_owned());
    assert_eq!((led.url.host_str(), led.url.path()), (Some(STRANGER), "/authorize_interaction"));
    assert_eq!(told.as_deref(), Some(square.url.as_str()));
    for (handle, words) in
        [("ana", "not the address of an account"), ("@ana@a.test", "on this site"), ("@x@m.test", "does not answer")]
    {
        let page = visitor.sends(&asked, "/interact", &with(handle)).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains(words), "{handle}: {page:?}");
    }

    // Only what everybody may know can be taken part in, and nothing leads away by its address alone.
    for address in ["", "http://a.test/c/nothing", "http://a.test/me", "http://a.test/u/maire", "nonsense"] {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("uri", address).finish();
        let page = visitor.opens(&place.at(&format!("/interact?{query}"))).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
    }
    let elsewhere = visitor.opens(&place.at("/interact?uri=http%3A%2F%2Fm.test%2Fnotes%2F1")).await;
    assert!(elsewhere.url.host_str() == Some(TOWN) && elsewhere.text.contains("not here yet"), "{elsewhere:?}");
    wait::until("WebFinger offers it too", async || {
        let answer = place.town.node.get("/.well-known/webfinger?resource=acct:a.test@a.test", "*/*").await.expect(200);
        answer.to_string().contains("http://a.test/interact?uri={uri}").then_some(())
    })
    .await;
}
