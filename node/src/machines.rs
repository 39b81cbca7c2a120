//! The door for other servers, and what goes out to them.
use crate::config::Config;
use axum::Router;
use model::address::Address;
use model::clock::Clock;
use model::job::{Claim, Outcome};
use model::store::Store;
use std::sync::Arc;

pub struct Network;
impl Network {
    pub fn read(_: &Config) -> anyhow::Result<Self> {
        Ok(Self)
    }
}
pub struct Machines {
    pub address: Address,
    pub router: Router,
}
impl Machines {
    pub fn open(_: &Store, _: &Clock, _: &Config, _: &Network, address: Address) -> anyhow::Result<Self> {
        Ok(Self { address, router: Router::new() })
    }
    pub async fn perform(self: Arc<Self>, _: &Claim) -> Outcome {
        Outcome::Never("federation is not here yet".into())
    }
}
