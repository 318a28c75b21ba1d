//! Clients of other languages, as `docs/clients.md` shows them: what is written there is run, against
//! the demo.

#![cfg(test)]

mod console;
mod document;
mod operations;
mod programs;
mod questions;
mod screens;
mod trusted;
