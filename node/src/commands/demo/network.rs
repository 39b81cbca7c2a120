//! The three nodes of the demo as a network: who follows, carries and witnesses whom.

use anyhow::Context;
use model::count::log;
use model::count::witness::{self, Role};
use model::debate::consultation::Consultation;
use model::debate::forum::{self, Forum};
use model::network::follow;
use model::network::proposal::{self, Kind, Offer};
use model::network::relay::{self, Rule, rules};
use model::people::account;
use model::people::actor;
use model::people::role::Standing;

use super::{NAMES, Place, Waiting, fill};

/// The forum of the town that the others carry.
pub const TOWN_FORUM: &str = "examples";

/// The administrator of a node.
pub async fn admin(place: &Place) -> anyhow::Result<Standing> {
    let account = account::by_name(&mut place.node.store.conn().await?, fill::ADMIN).await?;
    Ok(Standing { account: Some(account), member: None })
}

/// The forum of a node by which it takes part in the network.
pub fn forum_of(at: usize) -> &'static str {
    if at == 0 { TOWN_FORUM } else { fill::carrier(NAMES[at]).0 }
}

/// Has them follow, carry and witness each other, and waits until each has agreed.
pub async fn join(places: &[Place], waiting: &Waiting) -> anyhow::Result<()> {
    // a circle: what one publishes comes round, and ends
    for at in 0..places.len() {
        let from = (at + places.len() - 1) % places.len();
        carry(&places[at], forum_of(at), &places[from], forum_of(from)).await.context("carrying")?;
    }
    for at in 1..places.len() {
        follow_town(&places[at], &places[0]).await.context("following")?;
    }
    for (at, place) in places.iter().enumerate() {
        carried(place, forum_of(at), waiting).await?;
    }
    for asker in 0..places.len() {
        for other in (0..places.len()).filter(|other| *other != asker) {
            be_witnessed(&places[asker], &places[other], waiting).await.context("witnessing")?;
        }
    }
    Ok(())
}

fn handle(place: &Place, forum: &str) -> String {
    place.node.address().handle(forum)
}

async fn carry(place: &Place, forum: &str, source: &Place, of: &str) -> anyhow::Result<()> {
    let (now, here) = (place.node.clock.now(), place.node.address());
    let found = place.node.machines().resolve(&handle(source, of)).await?;
    let by = admin(place).await?;
    let mut tx = place.node.store.begin().await?;
    let forum = forum::by_slug(&mut tx, forum).await?;
    let source = actor::by_id(&mut tx, found).await?;
    let rule = Rule { kind: rules::Kind::All, tags: Vec::new(), comments: true };
    relay::begin(&mut tx, now, &by, &forum, &source, rule, |id| here.follow(id)).await?;
    Ok(tx.commit().await?)
}

async fn follow_town(place: &Place, town: &Place) -> anyhow::Result<()> {
    let (now, here) = (place.node.clock.now(), place.node.address());
    let found = place.node.machines().resolve(&handle(town, TOWN_FORUM)).await?;
    let by = admin(place).await?;
    let mut tx = place.node.store.begin().await?;
    let target = actor::by_id(&mut tx, found).await?;
    follow::request(&mut tx, now, &by, &target, |id| here.follow(id)).await?;
    Ok(tx.commit().await?)
}

async fn carried(place: &Place, slug: &str, waiting: &Waiting) -> anyhow::Result<()> {
    waiting
        .until("a forum agrees to be carried", async || {
            let mut conn = place.node.store.conn().await?;
            let forum = forum::by_slug(&mut conn, slug).await?;
            for (it, _) in relay::of_forum(&mut conn, forum.id).await? {
                if relay::state(&mut conn, &forum, &it).await? != follow::State::Accepted {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })
        .await
}

/// One asks the other to witness it, and the other agrees.
async fn be_witnessed(asker: &Place, other: &Place, waiting: &Waiting) -> anyhow::Result<()> {
    let host = other.node.address().host().to_owned();
    if witness::by_host(&mut asker.node.store.conn().await?, Role::Witness, &host).await?.is_some() {
        return Ok(());
    }
    let (now, here) = (asker.node.clock.now(), asker.node.address());
    let found = asker.node.machines().resolve_node(&other.node.address().node()).await?;
    let by = admin(asker).await?;
    let mut tx = asker.node.store.begin().await?;
    log::signer(&mut tx, now, &here).await?;
    let (node, peer) = (actor::node(&mut tx).await?, actor::by_id(&mut tx, found).await?);
    let object = here.node();
    let it = Offer { kind: Kind::Witness, actor: &node, peer: &peer, object: &object, title: here.host() };
    proposal::make(&mut tx, now, &by, None, it, |id| here.proposal(id)).await?;
    tx.commit().await?;
    let asked = waiting
        .until("a proposal arrives", async || {
            let mut conn = other.node.store.conn().await?;
            let node = actor::node(&mut conn).await?;
            let all = proposal::waiting(&mut conn, node.id).await?;
            Ok(all.into_iter().map(|(it, _)| it).find(|it| it.object == object))
        })
        .await?;
    let by = admin(other).await?;
    let mut tx = other.node.store.begin().await?;
    log::signer(&mut tx, now, &other.node.address()).await?;
    proposal::answer(&mut tx, now, &by, &asked, true).await?;
    tx.commit().await?;
    waiting
        .until("a witness has agreed", async || {
            Ok(witness::by_host(&mut asker.node.store.conn().await?, Role::Witness, &host).await?)
        })
        .await
        .map(|_| ())
}

/// What to open and try of the network.
pub fn told(places: &[Place], all: &[(Forum, Consultation)]) -> Vec<String> {
    let mut lines = vec!["\nThe network".to_owned()];
    for (at, place) in places.iter().enumerate().skip(1) {
        let here = place.node.address();
        lines.push(format!(
            "  {}: its forum carries that of its neighbour\n    {}",
            NAMES[at],
            here.forum(forum_of(at))
        ));
        lines.push(format!("  What it received, and whom it knows\n    {}", here.path("federation")));
    }
    let town = places[0].node.address();
    lines.push(format!(
        "  Witnesses and relays of the town, for its administrator\n    {}",
        town.path("login?next=/admin/relays")
    ));
    lines.push(format!("  What is open in the town, for whoever crawls\n    {}", town.path("directory.json")));
    if let Some((_, on)) = all.iter().find(|(forum, on)| forum.slug == TOWN_FORUM && on.method.0.kind() == "vote") {
        lines.push(format!("  Count its ballots again\n    palabre verify {}", town.consultation(&on.slug)));
    }
    lines.push("  All of it by itself, checked\n    palabre demo --script".to_owned());
    lines
}
