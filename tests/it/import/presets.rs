//! Exports of well-known systems, by the mappings that come with the program.

use std::{collections::BTreeSet, path::Path};

use api::intake::mapping::{Mapping, preset};
use entity::import_row;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::database::each_database;

use super::{datasets, import, open, run, table_sizes};

#[tokio::test]
async fn every_row_of_a_salesforce_export_is_accounted_for() {
    let unclaimed = [
        "sf_account_history_data.csv",
        "sf_contact_history_data.csv",
        "sf_opportunity_history_data.csv",
        "sf_opportunity_line_item_data.csv",
        "sf_order_data.csv",
        "sf_product_2_data.csv",
        "sf_user_role_data.csv",
    ];
    accounted_for("salesforce", "dbt_salesforce", &unclaimed).await;
}

#[tokio::test]
async fn every_row_of_a_hubspot_export_is_accounted_for() {
    let claimed = [
        "company_data.csv",
        "contact_data.csv",
        "contact_form_submission_data.csv",
        "deal_company_data.csv",
        "deal_contact_data.csv",
        "deal_data.csv",
        "email_campaign_data.csv",
        "email_event_data.csv",
        "engagement_call_data.csv",
        "engagement_company_data.csv",
        "engagement_contact_data.csv",
        "engagement_email_data.csv",
        "engagement_meeting_data.csv",
        "owner_data.csv",
        "users_data.csv",
    ];
    let Some(datasets) = datasets() else {
        return;
    };
    let files = std::fs::read_dir(datasets.join("dbt_hubspot")).unwrap();
    let names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            Path::new(name).extension().is_some_and(|end| end == "csv")
                && !claimed.contains(&name.as_str())
        })
        .collect();
    let unclaimed: Vec<&str> = names.iter().map(String::as_str).collect();
    accounted_for("hubspot", "dbt_hubspot", &unclaimed).await;
}

#[tokio::test]
async fn every_row_of_a_marketo_export_is_accounted_for() {
    let unclaimed = [
        "marketo_activity_change_data_value_data.csv",
        "marketo_activity_delete_lead_data.csv",
        "marketo_activity_email_bounced_data.csv",
        "marketo_activity_email_delivered_data.csv",
        "marketo_activity_merge_leads_data.csv",
        "marketo_activity_unsubscribe_email_data.csv",
        "marketo_email_template_history_data.csv",
        "marketo_lead_describe_data.csv",
    ];
    accounted_for("marketo", "dbt_marketo", &unclaimed).await;
}

/// Every line of every claimed file has an outcome, every other file is named, and a second run
/// finds everything as it is.
async fn accounted_for(name: &str, folder: &str, unclaimed: &[&str]) {
    let Some(datasets) = datasets() else {
        return;
    };
    let preset = preset::find(name).unwrap();
    for database in each_database() {
        let database = open(&database).await;
        let mapping = Mapping::parse(preset.name, preset.text).unwrap();
        let import = import(mapping, &[datasets.join(folder)]);

        let first = run(&database, &import).await;
        let after_first = table_sizes(&database).await;
        let second = run(&database, &import).await;
        let after_second = table_sizes(&database).await;

        let named: BTreeSet<&str> = first
            .files
            .iter()
            .filter(|file| !file.claimed)
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(named, unclaimed.iter().copied().collect());
        for summary in [&first, &second] {
            for (index, file) in summary
                .files
                .iter()
                .enumerate()
                .filter(|(_, file)| file.claimed)
            {
                let lines: BTreeSet<i64> = import_row::Entity::find()
                    .filter(import_row::Column::JobId.eq(summary.job.unwrap()))
                    .filter(import_row::Column::File.eq(i32::try_from(index).unwrap()))
                    .all(database.reads())
                    .await
                    .unwrap()
                    .into_iter()
                    .map(|row| row.line)
                    .collect();
                assert_eq!(
                    u64::try_from(lines.len()).unwrap(),
                    file.rows,
                    "{}",
                    file.name
                );
            }
        }
        for file in &second.files {
            for (entity, counts) in &file.counts {
                assert_eq!(
                    (counts.created, counts.updated),
                    (0, 0),
                    "{} {entity}",
                    file.name
                );
            }
        }
        for (table, rows) in &after_first {
            if !table.starts_with("import_") {
                assert_eq!(after_second.get(table), Some(rows), "{table}");
            }
        }
    }
}
