//! The migrations go both ways, and the tables that they make are those of the entities.

#![cfg(test)]

mod catalog;
mod entities;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{
    money::MinorUnits,
    opportunity::{self, ForecastCategory, OpportunityStage},
    reason_code,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseBackend, EntityTrait, SqlErr,
    Statement, prelude::Uuid,
};
use serde_json::json;
use tests::database::{each_database, each_empty_database};

#[tokio::test]
async fn up_down_up_leaves_what_up_made() {
    for database in each_empty_database() {
        let db = database.connect().await;

        Migrator::up(&db, None).await.unwrap();
        let first = catalog::definitions(&db).await;
        assert!(first.len() > entities::all().len());

        Migrator::down(&db, None).await.unwrap();
        assert_eq!(catalog::definitions(&db).await, [""; 0]);

        Migrator::up(&db, None).await.unwrap();
        assert_eq!(catalog::definitions(&db).await, first);
    }
}

/// Rows that refer to one another, made of a row that the migrations put there.
const FEEDBACK_ABOUT_AN_ACCOUNT: [&str; 3] = [
    "INSERT INTO account (id, name, normalized_name, channel, lifecycle, created_at, updated_at)
        SELECT id, 'Acme', 'acme', 'DIRECT', 'TARGET', created_at, updated_at FROM reason_code LIMIT 1",
    "INSERT INTO feedback (id, direction, kind, account_id, verbatim, state, created_at, updated_at)
        SELECT id, 'SALES_TO_MARKETING', 'OTHER', id, 'Too long.', 'OPEN', created_at, updated_at FROM account",
    "INSERT INTO feedback_comment (id, feedback_id, body, created_at, updated_at)
        SELECT id, id, 'Indeed.', created_at, updated_at FROM feedback",
];

#[tokio::test]
async fn feedback_that_is_there_is_kept_when_it_can_be_about_more() {
    let about_content = "INSERT INTO feedback (id, direction, kind, asset_id, verbatim, state, created_at, updated_at)
        SELECT r.id, 'SALES_TO_MARKETING', 'OTHER', r.id, 'Fine.', 'OPEN', r.created_at, r.updated_at
        FROM reason_code AS r WHERE r.id NOT IN (SELECT id FROM account) ORDER BY r.id LIMIT 1";
    let about_nothing = "UPDATE feedback SET account_id = NULL WHERE account_id IS NOT NULL";
    let migrations = Migrator::migrations();
    let before = migrations
        .iter()
        .position(|it| it.name().ends_with("aim_feedback"));
    let before = u32::try_from(before.unwrap()).unwrap();
    let after = u32::try_from(migrations.len()).unwrap() - before;
    for database in each_empty_database() {
        let db = database.connect().await;
        Migrator::up(&db, Some(before)).await.unwrap();
        for statement in FEEDBACK_ABOUT_AN_ACCOUNT {
            db.execute_unprepared(statement).await.unwrap();
        }
        Migrator::up(&db, None).await.unwrap();
        let kept = "SELECT f.verbatim, c.body FROM feedback AS f JOIN feedback_comment AS c ON c.feedback_id = f.id";
        let kept = Statement::from_string(db.get_database_backend(), kept);
        let row = db.query_one_raw(kept).await.unwrap().unwrap();
        let texts: [String; 2] = [0, 1].map(|at| row.try_get_by_index(at).unwrap());
        assert_eq!(texts, ["Too long.", "Indeed."]);

        db.execute_unprepared(about_content).await.unwrap();
        for (refused, by) in [
            (about_nothing, "check constraint"),
            (
                "DELETE FROM feedback WHERE account_id IS NOT NULL",
                "foreign key",
            ),
        ] {
            let why = db.execute_unprepared(refused).await.unwrap_err();
            assert!(why.to_string().to_lowercase().contains(by), "{why}");
        }
        if db.get_database_backend() == DatabaseBackend::Sqlite {
            for check in ["integrity_check", "foreign_key_check"] {
                let check =
                    Statement::from_string(DatabaseBackend::Sqlite, format!("PRAGMA {check}"));
                let told = db.query_all_raw(check).await.unwrap();
                let told = told
                    .iter()
                    .map(|row| row.try_get_by_index::<String>(0).unwrap());
                let wrong: Vec<String> = told.filter(|text| text != "ok").collect();
                assert_eq!(wrong, [""; 0]);
            }
        }
        Migrator::down(&db, Some(after)).await.unwrap();
        let refused = db.execute_unprepared(about_nothing).await.unwrap_err();
        assert!(
            refused
                .to_string()
                .to_lowercase()
                .contains("check constraint")
        );
        Migrator::up(&db, None).await.unwrap();
    }
}

#[tokio::test]
async fn every_table_is_that_of_its_entity() {
    for (migrated, bare) in each_database().zip(each_empty_database()) {
        let from_migrations = catalog::read(&migrated.connect().await).await;

        let db = bare.connect().await;
        for entity in entities::all() {
            let statement = (entity.statement)(db.get_database_backend());
            db.execute(&statement).await.unwrap();
        }
        let from_entities = catalog::read(&db).await;

        let tables = |catalog: &catalog::Catalog| catalog.keys().cloned().collect::<Vec<_>>();
        assert_eq!(tables(&from_migrations), tables(&from_entities));
        for (table, expected) in &from_entities {
            assert_eq!(from_migrations[table].columns, expected.columns, "{table}");
        }
    }
}

#[tokio::test]
async fn every_foreign_key_is_indexed() {
    for database in each_database() {
        let catalog = catalog::read(&database.connect().await).await;
        let mut foreign_keys = 0;
        for (name, table) in &catalog {
            for column in &table.foreign_keys {
                foreign_keys += 1;
                assert!(
                    table.indexes.values().any(|index| index.finds(column)),
                    "{name}.{column} is a foreign key, and no index of all rows begins with it"
                );
            }
        }
        assert!(foreign_keys > 0);
    }
}

#[tokio::test]
async fn every_enum_column_takes_the_values_of_its_enum_and_no_others() {
    let expected = entities::enum_columns();
    let declared: BTreeSet<_> = entities::all()
        .into_iter()
        .flat_map(|entity| entity.enum_columns)
        .collect();
    let listed: BTreeSet<_> = expected.keys().map(ToString::to_string).collect();
    assert_eq!(listed, declared);

    for database in each_database() {
        let catalog = catalog::read(&database.connect().await).await;
        for (place, values) in &expected {
            let (table, column) = place.split_once('.').unwrap();
            let check = catalog[table].checks.get(&format!("ck_{table}_{column}"));
            let check = check.unwrap_or_else(|| panic!("{place} has no check"));
            assert_eq!(&quoted(check), values, "{place}");
        }
    }
}

#[tokio::test]
async fn a_check_refuses_a_row() {
    let broken = [
        "UPDATE reason_code SET kind = 'NO_SUCH_KIND'",
        "INSERT INTO feedback (id, direction, kind, verbatim, state, created_at, updated_at)
            SELECT id, 'SALES_TO_MARKETING', 'OTHER', 'about nothing', 'OPEN', created_at,
                updated_at
            FROM reason_code",
        "INSERT INTO opportunity (id, name, stage, amount_minor, forecast_category, created_at,
            updated_at)
            SELECT id, 'without a currency', 'PROPOSAL', 1, 'PIPELINE', created_at, updated_at
            FROM reason_code",
    ];
    for database in each_database() {
        let db = database.connect().await;
        for statement in broken {
            let refused = db.execute_unprepared(statement).await.unwrap_err();
            let check = refused.to_string().to_lowercase();
            assert!(check.contains("check constraint"), "{statement}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_reason_is_unique_until_it_is_deleted() {
    for database in each_database() {
        let db = database.connect().await;
        let reasons = reason_code::Entity::find().all(&db).await.unwrap();
        let again = reason_code::ActiveModel {
            id: Set(Uuid::now_v7()),
            ..reasons[0].clone().into()
        };

        let refused = reason_code::Entity::insert(again.clone()).exec(&db).await;
        let why = refused.unwrap_err().sql_err();
        assert!(matches!(why, Some(SqlErr::UniqueConstraintViolation(_))));

        let deleted = reason_code::ActiveModel {
            id: Set(reasons[0].id),
            deleted_at: Set(Some(Utc::now())),
            ..Default::default()
        };
        deleted.update(&db).await.unwrap();
        reason_code::Entity::insert(again).exec(&db).await.unwrap();
    }
}

#[tokio::test]
async fn the_reasons_to_begin_with_are_there() {
    for database in each_database() {
        let db = database.connect().await;
        let reasons = reason_code::Entity::find().all(&db).await.unwrap();
        for kind in ["LOST", "REJECT", "RECYCLE", "DISQUALIFY"] {
            let unknown = reasons.iter().find(|reason| {
                sea_orm::ActiveEnum::to_value(&reason.kind) == kind && reason.key == "UNKNOWN"
            });
            let unknown = unknown.unwrap_or_else(|| panic!("{kind} has no UNKNOWN"));
            assert!(unknown.active);
            assert_eq!(unknown.version, 1);
            assert_eq!(unknown.id.get_version_num(), 7);
            assert_eq!(unknown.created_at.to_rfc3339(), "2026-11-22T00:00:00+00:00");
        }
    }
}

#[tokio::test]
async fn a_row_comes_back_as_it_was_written() {
    let at: DateTime<Utc> = "2026-03-29T01:59:59.123456Z".parse().unwrap();
    let written = opportunity::Model {
        id: Uuid::now_v7(),
        name: "Zürich – Ölmühle 🫒".to_owned(),
        account_id: None,
        owner_id: None,
        lead_id: None,
        primary_campaign_id: None,
        stage: OpportunityStage::ClosedWon,
        amount_minor: Some(MinorUnits(9_007_199_254_740_993)),
        amount_currency: Some("JPY".to_owned()),
        probability: Some(100),
        expected_close_on: Some("2024-02-29".parse().unwrap()),
        closed_at: Some(at),
        lost_reason_id: None,
        next_step: None,
        push_count: 2,
        forecast_category: ForecastCategory::Closed,
        custom_fields: Some(json!({"tier": [1, null, "ü"]})),
        version: 1,
        created_at: at,
        created_by: Some(Uuid::now_v7()),
        updated_at: at,
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    for database in each_database() {
        let db = database.connect().await;
        let row = opportunity::ActiveModel::from(written.clone());
        opportunity::Entity::insert(row).exec(&db).await.unwrap();
        let read = opportunity::Entity::find_by_id(written.id).one(&db).await;
        assert_eq!(read.unwrap().as_ref(), Some(&written));
    }
}

#[tokio::test]
async fn text_orders_by_code_point() {
    // As SQLite does by itself; on PostgreSQL every column has to say so.
    let columns_that_do_not = "SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
        AND data_type IN ('character varying', 'text') AND collation_name IS DISTINCT FROM 'C'";
    for database in each_database() {
        let db = database.connect().await;
        if db.get_database_backend() == DatabaseBackend::Postgres {
            let statement = Statement::from_string(DatabaseBackend::Postgres, columns_that_do_not);
            let found = db.query_all_raw(statement).await.unwrap();
            assert!(found.is_empty(), "{found:?}");
        }
    }
}

/// What stands between single quotes.
fn quoted(definition: &str) -> BTreeSet<String> {
    definition
        .split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
