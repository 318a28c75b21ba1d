//! Creates `hub`, with its one row, and indexes by which readers of the change log find their place.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::{
    column::{id, text, uuid},
    table::{self, NewTable},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// On PostgreSQL a database is known by its cluster and its number there. A file of SQLite may be moved.
const POSTGRES_ROW: &str = "INSERT INTO hub (id, feed_id, database_identity) \
    SELECT gen_random_uuid(), gen_random_uuid(), system_identifier || '/' || oid \
    FROM pg_control_system(), pg_database WHERE datname = current_database()";
const SQLITE_ROW: &str = "INSERT INTO hub (id, feed_id, database_identity) \
    VALUES (randomblob(16), randomblob(16), '')";

/// The second one has the numbers too, so that the first number of a transaction is found in it alone.
const POSTGRES_INDEXES: &str = "CREATE INDEX idx_change_at_seq ON change (at, seq); \
    CREATE INDEX idx_change_transaction_id_seq ON change (transaction_id, seq); \
    DROP INDEX idx_change_transaction_id";
const SQLITE_INDEXES: &str = "CREATE INDEX idx_change_at_seq ON change (at, seq)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("hub")
            .column(id())
            .column(uuid("feed_id"))
            .column(text("database_identity", 64))
            .create(manager)
            .await?;
        let statements = match manager.get_database_backend() {
            DatabaseBackend::Postgres => [POSTGRES_ROW, POSTGRES_INDEXES],
            _ => [SQLITE_ROW, SQLITE_INDEXES],
        };
        for statement in statements {
            run(manager, statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "DROP INDEX idx_change_at_seq").await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            let index = "CREATE INDEX idx_change_transaction_id ON change (transaction_id); \
                         DROP INDEX idx_change_transaction_id_seq";
            run(manager, index).await?;
        }
        table::drop(manager, "hub").await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(statements).await?;
    Ok(())
}
