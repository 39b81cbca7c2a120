//! The pages as a browser without script meets them: addresses, forms, redirects, words.

mod administration;
mod ballots;
mod browser;
mod debates;
mod electorates;
mod elsewhere;
mod feeds;
mod interact;
mod kept;
mod live;
mod moderation;
mod own;
mod people;
mod provider;
mod relays;
mod roles;
mod safety;
mod strangers;
mod surfaces;
mod talk;
mod texts;
mod writing;
