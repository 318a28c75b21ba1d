//! One field of an entity, as a mapping sees it.

use crate::store::table::{Column, Kind, Table};

/// What may stand in a field, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text up to this many characters.
    Text(Option<u32>),
    /// An e-mail address; kept in lower case.
    Email,
    /// A telephone number; kept as E.164.
    Phone,
    /// A country; kept as ISO 3166-1 alpha-2.
    Country,
    /// The name of a time zone.
    TimeZone,
    /// An internet domain, kept beside the account.
    Domain,
    /// A whole number between these.
    Number(i64, i64),
    /// Yes or no.
    Flag,
    /// An instant.
    Instant,
    /// A day.
    Date,
    /// One of these words.
    Choice(Vec<String>),
    /// An amount; its currency is in the column at this position.
    Money(usize),
    /// A row of this entity.
    Reference(&'static str),
    /// Values by name.
    Object,
    /// A list of words.
    List,
}

/// One field of an entity.
#[derive(Clone, Debug)]
pub struct Field {
    /// What a mapping calls it.
    pub name: &'static str,
    /// What may stand in it.
    pub kind: FieldKind,
    /// The position of its column; beyond the table for a domain, which has a table of its own.
    pub column: usize,
}

/// Columns that follow from others, that the hub keeps itself, or that no file brings.
const OWN: [&str; 17] = [
    "id",
    "version",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "deleted_by",
    "normalized_name",
    "email_domain",
    "path",
    "score_snapshot",
    "cause",
    "business_calendar_id",
    "definition_id",
    "routing_rule_id",
    "turns",
    "resolved_by_definition_id",
];

/// The fields that the columns of `table` make.
pub(super) fn of(table: &Table) -> Vec<Field> {
    table
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| !OWN.contains(&column.name) && !is_currency(table, column))
        .map(|(position, column)| Field {
            name: name(column),
            kind: kind(table, column),
            column: position,
        })
        .collect()
}

fn is_currency(table: &Table, column: &Column) -> bool {
    column.name.ends_with("currency")
        && table
            .columns
            .iter()
            .any(|other| currency_of(table, other).is_some())
}

/// The position of the currency of an amount.
fn currency_of(table: &Table, column: &Column) -> Option<usize> {
    let amount = column.name.strip_suffix("_minor")?;
    table
        .position(&format!("{amount}_currency"))
        .or_else(|| table.position("currency"))
}

fn name(column: &Column) -> &'static str {
    let suffix = if column.kind == Kind::Uuid {
        "_id"
    } else {
        "_minor"
    };
    column.name.strip_suffix(suffix).unwrap_or(column.name)
}

fn kind(table: &Table, column: &Column) -> FieldKind {
    match (column.kind, column.name) {
        (Kind::Uuid, name) => FieldKind::Reference(target(table, name)),
        (Kind::Text(_), "email") => FieldKind::Email,
        (Kind::Text(_), "phone") => FieldKind::Phone,
        (Kind::Text(_), "country") => FieldKind::Country,
        (Kind::Text(_), "time_zone") => FieldKind::TimeZone,
        (Kind::Text(limit), _) => FieldKind::Text(limit),
        (Kind::Instant, _) => FieldKind::Instant,
        (Kind::Date, _) => FieldKind::Date,
        (Kind::Small, _) => FieldKind::Number(-2, 2),
        (Kind::Int, "score" | "fit_score" | "engagement_score" | "probability") => {
            FieldKind::Number(0, 100)
        }
        (Kind::Int, "warn_at_percent") => FieldKind::Number(1, 99),
        (Kind::Int, "target_minutes") => FieldKind::Number(1, 525_600),
        (Kind::Int, "due_after_minutes") => FieldKind::Number(0, 525_600),
        (Kind::Int, "rating" | "quality") => FieldKind::Number(1, 5),
        (Kind::Int, _) => FieldKind::Number(0, i64::from(i32::MAX)),
        (Kind::Big, _) => match currency_of(table, column) {
            Some(currency) => FieldKind::Money(currency),
            None => FieldKind::Number(i64::MIN, i64::MAX),
        },
        (Kind::Bool, _) => FieldKind::Flag,
        (Kind::Json, "roles" | "consent") => FieldKind::List,
        (Kind::Json, _) => FieldKind::Object,
    }
}

/// The entity that a reference points to.
fn target(table: &Table, column: &str) -> &'static str {
    match column {
        "parent_id" => table.name,
        "account_id" => "account",
        "contact_id" => "contact",
        "lead_id" | "duplicate_of_id" => "lead",
        name if name.ends_with("campaign_id") => "campaign",
        "asset_id" | "resolved_by_asset_id" => "asset",
        "playbook_id" => "playbook",
        "playbook_step_id" => "playbook_step",
        "opportunity_id" => "opportunity",
        "territory_id" => "territory",
        "feedback_id" => "feedback",
        name if name.ends_with("reason_id") => "reason_code",
        _ => "user",
    }
}
