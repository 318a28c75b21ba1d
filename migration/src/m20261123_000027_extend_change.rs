//! Adds to `change` from which address something was done, in which transaction, and more kinds.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::{
    column::{big_integer, instant, json, long_text, one_of, sequence, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const BEFORE: [&str; 6] = [
    "CREATED",
    "UPDATED",
    "DELETED",
    "RESTORED",
    "MERGED",
    "VIEWED_AS",
];
const AFTER: [&str; 9] = [
    "CREATED",
    "UPDATED",
    "DELETED",
    "RESTORED",
    "MERGED",
    "UNMERGED",
    "DESTROYED",
    "VIEWED_AS",
    "REFUSED",
];
/// The columns that were there before.
const KEPT: &str =
    "seq, at, actor_kind, actor_id, entity, entity_id, kind, fields, reason, request_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            let log = log(&AFTER)
                .column(text("actor_address", 45).optional())
                .column(big_integer("transaction_id").optional());
            return make_anew(manager, log).await;
        }
        let columns = [
            text("actor_address", 45).optional(),
            big_integer("transaction_id").optional(),
        ];
        table::extend(manager, "change", columns).await?;
        let kinds = AFTER.map(|kind| format!("'{kind}'")).join(", ");
        let statements = format!(
            "ALTER TABLE change DROP CONSTRAINT ck_change_kind, \
             ADD CONSTRAINT ck_change_kind CHECK (kind IN ({kinds})), \
             ALTER COLUMN transaction_id SET DEFAULT (pg_current_xact_id()::text::bigint); \
             CREATE INDEX idx_change_transaction_id ON change (transaction_id)"
        );
        run(manager, &statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            "DELETE FROM change WHERE kind IN ('REFUSED', 'UNMERGED', 'DESTROYED')",
        )
        .await?;
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            return make_anew(manager, log(&BEFORE)).await;
        }
        let kinds = BEFORE.map(|kind| format!("'{kind}'")).join(", ");
        let statements = format!(
            "DROP INDEX idx_change_transaction_id; \
             ALTER TABLE change DROP CONSTRAINT ck_change_kind, \
             ADD CONSTRAINT ck_change_kind CHECK (kind IN ({kinds}))"
        );
        run(manager, &statements).await?;
        table::reduce(manager, "change", ["transaction_id", "actor_address"]).await
    }
}

/// The table as it was, with these kinds.
fn log(kinds: &'static [&'static str]) -> NewTable {
    NewTable::named("change")
        .column(sequence("seq"))
        .column(instant("at"))
        .column(one_of("actor_kind", &["USER", "TOKEN", "IMPORT", "SYSTEM"]))
        .column(uuid("actor_id").optional())
        .column(text("entity", 32))
        .column(uuid("entity_id"))
        .column(one_of("kind", kinds))
        .column(json("fields").optional())
        .column(long_text("reason").optional())
        .column(text("request_id", 64).optional())
        .index(&["entity", "entity_id", "seq"])
}

/// Makes the table anew with the rows that it has: SQLite changes no check of a table that is there.
async fn make_anew(manager: &SchemaManager<'_>, log: NewTable) -> Result<(), DbErr> {
    run(
        manager,
        "DROP INDEX idx_change_entity_entity_id_seq; ALTER TABLE change RENAME TO change_before",
    )
    .await?;
    log.create(manager).await?;
    run(
        manager,
        &format!(
            "INSERT INTO change ({KEPT}) SELECT {KEPT} FROM change_before ORDER BY seq; \
             DROP TABLE change_before"
        ),
    )
    .await
}

async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(statements).await?;
    Ok(())
}
