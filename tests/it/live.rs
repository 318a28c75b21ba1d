//! What stays open, and tells what happens: sockets and streams of events.

#![cfg(test)]

mod protocol;
