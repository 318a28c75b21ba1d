//! What an import did, as a table.

use std::collections::BTreeMap;

use crate::{
    cli::output,
    intake::{
        engine::{Counts, FileSummary, Summary},
        revert::Reverted,
    },
};

/// The words above the columns of numbers.
const COLUMNS: [&str; 7] = [
    "rows",
    "created",
    "updated",
    "unchanged",
    "merged",
    "review",
    "rejected",
];

/// Prints what became of every file and entity.
pub(super) fn summary(summary: &Summary) {
    let names = summary.files.iter().map(|file| file.name.len());
    let width = names.max().unwrap_or(0).max("file".len());
    let words: Vec<String> = COLUMNS.iter().map(|word| format!("{word:>10}")).collect();
    output::line(format_args!(
        "{:width$}  {:20}{}",
        "file",
        "entity",
        words.concat()
    ));
    for file in summary.files.iter().filter(|file| file.claimed) {
        for (entity, counts) in &file.counts {
            line(width, file, entity, counts);
        }
        if file.counts.is_empty() {
            line(width, file, "(no rows)", &Counts::default());
        }
    }
    for file in summary.files.iter().filter(|file| !file.claimed) {
        let (name, rows) = (&file.name, file.rows);
        output::line(format_args!(
            "{name:width$}  the mapping has no entry for it: its {rows} rows were left alone"
        ));
    }
    for path in &summary.left_alone {
        output::line(format_args!(
            "{} has rejected rows of an import: it was left alone, name it to import it",
            path.display()
        ));
    }
    for problem in &summary.problems {
        output::note(format_args!("{}: {}", problem.file, problem.reason));
    }
    for path in &summary.rejected_files {
        output::note(format_args!(
            "Rejected rows are in {}: mend them there and import that file.",
            path.display()
        ));
    }
    match summary.job {
        Some(job) => output::line(format_args!("Import {job}")),
        None => output::line("This was a dry run: nothing was written."),
    }
}

fn line(width: usize, file: &FileSummary, entity: &str, counts: &Counts) {
    let entity = match entity {
        "" => "(no rule, or broken)",
        entity => entity,
    };
    let numbers = [
        file.rows,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.merged,
        counts.needs_review,
        counts.rejected,
    ];
    let numbers: Vec<String> = numbers
        .iter()
        .map(|number| format!("{number:>10}"))
        .collect();
    let note = match counts.left_out {
        0 => String::new(),
        rows => format!("  ({rows} left out by the mapping)"),
    };
    output::line(format_args!(
        "{:width$}  {entity:20}{}{note}",
        file.name,
        numbers.concat()
    ));
}

/// Prints what was taken back and what was kept.
pub(super) fn reverted(reverted: &Reverted) {
    let print = |counts: &BTreeMap<&'static str, u64>, what: &str| {
        for (entity, rows) in counts {
            output::line(format_args!("{entity:20}{rows:>10}  {what}"));
        }
    };
    print(&reverted.removed, "taken back");
    print(&reverted.changed, "kept: changed since");
    print(&reverted.used, "kept: others point to it");
    if *reverted == Reverted::default() {
        output::line("There was nothing to take back.");
    }
}
