//! `revhub migrate`.

use super::{Failure, output};
use crate::{app, config::Config, database::migrations};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Say which migrations are applied and which are pending, and change nothing
    #[arg(long)]
    status: bool,
}

pub(super) async fn run(args: &Args, config: Config) -> Result<(), Failure> {
    let database = app::connect(&config).await?;
    if args.status {
        let pending = migrations::pending(&database).await?;
        for name in migrations::known() {
            let applied = !pending.contains(&name);
            let status = if applied { "applied" } else { "pending" };
            output::line(format_args!("{status}  {name}"));
        }
        return Ok(());
    }
    match migrations::apply(&database).await? {
        0 => output::line("The database is up to date."),
        applied => output::line(format_args!("Applied {applied} migrations.")),
    }
    Ok(())
}
