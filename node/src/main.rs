//! The program `palabre`: commands, configuration, wiring, the worker's loop.
mod config;
fn main() {}
