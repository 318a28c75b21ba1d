//! SQL that writes, and what services and the intake look up inside a transaction. One file a table,
//! and what works on any table.
//!
//! Every writing function takes a transaction: only services and the intake open one.

pub mod api_token;
pub mod bulk;
pub mod caller;
pub mod claim;
pub mod definition;
pub mod demo;
pub mod erase;
pub mod feedback;
pub mod idempotency;
pub mod import;
pub mod lead;
pub mod lead_transition;
pub mod lookup;
pub mod matching;
pub mod merge;
pub mod routing;
pub mod scoring;
pub mod signing_key;
pub mod sla;
pub mod table;
pub mod task;
pub mod team_request;
pub mod territory;
pub mod touch;
pub mod tree;
pub mod turn;
pub mod user;
pub mod user_territory;
pub mod webhook_delivery;
pub mod webhook_endpoint;
