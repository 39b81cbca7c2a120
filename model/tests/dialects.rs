//! What is known of how servers want requests signed.

use model::both_databases;
use model::network::dialect::{self, Dialect};
use model::testing::World;

both_databases! {
    async fn a_dialect_is_kept_for_each_host_and_the_last_one_learnt_holds(world: World) {
        let known = async |host: &str| dialect::of(&mut world.store.conn().await.unwrap(), host).await.unwrap();
        assert_eq!(known("m.test").await, None);
        for learnt in [Dialect::Rfc9421, Dialect::Cavage, Dialect::Rfc9421] {
            let mut tx = world.store.begin().await.unwrap();
            dialect::learn(&mut tx, world.now(), "m.test", learnt).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(known("m.test").await, Some(learnt));
        }
        assert_eq!(known("n.test").await, None);
        assert_eq!((Dialect::Cavage.other(), Dialect::Rfc9421.other()), (Dialect::Rfc9421, Dialect::Cavage));
    }
}
