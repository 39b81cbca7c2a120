//! The pages as a browser without script meets them: addresses, forms, redirects, words.

mod ballots;
mod browser;
mod debates;
mod electorates;
mod people;
mod provider;
mod roles;
mod safety;
mod texts;
