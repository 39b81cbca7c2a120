//! What a forum elsewhere announced, told to those forums here that carry it.

use model::error::Result;
use model::network::backfill::Announced;
use model::network::mirror::{self, Kind, Mirror};
use model::network::relay::{self, Heard};
use model::people::actor::Actor;
use model::store::Tx;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::app::App;
use crate::inbox::Delivery;
use crate::outbox::may_be_carried;
use crate::wire::{self, Activity, Object};

/// The most tags of an object that are looked at.
const TAGS_MOST: usize = 64;

/// What an announcement holds, byte for byte.
#[derive(Deserialize)]
struct Holding<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
}

/// The activity that an announcement holds, byte for byte, if it holds one that may be passed on.
fn inner(delivery: &Delivery) -> Option<(Activity, &str)> {
    let holding: Holding<'_> = serde_json::from_str(&delivery.body).ok()?;
    let activity: Activity = serde_json::from_str(holding.object.get()).ok()?;
    may_be_carried(&activity).then_some((activity, holding.object.get()))
}

/// The tags of an object.
fn tags(object: &Object) -> Vec<String> {
    let hashtags = object.tag.iter().filter(|tag| tag.kind == "Hashtag").filter_map(|tag| tag.name.clone());
    hashtags.take(TAGS_MOST).collect()
}

/// A copy was made or renewed because of an activity.
pub(crate) async fn renewed(
    app: &App,
    tx: &mut Tx,
    delivery: &Delivery,
    sender: &Actor,
    (object, copy): (&Object, &Mirror),
) -> Result<()> {
    if !object.is_public() {
        return Ok(());
    }
    let tags = tags(object);
    let heard = |activity| Heard { through: sender, copy, tags: &tags, activity };
    let id = delivery.activity.id.as_str();
    match (delivery.activity.kind.as_str(), inner(delivery)) {
        ("Announce", Some((inner, bytes))) if inner.kind == "Update" => {
            relay::changed(tx, app.now(), &heard(Some((inner.id.as_str(), bytes)))).await
        }
        ("Announce", Some((inner, bytes))) if inner.kind == "Create" => {
            // of a debate that is told otherwise than it is at its origin, its id alone is passed on
            let whole = copy.kind == Kind::Note || says(&inner.object, &copy.document.0);
            relay::heard(tx, app.now(), &heard(whole.then_some((inner.id.as_str(), bytes)))).await
        }
        ("Announce", None) => relay::heard(tx, app.now(), &heard(None)).await,
        ("Update", _) if delivery.whole && may_be_carried(&delivery.activity) => {
            relay::changed(tx, app.now(), &heard(Some((id, &delivery.body)))).await
        }
        _ => Ok(()),
    }
}

/// Whether an object that is told says what is kept of it; contexts and the times of proofs aside.
fn says(told: &Value, kept: &Value) -> bool {
    let fields = |value: &Value| {
        let mut fields = value.as_object().cloned().unwrap_or_default();
        fields.retain(|name, _| name != "@context" && name != "proof");
        fields
    };
    fields(told) == fields(kept)
}

/// How a forum announced something new, if it did.
pub(crate) fn announced(delivery: &Delivery) -> Option<Announced> {
    let is_one = delivery.activity.kind == "Announce";
    match inner(delivery).filter(|_| is_one) {
        Some((inner, bytes)) if inner.kind == "Create" => {
            Some(Announced { activity: Some((inner.id.to_string(), bytes.to_owned())) })
        }
        Some(_) => None,
        None => is_one.then(Announced::default).filter(|_| delivery.activity.object.is_string()),
    }
}

/// What a forum announced while its origin was away is here now: it is passed on, after the debate in which it was said.
pub(crate) async fn late(
    app: &App,
    tx: &mut Tx,
    through: &Actor,
    (object, copy): (&Object, &Mirror),
    announced: &Announced,
) -> Result<()> {
    if !object.is_public() {
        return Ok(());
    }
    if let Some(root) = copy.root_uri.as_ref().filter(|_| copy.kind == Kind::Note)
        && let Some(page) = mirror::by_uri(tx, root).await?.filter(|page| page.group_id == Some(through.id))
        && let Ok(said) = wire::typed::<Object>(page.document.0.clone())
    {
        let heard = Heard { through, copy: &page, tags: &tags(&said), activity: None };
        relay::heard(tx, app.now(), &heard).await?;
    }
    let activity = announced.activity.as_ref().map(|(id, bytes)| (id.as_str(), bytes.as_str()));
    relay::heard(tx, app.now(), &Heard { through, copy, tags: &tags(object), activity }).await
}

/// A copy is gone because of an activity.
pub(crate) async fn gone(app: &App, tx: &mut Tx, delivery: &Delivery, object: &str) -> Result<()> {
    let inner = inner(delivery).filter(|(inner, _)| inner.kind == "Delete");
    relay::gone(tx, app.now(), object, inner.map(|(_, bytes)| bytes)).await
}
