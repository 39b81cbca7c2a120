//! `palabre export --format activitystreams`

use std::io::Write;

use anyhow::bail;

use super::Source;
use crate::collection::Collection;
use crate::config::Config;
use crate::machines::{Machines, Network};

/// Writes what other servers fetch of the consultation.
pub async fn write(source: &Source, config: &Config, to: &mut dyn Write) -> anyhow::Result<()> {
    let mut config = config.clone();
    // Who runs the command is no server that signs.
    (config.federation.enabled, config.federation.secure_mode) = (true, false);
    let network = Network::read(&config)?;
    let machines = Machines::open(&source.store, &source.clock, &network, source.here.clone(), true)?;
    let documents = machines.documents;
    let begun = Collection::begin(documents, source.store.clone(), &source.here, source.on.clone()).await?;
    let Some(mut collection) = begun else {
        bail!("{} is not published to other servers: nothing of it has such a form", source.on.slug);
    };
    while let Some(part) = collection.next().await? {
        source.progress.more(part.len());
        to.write_all(part.as_bytes())?;
    }
    Ok(to.flush()?)
}
