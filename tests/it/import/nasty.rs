//! Files as nobody should write them, and many do.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use api::{database::Database, intake::engine::Counts};
use entity::{
    account, contact, import_row, import_row::ImportOutcome, opportunity,
    opportunity::OpportunityStage,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tests::database::each_database;

use super::{import, mapping, number, open, run, table_sizes};

const MAPPING: &str = include_str!("../../fixtures/nasty.toml");

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/nasty.csv")
}

/// The outcome of every line of the last import.
async fn outcomes(database: &Database) -> BTreeMap<i64, (ImportOutcome, String)> {
    let rows = import_row::Entity::find()
        .all(database.reads())
        .await
        .unwrap();
    let last = rows.iter().map(|row| row.job_id).max().unwrap();
    rows.into_iter()
        .filter(|row| row.job_id == last)
        .map(|row| (row.line, (row.outcome, row.reason.unwrap_or_default())))
        .collect()
}

#[tokio::test]
async fn of_200_nasty_lines_none_is_lost_and_a_second_run_changes_nothing() {
    for database in each_database() {
        let database = open(&database).await;
        let import = import(mapping(MAPPING), &[fixture()]);

        let first = run(&database, &import).await;

        let file = &first.files[0];
        assert_eq!(file.rows, 200);
        let sum: u64 = file.counts.values().map(Counts::total).sum();
        assert_eq!(sum, 200, "{:?}", file.counts);
        let all = outcomes(&database).await;
        assert_eq!(all.len(), 200);
        for (line, (outcome, reason)) in &all {
            let explained = matches!(
                outcome,
                ImportOutcome::Created | ImportOutcome::Updated | ImportOutcome::Unchanged
            );
            assert!(
                explained || reason.contains(&format!("line {line}")),
                "{line}: {reason}"
            );
        }
        let before = table_sizes(&database).await;

        let second = run(&database, &import).await;

        let file = &second.files[0];
        let sum: u64 = file.counts.values().map(Counts::total).sum();
        assert_eq!(sum, 200);
        let counts = second.of("contact");
        assert_eq!((counts.created, counts.updated), (0, 0), "{counts:?}");
        let after = table_sizes(&database).await;
        for table in [
            "contact",
            "account",
            "external_id",
            "change",
            "account_domain",
        ] {
            assert_eq!(before[table], after[table], "{table}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_line_is_said_with_line_column_and_value() {
    for database in each_database() {
        let database = open(&database).await;
        run(&database, &import(mapping(MAPPING), &[fixture()])).await;

        let outcomes = outcomes(&database).await;

        let expected = fixture().with_extension("expected.txt");
        let mut actual = String::new();
        for (outcome, reason) in outcomes.values() {
            if *outcome != ImportOutcome::Created {
                actual.push_str(format!("{outcome:?}: {reason}").trim_end());
                actual.push('\n');
            }
        }
        if env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &actual).unwrap();
        }
        let expected = fs::read_to_string(&expected).unwrap();
        for (actual, expected) in actual.lines().zip(expected.lines()) {
            assert_eq!(actual, expected);
        }
        assert_eq!(actual.lines().count(), expected.lines().count());
    }
}

#[tokio::test]
async fn what_can_be_read_is_read_rightly() {
    for database in each_database() {
        let database = open(&database).await;
        run(&database, &import(mapping(MAPPING), &[fixture()])).await;

        let people = contact::Entity::find().all(database.reads()).await.unwrap();
        let name = |email: &str| {
            let person = people
                .iter()
                .find(|person| person.email.as_deref() == Some(email));
            person.and_then(|person| person.last_name.clone()).unwrap()
        };
        assert_eq!(name("latin@example.com"), "Müller");
        assert_eq!(name("utf8@example.com"), "Müller");
        assert_eq!(name("two@example.com"), "Two\nlines");
        assert_eq!(name("inner@example.com"), "Bad \"inner\" quotes");
        assert_eq!(name("pipe@example.com"), "5\" pipe");
        assert_eq!(name("drop@example.com"), "'; DROP TABLE contact; --");
        assert_eq!(name("after@example.com"), "After");

        let deals = opportunity::Entity::find()
            .all(database.reads())
            .await
            .unwrap();
        let mut amounts: Vec<i64> = deals
            .iter()
            .filter(|deal| deal.name == "Deal")
            .filter_map(|deal| deal.amount_minor)
            .map(|amount| amount.0)
            .collect();
        amounts.sort_unstable();
        let expected = [
            -500,
            -500,
            -500,
            0,
            0,
            1,
            9_900,
            9_900,
            10_000,
            10_050,
            100_000,
            100_000,
            100_000,
            123_400,
            123_450,
            123_450,
            123_450,
            123_456_789,
        ];
        assert_eq!(amounts, expected);
        let lost = deals
            .iter()
            .filter(|deal| deal.stage == OpportunityStage::ClosedLost);
        assert!(
            lost.clone().count() == 2 && lost.clone().all(|deal| deal.lost_reason_id.is_some())
        );

        let phones = people
            .iter()
            .filter(|person| person.phone.as_deref() == Some("+431588580"));
        assert_eq!(phones.count(), 2);
        let vienna = people
            .iter()
            .find(|person| person.created_at.to_rfc3339() == "2020-12-31T22:59:00+00:00");
        assert!(vienna.is_some(), "23:59 in Vienna");
    }
}

#[tokio::test]
async fn rejected_rows_come_back_and_can_be_mended() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        fs::write(
            &file,
            "id,mail,name,born\n1,a@example.com,\"A, the first\",2020-01-01\n2,nonsense,B,soon\n",
        )
        .unwrap();
        let text = "system = \"list\"\n[[file]]\nname = \"people.csv\"\n[[file.row]]\n\
                    entity = \"contact\"\nkey = \"id\"\n[file.row.fields]\nemail = \"mail\"\n\
                    last_name = \"name\"\ncreated_at = \"born\"\n";
        let mut import = import(mapping(text), &[file]);
        import.rejected_to = Some(folder.path().to_owned());

        let first = run(&database, &import).await;

        assert_eq!(first.rejected(), 1);
        let rejected = folder.path().join("people.rejected.csv");
        assert_eq!(first.rejected_files, std::slice::from_ref(&rejected));
        let text = fs::read_to_string(&rejected).unwrap();
        let reason = "\"line 3, column `mail`: `nonsense` is not an e-mail address; line 3, \
                      column `born`: `soon` is not a date in ISO 8601, such as 2026-03-31 or \
                      2026-03-31T14:30:00Z (other forms can be named with `dates` in the mapping)\"";
        assert_eq!(
            text,
            format!("\"id\",\"mail\",\"name\",\"born\",\"reason\"\n2,nonsense,B,soon,{reason}\n")
        );

        let mended = text
            .replace("nonsense", "b@example.com")
            .replace("soon,", "2020-02-02,");
        fs::write(&rejected, mended).unwrap();
        import.paths = vec![rejected];
        let second = run(&database, &import).await;

        assert_eq!((second.rejected(), second.of("contact").created), (0, 1));
        assert_eq!(number(&database, "SELECT COUNT(*) FROM contact").await, 2);
    }
}

#[tokio::test]
async fn the_same_person_three_times_is_one() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cards.csv");
        fs::write(
            &file,
            "Mail,Name,Phone\nAnn@Example.com,Ann,\nann@example.com,Anna,+43158858\n\
             ann@example.com ,,+16502530000\ninfo@example.com,Desk,\ninfo@example.com,Other desk,\n",
        )
        .unwrap();
        let text = "system = \"fair\"\n[[file]]\nname = \"cards.csv\"\n[[file.row]]\n\
                    entity = \"contact\"\n[file.row.fields]\nemail = \"Mail\"\n\
                    last_name = \"Name\"\nphone = { column = \"Phone\", on_error = \"review\" }\n";
        let import = import(mapping(text), &[file]);

        let first = run(&database, &import).await;
        let second = run(&database, &import).await;

        let counts = first.of("contact");
        assert_eq!((counts.created, counts.merged), (3, 2), "{counts:?}");
        assert_eq!(
            second.of("contact").created + second.of("contact").updated,
            0
        );
        let ann = contact::Entity::find()
            .filter(contact::Column::Email.eq("ann@example.com"))
            .all(database.reads())
            .await
            .unwrap();
        assert_eq!(ann.len(), 1);
        assert_eq!(ann[0].last_name.as_deref(), Some("Ann"));
        assert_eq!(ann[0].phone.as_deref(), Some("+43158858"));
        assert_eq!(ann[0].version, 1);
    }
}

#[tokio::test]
async fn references_to_later_rows_are_resolved_and_those_to_none_are_named() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("companies.csv");
        fs::write(
            &file,
            "id,name,parent\n1,Daughter,3\n2,Orphan,99\n3,Mother,\n4,Itself,4\n",
        )
        .unwrap();
        let roles = folder.path().join("roles.csv");
        fs::write(&roles, "deal,person\nd1,p1\n").unwrap();
        let text = "system = \"x\"\n[[file]]\nname = \"companies.csv\"\n[[file.row]]\n\
                    entity = \"account\"\nkey = \"id\"\nfields.name = \"name\"\n\
                    fields.parent = { ref = \"account\", column = \"parent\" }\n\
                    [[file]]\nname = \"roles.csv\"\n[[file.row]]\n\
                    entity = \"opportunity_contact\"\nkey = \"{deal}/{person}\"\n\
                    fields.opportunity = { ref = \"opportunity\", column = \"deal\" }\n\
                    fields.contact = { ref = \"contact\", column = \"person\" }\n";
        let import = import(mapping(text), &[file, roles]);

        let first = run(&database, &import).await;

        let counts = first.of("account");
        assert_eq!((counts.created, counts.needs_review), (3, 1), "{counts:?}");
        let counts = first.of("opportunity_contact");
        assert_eq!((counts.rejected, counts.total()), (1, 1), "{counts:?}");
        let companies = account::Entity::find().all(database.reads()).await.unwrap();
        let of = |name: &str| {
            companies
                .iter()
                .find(|company| company.name == name)
                .unwrap()
        };
        assert_eq!(of("Daughter").parent_id, Some(of("Mother").id));
        assert_eq!(of("Itself").parent_id, Some(of("Itself").id));
        assert_eq!(of("Orphan").parent_id, None);
        let reasons: Vec<&str> = first
            .problems
            .iter()
            .map(|problem| problem.reason.as_str())
            .collect();
        assert!(
            reasons.contains(&"line 3, column `parent`: there is no account `99`"),
            "{reasons:?}"
        );
    }
}

#[tokio::test]
async fn a_file_without_a_column_of_the_mapping_is_refused_before_anything_is_written() {
    let database = each_database().next().unwrap();
    let database = open(&database).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("companies.csv");
    fs::write(&file, "id,title\n1,Acme\n").unwrap();
    let text = "system = \"x\"\n[[file]]\nname = \"companies.csv\"\n[[file.row]]\n\
                entity = \"account\"\nkey = \"id\"\nfields.name = \"titel\"\n";
    let import = import(mapping(text), &[file]);

    let clock = api::clock::Clock::system();
    let refused =
        api::intake::engine::run(&database, &clock, &import, &mut api::intake::engine::Silent)
            .await
            .unwrap_err();

    assert_eq!(
        refused.to_string(),
        "companies.csv: there is no column `titel`. Did you mean `title`? Known are: id, title"
    );
    assert_eq!(
        number(&database, "SELECT COUNT(*) FROM import_job").await,
        0
    );
}
