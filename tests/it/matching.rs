//! Who is the same, for sure and probably.

#![cfg(test)]

mod identity;
mod quality;
