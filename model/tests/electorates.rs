//! Who votes in which tier: members of a forum, lists, codes, people whom a provider vouches for, partner nodes.

use model::both_databases;
use model::care::settings::Registration;
use model::count::ballot::{self, Voter};
use model::count::electorate::list::{self, Kind};
use model::count::electorate::{Electorate, Requires, Tier, code};
use model::debate::consultation::{self, Consultation, Draft};
use model::debate::forum::{self, Forum, Visibility};
use model::error::{Error, Refusal};
use model::network::peer::{self, Policy};
use model::people::account::Account;
use model::people::actor::{self, Kind as ActorKind};
use model::people::identity::{self, Arrival, Vouched};
use model::people::role::{Role, Standing};
use model::testing::{World, refused};
use serde_json::json;

fn electorate(value: serde_json::Value) -> Electorate {
    serde_json::from_value(value).unwrap()
}

async fn asks(world: &World, forum: &Forum, electorate: Electorate) -> Consultation {
    world.publish(forum, Draft { electorate, ..world.draft(&json!({"kind": "vote"})) }).await
}

async fn tier(world: &World, forum: &Forum, on: &Consultation, who: &Account) -> Result<Tier, &'static str> {
    match world.casts(forum, on, who, &["for"]).await {
        Ok(receipt) => Ok(receipt.tier),
        Err(Error::Refused(refusal)) => Err(refusal.code()),
        Err(error) => panic!("{error}"),
    }
}

async fn keeps(world: &World, forum: &Forum, name: &str, kind: Kind, csv: &str) -> model::error::Result<list::Kept> {
    let mut tx = world.store.begin().await?;
    let kept = list::keep(&mut tx, world.now(), Some(&world.as_admin()), forum, name, kind, csv).await?;
    tx.commit().await?;
    Ok(kept)
}

async fn claims(world: &World, forum: &Forum, who: &Account, typed: &str) -> model::error::Result<()> {
    let mut tx = world.store.begin().await?;
    let by = forum::standing(&mut tx, forum, Some(who)).await?;
    list::claim(&mut tx, world.now(), &by, forum, "roll", typed).await?;
    tx.commit().await
}

fn vouched(subject: &str) -> Vouched {
    Vouched {
        provider: "Town".into(),
        issuer: "https://id.test".into(),
        subject: subject.into(),
        tier: Tier::Member,
        lists: Vec::new(),
        identifier: None,
        email: None,
        name: String::new(),
    }
}

async fn arrives(world: &World, signed_in: Option<&Account>, it: &Vouched) -> model::error::Result<Arrival> {
    let mut tx = world.store.begin().await?;
    let arrival = identity::arrive(&mut tx, world.now(), signed_in, it).await?;
    tx.commit().await?;
    Ok(arrival)
}

async fn joins(world: &World, it: &Vouched, name: &str) -> Account {
    let mut tx = world.store.begin().await.unwrap();
    let account = identity::join(&mut tx, world.now(), Registration::Open, it, name, "fr").await.unwrap();
    tx.commit().await.unwrap();
    account
}

#[test]
fn an_electorate_says_only_what_fits_together() {
    for (wrong, field) in [
        (json!({"tiers": [], "official": "member"}), "electorate.tiers"),
        (json!({"tiers": ["open"], "official": "member"}), "electorate.official"),
        (json!({"tiers": ["open"], "official": "open", "requires": "codes"}), "electorate.requires"),
        (json!({"tiers": ["member"], "official": "member", "requires": "list"}), "electorate.list"),
        (json!({"tiers": ["member"], "official": "member", "requires": "codes", "list": "a"}), "electorate.list"),
        (json!({"tiers": ["member"], "official": "member", "provider": "a"}), "electorate.provider"),
    ] {
        let Err(Error::Refused(Refusal::Invalid(fields))) = electorate(wrong.clone()).check() else {
            panic!("{wrong}")
        };
        assert_eq!(fields[0].field, field, "{wrong}");
    }
    let plain = json!({"tiers": ["member", "open"], "official": "member"});
    assert_eq!(serde_json::to_value(electorate(plain.clone()).check().unwrap()).unwrap(), plain);
    let listed = electorate(json!({"tiers": ["member"], "official": "member", "list": "roll"})).check().unwrap();
    assert_eq!(listed.requires, Requires::List);
}

both_databases! {
    async fn members_of_the_forum_vote_and_others_in_open_or_not_at_all(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let (ana, bob) = (world.account("ana").await, world.account("bob").await);
        let mut tx = world.store.begin().await.unwrap();
        forum::give_role(&mut tx, world.now(), &world.as_admin(), &forum, &ana, Role::Participant).await.unwrap();
        tx.commit().await.unwrap();
        let both = json!({"tiers": ["member", "open"], "official": "member", "requires": "members"});
        let on = asks(&world, &forum, electorate(both)).await;
        assert_eq!(tier(&world, &forum, &on, &ana).await, Ok(Tier::Member));
        assert_eq!(tier(&world, &forum, &on, &bob).await, Ok(Tier::Open));
        let counts = world.tally(&on).await;
        assert_eq!((counts.0[&Tier::Member].voters, counts.0[&Tier::Open].voters), (1, 1), "counted apart");
        let ours = json!({"tiers": ["member"], "official": "member", "requires": "members"});
        let on = asks(&world, &forum, electorate(ours)).await;
        assert_eq!(tier(&world, &forum, &on, &ana).await, Ok(Tier::Member));
        assert_eq!(tier(&world, &forum, &on, &bob).await, Err("not-eligible"));
        assert_eq!(tier(&world, &forum, &on, &world.admin.clone()).await, Err("not-eligible"), "staff is no member");
    }

    async fn a_list_of_addresses_is_checked_and_never_shown(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let (ana, bob) = (world.account("ana").await, world.account("bob").await);
        let on_list = json!({"tiers": ["member"], "official": "member", "list": "roll"});
        let draft = Draft { electorate: electorate(on_list.clone()), ..world.draft(&json!({"kind": "vote"})) };
        let mut tx = world.store.begin().await.unwrap();
        let none = consultation::create(&mut tx, world.now(), &world.as_admin(), &forum, draft).await;
        let Err(Error::Refused(Refusal::Invalid(fields))) = none else { panic!("no such list") };
        assert_eq!((fields[0].field.as_str(), fields[0].code), ("electorate.list", "unknown"));
        drop(tx);
        let kept = keeps(&world, &forum, "roll", Kind::Email, "email\nANA@mail.example\nana@mail.example\n").await.unwrap();
        assert_eq!((kept.list.size, kept.repeated, kept.fresh), (1, 1, true));
        let on = asks(&world, &forum, electorate(on_list)).await;
        assert_eq!(tier(&world, &forum, &on, &bob).await, Err("not-eligible"));
        let wider = keeps(&world, &forum, "roll", Kind::Email, "ana@mail.example\nzoe@mail.example").await.unwrap();
        assert_eq!((wider.list.size, wider.fresh), (2, false), "before the first ballot it can be replaced");
        assert_eq!(tier(&world, &forum, &on, &ana).await, Ok(Tier::Member));
        assert_eq!(refused(keeps(&world, &forum, "roll", Kind::Email, "bob@mail.example").await), "locked");
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(list::delete(&mut tx, world.now(), &world.as_admin(), &forum, "roll").await), "locked");
        drop(tx);
        assert_eq!(refused(keeps(&world, &forum, "roll2", Kind::Email, "nonsense").await), "invalid");
    }

    async fn an_identifier_is_claimed_by_one_account(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let (ana, bob) = (world.account("ana").await, world.account("bob").await);
        keeps(&world, &forum, "roll", Kind::Identifier, "identifiant\n2024-001\n2024-002\n").await.unwrap();
        let listed = json!({"tiers": ["member", "open"], "official": "member", "list": "roll"});
        let on = asks(&world, &forum, electorate(listed)).await;
        assert_eq!(tier(&world, &forum, &on, &ana).await, Ok(Tier::Open), "not claimed yet");
        assert_eq!(refused(claims(&world, &forum, &ana, "2024-999").await), "not-on-list");
        claims(&world, &forum, &ana, " 2024 001 ").await.unwrap();
        claims(&world, &forum, &ana, "2024-001").await.unwrap();
        assert_eq!(refused(claims(&world, &forum, &bob, "2024-001").await), "not-on-list", "as if it were not there");
        assert_eq!(refused(claims(&world, &forum, &ana, "2024-002").await), "not-on-list", "one for each account");
        assert_eq!(tier(&world, &forum, &on, &ana).await, Ok(Tier::Member), "the ballot moves to the better tier");
        let counts = world.tally(&on).await;
        assert!(!counts.0.contains_key(&Tier::Open) && counts.0[&Tier::Member].voters == 1);
    }

    async fn a_claim_stays_when_its_list_is_replaced(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let (ana, bob) = (world.account("ana").await, world.account("bob").await);
        keeps(&world, &forum, "roll", Kind::Identifier, "A1001\nA1002").await.unwrap();
        claims(&world, &forum, &ana, "A1001").await.unwrap();
        keeps(&world, &forum, "roll", Kind::Identifier, "A1001\nA1003").await.unwrap();
        assert_eq!(refused(claims(&world, &forum, &bob, "A1001").await), "not-on-list");
        let mut conn = world.store.conn().await.unwrap();
        assert!(list::holds(&mut conn, forum.id, "roll", &ana).await.unwrap());
        assert!(!list::holds(&mut conn, forum.id, "roll", &bob).await.unwrap());
    }

    async fn only_authors_keep_lists(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let ana = world.account("ana").await;
        let mut tx = world.store.begin().await.unwrap();
        let by = forum::standing(&mut tx, &forum, Some(&ana)).await.unwrap();
        let now = world.now();
        assert_eq!(refused(list::keep(&mut tx, now, Some(&by), &forum, "roll", Kind::Email, "").await), "not-allowed");
        assert_eq!(refused(list::delete(&mut tx, now, &by, &forum, "roll").await), "not-allowed");
        drop(tx);
        keeps(&world, &forum, "roll", Kind::Email, "email\n").await.unwrap();
        asks(&world, &forum, electorate(json!({"tiers": ["member"], "official": "member", "list": "roll"}))).await;
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(list::delete(&mut tx, now, &world.as_admin(), &forum, "roll").await), "list-in-use");
        assert!(matches!(list::delete(&mut tx, now, &world.as_admin(), &forum, "other").await, Err(Error::NotFound)));
    }

    async fn a_code_takes_part_once_without_an_account(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let with_codes = json!({"tiers": ["member"], "official": "member", "requires": "codes"});
        let on = asks(&world, &forum, electorate(with_codes)).await;
        let (other, ana) = (asks(&world, &forum, Electorate::default()).await, world.account("ana").await);
        let (now, admin) = (world.now(), world.as_admin());
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(code::issue(&mut tx, now, &admin, &forum, &other, 1).await), "wrong-electorate");
        assert_eq!(refused(code::issue(&mut tx, now, &Standing::visitor(), &forum, &on, 1).await), "not-signed-in");
        for count in [0, code::AT_ONCE + 1] {
            assert_eq!(refused(code::issue(&mut tx, now, &admin, &forum, &on, count).await), "invalid");
        }
        let codes = code::issue(&mut tx, now, &admin, &forum, &on, 3).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(tier(&world, &forum, &on, &ana).await, Err("not-eligible"), "an account is no code");
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(code::find(&mut tx, &on, "AAAA-AAAA-AAAA-AAAA-AAAA").await), "code-invalid");
        assert_eq!(refused(code::find(&mut tx, &other, &codes[0]).await), "code-invalid");
        for (typed, choice) in [(codes[0].clone(), "for"), (codes[0].to_lowercase().replace('-', ""), "against"), (codes[1].clone(), "for")] {
            let held = code::find(&mut tx, &on, &typed).await.unwrap();
            let voter = code::voter(&mut tx, &on, &held).await.unwrap();
            assert_eq!(voter.tier, Tier::Member);
            ballot::cast(&mut tx, now, &on, voter, &[choice.to_owned()]).await.unwrap();
        }
        let held = code::find(&mut tx, &on, &codes[0]).await.unwrap();
        let bearer = actor::by_id(&mut tx, held.actor()).await.unwrap();
        assert_eq!(bearer.name, held.bearer());
        assert_eq!((bearer.kind, bearer.uri(&world.address), bearer.published_at), (ActorKind::Bearer, None, None));
        assert_eq!(code::count(&mut tx, &on, now).await.unwrap(), code::Count { issued: 3, used: None });
        let shown = Consultation { results: model::count::tally::Results::Live, ..on.clone() };
        assert_eq!(code::count(&mut tx, &shown, now).await.unwrap(), code::Count { issued: 3, used: Some(2) });
        tx.commit().await.unwrap();
        let member = &world.tally(&on).await.0[&Tier::Member];
        assert_eq!((member.voters, member.choices["for"], member.choices["against"]), (2, 1, 1));
        let on = world.again(&on).await;
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(refused(code::issue(&mut tx, now, &admin, &forum, &on, 1).await), "locked");
    }

    async fn who_comes_from_a_provider_is_known_linked_or_new(world: World) {
        let ana = world.account("ana").await;
        assert!(matches!(arrives(&world, None, &vouched("1")).await.unwrap(), Arrival::Newcomer));
        let Arrival::Known(known) = arrives(&world, Some(&ana), &vouched("1")).await.unwrap() else { panic!("linked") };
        assert_eq!(known.id, ana.id);
        let Arrival::Known(again) = arrives(&world, None, &vouched("1")).await.unwrap() else { panic!("known") };
        assert_eq!(again.id, ana.id);
        let bob = world.account("bob").await;
        assert_eq!(refused(arrives(&world, Some(&bob), &vouched("1")).await), "identity-taken");
        let by_mail = Vouched { email: Some("bob@mail.example".into()), ..vouched("2") };
        let Arrival::Known(linked) = arrives(&world, None, &by_mail).await.unwrap() else { panic!("by address") };
        assert_eq!(linked.id, bob.id);
        let cleo = joins(&world, &vouched("3"), "cleo").await;
        assert!(cleo.confirmed_at.is_some() && cleo.email.is_none() && cleo.password_hash.is_none());
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        let twice = identity::join(&mut tx, now, Registration::Open, &vouched("3"), "cleo2", "fr").await;
        assert_eq!(refused(twice), "identity-taken");
        for registration in [Registration::Invite, Registration::Closed] {
            let shut = identity::join(&mut tx, now, registration, &vouched("4"), "dora", "fr").await;
            assert_eq!(refused(shut), "registration-closed");
        }
        let waits = identity::join(&mut tx, now, Registration::Approval, &vouched("4"), "dora", "fr").await.unwrap();
        assert!(waits.waiting_since.is_some());
        let only = identity::of(&mut tx, cleo.id).await.unwrap();
        assert_eq!(refused(identity::unlink(&mut tx, now, &cleo, only[0].id).await), "not-allowed");
        assert!(matches!(identity::unlink(&mut tx, now, &ana, only[0].id).await, Err(Error::NotFound)));
        tx.commit().await.unwrap();
        assert_eq!(refused(arrives(&world, None, &vouched("4")).await), "not-approved");
    }

    async fn a_link_that_was_ended_comes_back_to_its_account_or_to_none(world: World) {
        let (eve, bob) = (world.account_with_password("eve").await, world.account("bob").await);
        arrives(&world, Some(&eve), &vouched("5")).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        let held = identity::of(&mut tx, eve.id).await.unwrap();
        identity::unlink(&mut tx, world.now(), &eve, held[0].id).await.unwrap();
        assert_eq!(identity::of(&mut tx, eve.id).await.unwrap(), []);
        tx.commit().await.unwrap();
        assert_eq!(refused(arrives(&world, None, &vouched("5")).await), "identity-taken");
        assert_eq!(refused(arrives(&world, Some(&bob), &vouched("5")).await), "identity-taken", "else one person votes twice");
        let Arrival::Known(again) = arrives(&world, Some(&eve), &vouched("5")).await.unwrap() else { panic!("linked") };
        assert_eq!(again.id, eve.id);
    }

    async fn an_address_that_nobody_confirmed_links_nothing(world: World) {
        let hash = model::people::account::PasswordHash::new(model::testing::PASSWORD).unwrap();
        let new = model::people::account::Newcomer {
            name: "mallory".into(), email: "victim@mail.example".into(), language: "fr".into(),
        };
        let mut tx = world.store.begin().await.unwrap();
        model::people::account::sign_up(&mut tx, world.now(), &new, &hash, None).await.unwrap();
        tx.commit().await.unwrap();
        let victim = Vouched { email: Some("victim@mail.example".into()), ..vouched("1") };
        assert_eq!(refused(arrives(&world, None, &victim).await), "address-unproven");
        // Nor does one that vouches for no members open the account of somebody whose address is confirmed.
        world.account("bob").await;
        let bob = Vouched { tier: Tier::Open, email: Some("bob@mail.example".into()), ..vouched("2") };
        assert_eq!(refused(arrives(&world, None, &bob).await), "address-unproven");
    }

    async fn claims_of_a_provider_lead_to_tiers_and_lists(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let both = |more: serde_json::Value| {
            let mut all = json!({"tiers": ["member", "open"], "official": "member"});
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            electorate(all)
        };
        let any = asks(&world, &forum, both(json!({"requires": "oidc"}))).await;
        let town = asks(&world, &forum, both(json!({"requires": "oidc", "provider": "Town"}))).await;
        let other = asks(&world, &forum, both(json!({"requires": "oidc", "provider": "Other"}))).await;
        let plain = asks(&world, &forum, Electorate::default()).await;
        keeps(&world, &forum, "agents", Kind::Email, "email\n").await.unwrap();
        keeps(&world, &forum, "roll", Kind::Identifier, "A1001").await.unwrap();
        let agents = asks(&world, &forum, both(json!({"list": "agents"}))).await;
        let roll = asks(&world, &forum, both(json!({"list": "roll"}))).await;
        let ana = joins(&world, &Vouched { lists: vec!["agents".into()], identifier: Some("a-1001".into()), ..vouched("1") }, "ana").await;
        let bob = joins(&world, &Vouched { tier: Tier::Open, ..vouched("2") }, "bob").await;
        for (on, of_ana) in [(&any, Tier::Member), (&town, Tier::Member), (&other, Tier::Open), (&plain, Tier::Member), (&agents, Tier::Member), (&roll, Tier::Member)] {
            assert_eq!(tier(&world, &forum, on, &ana).await, Ok(of_ana), "{:?}", on.electorate.0);
            assert_eq!(tier(&world, &forum, on, &bob).await, Ok(Tier::Open), "{:?}", on.electorate.0);
        }
        // The provider now says more of bob, and no longer of ana.
        arrives(&world, None, &vouched("2")).await.unwrap();
        arrives(&world, None, &vouched("1")).await.unwrap();
        let (ana, bob) = {
            let mut conn = world.store.conn().await.unwrap();
            (model::people::account::by_id(&mut conn, ana.id).await.unwrap(), model::people::account::by_id(&mut conn, bob.id).await.unwrap())
        };
        assert_eq!(tier(&world, &forum, &plain, &bob).await, Ok(Tier::Member));
        assert_eq!(tier(&world, &forum, &agents, &ana).await, Ok(Tier::Open));
    }

    async fn what_a_provider_tells_is_claimed_by_one_account(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let told = |subject: &str, identifier: &str| Vouched { identifier: Some(identifier.into()), ..vouched(subject) };
        keeps(&world, &forum, "roll", Kind::Identifier, "A1001\nA1002").await.unwrap();
        let on = asks(&world, &forum, electorate(json!({"tiers": ["member", "open"], "official": "member", "list": "roll"}))).await;
        let ana = joins(&world, &told("1", "a1001"), "ana").await;
        assert_eq!(tier(&world, &forum, &on, &ana).await, Ok(Tier::Member));
        let bob = world.account("bob").await;
        assert_eq!(refused(claims(&world, &forum, &bob, "A1001").await), "not-on-list", "typed by somebody else");
        let eve = joins(&world, &told("2", "a1001"), "eve").await;
        assert_eq!(tier(&world, &forum, &on, &eve).await, Ok(Tier::Open), "told of somebody else");
        assert_eq!(refused(claims(&world, &forum, &ana, "A1002").await), "not-on-list", "one for each account");
        // A list that comes later knows whom providers have told of.
        let other = world.forum("sante", Visibility::Public).await;
        keeps(&world, &other, "roll", Kind::Identifier, "A1001\nA1003").await.unwrap();
        let mut conn = world.store.conn().await.unwrap();
        assert!(list::holds(&mut conn, other.id, "roll", &ana).await.unwrap());
        assert!(!list::holds(&mut conn, other.id, "roll", &eve).await.unwrap());
    }

    async fn who_only_proposes_leaves_lists_and_codes_to_authors(world: World) {
        let forum = world.forum("idees", Visibility::Collaborative).await;
        let ana = world.account("ana").await;
        keeps(&world, &forum, "roll", Kind::Email, "ana@mail.example").await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        let by = forum::standing(&mut tx, &forum, Some(&ana)).await.unwrap();
        let now = world.now();
        for wanted in [json!({"list": "roll"}), json!({"requires": "codes"}), json!({"requires": "oidc"}), json!({"requires": "members"})] {
            let mut all = json!({"tiers": ["member", "open"], "official": "member"});
            all.as_object_mut().unwrap().extend(wanted.as_object().unwrap().clone());
            let draft = Draft { electorate: electorate(all), ..world.draft(&json!({"kind": "vote"})) };
            assert_eq!(refused(consultation::create(&mut tx, now, &by, &forum, draft.clone()).await), "not-allowed");
            let on = consultation::create(&mut tx, now, &by, &forum, world.draft(&json!({"kind": "vote"}))).await.unwrap();
            assert_eq!(refused(consultation::edit(&mut tx, now, &by, &forum, &on, draft.clone()).await), "not-allowed");
            let on = consultation::edit(&mut tx, now, &world.as_admin(), &forum, &on, draft.clone()).await.unwrap();
            let retitled = Draft { title: "Another title".into(), ..draft };
            consultation::edit(&mut tx, now, &by, &forum, &on, retitled).await.unwrap();
        }
    }

    async fn a_list_may_go_once_its_consultations_are_over(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let ana = world.account("ana").await;
        keeps(&world, &forum, "roll", Kind::Email, "ana@mail.example").await.unwrap();
        let on = asks(&world, &forum, electorate(json!({"tiers": ["member"], "official": "member", "list": "roll"}))).await;
        assert_eq!(tier(&world, &forum, &on, &ana).await, Ok(Tier::Member));
        assert_eq!(refused(keeps(&world, &forum, "roll", Kind::Email, "bob@mail.example").await), "locked");
        world.passes(std::time::Duration::from_secs(8 * 86_400)).await;
        let kept = keeps(&world, &forum, "roll", Kind::Email, "bob@mail.example").await.unwrap();
        assert_eq!(kept.list.size, 1);
    }

    async fn people_of_partner_nodes_vote_apart(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let three = json!({"tiers": ["member", "partner", "open"], "official": "member"});
        let on = asks(&world, &forum, electorate(three)).await;
        let (bob, eve) = (world.stranger("bob", "partner.test").await, world.stranger("eve", "m.test").await);
        let mut tx = world.store.begin().await.unwrap();
        peer::set_policy(&mut tx, world.now(), "partner.test", Policy::Partner).await.unwrap();
        assert_eq!(Voter::elsewhere(&mut tx, &on, &forum, &bob).await.unwrap().tier, Tier::Partner);
        assert_eq!(Voter::elsewhere(&mut tx, &on, &forum, &eve).await.unwrap().tier, Tier::Open);
        tx.commit().await.unwrap();
        let partners = json!({"tiers": ["partner"], "official": "partner"});
        let on = asks(&world, &forum, electorate(partners)).await;
        let mut conn = world.store.conn().await.unwrap();
        assert_eq!(refused(Voter::elsewhere(&mut conn, &on, &forum, &eve).await), "not-eligible");
    }
}
