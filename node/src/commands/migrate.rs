//! `palabre migrate`

use model::clock::Clock;

use crate::arguments::Print;
use crate::config::Config;
use crate::{opening, output};

/// Applies what is pending.
pub async fn run(config: &Config, print: Print) -> anyhow::Result<()> {
    let store = opening::connect(config)?;
    let applied = opening::migrate(&store, &Clock::System).await?;
    if print.json {
        return output::json(&serde_json::json!({ "applied": applied }));
    }
    match applied.as_slice() {
        [] => output::say("The database is up to date."),
        some => output::say(format_args!("Applied {}.", some.join(", "))),
    }
    Ok(())
}
