//! The use cases on both databases. The PostgreSQL half is ignored unless asked for, since it needs a server.

mod backup;
mod ballots;
mod data;
mod debate;
mod decisions;
mod deliveries;
mod dialects;
mod electorates;
mod guests;
mod inout;
mod jobs;
mod log;
mod media;
mod memberships;
mod methods;
mod mirrors;
mod moderation;
mod peers;
mod people;
mod search;
mod store;
mod telling;
mod together;
mod urn;
