//! `revhub schema`.

use std::{fs, path::PathBuf};

use super::{Failure, output};
use crate::graphql;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Compare with a file instead of printing, and fail when they differ
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "schema.graphql")]
    check: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let sdl = graphql::sdl();
    let Some(file) = &args.check else {
        output::line(sdl.trim_end());
        return Ok(());
    };
    let path = file.display();
    let kept = fs::read_to_string(file)
        .map_err(|error| Failure::Failed(format!("{path} cannot be read: {error}")))?;
    if kept.trim_end() == sdl.trim_end() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "{path} is not the schema of this program; `revhub schema > {path}` writes it"
    )))
}
