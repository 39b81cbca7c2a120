//! Forums, consultations, their texts and what people say about them.

pub mod attachment;
pub mod attribute;
pub mod ban;
pub mod change;
pub mod comment;
pub mod consultation;
pub mod forum;
pub mod held;
pub mod interest;
pub mod lock;
pub mod membership;
pub mod outcome;
pub mod pin;
pub mod reaction;
pub mod reason;
pub mod schedule;
pub mod text;
pub mod visit;
