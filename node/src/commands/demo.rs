//! demo
use crate::arguments::Demo;
use crate::config::Config;
pub async fn run(_: Config, _: Demo) -> anyhow::Result<()> {
    anyhow::bail!("soon")
}
