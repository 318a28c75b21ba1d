//! The change log as those see it who follow it.

#![cfg(test)]

mod by_way;
mod followers;
mod history;
mod log;
mod position;
mod recipe;
mod sweep;
mod told;
