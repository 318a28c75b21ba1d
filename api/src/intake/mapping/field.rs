//! How one field of an entity gets its value.

use std::collections::HashMap;

use iso_currency::Currency;

use crate::{
    document::{Entries, Node, unknown},
    record::{
        Entity, Field, FieldKind,
        value::{self, Style},
    },
};

use super::{
    condition::{self, Condition},
    reference::{self, Lookup},
    setting::{style, word},
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
    rule.lookup = reference::lookup(rule.field, entries, defaults)?;
    Ok(())
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
