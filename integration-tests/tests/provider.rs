//! Sign-in with an OpenID Connect provider, against a real one.

use integration_tests::net::Net;
use integration_tests::node::{Node, PASSWORD, draft};
use integration_tests::provider::Provider;
use integration_tests::visitor::{Page, Visitor};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::town::{Empty, TOWN};

on_both_databases! {
    people_sign_in_with_a_provider_and_vote_as_its_claims_say,
    an_account_is_linked_by_its_address_or_on_request,
    a_return_belongs_to_one_journey_of_one_browser,
}

const ID: &str = "id.test";
const HERE: &str = "Sign in with Town ID";

struct Place {
    net: Net,
    node: Node,
    provider: Provider,
}

/// A node that trusts a provider on loopback, reached because the configuration names its host; and one at `localhost`,
/// which it does not.
async fn place(empty: Empty) -> Place {
    let net = Net::new(&[TOWN, ID]);
    let provider = Provider::start(&net, ID, TOWN).await;
    let (secret, port) = (provider.secret_file(), net.address(ID).port());
    let known = format!("client_id = \"palabre\"\nclient_secret_file = {secret:?}\n");
    let more = format!(
        "[[auth.oidc]]\nname = \"Town ID\"\nissuer = \"http://{ID}\"\n{known}tier = \"open\"\nidentifier = \"card\"\n\
         claims = [{{ claim = \"groups\", value = \"residents\", tier = \"member\" }},\n\
         {{ claim = \"realm_access.roles\", value = \"staff\", list = \"agents\" }}]\n\
         [[auth.oidc]]\nname = \"Elsewhere\"\nissuer = \"http://localhost:{port}\"\n{known}tier = \"member\"\n"
    );
    let node = Node::start_with(&net, TOWN, empty(), &more).await;
    let admin = node.admin();
    admin.post("/forums", json!({"slug": "rue", "title": "Rue", "language": "en"})).await.expect(201);
    admin.put("/forums/rue/lists/agents", json!({"kind": "identifier", "csv": "B-2002"})).await.expect(201);
    Place { net, node, provider }
}

impl Place {
    /// Publishes a vote for such an electorate, and only for it.
    async fn asks(&self, requires: Value) -> String {
        let mut body = draft("Close the square to cars?", json!({"kind": "vote"}));
        body["electorate"] = json!({"tiers": ["member"], "official": "member"});
        body["electorate"].as_object_mut().expect("an object").extend(requires.as_object().expect("an object").clone());
        let made = self.node.admin().post("/forums/rue/consultations", body).await.expect(201);
        let slug = made["slug"].as_str().expect("a slug").to_owned();
        self.node.admin().post(&format!("/consultations/{slug}/publish"), json!({})).await.expect(200);
        slug
    }

    /// Whether an account may vote.
    async fn admits(&self, name: &str, slug: &str) -> bool {
        let told = self.node.account(name).await.get(&format!("/consultations/{slug}/eligibility")).await.expect(200);
        told["eligible"].as_bool().expect("yes or no")
    }

    /// Goes to the provider from the sign-in page, and comes back as `subject`.
    async fn signs_in(&self, visitor: &mut Visitor, subject: &str, next: &str) -> Page {
        let door = visitor.opens(&format!("{}/login?next={next}", self.node.url())).await;
        let there = visitor.clicks(&door, HERE).await;
        assert_eq!(there.url.host_str(), Some(ID), "{there:?}");
        self.provider.admits(visitor, there, subject).await
    }

    /// Whose account a browser is signed in to.
    async fn is_signed_in(&self, visitor: &mut Visitor, name: &str) -> Page {
        let page = visitor.opens(&format!("{}/me", self.node.url())).await;
        assert!(page.status == StatusCode::OK && page.text.contains(&format!(">{name}</dd>")), "{page:?}");
        page
    }
}

async fn people_sign_in_with_a_provider_and_vote_as_its_claims_say(empty: Empty) {
    let place = place(empty).await;
    place.node.person("paul").await;
    let ana = json!({"preferred_username": "Ana", "groups": ["residents"], "realm_access": {"roles": ["staff"]}});
    let bob = json!({"preferred_username": "bob", "groups": ["guests"], "card": "b-2002"});
    place.provider.knows(&json!({"7": ana, "8": bob}));
    let any = place.asks(json!({"requires": "oidc"})).await;
    let agents = place.asks(json!({"requires": "list", "list": "agents"})).await;
    let account = place.asks(json!({})).await;

    let mut ana = Visitor::new(&place.net);
    let page = place.signs_in(&mut ana, "7", &format!("/c/{any}")).await;
    assert!(page.url.path() == "/login/oidc/join" && page.text.contains("value=\"ana\""), "{page:?}");
    let taken = ana.sends(&page, "/login/oidc/join", &[("name", "paul")]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "{taken:?}");
    let page = ana.sends(&taken, "/login/oidc/join", &[("name", "ana")]).await;
    assert_eq!((page.status, page.url.path()), (StatusCode::OK, format!("/c/{any}").as_str()), "{page:?}");
    let voted = ana.sends(&page, &format!("/c/{any}/ballot"), &[("choice", "for")]).await;
    assert_eq!(voted.status, StatusCode::OK, "{voted:?}");
    place.is_signed_in(&mut ana, "ana").await;

    let mut bob = Visitor::new(&place.net);
    let page = place.signs_in(&mut bob, "8", "/").await;
    bob.sends(&page, "/login/oidc/join", &[("name", "bob")]).await;
    for (name, slug, may) in [
        ("ana", &any, true),
        ("ana", &agents, true),
        ("ana", &account, true),
        ("bob", &any, false),
        ("bob", &agents, true),
        ("bob", &account, false),
        ("paul", &any, false),
        ("paul", &agents, false),
        ("paul", &account, true),
    ] {
        assert_eq!(place.admits(name, slug).await, may, "{name} on {slug}");
    }
    let ballot = format!("/consultations/{any}/ballot");
    assert_eq!(place.node.account("ana").await.get(&ballot).await.expect(200)["tier"], "member");
    let paul = place.node.account("paul").await;
    paul.put(&ballot, json!({"choice": ["for"]})).await.refused(422, "not-eligible");

    // What the provider says is asked for anew at each sign-in.
    place.provider.knows(&json!({"7": {"groups": []}, "8": {"groups": "residents"}}));
    let mut again = Visitor::new(&place.net);
    let page = place.signs_in(&mut again, "7", &format!("/c/{any}")).await;
    assert_eq!(page.url.path(), format!("/c/{any}"), "known: no name is asked for");
    place.signs_in(&mut Visitor::new(&place.net), "8", "/").await;
    assert!(!place.admits("ana", &any).await && !place.admits("ana", &agents).await && place.admits("bob", &any).await);
}

async fn an_account_is_linked_by_its_address_or_on_request(empty: Empty) {
    let place = place(empty).await;
    for name in ["ana", "bob", "cleo"] {
        place.node.person(name).await;
    }
    let of = |name: &str, verified: bool, groups: &str| json!({"email": format!("{name}@example.org"), "email_verified": verified, "groups": groups});
    place.provider.knows(&json!({
        "7": of("ana", true, "residents"), "8": of("bob", true, "guests"), "9": of("cleo", false, "residents"),
    }));
    let any = place.asks(json!({"requires": "oidc", "provider": "Town ID"})).await;

    let mut ana = Visitor::new(&place.net);
    let page = place.signs_in(&mut ana, "7", "/me").await;
    assert_eq!(page.url.path(), "/me", "{page:?}");
    place.is_signed_in(&mut ana, "ana").await;
    // A provider that vouches for no member opens nobody's account; nor does an address that it has not verified.
    let mut bob = Visitor::new(&place.net);
    let page = place.signs_in(&mut bob, "8", "/me").await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("sign in to link"), "{page:?}");
    let mut cleo = Visitor::new(&place.net);
    assert_eq!(place.signs_in(&mut cleo, "9", "/me").await.url.path(), "/login/oidc/join");

    let mut bob = Visitor::new(&place.net);
    let door = bob.opens(&format!("{}/login?next=/me", place.node.url())).await;
    let me = bob.sends(&door, "/login", &[("who", "bob"), ("password", PASSWORD), ("next", "/me")]).await;
    let asked = bob.clicks(&me, "Link with Town ID").await;
    assert!(asked.url.host_str() == Some(TOWN) && asked.text.contains("become one"), "asked first: {asked:?}");
    let there = bob.clicks(&asked, HERE).await;
    let taken = place.provider.admits(&mut bob, there, "7").await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.text.contains("another account"), "{taken:?}");
    let mut bob_there = Visitor::new(&place.net);
    let door = bob_there.opens(&format!("{}/login?next=/me", place.node.url())).await;
    let me = bob_there.sends(&door, "/login", &[("who", "bob"), ("password", PASSWORD), ("next", "/me")]).await;
    let asked = bob_there.clicks(&me, "Link with Town ID").await;
    let there = bob_there.clicks(&asked, HERE).await;
    let linked = place.provider.admits(&mut bob_there, there, "8").await;
    assert!(linked.text.contains("Linked with Town ID"), "{linked:?}");
    assert!(place.admits("ana", &any).await && !place.admits("bob", &any).await);

    let page = place.is_signed_in(&mut ana, "ana").await;
    let id = page.text.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let ended = ana.sends(&page, "/me/unlink", &[("id", id)]).await;
    assert!(ended.text.contains("The link is ended"), "{ended:?}");
    assert!(!place.admits("ana", &any).await);
}

async fn a_return_belongs_to_one_journey_of_one_browser(empty: Empty) {
    let place = place(empty).await;
    place.provider.knows(&json!({"7": {"preferred_username": "ana"}}));
    let start = format!("{}/login/oidc?with=Town+ID&next=/me", place.node.url());
    let failed = |page: &Page| {
        page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("did not confirm who you are")
    };

    let mut ana = Visitor::new(&place.net);
    let page = place.signs_in(&mut ana, "7", "/me").await;
    assert_eq!(page.url.path(), "/login/oidc/join");
    let first = ana.is_sent_to(&start).await.expect("an address");
    let second = ana.is_sent_to(&start).await.expect("an address");
    for (name, both) in [("state", true), ("nonce", true), ("code_challenge", true), ("client_id", false)] {
        let of =
            |url: &str| url::Url::parse(url).ok()?.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
        assert_eq!(of(&first) != of(&second) && of(&first).is_some(), both, "{name}");
    }
    // The second journey is the one that counts: what belongs to the first, or to nobody, is refused.
    let back = ana.is_sent_to(&first).await.expect("signed in at the provider already");
    assert!(failed(&ana.opens(&back).await), "of another journey");
    let third = ana.is_sent_to(&start).await.expect("an address");
    let back = ana.is_sent_to(&third).await.expect("back");
    assert!(failed(&Visitor::new(&place.net).opens(&back).await), "of another browser");
    assert_eq!(ana.opens(&back).await.url.path(), "/login/oidc/join");
    assert!(failed(&ana.opens(&back).await), "used already");
    let denied = ana.is_sent_to(&start).await.expect("an address");
    let state = url::Url::parse(&denied).expect("an address");
    let state = state.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let denied = format!("{}/login/oidc/return?error=access_denied&state={state}", place.node.url());
    assert!(failed(&ana.opens(&denied).await), "denied");

    // Loopback is reached by a name that the configuration leads there, and by no other.
    let page = ana.opens(&format!("{}/login/oidc?with=Elsewhere", place.node.url())).await;
    assert!(failed(&page), "{page:?}");
    let nobody = ana.opens(&format!("{}/login/oidc?with=Nobody", place.node.url())).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}
