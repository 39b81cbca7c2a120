//! The JSON API as programs meet it: whole requests through the router, on both databases.

mod administration;
mod debate;
mod description;
mod desk;
mod electorates;
mod elsewhere;
mod flows;
mod hidden;
mod lifecycle;
mod log;
mod media;
mod members;
mod methods;
mod moderation;
mod network;
mod open;
mod own;
mod refusals;
mod relays;
mod retries;
mod roles;
mod search;
mod texts;
