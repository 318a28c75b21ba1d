//! What becomes of rejected rows, and of what a run is refused for.

use std::fs;

use api::{
    clock::Clock,
    intake::{
        engine::{self, Silent},
        revert,
    },
};
use entity::import_job::{self, ImportStatus};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use tests::database::each_database;
use uuid::Uuid;

use super::{import, mapping, open, run};

const PEOPLE: &str = "system = \"list\"
[[file]]
name = \"people.csv\"
delimiter = \";\"
encoding = \"windows-1252\"
[[file.row]]
entity = \"contact\"
key = \"id\"
fields.email = \"mail\"
fields.last_name = \"name\"
";

#[tokio::test]
async fn no_file_with_rejected_rows_is_overwritten() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (place, id) in [("a", 1), ("b", 2)] {
            let place = folder.path().join(place);
            fs::create_dir(&place).unwrap();
            let text = format!("id;mail;name;reason\n{id};none;M\u{fc}ller;bored\n");
            // Every character of Latin-1 is the byte of the same number.
            let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
            fs::write(place.join("people.csv"), bytes).unwrap();
            paths.push(place);
        }
        let mut import = import(mapping(PEOPLE), &paths);
        let to = folder.path().join("not/yet");
        import.rejected_to = Some(to.clone());

        let first = run(&database, &import).await;
        let second = run(&database, &import).await;

        let names = |numbers: [&str; 2]| {
            numbers.map(|number| to.join(format!("people{number}.rejected.csv")))
        };
        assert_eq!(first.rejected_files, names(["", ".2"]));
        assert_eq!(second.rejected_files, names([".3", ".4"]));
        let text = fs::read_to_string(&first.rejected_files[1]).unwrap();
        let expected = "\"id\",\"mail\",\"name\",\"reason\",\"reason_2\"\n2,none,Müller,bored,\"";
        assert!(text.starts_with(expected), "{text}");

        // In a folder they are left alone; by name they are what their source is.
        fs::write(to.join("people.csv"), "id;mail;name\n").unwrap();
        import.paths = vec![to];
        let folder = run(&database, &import).await;
        assert_eq!((folder.files.len(), folder.left_alone.len()), (1, 4));
        let rejected = &first.rejected_files[1];
        fs::write(rejected, text.replace("none", "m@example.com")).unwrap();
        import.paths = vec![rejected.clone()];
        let third = run(&database, &import).await;
        assert_eq!((third.rejected(), third.of("contact").created), (0, 1));
    }
}

#[tokio::test]
async fn a_place_for_rejected_rows_that_cannot_be_is_an_error_before_anything_is_written() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        fs::write(&file, "id;mail;name\n1;a@example.com;A\n").unwrap();
        let mut import = import(mapping(PEOPLE), std::slice::from_ref(&file));
        import.rejected_to = Some(file);

        let problem = engine::run(&database, &Clock::system(), &import, &mut Silent).await;

        assert!(problem.is_err());
        let jobs = super::number(&database, "SELECT COUNT(*) FROM import_job").await;
        assert_eq!(jobs, 0);
    }
}

#[tokio::test]
async fn the_year_of_the_demo_is_neither_reverted_nor_resumed() {
    for database in each_database() {
        let database = open(&database).await;
        let clock = Clock::system();
        let id = Uuid::now_v7();
        let job = import_job::Model {
            id,
            name: "demo".to_owned(),
            mapping: String::new(),
            sources: serde_json::json!([]),
            dry_run: false,
            status: ImportStatus::Done,
            started_at: clock.now(),
            finished_at: None,
            counts: serde_json::json!({}),
            created_by: None,
        };
        let tx = database.begin().await.unwrap();
        job.into_active_model().insert(&tx).await.unwrap();
        tx.commit().await.unwrap();

        let reverted = revert::revert(&database, &clock, id).await.unwrap_err();
        let resumed = engine::Import::of_job(&database, id, None)
            .await
            .unwrap_err();

        for problem in [reverted, resumed] {
            assert!(problem.to_string().starts_with("this is the demo's year"));
        }
    }
}

const LEADS: &str = "system = \"list\"
[[file]]
name = \"leads.csv\"
[[file.row]]
entity = \"lead\"
key = \"id\"
fields.email = \"mail\"
fields.status = \"status\"
fields.reject_reason = { column = \"why\", ref = \"reason_code\", by = \"key\", when = { status = \"REJECTED\" } }
fields.resume_at = \"resume\"
[[file.row]]
entity = \"lead_transition\"
key = \"{id}/{status}\"
when = { status = \"RECYCLED\" }
fields.lead = { ref = \"lead\", column = \"id\" }
fields.to_status = \"status\"
fields.at = { value = \"2026-01-02\" }
fields.reason = { column = \"why\", ref = \"reason_code\", by = \"key\", kind = \"RECYCLE\" }
fields.note = \"note\"
";

#[tokio::test]
async fn who_stands_where_a_reason_is_asked_for_needs_one_in_an_import_as_well() {
    for database in each_database() {
        let database = open(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.csv");
        let mut again = import(mapping(LEADS), std::slice::from_ref(&path));
        again.rejected_to = Some(folder.path().join("rejected"));
        let header = "id,mail,status,why,resume,note\n";
        let first = "1,a@example.com,REJECTED,DUPLICATE,,\n2,b@example.com,REJECTED,,,\n3,c@example.com,NEW,,,\n\
                     4,d@example.com,RECYCLED,TIMING,2031-01-01,\n5,e@example.com,RECYCLED,,2031-01-01,\n\
                     6,f@example.com,RECYCLED,TIMING,,\n7,g@example.com,REJECTED,OTHER,,\n\
                     8,h@example.com,RECYCLED,OTHER,2031-01-01,\n9,i@example.com,RECYCLED,OTHER,2031-01-01,Soon\n";
        fs::write(&path, format!("{header}{first}")).unwrap();
        let summary = run(&database, &again).await;
        let leads = summary.of("lead");
        assert_eq!(
            (leads.created, leads.needs_review, leads.rejected),
            (4, 3, 2)
        );
        let steps = summary.of("lead_transition");
        assert_eq!((steps.created, steps.rejected), (2, 3));
        let text = fs::read_to_string(&summary.rejected_files[0]).unwrap();
        for why in [
            "line 3: a lead that is REJECTED needs its reject_reason",
            "line 6: a lead_transition that is RECYCLED needs its reason",
            "line 7: a lead that is RECYCLED needs its resume_at",
            "line 9: a lead_transition that is RECYCLED needs its note",
        ] {
            assert!(text.contains(why), "{text}");
        }
        let told: Vec<&str> = summary.problems.iter().map(|it| &*it.reason).collect();
        for why in [
            "line 6: it is RECYCLED, and no lead_transition says for which reason",
            "line 8: its reason is OTHER, and no lead_transition says in its note which",
            "line 9: it is RECYCLED, and no lead_transition says for which reason",
        ] {
            assert!(told.contains(&why), "{told:?}");
        }
        let steps = "SELECT COUNT(*) FROM lead_transition WHERE backfilled AND cause = 'IMPORT'";
        assert_eq!(super::number(&database, steps).await, 4);

        // Nor do they come to stand there later.
        fs::write(&path, format!("{header}3,c@example.com,REJECTED,,,\n")).unwrap();
        let summary = run(&database, &again).await;
        assert_eq!((summary.of("lead").updated, summary.rejected()), (0, 1));
        let stands = "SELECT COUNT(*) FROM lead WHERE status = 'NEW'";
        assert_eq!(super::number(&database, stands).await, 1);
    }
}
