//! Files and the rules for them.

use encoding_rs::Encoding;
use toml::de::DeTable;

use crate::{
    document::{Document, Entries, Node, unknown},
    intake::csv,
    record::{self, Entity, FieldKind, Match, value::Style},
};

use super::{
    Mapping,
    condition::{self, Condition},
    field::{self, Defaults, FieldRule},
    glob::Pattern,
    setting,
    source::Source,
};

/// What the rows of some files mean.
#[derive(Clone, Debug)]
pub struct FileRules {
    /// The names of the files.
    pub patterns: Vec<Pattern>,
    /// How they are written.
    pub format: csv::Format,
    /// Whether columns that the rules name may be missing; they count as empty then.
    pub lenient: bool,
    /// What to make of every row, in this order.
    pub rules: Vec<Rule>,
}

/// What a rule may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Make rows and change them.
    Upsert,
    /// Make rows, and leave alone those that are there.
    Create,
    /// Change rows that are there.
    Update,
}

/// What to make of a row.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it becomes.
    pub entity: &'static Entity,
    /// The system whose ids the keys are.
    pub system: String,
    /// The row's id there.
    pub key: Option<Source>,
    /// What the rule may do.
    pub mode: Mode,
    /// How a row without a known key is recognised.
    pub matching: Vec<Match>,
    /// What a row must be like, all of it, for the rule to take it.
    pub when: Vec<Condition>,
    /// What a row must be like to be left out: all of one of these.
    pub skip: Vec<Vec<Condition>>,
    /// How the fields get their values.
    pub fields: Vec<FieldRule>,
}

/// Reads a mapping.
pub(super) fn mapping(origin: &str, text: &str) -> Result<Mapping, String> {
    let parsed = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Document { origin, text }.error(at, error.message())
    })?;
    let document = Document { origin, text };
    let mut top = document.entries(parsed.get_ref(), parsed.span());
    let name = top.string("name")?.unwrap_or(origin).to_owned();
    let system = top
        .string("system")?
        .ok_or_else(|| {
            top.error("`system` is missing: the name of the system whose ids the keys are")
        })?
        .to_owned();
    let mut style = Style::default();
    setting::style(&mut style, &mut top)?;
    let defaults = Defaults {
        system,
        style,
        currency: top.string("currency")?.map(str::to_owned),
    };
    let mut files = Vec::new();
    for node in list(&mut top, "file")? {
        files.push(file(&node, &defaults)?);
    }
    if files.is_empty() {
        return Err(top.error("a mapping needs at least one `[[file]]`"));
    }
    top.finish()?;
    Ok(Mapping {
        name,
        text: text.to_owned(),
        files,
    })
}

fn list<'a>(entries: &mut Entries<'a>, name: &'static str) -> Result<Vec<Node<'a>>, String> {
    match entries.get(name) {
        None => Ok(Vec::new()),
        Some(node) => node
            .items()
            .ok_or_else(|| node.error(&format!("write this as [[{name}]]"))),
    }
}

fn file(node: &Node<'_>, defaults: &Defaults) -> Result<FileRules, String> {
    let mut entries = node.table()?;
    let mut defaults = defaults.clone();
    setting::style(&mut defaults.style, &mut entries)?;
    if let Some(currency) = entries.string("currency")? {
        defaults.currency = Some(currency.to_owned());
    }
    let Some(name) = entries.get("name") else {
        return Err(node.error("`name` is missing: the name of the file, or a pattern with `*`"));
    };
    let patterns = name.strings()?.into_iter().map(Pattern::new).collect();
    let format = csv::Format {
        delimiter: delimiter(&mut entries)?,
        encoding: encoding(&mut entries)?,
    };
    let lenient = setting::word(
        &mut entries,
        "missing_columns",
        false,
        &[("error", false), ("empty", true)],
    )?;
    let mut rules = Vec::new();
    for node in list(&mut entries, "row")? {
        rules.push(rule(&node, &defaults)?);
    }
    if rules.is_empty() {
        return Err(node.error("a `[[file]]` needs at least one `[[file.row]]`"));
    }
    entries.finish()?;
    Ok(FileRules {
        patterns,
        format,
        lenient,
        rules,
    })
}

fn delimiter(entries: &mut Entries<'_>) -> Result<Option<u8>, String> {
    let Some(node) = entries.get("delimiter") else {
        return Ok(None);
    };
    match node.string()?.as_bytes() {
        [delimiter] if delimiter.is_ascii() => Ok(Some(*delimiter)),
        _ => Err(node.error("`delimiter` is one character, such as \";\" or \"\\t\"")),
    }
}

fn encoding(entries: &mut Entries<'_>) -> Result<Option<&'static Encoding>, String> {
    let Some(node) = entries.get("encoding") else {
        return Ok(None);
    };
    let label = node.string()?;
    Encoding::for_label(label.as_bytes())
        .map(Some)
        .ok_or_else(|| node.error("this encoding is not known; usual are utf-8 and windows-1252"))
}

fn rule(node: &Node<'_>, defaults: &Defaults) -> Result<Rule, String> {
    let mut entries = node.table()?;
    let Some(named) = entries.get("entity") else {
        return Err(node.error("`entity` is missing: what a row becomes"));
    };
    let name = named.string()?;
    let Some(entity) = record::entity(name) else {
        let known = record::entities().iter().map(|entity| entity.name);
        return Err(named.error(&unknown("entity", name, known)));
    };
    let system = entries.string("system")?.unwrap_or(&defaults.system);
    let defaults = Defaults {
        system: system.to_owned(),
        ..defaults.clone()
    };
    let mode = setting::word(
        &mut entries,
        "mode",
        Mode::Upsert,
        &[
            ("upsert", Mode::Upsert),
            ("create", Mode::Create),
            ("update", Mode::Update),
        ],
    )?;
    let key = entries.get("key").map(|node| key(&node)).transpose()?;
    let matching = match entries.get("match") {
        None => entity.matching.clone(),
        Some(node) => matching(entity, &node)?,
    };
    let when = condition::read(entries.get("when"))?;
    let skip = condition::any(entries.get("skip"))?;
    let fields = match entries.get("fields") {
        Some(node) => field::fields(entity, &node, &defaults)?,
        None => Vec::new(),
    };
    entries.finish()?;
    Ok(Rule {
        entity,
        system: defaults.system,
        key,
        mode,
        matching,
        when,
        skip,
        fields,
    })
}

/// A column, a template, or several columns that together are the key.
fn key(node: &Node<'_>) -> Result<Source, String> {
    let text = if node.items().is_none() {
        node.string()?.to_owned()
    } else {
        let columns = node.strings()?.into_iter();
        let columns: Vec<_> = columns.map(|column| format!("{{{column}}}")).collect();
        columns.join("/")
    };
    Source::of(&text).map_err(|problem| node.error(&problem))
}

fn matching(entity: &Entity, node: &Node<'_>) -> Result<Vec<Match>, String> {
    let mut ways = Vec::new();
    for name in node.strings()? {
        let field = entity.field(name).filter(|field| {
            !matches!(
                field.kind,
                FieldKind::Reference(_) | FieldKind::Money(_) | FieldKind::Object | FieldKind::List
            )
        });
        let Some(field) = field else {
            let known = ["email", "domain", "code", "key", "dedupe_key"];
            return Err(node.error(&unknown(
                "field to recognise rows by",
                name,
                known.into_iter(),
            )));
        };
        ways.push(match field.kind {
            FieldKind::Domain => Match::Domain,
            _ => Match::Column(field.name),
        });
    }
    Ok(ways)
}
