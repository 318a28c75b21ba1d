//! The history of the tables of Revenue Hub, both ways, for SQLite and PostgreSQL alike.
//!
//! A migration is history: it names tables and columns literally, knows nothing of the
//! entities of today, and is never edited after its release.

mod column;
mod table;

mod m20261122_000001_create_user;
mod m20261122_000002_create_territory;
mod m20261122_000003_create_user_territory;
mod m20261122_000004_create_account;
mod m20261122_000005_create_account_domain;
mod m20261122_000006_create_contact;
mod m20261122_000007_create_reason_code;
mod m20261122_000008_seed_reason_code;
mod m20261122_000009_create_campaign;
mod m20261122_000010_create_campaign_cost;
mod m20261122_000011_create_lead;
mod m20261122_000012_create_lead_transition;
mod m20261122_000013_create_campaign_member;
mod m20261122_000014_create_opportunity;
mod m20261122_000015_create_opportunity_contact;
mod m20261122_000016_create_opportunity_change;
mod m20261122_000017_create_touch;
mod m20261122_000018_create_feedback;
mod m20261122_000019_create_feedback_comment;
mod m20261122_000020_create_external_id;
mod m20261122_000021_create_import_job;
mod m20261122_000022_create_import_row;
mod m20261122_000023_create_api_token;
mod m20261122_000024_create_change;
mod m20261123_000025_create_signing_key;
mod m20261123_000026_extend_api_token;
mod m20261123_000027_extend_change;
mod m20261123_000029_create_hub;
mod m20261123_000031_create_webhook_endpoint;
mod m20261123_000032_create_webhook_delivery;
mod m20261123_000033_create_match;
mod m20261123_000034_create_merge;
mod m20261123_000035_create_idempotency;
mod m20261123_000036_extend_lead_transition;
mod m20261123_000037_index_lead;
mod m20261123_000038_extend_lead;
mod m20261123_000040_create_business_calendar;
mod m20261123_000041_create_sla;
mod m20261123_000042_seed_sla;
mod m20261123_000043_extend_territory;
mod m20261123_000044_create_lead_definition;
mod m20261123_000045_create_lead_readiness;
mod m20261123_000046_stamp_lead_definition;
mod m20261123_000047_create_routing_rule;
mod m20261123_000048_create_routing_decision;
mod m20261123_000050_extend_merge;
mod m20261123_000051_create_playbook;
mod m20261123_000052_extend_feedback;
mod m20261123_000053_create_asset;
mod m20261123_000054_aim_feedback;
mod m20261123_000056_extend_lead_definition;
mod m20261123_000057_create_task;
mod m20261123_000059_create_team_request;
mod m20261123_000060_create_feedback_mention;

use async_trait::async_trait;
pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, sea_orm::DbErr};

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Atomic(m20261122_000001_create_user::Migration)),
            Box::new(Atomic(m20261122_000002_create_territory::Migration)),
            Box::new(Atomic(m20261122_000003_create_user_territory::Migration)),
            Box::new(Atomic(m20261122_000004_create_account::Migration)),
            Box::new(Atomic(m20261122_000005_create_account_domain::Migration)),
            Box::new(Atomic(m20261122_000006_create_contact::Migration)),
            Box::new(Atomic(m20261122_000007_create_reason_code::Migration)),
            Box::new(Atomic(m20261122_000008_seed_reason_code::Migration)),
            Box::new(Atomic(m20261122_000009_create_campaign::Migration)),
            Box::new(Atomic(m20261122_000010_create_campaign_cost::Migration)),
            Box::new(Atomic(m20261122_000011_create_lead::Migration)),
            Box::new(Atomic(m20261122_000012_create_lead_transition::Migration)),
            Box::new(Atomic(m20261122_000013_create_campaign_member::Migration)),
            Box::new(Atomic(m20261122_000014_create_opportunity::Migration)),
            Box::new(Atomic(
                m20261122_000015_create_opportunity_contact::Migration,
            )),
            Box::new(Atomic(
                m20261122_000016_create_opportunity_change::Migration,
            )),
            Box::new(Atomic(m20261122_000017_create_touch::Migration)),
            Box::new(Atomic(m20261122_000018_create_feedback::Migration)),
            Box::new(Atomic(m20261122_000019_create_feedback_comment::Migration)),
            Box::new(Atomic(m20261122_000020_create_external_id::Migration)),
            Box::new(Atomic(m20261122_000021_create_import_job::Migration)),
            Box::new(Atomic(m20261122_000022_create_import_row::Migration)),
            Box::new(Atomic(m20261122_000023_create_api_token::Migration)),
            Box::new(Atomic(m20261122_000024_create_change::Migration)),
            Box::new(Atomic(m20261123_000025_create_signing_key::Migration)),
            Box::new(Atomic(m20261123_000026_extend_api_token::Migration)),
            Box::new(Atomic(m20261123_000027_extend_change::Migration)),
            Box::new(Atomic(m20261123_000029_create_hub::Migration)),
            Box::new(Atomic(m20261123_000031_create_webhook_endpoint::Migration)),
            Box::new(Atomic(m20261123_000032_create_webhook_delivery::Migration)),
            Box::new(Atomic(m20261123_000033_create_match::Migration)),
            Box::new(Atomic(m20261123_000034_create_merge::Migration)),
            Box::new(Atomic(m20261123_000035_create_idempotency::Migration)),
            Box::new(Atomic(m20261123_000036_extend_lead_transition::Migration)),
            Box::new(Atomic(m20261123_000037_index_lead::Migration)),
            Box::new(Atomic(m20261123_000038_extend_lead::Migration)),
            Box::new(Atomic(m20261123_000040_create_business_calendar::Migration)),
            Box::new(Atomic(m20261123_000041_create_sla::Migration)),
            Box::new(Atomic(m20261123_000042_seed_sla::Migration)),
            Box::new(Atomic(m20261123_000043_extend_territory::Migration)),
            Box::new(Atomic(m20261123_000044_create_lead_definition::Migration)),
            Box::new(Atomic(m20261123_000045_create_lead_readiness::Migration)),
            Box::new(Atomic(m20261123_000046_stamp_lead_definition::Migration)),
            Box::new(Atomic(m20261123_000047_create_routing_rule::Migration)),
            Box::new(Atomic(m20261123_000048_create_routing_decision::Migration)),
            Box::new(Atomic(m20261123_000050_extend_merge::Migration)),
            Box::new(Atomic(m20261123_000051_create_playbook::Migration)),
            Box::new(Atomic(m20261123_000052_extend_feedback::Migration)),
            Box::new(Atomic(m20261123_000056_extend_lead_definition::Migration)),
            Box::new(Atomic(m20261123_000053_create_asset::Migration)),
            Box::new(Atomic(m20261123_000054_aim_feedback::Migration)),
            Box::new(Atomic(m20261123_000060_create_feedback_mention::Migration)),
            Box::new(Atomic(m20261123_000057_create_task::Migration)),
            Box::new(Atomic(m20261123_000059_create_team_request::Migration)),
        ]
    }
}

/// A migration that happens wholly or not at all, on SQLite too, where the library would run it
/// without a transaction: what is killed half-way can be started again.
struct Atomic<M>(M);

impl<M: MigrationName> MigrationName for Atomic<M> {
    fn name(&self) -> &str {
        self.0.name()
    }
}

#[async_trait]
impl<M: MigrationTrait> MigrationTrait for Atomic<M> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.down(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
