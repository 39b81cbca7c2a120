//! The pages as a browser without script meets them: addresses, forms, redirects, words.

mod ballots;
mod browser;
mod debates;
mod electorates;
mod interact;
mod people;
mod provider;
mod roles;
mod safety;
mod strangers;
mod texts;
