//! `revhub config`.

use super::{Failure, output};
use crate::config::Config;

/// Prints the settings as a file that sets them, each with where it came from. A password in the
/// database's URL is not printed.
pub(super) fn run(config: &Config) -> Result<(), Failure> {
    let sections = toml::Table::try_from(config);
    let sections = sections.map_err(|error| Failure::Failed(error.to_string()))?;
    for (index, (section, settings)) in sections.iter().enumerate() {
        if index > 0 {
            output::line("");
        }
        output::line(format_args!("[{section}]"));
        for (name, value) in settings.as_table().into_iter().flatten() {
            let origin = config.origin(&format!("{section}.{name}"));
            output::line(format_args!("{name} = {value}  # {origin}"));
        }
    }
    Ok(())
}
