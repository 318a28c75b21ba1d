//! Gives rejected rows back: as files that can be mended and sent again, and as a list to read.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use entity::import_row::{self, ImportOutcome};

use crate::{
    intake::{
        ImportError,
        csv::Cells,
        mapping::{plain, rejected},
    },
    store,
};

use super::{BATCH, files::Source, job::Problem, run::Run};

/// So many rows are shown; the rest is in the files and in the database.
const SHOWN: u64 = 20;

impl Run<'_> {
    /// The first rows that were rejected or that somebody has to look at.
    pub(super) async fn problems(&self) -> Result<Vec<Problem>, ImportError> {
        let mut problems = Vec::new();
        let names = self.job.names();
        let tx = self.session.begin().await?;
        for outcome in [ImportOutcome::Rejected, ImportOutcome::NeedsReview] {
            for (file, name) in names.iter().enumerate() {
                let file = i32::try_from(file).unwrap_or(i32::MAX);
                let rows =
                    store::import::rows_with(&tx, self.job.id, file, outcome, 0, SHOWN).await?;
                // What the mapping leaves out is no problem.
                let wrong = |row: &import_row::Model| {
                    row.raw.is_some() || outcome == ImportOutcome::NeedsReview
                };
                problems.extend(rows.into_iter().filter(wrong).map(|row| Problem {
                    file: name.clone(),
                    reason: row.reason.unwrap_or_default(),
                }));
            }
        }
        tx.commit().await?;
        problems.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
        Ok(problems)
    }

    /// Writes the rejected rows of every file that has some to `folder`, and says to which files in
    /// `written`.
    pub(super) async fn write_rejected(
        &self,
        sources: &[Source<'_>],
        folder: &Path,
        written: &mut Vec<PathBuf>,
    ) -> Result<(), ImportError> {
        for (file, source) in sources.iter().enumerate() {
            if let Some(path) = self.write_file(file, source, folder).await? {
                written.push(path);
            }
        }
        Ok(())
    }

    async fn write_file(
        &self,
        file: usize,
        source: &Source<'_>,
        folder: &Path,
    ) -> Result<Option<PathBuf>, ImportError> {
        let mut output: Option<Output> = None;
        let columns = Columns::of(source)?;
        let limit = u64::try_from(BATCH).unwrap_or(u64::MAX);
        let file = i32::try_from(file).unwrap_or(i32::MAX);
        let (mut after, mut line) = (0, 0);
        loop {
            let tx = self.session.begin().await?;
            let outcome = ImportOutcome::Rejected;
            let rows =
                store::import::rows_with(&tx, self.job.id, file, outcome, after, limit).await?;
            tx.commit().await?;
            let Some(last) = rows.last() else {
                break;
            };
            after = last.line;
            for row in &rows {
                // One line for a row, whatever number of entities it was rejected for.
                if row.line == line {
                    continue;
                }
                let (Some(raw), Some(reason)) = (&row.raw, &row.reason) else {
                    continue;
                };
                line = row.line;
                let output = if let Some(output) = &mut output {
                    output
                } else {
                    let new = output.insert(Output::create(folder, &source.name)?);
                    new.line(&columns.header())?;
                    new
                };
                output.line(&columns.row(raw, reason))?;
            }
        }
        output.map(Output::finish).transpose()
    }
}

/// Makes sure that files can be written to `folder` in the end.
pub(super) fn prepare(folder: &Path) -> Result<(), ImportError> {
    fs::create_dir_all(folder).map_err(|error| ImportError::File(folder.to_owned(), error))
}

/// A file with rejected rows.
struct Output {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Output {
    /// Creates the file for rows of `source`: the first that is not there yet, because somebody may
    /// be mending the others, and sources in different folders may have the same name.
    fn create(folder: &Path, source: &str) -> Result<Self, ImportError> {
        let mut taken = folder.to_owned();
        for name in rejected::names(source) {
            let path = folder.join(name);
            match File::create_new(&path) {
                Ok(file) => {
                    let file = BufWriter::new(file);
                    return Ok(Self { path, file });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = path,
                Err(error) => return Err(ImportError::File(path, error)),
            }
        }
        Err(ImportError::File(
            taken,
            io::ErrorKind::AlreadyExists.into(),
        ))
    }

    fn line(&mut self, line: &str) -> Result<(), ImportError> {
        writeln!(self.file, "{line}").map_err(|error| ImportError::File(self.path.clone(), error))
    }

    fn finish(mut self) -> Result<PathBuf, ImportError> {
        match self.file.flush() {
            Ok(()) => Ok(self.path),
            Err(error) => Err(ImportError::File(self.path, error)),
        }
    }
}

/// The columns of a file with rejected rows: those of its source, and the reason.
#[derive(Debug)]
struct Columns {
    /// Those of the source, without the reason of an import before.
    names: Vec<String>,
    reason: String,
    /// Whether the rows of the source have a reason, which is replaced.
    replaces: bool,
}

impl Columns {
    fn of(source: &Source<'_>) -> Result<Self, ImportError> {
        let header = source.open()?.header().to_vec();
        Ok(Self::new(header, rejected::is(&source.name)))
    }

    fn new(mut names: Vec<String>, rejected: bool) -> Self {
        if let Some(last) = names.pop() {
            let reason = free_name(&names);
            if rejected && reason == last {
                return Self {
                    names,
                    reason,
                    replaces: true,
                };
            }
            names.push(last);
        }
        Self {
            reason: free_name(&names),
            names,
            replaces: false,
        }
    }

    fn header(&self) -> String {
        let names = self.names.iter().chain([&self.reason]);
        let names: Vec<String> = names.map(|name| quoted(name)).collect();
        names.join(",")
    }

    /// A row with fewer cells than the header is filled up, so that the reason stands in its column.
    fn row(&self, raw: &str, reason: &str) -> String {
        let mut cells = Cells::from_csv(raw);
        let width = self.names.len();
        if self.replaces && cells.len() == width + 1 {
            cells.truncate(width);
        }
        let missing = ",".repeat(width.saturating_sub(cells.len()));
        format!("{}{missing},{}", cells.to_csv(), quoted(reason))
    }
}

/// `reason`, or with a number where a column is called so, whatever its spelling.
fn free_name(names: &[String]) -> String {
    let taken: HashSet<String> = names.iter().map(|name| plain(name)).collect();
    let mut name = "reason".to_owned();
    let mut number = 1;
    while taken.contains(&plain(&name)) {
        number += 1;
        name = format!("reason_{number}");
    }
    name
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::Columns;

    fn columns(names: &[&str], rejected: bool) -> Columns {
        Columns::new(
            names.iter().map(|name| (*name).to_owned()).collect(),
            rejected,
        )
    }

    #[test]
    fn the_reason_has_a_column_of_its_own() {
        let plain = columns(&["id", "name"], false);
        assert_eq!(plain.header(), r#""id","name","reason""#);
        assert_eq!(plain.row("1", "no"), r#"1,,"no""#);
        let own = columns(&["id", "Reason"], false);
        assert_eq!(own.header(), r#""id","Reason","reason_2""#);
        assert_eq!(own.row("1,price", "no"), r#"1,price,"no""#);
    }

    #[test]
    fn the_reason_of_an_import_before_is_replaced() {
        let again = columns(&["id", "reason"], true);
        assert_eq!(again.header(), r#""id","reason""#);
        assert_eq!(again.row("1,old", "new"), r#"1,"new""#);
        assert_eq!(again.row("1", "new"), r#"1,"new""#);
        let own = columns(&["id", "reason", "reason_2"], true);
        assert_eq!(own.header(), r#""id","reason","reason_2""#);
        assert_eq!(own.row("1,price,old", "new"), r#"1,price,"new""#);
    }
}
