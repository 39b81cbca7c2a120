//! Every method is counted again from its public entries alone, and by the node's own check.

use model::both_databases;
use model::count::log::verify::Wanted;
use model::count::method::Method;
use model::count::{ballot, check};
use model::debate::consultation;
use model::debate::forum::Visibility;
use model::testing::World;
use serde_json::{Value, json};

use super::host::Host;

/// A method, what three voters choose, and what its first voter turns to.
type Case = (Value, [Vec<&'static str>; 3], Vec<&'static str>);

/// Each method.
fn asked() -> Vec<Case> {
    vec![
        (json!({"kind": "vote"}), [vec!["for"], vec!["for"], vec!["neutral"]], vec!["against"]),
        (
            json!({"kind": "poll", "options": ["A", "B", "C"], "multiple": true, "max": 2}),
            [vec!["o1", "o2"], vec!["o3"], vec!["o2", "o3"]],
            vec!["o1"],
        ),
        (
            json!({"kind": "support", "goal": 2, "promise": "Debated."}),
            [vec!["support"], vec!["support"], vec!["support"]],
            vec!["support"],
        ),
        (json!({"kind": "scale", "min": 0, "max": 30, "step": 10}), [vec!["0"], vec!["30"], vec!["10"]], vec!["20"]),
        (
            json!({"kind": "ranking", "options": ["A", "B", "C", "D"]}),
            [vec!["o1", "o2"], vec!["o4", "o2", "o3"], vec!["o3"]],
            vec!["o2", "o1", "o4", "o3"],
        ),
        (
            json!({"kind": "articles"}),
            [vec!["a1:for", "a2:against"], vec!["a1:neutral"], vec!["a2:for"]],
            vec!["a2:neutral"],
        ),
    ]
}

both_databases! {
    async fn every_method_can_be_counted_again(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let mut voters = Vec::new();
        for name in ["ana", "ben", "cleo", "dan"] {
            voters.push(world.account(name).await);
        }
        for (method, choices, changed) in asked() {
            let mut draft = world.draft(&method);
            draft.text = "## Place\n\nLibre.\n\n## Rue\n\nCalme.".into();
            let on = world.publish(&forum, draft).await;
            for (voter, choice) in voters.iter().zip(&choices) {
                world.casts(&forum, &on, voter, choice).await.unwrap();
            }
            world.tally(&on).await;
            world.casts(&forum, &on, &voters[0], &changed).await.unwrap();
            // One who comes, is counted, and goes again.
            world.casts(&forum, &on, &voters[3], &changed).await.unwrap();
            world.tally(&on).await;
            let mut tx = world.store.begin().await.unwrap();
            ballot::withdraw(&mut tx, world.now(), &on, voters[3].actor_id).await.unwrap();
            let it = consultation::by_id(&mut tx, on.id).await.unwrap();
            consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &it).await.unwrap();
            tx.commit().await.unwrap();
            let found = check::run(&world.store, world.now(), on.id).await.unwrap();
            assert!(found.holds && found.size == 6, "{method}: {}", found.detail);
            let host = Host::of(&world, &world.again(&on).await).await;
            host.holds(Wanted::default()).await;
            // A number that is not a count of the entries is found, wherever it stands.
            let results = host.results()["tiers"]["member"].clone();
            for (name, value) in results.as_object().unwrap().clone() {
                let mut other = Host::of_files(&host);
                other.publishes(|document| document["tiers"]["member"][&name] = falsified(value.clone()));
                let report = other.verify(Wanted::default()).await;
                Host::finds(&report, "results", "the tally does not follow");
            }
        }
    }

    async fn a_debate_has_a_log_without_entries(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let on = world.publish(&forum, world.draft(&json!({"kind": "none"}))).await;
        let ana = world.account("ana").await;
        assert_eq!(model::testing::refused(world.casts(&forum, &on, &ana, &["for"]).await), "wrong-method");
        let mut tx = world.store.begin().await.unwrap();
        consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &on).await.unwrap();
        tx.commit().await.unwrap();
        let host = Host::of(&world, &world.again(&on).await).await;
        host.holds(Wanted::default()).await;
        assert_eq!(Method::KINDS.len(), asked().len() + 1, "each method is tried");
    }
}

/// Something else in its place.
fn falsified(value: Value) -> Value {
    match value {
        Value::Number(n) => json!(n.as_f64().unwrap_or(0.0) + 1.5),
        Value::Bool(yes) => json!(!yes),
        Value::Array(mut items) => {
            items.pop();
            items.into()
        }
        Value::Null => json!({"id": "o1", "label": "A"}),
        _ => Value::Null,
    }
}
