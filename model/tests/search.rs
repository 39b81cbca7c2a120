//! Full-text search: what is found, by whom, and what never is.

use std::time::Duration;

use model::both_databases;
use model::data::search::{self, Hit, Kind, Mark, Query, Scope, What};
use model::data::{import_polis, upkeep};
use model::debate::comment::{self, Draft};
use model::debate::consultation::{self, Consultation};
use model::debate::forum::{self, Forum, Visibility};
use model::debate::text;
use model::network::{mirror, peer, terms};
use model::people::account::Account;
use model::people::role::{Role, Standing};
use model::testing::World;
use model::testing::elsewhere::PEER;
use serde_json::json;

fn says(text: &str) -> Draft {
    Draft { text: text.into(), ..Draft::default() }
}

/// What an account finds, each as its kind and its own words.
async fn finds_in(world: &World, who: Option<&Account>, scope: &Scope, words: &str) -> Vec<String> {
    let mut conn = world.store.conn().await.unwrap();
    let (mut all, mut after): (Vec<Hit>, Option<Mark>) = (Vec::new(), None);
    loop {
        let query = Query::read(words).unwrap();
        let (page, next) = search::page(&mut conn, who, scope, &query, after, 2).await.unwrap();
        all.extend(page);
        after = next;
        if after.is_none() {
            break;
        }
    }
    let name = |hit: &Hit| match &hit.what {
        What::Here { comment: Some(it), .. } => it.0.markdown.clone(),
        What::Here { consultation: Some(it), .. } => it.title.clone(),
        What::Here { forum, .. } => forum.title.clone(),
        What::Elsewhere { comment: Some(it), .. } => text::plain(&it.0.html),
        What::Elsewhere { page, .. } => format!("{} of {}", page.title, page.host),
    };
    all.iter().map(|hit| format!("{}: {}", hit.kind(), name(hit))).collect()
}

async fn finds(world: &World, who: Option<&Account>, words: &str) -> Vec<String> {
    finds_in(world, who, &Scope::default(), words).await
}

/// Writes a comment.
async fn comments(world: &World, forum: &Forum, on: &Consultation, text: &str) -> comment::Comment {
    let mut tx = world.store.begin().await.unwrap();
    let it = comment::post(&mut tx, world.now(), forum, on, &world.as_admin(), &says(text)).await.unwrap();
    tx.commit().await.unwrap();
    it
}

fn draft(world: &World, title: &str, text: &str) -> consultation::Draft {
    let method = json!({"kind": "none"});
    consultation::Draft { title: title.into(), summary: "Rien".into(), text: text.into(), ..world.draft(&method) }
}

both_databases! {
    async fn everything_public_is_found_titles_first_and_page_by_page(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let first = world.publish(&forum, draft(&world, "Des vélos en ville", "Des pistes.")).await;
        let second = world.publish(&forum, draft(&world, "La rue des Halles", "On y roule à vélo, à l’école.")).await;
        for number in 0..3 {
            comments(&world, &forum, &first, &format!("Un vélo, {number} roues")).await;
        }
        comments(&world, &forum, &second, "Rien à dire").await;
        let velo = [
            "consultation: Des vélos en ville", "comment: Un vélo, 2 roues", "comment: Un vélo, 1 roues",
            "comment: Un vélo, 0 roues", "consultation: La rue des Halles",
        ];
        for words in ["vélo", "VELOS", "velo", "des vélos"] {
            assert_eq!(finds(&world, None, words).await, velo, "{words}");
        }
        assert_eq!(finds(&world, None, "velo ecoles").await, ["consultation: La rue des Halles"], "every word");
        assert_eq!(finds(&world, None, "mobilités").await, ["forum: Mobilité"]);
        assert_eq!(finds(&world, None, "se déplacer à Valmont").await, ["forum: Mobilité"]);
        assert!(finds(&world, None, "zèbre").await.is_empty());
        assert_eq!(finds(&world, None, "velo\" OR \"x').--:*^").await, velo, "no language of queries");
        let of = |scope: Scope| { let world = &world; async move { finds_in(world, None, &scope, "vélo").await } };
        assert_eq!(of(Scope { kind: Some(Kind::Consultation), ..Scope::default() }).await.len(), 2);
        assert_eq!(of(Scope { kind: Some(Kind::Comment), ..Scope::default() }).await.len(), 3);
        assert_eq!(of(Scope { consultation: Some(second.id), ..Scope::default() }).await, [velo[4]]);
        assert_eq!(of(Scope { forum: Some("mobilite".into()), ..Scope::default() }).await.len(), 5);
        assert!(of(Scope { forum: Some("autre".into()), ..Scope::default() }).await.is_empty());
    }

    async fn each_language_is_stemmed_for_itself(world: World) {
        let (forum, vote) = world.vote().await;
        for (language, text) in [("fr", "Des consultations"), ("en", "They were running"), ("es", "Las participaciones")] {
            let mut tx = world.store.begin().await.unwrap();
            let draft = Draft { language: Some(language.into()), ..says(text) };
            comment::post(&mut tx, world.now(), &forum, &vote, &world.as_admin(), &draft).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(finds(&world, None, "consulter").await, ["comment: Des consultations"]);
        assert_eq!(finds(&world, None, "runs").await, ["comment: They were running"]);
        assert_eq!(finds(&world, None, "PARTICIPACIÓN").await, ["comment: Las participaciones"]);
    }

    async fn what_changes_is_found_as_it_stands_and_what_goes_is_found_no_more(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let now = world.now();
        let by = world.as_admin();
        let mut tx = world.store.begin().await.unwrap();
        let it = consultation::create(&mut tx, now, &by, &forum, draft(&world, "Un tramway", "Le tracé.")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(finds(&world, Some(&world.admin), "tramway").await.is_empty(), "a draft is nobody's to find");
        let mut tx = world.store.begin().await.unwrap();
        let it = consultation::publish(&mut tx, now, &by, &forum, &it).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(finds(&world, None, "tramway tracé").await, ["consultation: Un tramway"]);
        let said = comments(&world, &forum, &it, "Le bus suffit").await;

        let mut tx = world.store.begin().await.unwrap();
        let edited = consultation::Draft { closes_at: it.closes_at, ..draft(&world, "Un téléphérique", "La gare.") };
        consultation::edit(&mut tx, now, &by, &forum, &it, edited).await.unwrap();
        let said = comment::edit(&mut tx, now, &forum, &it, &by, &said, "Le métro suffit").await.unwrap();
        let renamed = forum::Draft { slug: String::new(), title: "Transports".into(), summary: String::new(), visibility: Visibility::Public, language: "fr".into() };
        forum::edit(&mut tx, now, &by, &forum, &renamed).await.unwrap();
        tx.commit().await.unwrap();
        for gone in ["tramway", "tracé", "bus", "mobilité"] {
            assert!(finds(&world, None, gone).await.is_empty(), "{gone}");
        }
        assert_eq!(finds(&world, None, "gare téléphérique").await, ["consultation: Un téléphérique"]);
        assert_eq!(finds(&world, None, "métro").await, ["comment: Le métro suffit"]);
        assert_eq!(finds(&world, None, "transport").await, ["forum: Transports"]);

        let ana = world.account("ana").await;
        let hers = Standing { account: Some(ana), member: None };
        let mut tx = world.store.begin().await.unwrap();
        let other = comment::post(&mut tx, now, &forum, &it, &hers, &says("Une navette")).await.unwrap();
        comment::delete(&mut tx, now, &forum, &by, &other, Some("Hors sujet")).await.unwrap();
        comment::delete(&mut tx, now, &forum, &by, &said, None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(finds(&world, Some(&world.admin), "navette").await.is_empty(), "hidden");
        assert!(finds(&world, None, "métro").await.is_empty(), "deleted");
    }

    async fn a_private_forum_is_found_by_its_members_alone(world: World) {
        let private = world.forum("bureau", Visibility::Private).await;
        let inside = world.publish(&private, draft(&world, "Le budget", "Les comptes.")).await;
        comments(&world, &private, &inside, "Trop de dépenses").await;
        let closed = world.forum("conseil", Visibility::Closed).await;
        world.publish(&closed, draft(&world, "Les dépenses", "Les comptes.")).await;
        let (ana, bea) = (world.account("ana").await, world.account("bea").await);
        let mut tx = world.store.begin().await.unwrap();
        forum::give_role(&mut tx, world.now(), &world.as_admin(), &private, &bea, Role::Participant).await.unwrap();
        tx.commit().await.unwrap();
        for stranger in [None, Some(&ana)] {
            assert_eq!(finds(&world, stranger, "dépense").await, ["consultation: Les dépenses"]);
            assert!(finds(&world, stranger, "budget").await.is_empty());
            let scope = Scope { consultation: Some(inside.id), ..Scope::default() };
            assert!(finds_in(&world, stranger, &scope, "dépense").await.is_empty());
        }
        assert_eq!(finds(&world, Some(&bea), "dépense").await, ["consultation: Les dépenses", "comment: Trop de dépenses"]);
        let mut tx = world.store.begin().await.unwrap();
        forum::remove_member(&mut tx, world.now(), &world.as_admin(), &private, &bea).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(finds(&world, Some(&bea), "dépense").await, ["consultation: Les dépenses"], "and no longer once out");
    }

    async fn what_was_there_before_the_index_is_added_at_the_next_start(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let it = world.publish(&forum, draft(&world, "Un tramway", "Le tracé.")).await;
        comments(&world, &forum, &it, "Un tramway, oui").await;
        let gone = comments(&world, &forum, &it, "Un tramway, non").await;
        let mut tx = world.store.begin().await.unwrap();
        comment::delete(&mut tx, world.now(), &forum, &world.as_admin(), &gone, None).await.unwrap();
        consultation::create(&mut tx, world.now(), &world.as_admin(), &forum, draft(&world, "Un tramway bis", "x")).await.unwrap();
        tx.commit().await.unwrap();
        let before = finds(&world, None, "tramway").await;
        assert_eq!(before, ["consultation: Un tramway", "comment: Un tramway, oui"]);
        model::testing::forget_documents(&world.store).await;
        assert!(finds(&world, None, "tramway").await.is_empty());
        for _ in 0..2 {
            upkeep::run(&world.store).await.unwrap();
            assert_eq!(finds(&world, None, "tramway").await, before);
        }
        assert_eq!(finds(&world, None, "mobilité").await, ["forum: Mobilité"]);
    }

    async fn documents_that_were_copied_in_stand_in_nobodys_way(world: World) {
        let (forum, vote) = world.vote().await;
        comments(&world, &forum, &vote, "Un vélo").await;
        model::testing::renumber_documents(&world.store).await;
        upkeep::run(&world.store).await.unwrap();
        comments(&world, &forum, &vote, "Deux vélos").await;
        assert_eq!(finds(&world, None, "vélo").await, ["comment: Deux vélos", "comment: Un vélo"]);
    }

    async fn what_is_imported_is_found(world: World) {
        let forum = world.forum("agora", Visibility::Public).await;
        let statements = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n\
            1500000000000,x,0,1,0,0,1,\"Plantons des arbres\"\n1500000000001,x,1,1,0,0,-1,\"Des arbres partout\"\n";
        let votes = "timestamp,datetime,comment-id,voter-id,vote\n";
        let read = import_polis::read_from("topic,Trees?\n".as_bytes(), statements.as_bytes(), votes.as_bytes()).unwrap();
        let mut tx = world.store.begin().await.unwrap();
        import_polis::import(&mut tx, world.now(), &world.address, &forum, &read, false, |_, _| {}).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(finds(&world, None, "arbre").await, ["comment: Plantons des arbres"], "what is hidden is not");
        assert_eq!(finds(&world, None, "trees").await, ["consultation: Trees?"]);
    }

    async fn what_other_nodes_published_is_found_until_it_is_gone(world: World) {
        let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
        let zoe = world.stranger("zoe", PEER).await;
        let far = world.stranger("far", "third.test").await;
        let said = world.mirrors_comment(&on, &zoe, "More benches").await;
        world.mirrors_comment(&on, &far, "Fewer benches").await;
        assert_eq!(finds(&world, None, "close squares").await, ["consultation: Close the square? of peer.test"]);
        let benches = finds(&world, None, "bench").await;
        assert_eq!(
            benches,
            ["comment: More benches"],
            "a stranger of a third server did not say that they may be found"
        );
        let of = |scope: Scope| {
            let world = &world;
            async move { finds_in(world, None, &scope, "bench").await.len() }
        };
        assert_eq!(of(Scope { kind: Some(Kind::Comment), ..Scope::default() }).await, 1);
        assert_eq!(of(Scope { kind: Some(Kind::Consultation), ..Scope::default() }).await, 0);
        assert_eq!(of(Scope { forum: Some("mobilite".into()), ..Scope::default() }).await, 0, "it is of no forum here");

        model::testing::forget_documents(&world.store).await;
        assert!(finds(&world, None, "bench").await.is_empty());
        upkeep::run(&world.store).await.unwrap();
        assert_eq!(finds(&world, None, "bench").await, benches, "what was kept before is found after an upgrade");

        let mut tx = world.store.begin().await.unwrap();
        mirror::end(&mut tx, world.now(), &said.uri, mirror::How::Removed, Some("Off the subject.")).await.unwrap();
        terms::note(&mut tx, &on.page.uri, Some(world.now()), None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(finds(&world, None, "bench").await.is_empty(), "what is gone at its origin");
        assert_eq!(finds(&world, None, "square").await.len(), 1);
        let mut tx = world.store.begin().await.unwrap();
        terms::purge(&mut tx, world.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(finds(&world, None, "square").await.is_empty(), "what is purged");
    }

    async fn what_silenced_nodes_published_is_not_found(world: World) {
        world.mirrors(&json!({"kind": "vote"}), "live").await;
        assert_eq!(finds(&world, None, "square").await.len(), 1);
        let mut tx = world.store.begin().await.unwrap();
        let silence = peer::Terms::from(peer::Policy::Silence);
        peer::treat(&mut tx, world.now(), Some(&world.as_admin()), PEER, silence).await.unwrap();
        tx.commit().await.unwrap();
        assert!(finds(&world, None, "square").await.is_empty());
    }
}

#[tokio::test]
async fn a_clock_that_moves_changes_nothing_in_what_is_found() {
    let world = World::sqlite().await;
    let (forum, vote) = world.vote().await;
    comments(&world, &forum, &vote, "Encore un vélo").await;
    world.passes(Duration::from_secs(30 * 86_400)).await;
    assert_eq!(
        finds(&world, None, "vélo").await,
        ["comment: Encore un vélo"],
        "a debate that has closed is still read"
    );
}
