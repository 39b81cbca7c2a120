//! Activities on their way, with the key that signs them: read once, whoever they go to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use model::error::Result;
use model::id::Id;
use model::network::activity::{self, Activity};
use model::people::actor;

use crate::app::App;
use crate::signature::PrivateKey;

/// How much of them is kept in memory, in octets of their bodies.
const MOST: usize = 16 * 1024 * 1024;

/// An activity as it leaves.
#[derive(Debug)]
pub(crate) struct Parcel {
    /// Byte for byte.
    pub(crate) body: Bytes,
    /// Its SHA-256, base64.
    pub(crate) digest: String,
    /// What signs it.
    pub(crate) key: PrivateKey,
    /// The id of what it tells of, and whether it tells that this is gone.
    pub(crate) object: Option<(String, bool)>,
}

/// Those sent lately.
#[derive(Debug, Default)]
pub(crate) struct Parcels(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    parcels: HashMap<Id<Activity>, Arc<Parcel>>,
    octets: usize,
}

impl Parcels {
    fn known(&self, id: Id<Activity>) -> Option<Arc<Parcel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).parcels.get(&id).cloned()
    }

    fn keep(&self, id: Id<Activity>, parcel: Arc<Parcel>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.octets + parcel.body.len() > MOST {
            *kept = Kept::default();
        }
        kept.octets += parcel.body.len();
        if let Some(before) = kept.parcels.insert(id, parcel) {
            kept.octets -= before.body.len();
        }
    }

    /// Those that tell of an object are not to leave any more.
    pub(crate) fn forget(&self, object: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.parcels.retain(|_, parcel| parcel.object.as_ref().is_none_or(|(id, erases)| id != object || *erases));
        kept.octets = kept.parcels.values().map(|parcel| parcel.body.len()).sum();
    }
}

impl App {
    /// These activities; those withdrawn since are not among them.
    pub(crate) async fn parcels(
        &self,
        ids: impl Iterator<Item = Id<Activity>>,
    ) -> Result<HashMap<Id<Activity>, Arc<Parcel>>> {
        let (mut found, mut missing) = (HashMap::new(), Vec::new());
        for id in ids {
            if found.contains_key(&id) || missing.contains(&id) {
                continue;
            }
            match self.parcels.known(id) {
                Some(parcel) => drop(found.insert(id, parcel)),
                None => missing.push(id),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let read = activity::by_ids(&mut self.store.conn().await?, &missing).await?;
        for activity in read.into_iter().filter(|activity| !activity.body.is_empty()) {
            let id = activity.id;
            let parcel = Arc::new(self.parcel(activity).await?);
            self.parcels.keep(id, parcel.clone());
            found.insert(id, parcel);
        }
        Ok(found)
    }

    async fn parcel(&self, activity: Activity) -> Result<Parcel> {
        let signer = actor::by_id(&mut self.store.conn().await?, activity.actor_id).await?;
        let object = activity.object.map(|object| (object, activity.erases));
        let digest = activity.digest;
        Ok(Parcel { body: activity.body.into(), digest, key: self.key_of(&signer).await?, object })
    }
}
