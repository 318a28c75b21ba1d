//! The tables of Revenue Hub as Rust types, one file a table.
//!
//! Every instant is UTC with microseconds; every amount is in minor units of the
//! currency beside it; text orders by code point on every database.

// What several tables have in common.
pub mod channel;
pub mod money;

// The team.
pub mod territory;
pub mod user;
pub mod user_territory;

// Companies and people.
pub mod account;
pub mod account_domain;
pub mod contact;

// From the campaign to the lead.
pub mod campaign;
pub mod campaign_cost;
pub mod campaign_member;
pub mod lead;
pub mod lead_transition;
pub mod reason_code;
pub mod touch;

// Who gets which lead.
pub mod routing_candidate;
pub mod routing_decision;
pub mod routing_pool_member;
pub mod routing_rule;

// What a qualified lead is, and how near others are.
pub mod lead_definition;
pub mod lead_definition_approval;
pub mod lead_readiness;
pub mod lead_scoring;
pub mod score_factor;

// Deals.
pub mod opportunity;
pub mod opportunity_change;
pub mod opportunity_contact;

// Who is the same.
pub mod duplicate_candidate;
pub mod lead_match;
pub mod lead_match_candidate;
pub mod match_key;
pub mod match_state;
pub mod merge;

// What one function tells the other.
pub mod feedback;
pub mod feedback_comment;
pub mod feedback_mention;
pub mod team_request;

// What is to be done.
pub mod playbook;
pub mod playbook_step;
pub mod task;

// What may take how long.
pub mod business_calendar;
pub mod holiday;
pub mod sla_clock;
pub mod sla_policy;

// The hub's own books.
pub mod api_token;
pub mod asset;
pub mod change;
pub mod external_id;
pub mod hub;
pub mod idempotency;
pub mod import_job;
pub mod import_row;
pub mod signing_key;

// Who else is told.
pub mod webhook_delivery;
pub mod webhook_endpoint;
