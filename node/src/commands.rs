//! The commands, each with what it needs.
use crate::arguments::Arguments;
pub fn run(arguments: Arguments, environment: Vec<(String, String)>) -> anyhow::Result<()> {
    let c = arguments.sources(environment).read().map_err(anyhow::Error::msg)?;
    drop(c);
    Ok(())
}
