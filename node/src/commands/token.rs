//! `palabre token`

use model::clock::Clock;
use model::people::token;

use crate::arguments::Token;
use crate::config::Config;
use crate::{opening, output};

/// Makes a token and prints it, alone.
pub async fn run(config: &Config, token: Token) -> anyhow::Result<()> {
    let Token::Create { account, expires } = token;
    let now = Clock::System.now();
    let store = opening::open(config).await?;
    let mut tx = store.begin().await?;
    let account = super::account::named(&mut tx, &account).await?;
    let secret = token::create(&mut tx, now, &account, expires.map(|length| now.plus(length))).await?;
    tx.commit().await?;
    output::line(secret)
}
