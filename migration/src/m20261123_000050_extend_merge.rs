//! Adds to `merge` what there is to read of it: the row that stayed, who merged, and what went into it by its global
//! id; and when it was forgotten how everything was before.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::{
    column::{instant, uuid},
    table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 4] = ["contact_id", "account_id", "by_user_id", "forgotten_at"];
/// By what merges are listed and found.
const INDEXES: [&[&str]; 3] = [&["contact_id"], &["account_id"], &["merged_at", "id"]];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            uuid("contact_id").optional(),
            uuid("account_id").optional(),
            uuid("by_user_id").optional(),
            instant("forgotten_at").optional(),
        ];
        table::extend(manager, "merge", columns).await?;
        for columns in INDEXES {
            let mut index = Index::create();
            index.name(name_of(columns)).table("merge");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        let prefix = "CASE entity WHEN 'CONTACT' THEN 'con_' ELSE 'acc_' END";
        let ids = each_id(
            manager,
            &format!("{prefix} || replace(item.value, '-', '')"),
        );
        let known = "SELECT u.id FROM \"user\" AS u WHERE u.id = merge.merged_by";
        run(
            manager,
            &format!(
                "ALTER TABLE merge RENAME COLUMN loser_ids TO merged_ids; \
                 UPDATE merge SET merged_ids = {ids}, by_user_id = ({known}), \
                 contact_id = CASE entity WHEN 'CONTACT' THEN winner_id END, \
                 account_id = CASE entity WHEN 'ACCOUNT' THEN winner_id END"
            ),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Ids without hyphens are ids as well.
        let ids = each_id(manager, "substr(item.value, 5)");
        run(
            manager,
            &format!(
                "UPDATE merge SET merged_ids = {ids}; \
                 ALTER TABLE merge RENAME COLUMN merged_ids TO loser_ids"
            ),
        )
        .await?;
        for columns in INDEXES {
            let index = Index::drop()
                .name(name_of(columns))
                .table("merge")
                .to_owned();
            manager.drop_index(index).await?;
        }
        table::reduce(manager, "merge", COLUMNS).await
    }
}

fn name_of(columns: &[&str]) -> String {
    format!("idx_merge_{}", columns.join("_"))
}

/// The array `merged_ids` with `to` in the place of each `item.value`.
fn each_id(manager: &SchemaManager<'_>, to: &str) -> String {
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        return format!("(SELECT json_group_array({to}) FROM json_each(merged_ids) AS item)");
    }
    format!("(SELECT jsonb_agg({to}) FROM jsonb_array_elements_text(merged_ids) AS item(value))")
}

async fn run(manager: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(statement).await?;
    Ok(())
}
