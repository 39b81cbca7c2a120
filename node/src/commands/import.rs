//! `palabre import`

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::clock::Clock;
use model::data::import_polis::{self, Imported};
use model::debate::forum;
use model::error::Error;

use crate::arguments::Import;
use crate::config::Config;
use crate::{opening, output};

/// Takes a conversation in.
pub async fn run(config: &Config, command: Import) -> anyhow::Result<()> {
    let Import::Polis { dir, forum, open, print } = command;
    let imported = polis(config, &dir, &forum, open).await?;
    match print.json {
        true => output::json(&imported),
        false => {
            let Imported { slug: _, url, statements, participants, votes } = imported;
            output::line(format_args!("{statements} statements, {participants} participants, {votes} votes: {url}"))
        }
    }
}

async fn polis(config: &Config, folder: &Path, slug: &str, open: bool) -> anyhow::Result<Imported> {
    let conversation = import_polis::read(folder).with_context(|| folder.display().to_string())?;
    for warning in &conversation.warnings {
        output::say(warning);
    }
    let clock = Clock::System;
    let store = opening::open(config).await?;
    let here = opening::address(&store, config, &clock, None).await?;
    let mut tx = store.begin().await?;
    let forum = match forum::by_slug(&mut tx, slug).await {
        Err(Error::NotFound) => bail!("there is no forum {slug}"),
        found => found?,
    };
    let bar = bar();
    let progress = |written: usize, total: usize| {
        bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(written).unwrap_or(u64::MAX));
    };
    let imported = import_polis::import(&mut tx, clock.now(), &here, &forum, &conversation, open, progress).await?;
    tx.commit().await?;
    bar.finish_and_clear();
    Ok(imported)
}

/// Drawn on a terminal alone.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} rows {eta}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
