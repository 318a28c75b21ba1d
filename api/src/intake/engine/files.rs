//! Which files there are, what they mean, and in which order they are read.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use crate::intake::{
    ImportError,
    csv::Reader,
    mapping::{FileRules, Format, Mapping, Mode, Rule, rejected},
};

use super::plan::Plan;

/// Endings of files that are looked at in a folder.
const ENDINGS: [&str; 3] = ["csv", "tsv", "txt"];

/// A file that is imported.
#[derive(Debug)]
pub(super) struct Source<'m> {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) bytes: u64,
    /// None: no entry of the mapping is for it.
    pub(super) rules: Option<&'m FileRules>,
}

impl<'m> Source<'m> {
    pub(super) fn open(&self) -> Result<Reader, ImportError> {
        // What an import wrote has commas and is UTF-8, however its source was written.
        let format = match self.rules {
            Some(rules) if !rejected::is(&self.name) => rules.format,
            _ => Format::default(),
        };
        Reader::open(&self.path, format)
            .map_err(|error| ImportError::File(self.path.clone(), error))
    }

    /// The rules for it, with their columns found.
    pub(super) fn plan(&self, reader: &Reader) -> Result<Option<Plan<'m>>, ImportError> {
        self.rules
            .map(|rules| Plan::new(&self.name, rules, reader.header()))
            .transpose()
            .map_err(ImportError::Mapping)
    }
}

/// Finds the files, and checks that each has the columns that the mapping names. Those that others
/// point to come first.
pub(super) fn gather<'m>(
    mapping: &'m Mapping,
    paths: &[PathBuf],
) -> Result<Vec<Source<'m>>, ImportError> {
    let mut sources = Vec::new();
    for path in paths {
        if path.is_dir() {
            for path in folder(path)?.into_iter().filter(|path| !is_rejected(path)) {
                sources.push(source(mapping, path)?);
            }
        } else {
            sources.push(source(mapping, path.clone())?);
        }
    }
    if !sources.iter().any(|source| source.rules.is_some()) {
        return Err(ImportError::Mapping(format!(
            "none of the files is one that the mapping `{}` has an entry for",
            mapping.name
        )));
    }
    for source in &sources {
        if source.rules.is_some() {
            source.plan(&source.open()?)?;
        }
    }
    Ok(in_order(mapping, sources))
}

/// The files in the folders among `paths` that are not imported because an import wrote them.
pub(super) fn left_alone(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ImportError> {
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| path.is_dir()) {
        files.extend(folder(path)?.into_iter().filter(|path| is_rejected(path)));
    }
    Ok(files)
}

fn is_rejected(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(rejected::is)
}

fn folder(path: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let failed = |error| ImportError::File(path.to_owned(), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        let known = file
            .extension()
            .and_then(|ending| ending.to_str())
            .is_some_and(|ending| ENDINGS.contains(&ending.to_lowercase().as_str()));
        if known && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn source(mapping: &Mapping, path: PathBuf) -> Result<Source<'_>, ImportError> {
    let bytes = fs::metadata(&path)
        .map_err(|error| ImportError::File(path.clone(), error))?
        .len();
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok(Source {
        rules: mapping.rules_for(&name),
        path,
        name,
        bytes,
    })
}

/// In the order of the mapping, but what makes the rows of an entity before what points to them.
fn in_order<'m>(mapping: &'m Mapping, mut sources: Vec<Source<'m>>) -> Vec<Source<'m>> {
    let place = |source: &Source<'_>| {
        source.rules.and_then(|rules| {
            mapping
                .files
                .iter()
                .position(|entry| std::ptr::eq(entry, rules))
        })
    };
    sources.sort_by_key(|source| (source.rules.is_none(), place(source), source.path.clone()));
    let mut ordered: Vec<Source<'m>> = Vec::new();
    while !sources.is_empty() {
        let made: Vec<HashSet<&str>> = sources.iter().map(|source| makes(source.rules)).collect();
        let free = sources.iter().enumerate().position(|(index, source)| {
            let needed = needs(source.rules);
            made.iter()
                .enumerate()
                .all(|(other, made)| other == index || made.is_disjoint(&needed))
        });
        // Files that need one another come as they stand; the second pass mends the rest.
        ordered.push(sources.remove(free.unwrap_or(0)));
    }
    ordered
}

fn all_rules(rules: Option<&FileRules>) -> impl Iterator<Item = &Rule> {
    rules.into_iter().flat_map(|rules| &rules.rules)
}

fn makes(rules: Option<&FileRules>) -> HashSet<&'static str> {
    all_rules(rules)
        .filter(|rule| rule.mode != Mode::Update)
        .map(|rule| rule.entity.name)
        .collect()
}

fn needs(rules: Option<&FileRules>) -> HashSet<&'static str> {
    let links = all_rules(rules)
        .flat_map(|rule| &rule.fields)
        .filter_map(|field| field.lookup.as_ref())
        .map(|lookup| lookup.entity.name);
    let changed = all_rules(rules)
        .filter(|rule| rule.mode == Mode::Update)
        .map(|rule| rule.entity.name);
    let own = makes(rules);
    links
        .chain(changed)
        .filter(|entity| !own.contains(entity))
        .collect()
}
