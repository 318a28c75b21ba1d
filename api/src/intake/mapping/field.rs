//! How one field of an entity gets its value.

use std::collections::HashMap;

use chrono_tz::Tz;
use iso_currency::Currency;

use crate::intake::{
    catalog::{self, Entity, Field, FieldKind, Match},
    value::{self, Dates, Style},
};

use super::{
    condition::{self, Condition},
    node::{Entries, Node, unknown},
    source::Source,
};

/// When a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Whenever the file has one.
    Always,
    /// Only when the row is made.
    WhenNew,
    /// Only where nothing stands yet.
    WhenEmpty,
    /// When it is before what stands there.
    Earliest,
    /// When it is after what stands there.
    Latest,
}

/// What becomes of a row with a value that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// It is rejected.
    Reject,
    /// It is kept without the value, and somebody has to look at it.
    Review,
}

/// What a value inside an object becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
}

/// How one field gets its value.
#[derive(Clone, Debug)]
pub struct FieldRule {
    /// The field.
    pub field: &'static Field,
    /// The name inside an object, and what the value becomes there.
    pub member: Option<(String, Shape)>,
    /// Where the text comes from.
    pub source: Source,
    /// Their words, in lower case, to ours.
    pub words: HashMap<String, String>,
    /// Our word where theirs is not among them.
    pub otherwise: Option<String>,
    /// What counts where there is nothing.
    pub empty: Option<String>,
    /// How it is written.
    pub style: Style,
    /// The currency of an amount.
    pub currency: Option<Source>,
    /// Its currency where nothing says another.
    pub usual_currency: Option<String>,
    /// What the row must be like for this way to the value.
    pub when: Vec<Condition>,
    /// Where a reference looks.
    pub lookup: Option<Lookup>,
    /// When it is written.
    pub set: Set,
    /// What becomes of the row when it cannot be read.
    pub on_error: OnError,
}

/// How the row is found that a reference points to.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The entity that is looked up.
    pub entity: &'static Entity,
    /// By what.
    pub by: By,
    /// The column of the found row that is taken, instead of its id.
    pub via: Option<usize>,
}

/// By what a row is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// By its id in this system.
    Key(String),
    /// By a column of its own; among the rows where another column has this value, if given.
    Column(&'static str, Option<(&'static str, &'static str)>),
    /// By a domain of the account.
    Domain,
}

/// What holds for a whole mapping where a field does not say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    pub(super) system: String,
    pub(super) style: Style,
    pub(super) currency: Option<String>,
}

/// Reads the `fields` of a rule.
pub(super) fn fields(
    entity: &'static Entity,
    node: &Node<'_>,
    defaults: &Defaults,
) -> Result<Vec<FieldRule>, String> {
    let mut rules = Vec::new();
    for (name, at, node) in node.table()?.all() {
        let Some(field) = entity.field(name) else {
            let known = entity.fields.iter().map(|field| field.name);
            let problem = unknown(&format!("field of {}", entity.name), name, known);
            return Err(node.document.error(at, &problem));
        };
        if field.kind == FieldKind::Object {
            for (member, _, node) in node.table()?.all() {
                for mut rule in ways(field, &node, defaults)? {
                    let shape = rule.member.map_or(Shape::Text, |(_, shape)| shape);
                    rule.member = Some((member.to_owned(), shape));
                    rules.push(rule);
                }
            }
        } else {
            rules.extend(ways(field, &node, defaults)?);
        }
    }
    Ok(rules)
}

/// One way to the value of a field, or several of which the first that has something counts.
fn ways(
    field: &'static Field,
    node: &Node<'_>,
    defaults: &Defaults,
) -> Result<Vec<FieldRule>, String> {
    match node.items() {
        Some(items) => items
            .iter()
            .map(|item| field_rule(field, item, defaults))
            .collect(),
        None => Ok(vec![field_rule(field, node, defaults)?]),
    }
}

fn field_rule(
    field: &'static Field,
    node: &Node<'_>,
    defaults: &Defaults,
) -> Result<FieldRule, String> {
    let mut rule = FieldRule {
        field,
        member: None,
        source: Source::Constant(String::new()),
        words: HashMap::new(),
        otherwise: None,
        empty: None,
        style: defaults.style.clone(),
        currency: None,
        usual_currency: defaults.currency.clone(),
        when: Vec::new(),
        lookup: None,
        set: Set::Always,
        on_error: OnError::Reject,
    };
    if let Some(mut entries) = node.entries() {
        rule.source = source(&mut entries)?;
        details(&mut rule, &mut entries, defaults)?;
        entries.finish()?;
    } else if let Ok(text) = node.string() {
        rule.source = Source::of(text).map_err(|problem| node.error(&problem))?;
    } else {
        rule.source = Source::Constant(node.constant()?);
    }
    check(&rule, node)?;
    Ok(rule)
}

/// Exactly one of `column`, `value` and `template`.
fn source(entries: &mut Entries<'_>) -> Result<Source, String> {
    let column = entries.get("column");
    let value = entries.get("value");
    let template = entries.get("template");
    match (column, value, template) {
        (Some(node), None, None) => {
            let columns = node.strings()?.into_iter().map(str::to_owned).collect();
            Ok(Source::Columns(columns))
        }
        (None, Some(node), None) => node.constant().map(Source::Constant),
        (None, None, Some(node)) => {
            Source::of(node.string()?).map_err(|problem| node.error(&problem))
        }
        _ => Err(entries.error("a field needs one of `column`, `value` and `template`")),
    }
}

fn details(
    rule: &mut FieldRule,
    entries: &mut Entries<'_>,
    defaults: &Defaults,
) -> Result<(), String> {
    if let Some(node) = entries.get("map") {
        for (theirs, _, ours) in node.table()?.all() {
            rule.words
                .insert(theirs.trim().to_lowercase(), ours.constant()?);
        }
    }
    rule.otherwise = entries
        .get("otherwise")
        .map(|node| node.constant())
        .transpose()?;
    rule.empty = entries
        .get("empty")
        .map(|node| node.constant())
        .transpose()?;
    style(&mut rule.style, entries)?;
    if let Some(node) = entries.get("currency") {
        rule.currency = Some(match node.entries() {
            Some(mut entries) => source(&mut entries)?,
            None => Source::Constant(node.string()?.to_owned()),
        });
    }
    if let Some(node) = entries.get("as") {
        let shape = match node.string()? {
            "text" => Shape::Text,
            "number" => Shape::Number,
            "flag" => Shape::Flag,
            other => {
                let words = ["text", "number", "flag"];
                return Err(node.error(&unknown("shape", other, words.into_iter())));
            }
        };
        rule.member = Some((String::new(), shape));
    }
    rule.set = word(
        entries,
        "set",
        Set::Always,
        &[
            ("always", Set::Always),
            ("when_new", Set::WhenNew),
            ("when_empty", Set::WhenEmpty),
            ("earliest", Set::Earliest),
            ("latest", Set::Latest),
        ],
    )?;
    rule.on_error = word(
        entries,
        "on_error",
        OnError::Reject,
        &[("reject", OnError::Reject), ("review", OnError::Review)],
    )?;
    rule.when = condition::read(entries.get("when"))?;
    rule.lookup = lookup(rule.field, entries, defaults)?;
    Ok(())
}

/// Reads what a mapping or a field says on how values are written.
pub(super) fn style(style: &mut Style, entries: &mut Entries<'_>) -> Result<(), String> {
    if let Some(node) = entries.get("dates") {
        style.dates = Dates(node.strings()?.into_iter().map(str::to_owned).collect());
    }
    if let Some(node) = entries.get("time_zone") {
        style.time_zone = node
            .string()?
            .parse::<Tz>()
            .map_err(|_unknown| node.error("this is not a time zone such as `Europe/Vienna`"))?;
    }
    if let Some(node) = entries.get("region") {
        let region = node.string()?.parse().map_err(|_unknown| {
            node.error("this is not the two-letter code of a country, such as `AT`")
        })?;
        style.region = Some(region);
    }
    if let Some(node) = entries.get("decimal") {
        style.decimal = match node.string()? {
            "." => Some('.'),
            "," => Some(','),
            _ => return Err(node.error("`decimal` is \".\" or \",\"")),
        };
    }
    Ok(())
}

/// One of a few words.
pub(super) fn word<T: Copy>(
    entries: &mut Entries<'_>,
    name: &'static str,
    default: T,
    words: &[(&'static str, T)],
) -> Result<T, String> {
    let Some(node) = entries.get(name) else {
        return Ok(default);
    };
    let text = node.string()?;
    words
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let known = words.iter().map(|(word, _)| *word);
            node.error(&unknown(&format!("`{name}` called"), text, known))
        })
}

fn lookup(
    field: &'static Field,
    entries: &mut Entries<'_>,
    defaults: &Defaults,
) -> Result<Option<Lookup>, String> {
    let Some(node) = entries.get("ref") else {
        return Ok(None);
    };
    let name = node.string()?;
    let Some(entity) = catalog::entity(name) else {
        let known = catalog::entities().iter().map(|entity| entity.name);
        return Err(node.error(&unknown("entity", name, known)));
    };
    let system = entries.string("system")?;
    let by = match entries.get("by") {
        None => By::Key(system.unwrap_or(&defaults.system).to_owned()),
        Some(by) => natural(field, entity, by.string()?).map_err(|problem| by.error(&problem))?,
    };
    let via = match entries.get("via") {
        None => None,
        Some(via) => {
            let name = via.string()?;
            let found = entity.field(name).filter(|found| found.kind == field.kind);
            let Some(found) = found else {
                let fitting = entity
                    .fields
                    .iter()
                    .filter(|other| other.kind == field.kind);
                let known = fitting.map(|other| other.name);
                let problem = unknown(&format!("such field of {}", entity.name), name, known);
                return Err(via.error(&problem));
            };
            Some(found.column)
        }
    };
    if via.is_none() && field.kind != FieldKind::Reference(entity.name) {
        let problem = match field.kind {
            FieldKind::Reference(target) => format!(
                "`{}` is a reference to {target}, not to {}; or say with `via` which field of the \
                 {} to take",
                field.name, entity.name, entity.name
            ),
            _ => format!("`{}` is not a reference", field.name),
        };
        return Err(node.error(&problem));
    }
    Ok(Some(Lookup { entity, by, via }))
}

fn natural(field: &Field, entity: &Entity, by: &str) -> Result<By, String> {
    let mut known = vec!["key"];
    for way in &entity.matching {
        match way {
            Match::Column("key") => {
                let kind = match field.name {
                    "lost_reason" => Some(("kind", "LOST")),
                    "reject_reason" => Some(("kind", "REJECT")),
                    "disqualify_reason" => Some(("kind", "DISQUALIFY")),
                    _ => None,
                };
                if by == "key" {
                    return Ok(By::Column("key", kind));
                }
            }
            Match::Column(column) if *column == by => return Ok(By::Column(column, None)),
            Match::Domain if by == "domain" => return Ok(By::Domain),
            Match::Column(column) => known.push(column),
            Match::Domain => known.push("domain"),
            Match::Pair(..) => {}
        }
    }
    Err(unknown("way to find it by", by, known.into_iter()))
}

/// What does not depend on the file is checked before any file is opened.
fn check(rule: &FieldRule, node: &Node<'_>) -> Result<(), String> {
    let name = rule.field.name;
    if let FieldKind::Reference(target) = rule.field.kind
        && rule.lookup.is_none()
    {
        return Err(node.error(&format!(
            "`{name}` is a reference: write {{ ref = \"{target}\", column = … }}"
        )));
    }
    if rule.lookup.is_some() || rule.member.is_some() {
        return Ok(());
    }
    let mut words: Vec<&String> = rule.words.values().collect();
    words.extend(&rule.otherwise);
    words.extend(&rule.empty);
    if let Source::Constant(text) = &rule.source
        && rule.words.is_empty()
    {
        words.push(text);
    }
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        let checked = match rule.field.kind {
            FieldKind::Money(_) => Ok(()),
            _ => value::read(&rule.field.kind, word, &rule.style).map(drop),
        };
        checked.map_err(|problem| node.error(&format!("`{name}`: `{word}` {problem}")))?;
    }
    let fixed = match &rule.currency {
        Some(Source::Constant(code)) => Some(code),
        _ => rule.usual_currency.as_ref(),
    };
    if let Some(code) = fixed
        && Currency::from_code(&code.to_uppercase()).is_none()
    {
        return Err(node.error(&format!("`{code}` is not the code of a currency")));
    }
    Ok(())
}
