//! Creates what matching finds: `match_key`, `match_state`, `duplicate_candidate`, `lead_match` and
//! `lead_match_candidate`. All of it can be found again, so that no foreign key keeps anybody from taking a
//! row away.

use sea_orm_migration::prelude::*;

use crate::{
    column::{big_integer, id, instant, integer, json, one_of, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 5] = [
    "lead_match_candidate",
    "lead_match",
    "duplicate_candidate",
    "match_state",
    "match_key",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("match_key")
            .column(big_integer("key"))
            .column(uuid("entity_id"))
            .primary_key(&["key", "entity_id"])
            .index(&["entity_id"])
            .create(manager)
            .await?;
        NewTable::named("match_state")
            .column(uuid("entity_id"))
            .column(text("entity", 32))
            .column(integer("version"))
            .primary_key(&["entity_id"])
            .create(manager)
            .await?;
        duplicate_candidate().create(manager).await?;
        NewTable::named("lead_match")
            .column(id())
            .column(uuid("lead_id"))
            .column(uuid("account_id").optional())
            .column(one_of("rule", &["DOMAIN", "COMPANY_NAME", "NONE"]))
            .column(integer("score"))
            .column(json("reasons"))
            .column(instant("decided_at"))
            .unique(&["lead_id"])
            .index(&["account_id"])
            .index(&["decided_at", "id"])
            .create(manager)
            .await?;
        NewTable::named("lead_match_candidate")
            .column(id())
            .column(uuid("lead_match_id"))
            .column(uuid("lead_id"))
            .column(uuid("account_id"))
            .column(integer("score"))
            .column(json("reasons"))
            .column(instant("created_at"))
            .unique(&["lead_id", "account_id"])
            .index(&["lead_match_id"])
            .index(&["account_id"])
            .index(&["score", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            table::drop(manager, table).await?;
        }
        Ok(())
    }
}

fn duplicate_candidate() -> NewTable {
    let mut table = NewTable::named("duplicate_candidate")
        .column(id())
        .column(one_of("entity", &["CONTACT", "LEAD", "ACCOUNT"]));
    for column in [
        "contact_id",
        "other_contact_id",
        "lead_id",
        "other_lead_id",
        "account_id",
        "other_account_id",
    ] {
        table = table.column(uuid(column).optional()).sparse_index(column);
    }
    table
        .column(integer("score"))
        .column(json("reasons"))
        .column(one_of("state", &["OPEN", "DISMISSED", "MERGED"]))
        .column(instant("found_at"))
        .column(instant("decided_at").optional())
        .column(uuid("decided_by_id").optional())
        // The two rows of a pair, the older one first.
        .column(uuid("one_id"))
        .column(uuid("other_id"))
        .unique(&["one_id", "other_id"])
        .index(&["other_id"])
        .index(&["state", "score", "id"])
        .index(&["found_at", "id"])
}
