//! Gives rejected rows back: as files that can be mended and sent again, and as a list to read.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use entity::import_row::ImportOutcome;

use crate::{
    intake::{ImportError, csv::Cells, mapping::REJECTED},
    store,
};

use super::{BATCH, Run, files::Source, job::Problem};

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
                problems.extend(rows.into_iter().filter(|row| row.raw.is_some()).map(|row| {
                    Problem {
                        file: name.clone(),
                        reason: row.reason.unwrap_or_default(),
                    }
                }));
            }
        }
        tx.commit().await?;
        problems.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
        Ok(problems)
    }

    /// Writes the rejected rows of every file that has some to `folder`.
    pub(super) async fn write_rejected(
        &self,
        sources: &[Source<'_>],
        folder: &Path,
    ) -> Result<Vec<PathBuf>, ImportError> {
        let mut written = Vec::new();
        for (file, source) in sources.iter().enumerate() {
            if let Some(path) = self.write_file(file, source, folder).await? {
                written.push(path);
            }
        }
        Ok(written)
    }

    async fn write_file(
        &self,
        file: usize,
        source: &Source<'_>,
        folder: &Path,
    ) -> Result<Option<PathBuf>, ImportError> {
        let path = folder.join(name(&source.name));
        let failed = |error| ImportError::File(path.clone(), error);
        let mut output: Option<BufWriter<File>> = None;
        let header = source.open()?.header().to_vec();
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
                if output.is_none() {
                    let mut file = BufWriter::new(File::create(&path).map_err(failed)?);
                    write_header(&mut file, &header).map_err(failed)?;
                    output = Some(file);
                }
                if let Some(output) = &mut output {
                    write_row(output, raw, header.len(), reason).map_err(failed)?;
                }
            }
        }
        match output {
            None => Ok(None),
            Some(mut output) => {
                output.flush().map_err(failed)?;
                Ok(Some(path))
            }
        }
    }
}

/// `accounts.csv` becomes `accounts.rejected.csv`, and stays so.
fn name(file: &str) -> String {
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, "csv"));
    let stem = stem.strip_suffix(REJECTED).unwrap_or(stem);
    format!("{stem}{REJECTED}.{ending}")
}

const REASON: &str = "reason";

fn write_header(output: &mut impl Write, header: &[String]) -> io::Result<()> {
    let mut names: Vec<&str> = header.iter().map(String::as_str).collect();
    if names.last() != Some(&REASON) {
        names.push(REASON);
    }
    let line: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    writeln!(output, "{}", line.join(","))
}

/// A row with fewer cells than the header is filled up, so that the reason stands in its column.
fn write_row(output: &mut impl Write, raw: &str, width: usize, reason: &str) -> io::Result<()> {
    let cells = Cells::from_csv(raw).len();
    let missing = ",".repeat(width.saturating_sub(cells));
    writeln!(output, "{raw}{missing},{}", quoted(reason))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
