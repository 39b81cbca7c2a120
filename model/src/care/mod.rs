//! What keeps a node in order: settings, set-up, mails, the audit log.

pub mod answer;
pub mod audit;
pub mod census;
pub mod commitment;
pub mod decision;
pub mod mail;
pub mod moderation;
pub mod notice;
pub mod page;
pub mod preference;
pub mod problem;
pub mod punctuality;
pub mod report;
pub mod settings;
pub mod setup;
pub mod subscription;
pub mod theme;
pub mod today;
pub mod work;
