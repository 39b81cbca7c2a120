//! Data in and out: imports and exports; and search over all of it.

pub mod archive;
pub mod backup;
pub mod export;
pub mod import;
pub mod import_polis;
pub mod media;
pub mod personal;
pub mod search;
pub mod upkeep;
