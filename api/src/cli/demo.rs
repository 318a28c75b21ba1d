//! `revhub demo`.

mod welcome;

use std::{fmt::Display, path::Path};

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    Failure, output,
    serve::{StopSignal, until_stopped},
};
use crate::{
    app::{self, App},
    clock::Clock,
    config::{Config, DatabaseUrl},
    intake::demo::{
        Plan, file,
        write::{self, WriteError, Written},
    },
    services::scoring::worker,
};

/// The name of the embedded file, in the data folder.
const FILE: &str = "demo.sqlite3";
/// From this age on, in days, a demo is said to be old: questions about last month find little.
const OLD: i64 = 7;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Multiply it: 1 is 5,000 leads and 60,000 touches, 200 a million and twelve million
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    scale: u32,
    /// Make up another company
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Put it into this database, which has no leads yet, instead of an embedded file
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Listen on this port; 0 takes any free one
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Make the embedded file anew, and forget what was changed in it
    #[arg(long, conflicts_with = "database_url")]
    fresh: bool,
    /// Make it, and do not serve it
    #[arg(long)]
    no_serve: bool,
}

impl Args {
    /// The year up to the present day, so that all of it has happened.
    fn plan(&self, clock: &Clock) -> Plan {
        Plan {
            seed: self.seed,
            scale: self.scale,
            ends_on: clock.now().date_naive(),
        }
    }

    /// Whether `plan` is what was asked for, on whatever day it was made.
    fn ask_for(&self, plan: Plan) -> bool {
        (plan.seed, plan.scale) == (self.seed, self.scale)
    }
}

pub(super) async fn run(args: &Args, mut config: Config) -> Result<(), Failure> {
    let stop = StopSignal::listen()?;
    let clock = Clock::system();
    if let Some(port) = args.port {
        config.server.port = port;
    }
    let token_days = config.auth.token_days;
    // Never the database of the settings, which may be the real one.
    let (app, plan) = match &args.database_url {
        Some(url) => on_url(args, url, config, clock).await?,
        None => embedded(args, config, clock).await?,
    };
    // What the year left to do is done, so that nothing moves by itself under whoever looks at it first.
    worker::catch_up(&app.database, &app.clock).await?;
    if args.no_serve {
        app.database.close().await;
        return Ok(());
    }
    let bearers = welcome::issue_tokens(&app, token_days).await?;
    let running = app.listen()?;
    output::line(welcome::text(&running.url, plan.ends_on, &bearers));
    until_stopped(running, stop).await
}

/// The demo in a file of its own, which is made unless it is there.
async fn embedded(args: &Args, mut config: Config, clock: Clock) -> Result<(App, Plan), Failure> {
    let path = config.data.dir.join(FILE);
    config.database.url = Some(DatabaseUrl::new(format!("sqlite://{}", path.display())));
    if args.fresh || !path.exists() {
        app::create_private(&config.data.dir)?;
        let plan = args.plan(&clock);
        let bar = progress(plan);
        let written = file::build(&path, plan, clock.now(), |leads| bar.set_position(leads)).await;
        bar.finish_and_clear();
        tell(written.map_err(failure)?, &path.display());
    }
    let app = App::new(config, clock).await?;
    match write::found(&app.database).await? {
        Some(plan) if args.ask_for(plan) => {
            tell_age(plan, &app.clock);
            Ok((app, plan))
        }
        found => Err(another_demo(&path, found)),
    }
}

/// The demo in a database that the caller names.
async fn on_url(
    args: &Args,
    url: &str,
    mut config: Config,
    clock: Clock,
) -> Result<(App, Plan), Failure> {
    config.database.url = Some(DatabaseUrl::new(url));
    let place = config.database_url();
    let app = App::new(config, clock).await?;
    if let Some(plan) = write::found(&app.database).await?
        && args.ask_for(plan)
    {
        tell_age(plan, &app.clock);
        return Ok((app, plan));
    }
    let plan = args.plan(&app.clock);
    let bar = progress(plan);
    let now = app.clock.now();
    let written = write::write(&app.database, plan, now, |leads| bar.set_position(leads)).await;
    bar.finish_and_clear();
    tell(written.map_err(failure)?, &place);
    Ok((app, plan))
}

/// A bar on a terminal, and nothing elsewhere.
fn progress(plan: Plan) -> ProgressBar {
    let bar = ProgressBar::new(plan.leads());
    let style =
        ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} leads, {eta} left");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_wrong_template) => bar,
    }
}

fn tell(written: Written, place: &impl Display) {
    let Written { rows, leads } = written;
    output::note(format_args!(
        "Made up a year: {leads} leads, {rows} rows in all, in {place}."
    ));
}

fn tell_age(plan: Plan, clock: &Clock) {
    let days = (clock.now().date_naive() - plan.ends_on).num_days();
    if days >= OLD {
        output::note(format_args!(
            "The year in it ended {days} days ago; `--fresh` makes it anew, up to today."
        ));
    }
}

fn failure(error: WriteError) -> Failure {
    match error {
        WriteError::NotEmpty => Failure::Usage(format!(
            "{error}; name a database without leads, or leave --database-url out to use a file"
        )),
        other => Failure::Failed(other.to_string()),
    }
}

fn another_demo(path: &Path, found: Option<Plan>) -> Failure {
    let path = path.display();
    let holds = match found {
        Some(plan) => format!("a demo of seed {} and scale {}", plan.seed, plan.scale),
        None => "something other than a demo of this version".to_owned(),
    };
    Failure::Usage(format!(
        "{path} holds {holds}; --fresh replaces it, --database-url sqlite://FILE makes another"
    ))
}
