//! The change log as those see it who follow it.

#![cfg(test)]

mod followers;
mod log;
mod position;
mod told;
