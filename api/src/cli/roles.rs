//! `revhub roles`.

use super::{Failure, output};
use crate::{app, config::Config};

pub(super) fn run(config: &Config) -> Result<(), Failure> {
    let views = app::views(config)?;
    output::line(views.policy().matrix().trim_end());
    Ok(())
}
