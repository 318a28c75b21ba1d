//! `revhub import`.

mod progress;
mod report;

use std::path::PathBuf;

use clap::Subcommand;
use uuid::Uuid;

use super::{Failure, output};
use crate::{
    app,
    clock::Clock,
    config::Config,
    database::{Database, migrations},
    intake::{
        ImportError,
        engine::{self, Import},
        mapping::{
            Mapping,
            preset::{self, PRESETS},
        },
        revert,
    },
};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    import: What,
}

#[derive(Subcommand)]
enum Command {
    /// Take back what an import made and nobody has changed or uses since
    Revert {
        /// The import's id, which it printed
        job: Uuid,
    },
    /// Print a mapping that comes with the program, to begin your own with
    Preset {
        #[arg(value_parser = names())]
        name: String,
    },
}

#[derive(clap::Args)]
struct What {
    /// Files, or folders with files that end in .csv, .tsv or .txt
    #[arg(required_unless_present = "resume", value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// What the files mean: a mapping, as docs/import.md teaches it
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present_any = ["preset", "resume"],
        conflicts_with = "preset"
    )]
    map: Option<PathBuf>,
    /// What the files mean: the exports of a well-known system
    #[arg(long, value_parser = names())]
    preset: Option<String>,
    /// Say what would happen, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Where the rejected rows are written to, to be mended and sent again
    #[arg(long, value_name = "DIR", default_value = ".")]
    rejected_to: PathBuf,
    /// End well although rows were rejected
    #[arg(long)]
    allow_rejected: bool,
    /// Go on with an import that was cut off
    #[arg(
        long,
        value_name = "JOB",
        conflicts_with_all = ["map", "preset", "paths", "dry_run"]
    )]
    resume: Option<Uuid>,
}

fn names() -> clap::builder::PossibleValuesParser {
    PRESETS.map(|preset| preset.name).into()
}

pub(super) async fn run(args: Args, config: Config) -> Result<(), Failure> {
    if let Some(Command::Preset { name }) = &args.command {
        if let Some(preset) = preset::find(name) {
            output::line(preset.text.trim_end());
        }
        return Ok(());
    }
    let database = app::connect(&config).await?;
    migrations::apply(&database).await?;
    match args.command {
        Some(Command::Revert { job }) => {
            let reverted = revert::revert(&database, &Clock::system(), job).await?;
            report::reverted(&reverted);
            Ok(())
        }
        _ => import(&database, args.import).await,
    }
}

async fn import(database: &Database, args: What) -> Result<(), Failure> {
    let rejected_to = Some(args.rejected_to.clone()).filter(|_| !args.dry_run);
    let import = match args.resume {
        Some(job) => Import::of_job(database, job, rejected_to).await?,
        None => Import {
            mapping: mapping(&args)?,
            paths: args.paths,
            dry_run: args.dry_run,
            rejected_to,
            resume: None,
        },
    };
    let mut progress = progress::Shown::new();
    let summary = engine::run(database, &Clock::system(), &import, &mut progress).await?;
    report::summary(&summary);
    if let Some(error) = summary.not_written {
        output::note("The import is done, but the rejected rows could not be written to a file:");
        return Err(error.into());
    }
    match summary.rejected() {
        0 => Ok(()),
        _ if args.allow_rejected => Ok(()),
        1 => Err(Failure::Failed("1 row was rejected".to_owned())),
        rows => Err(Failure::Failed(format!("{rows} rows were rejected"))),
    }
}

fn mapping(args: &What) -> Result<Mapping, Failure> {
    let (origin, text) = match (&args.map, &args.preset) {
        (Some(path), _) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
            (path.display().to_string(), text)
        }
        (None, Some(name)) => {
            let preset = preset::find(name)
                .ok_or_else(|| Failure::Usage(format!("there is no preset {name}")))?;
            (preset.name.to_owned(), preset.text.to_owned())
        }
        (None, None) => return Err(Failure::Usage("say --map FILE or --preset NAME".to_owned())),
    };
    Mapping::parse(&origin, &text).map_err(Failure::Usage)
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Mapping(problem) => Self::Usage(problem),
            ImportError::Refused(problem) => Self::Failed(problem),
            ImportError::File(path, error) => Self::Failed(format!("{}: {error}", path.display())),
            ImportError::Database(error) => error.into(),
        }
    }
}
