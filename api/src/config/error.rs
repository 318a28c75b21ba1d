//! What is wrong with the settings, and how to mend it.

use std::fmt;

/// One or more settings are wrong. Prints one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<Problem>);

/// One setting that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, such as `server.port`.
    pub setting: String,
    /// Where its value came from: a file, a variable, or the defaults.
    pub origin: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl Problem {
    pub(super) fn new(
        setting: impl Into<String>,
        origin: impl Into<String>,
        problem: impl Into<String>,
    ) -> Self {
        Self {
            setting: setting.into(),
            origin: origin.into(),
            problem: problem.into(),
        }
    }
}

impl ConfigError {
    /// Each setting that is wrong, in the order of the settings' names.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }

    pub(super) fn check(mut problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort_by(|a, b| a.setting.cmp(&b.setting));
        Err(Self(problems))
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// The environment variable that sets `setting`: `REVHUB__SERVER__PORT` for `server.port`.
pub(super) fn variable(setting: &str) -> String {
    format!("REVHUB__{}", setting.to_uppercase().replace('.', "__"))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            origin,
            problem,
        } = self;
        let variable = variable(setting);
        write!(f, "{setting} (from {origin}): {problem}")?;
        if setting == origin {
            // A file as a whole: the problem says all there is to say.
            return Ok(());
        }
        if *origin == variable {
            return write!(f, "; mend or unset {variable}");
        }
        match Place::of(setting) {
            Place::Top => f.write_str("; take it out"),
            Place::Section { section, name } => {
                write!(f, "; mend `{name}` under [{section}], or set {variable}")
            }
            Place::Listed { list, number, name } => {
                let nth = nth(number);
                match name {
                    "" => write!(f, "; mend the {nth} [[{list}]]"),
                    name => write!(
                        f,
                        "; mend `{name}` in the {nth} [[{list}]], or set {variable}"
                    ),
                }
            }
        }
    }
}

/// Where a setting stands in a file.
enum Place<'a> {
    Top,
    Section {
        section: &'a str,
        name: &'a str,
    },
    /// In the table with this number, counted from 0, of a list of tables.
    Listed {
        list: &'a str,
        number: usize,
        name: &'a str,
    },
}

impl<'a> Place<'a> {
    fn of(setting: &'a str) -> Self {
        let dots = setting.match_indices('.');
        let mut listed = dots.filter_map(|(dot, _)| {
            let (list, rest) = (setting.get(..dot)?, setting.get(dot + 1..)?);
            let (number, name) = rest.split_once('.').unwrap_or((rest, ""));
            let number = number.parse().ok()?;
            Some(Self::Listed { list, number, name })
        });
        let section = || {
            let (section, name) = setting.rsplit_once('.')?;
            Some(Self::Section { section, name })
        };
        listed.next().or_else(section).unwrap_or(Self::Top)
    }
}

/// The place in a list, counted from 0, in words.
fn nth(number: usize) -> String {
    match number {
        0 => "first".to_owned(),
        1 => "second".to_owned(),
        2 => "third".to_owned(),
        more => format!("{}th", more.saturating_add(1)),
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
