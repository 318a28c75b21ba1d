//! What there is to do with the dataset as GraphQL types: root fields, inputs and payloads, made of what the
//! nouns declare.

use async_graphql::{
    Value,
    registry::{MetaField, MetaInputValue, MetaType, Registry},
};

use crate::{
    dataset::{Entity, Enumeration, Field, Kind, Step, Written, dataset},
    services::rows::{Deed, MOST_ROWS},
};

use super::{
    super::{domain::Domain, error::with_article},
    add,
    meta::{argument, enumeration, field, input_object, object, with_arguments},
};

/// A root field that writes rows of a noun.
#[derive(Clone, Copy, Debug)]
pub(in crate::graphql) struct WriteField {
    /// The noun.
    pub(in crate::graphql) entity: &'static Entity,
    /// What is done.
    pub(in crate::graphql) deed: Deed,
    /// Whether it takes a list.
    pub(in crate::graphql) many: bool,
}

/// Every root field that writes rows, by name.
pub(in crate::graphql) fn write_fields() -> Vec<(String, WriteField)> {
    let mut fields = Vec::new();
    for entity in dataset().entities() {
        for (verb, deed) in deeds(entity) {
            for (many, noun) in [
                (false, entity.name.to_owned()),
                (true, capital(entity.plural)),
            ] {
                let name = match deed {
                    Deed::Assign if many => format!("{verb}{}Owners", entity.name),
                    Deed::Assign => format!("{verb}{noun}Owner"),
                    Deed::Step(step) if many => step.many.clone(),
                    Deed::Step(step) => step.mutation.clone(),
                    _ => format!("{verb}{noun}"),
                };
                fields.push((name, WriteField { entity, deed, many }));
            }
        }
    }
    fields
}

/// What can be done with rows of `entity`, and what that is called.
fn deeds(entity: &'static Entity) -> Vec<(&'static str, Deed)> {
    let writes = &entity.writes;
    let mut deeds = Vec::new();
    if let Some(verb) = writes.verb {
        deeds.push((verb, Deed::Make));
    }
    if writes
        .fields
        .iter()
        .any(|written| !written.changed_by.is_empty())
    {
        deeds.push(("update", Deed::Update));
        if writes.verb.is_some() && writes.with.is_none() {
            deeds.push(("upsert", Deed::Upsert));
        }
    }
    // Where there are steps, they give a row another owner.
    if entity.workflow.is_none() && writes.fields.iter().any(is_assigned) {
        deeds.push(("assign", Deed::Assign));
    }
    for (action, deed) in [
        ("delete", Deed::Delete),
        ("restore", Deed::Restore),
        ("destroy", Deed::Destroy),
    ] {
        if entity.writes.verb.is_some() && entity.does(action) {
            deeds.push((action, deed));
        }
    }
    let steps = entity.workflow.iter().flat_map(|workflow| &workflow.steps);
    deeds.extend(steps.map(|step| ("", Deed::Step(step))));
    deeds
}

/// The object type with the root fields that write the dataset.
pub(in crate::graphql) fn write_root(registry: &mut Registry) -> MetaType {
    register_common(registry);
    let mut fields = Vec::new();
    for (name, written) in write_fields() {
        register(registry, &written);
        fields.push(root_field(&name, &written));
    }
    object("DatasetMutation", "What there is to write.", fields)
}

fn root_field(name: &str, written: &WriteField) -> MetaField {
    let WriteField { entity, deed, many } = *written;
    let noun = entity.name;
    let one = with_article(noun);
    let what = match deed {
        Deed::Make => format!("Makes {one}. {}", entity.description),
        Deed::Update => {
            format!("Changes {one}: what is said, and nothing else. Null takes a value away.")
        }
        Deed::Assign => format!("Gives {one} another owner."),
        Deed::Upsert => format!(
            "Changes the {noun} that another system calls so, or that has what is one row's alone; where there is none, makes it."
        ),
        Deed::Delete => format!("Deletes {one}."),
        Deed::Restore => format!("Brings {one} back that was deleted."),
        Deed::Destroy => {
            format!("Takes {one} away for good that was deleted, with all that is a part of it.")
        }
        Deed::Step(step) => format!(
            "{} It begins in {}.",
            step.description,
            step.from.join(", ")
        ),
    };
    let description = if many {
        format!("For a list of at most {MOST_ROWS}, each like this: {what}")
    } else {
        what
    };
    let input = input_name(written);
    let (input, payload) = if many {
        (format!("[{input}!]!"), batch_payload(noun))
    } else {
        (format!("{input}!"), payload(noun))
    };
    let mut arguments = vec![argument("input", "What is to be written.", &input)];
    if many {
        let described = "Whether nothing is written where one of them cannot be. Otherwise the others are, and `results` says what is wrong.";
        arguments.push(flag("atomic", described, true));
    }
    let described = "Whether this is only tried: the outcome and the problems are what they would be, the row is as it is, and nothing is written.";
    arguments.push(flag("validateOnly", described, false));
    let meta = MetaField {
        description: Some(description),
        ..field(name, "", &payload)
    };
    with_arguments(meta, arguments)
}

fn flag(name: &str, description: &str, default: bool) -> MetaInputValue {
    MetaInputValue {
        default_value: Some(Value::from(default).to_string()),
        ..argument(name, description, "Boolean!")
    }
}

/// The payload of a mutation of one row of that noun.
pub(in crate::graphql) fn payload(noun: &str) -> String {
    format!("{noun}Payload")
}

/// The payload of a mutation of a list of rows of that noun.
pub(in crate::graphql) fn batch_payload(noun: &str) -> String {
    format!("{noun}BatchPayload")
}

/// What a batch says of one row of that noun.
pub(in crate::graphql) fn batch_result(noun: &str) -> String {
    format!("{noun}Result")
}

fn input_name(written: &WriteField) -> String {
    let noun = written.entity.name;
    match written.deed {
        Deed::Make => format!(
            "{}{noun}Input",
            capital(written.entity.writes.verb.unwrap_or("create"))
        ),
        Deed::Update => format!("Update{noun}Input"),
        Deed::Upsert => format!("Upsert{noun}Input"),
        Deed::Assign => "AssignOwnerInput".to_owned(),
        Deed::Delete => "DeleteInput".to_owned(),
        Deed::Restore => "RestoreInput".to_owned(),
        Deed::Destroy => "DestroyInput".to_owned(),
        Deed::Step(step) => format!("{}Input", capital(&step.mutation)),
    }
}

fn register(registry: &mut Registry, written: &WriteField) {
    let entity = written.entity;
    let noun = entity.name;
    let one = with_article(noun);
    let name = input_name(written);
    let (described, fields) = match written.deed {
        Deed::Make => (
            format!("What is said of a new {noun}."),
            said(entity, Deed::Make),
        ),
        Deed::Update => {
            let mut fields = which(entity);
            fields.extend(said(entity, Deed::Update));
            (
                format!("What of {one} is to be otherwise; what is not said stays."),
                fields,
            )
        }
        Deed::Upsert => (
            format!(
                "What is said of {one}, which may be there or not: it is looked for by `externalId` first, and then by what is one row's alone."
            ),
            said(entity, Deed::Upsert),
        ),
        Deed::Assign => ("Which row gets which owner.".to_owned(), assignment(entity)),
        Deed::Step(step) => (
            format!("Which {noun} takes the step, and what has to be said with it."),
            step_fields(entity, step),
        ),
        deed => {
            let what = match deed {
                Deed::Delete => "Which row is deleted.",
                Deed::Restore => "Which row is brought back.",
                _ => "Which row is taken away for good.",
            };
            (what.to_owned(), which(entity))
        }
    };
    add(registry, input_object(&name, &described, fields));
    let row = field(
        entity.single,
        "The row, as you see it; null where you do not, or it is gone. After a trial as it is, and null for one that would be new.",
        noun,
    );
    let outcome = field("outcome", "What became of it.", "WriteOutcome!");
    let id = field("id", "Its global id; null where nothing was written.", "ID");
    let described = format!("What became of {one}.");
    let fields = vec![id.clone(), outcome, row.clone()];
    add(registry, object(&payload(noun), &described, fields));
    let fields = vec![
        field("index", "Which one of the input, from 0.", "Int!"),
        id,
        field(
            "outcome",
            "What became of it; null where it could not be written.",
            "WriteOutcome",
        ),
        row,
        field(
            "problems",
            "What is wrong with it; none where it was written.",
            "[Problem!]!",
        ),
    ];
    let described = format!("What became of one {noun} of a list.");
    add(registry, object(&batch_result(noun), &described, fields));
    let results = field(
        "results",
        "For each of the input what became of it, in the same order.",
        &format!("[{}!]!", batch_result(noun)),
    );
    let described = format!("What became of a list of {noun} rows.");
    add(
        registry,
        object(&batch_payload(noun), &described, vec![results]),
    );
}

/// Whether it is who a row belongs to, which is changed for a reason and by a mutation of its own.
fn is_assigned(written: &Written) -> bool {
    written.changed_by == ["reassign"]
}

/// The fields that say which row gets which owner.
fn assignment(entity: &Entity) -> Vec<MetaInputValue> {
    let mut fields = which(entity);
    fields.retain(|field| field.name != "reason");
    fields.push(argument(
        "ownerId",
        "The user whose it is from now on.",
        "ID!",
    ));
    fields.push(argument("reason", "Why, for the history.", "String!"));
    fields
}

/// The fields that say which row takes `step`, and what is said with it.
fn step_fields(entity: &'static Entity, step: &'static Step) -> Vec<MetaInputValue> {
    let mut fields = which(entity);
    fields.retain(|field| field.name != "reason");
    let (Some(workflow), Some((_, states))) = (&entity.workflow, entity.state()) else {
        return fields;
    };
    if let [_, _, ..] = step.to.as_slice() {
        let described = format!("Where it leads: {}.", step.to.join(" or "));
        fields.push(argument("to", &described, &format!("{}!", states.name)));
    }
    let kinds: Vec<&str> = workflow.reasons_of(step).collect();
    if !kinds.is_empty() {
        let described = format!("Why: a `ReasonCode` of the kind {}.", kinds.join(" or "));
        fields.push(argument("reasonId", &described, "ID!"));
    }
    if step.why {
        fields.push(argument("reason", "Why, for the history.", "String!"));
    } else {
        let described = "What is to be added, for the history; required with the reason `OTHER`.";
        fields.push(argument("note", described, "String"));
    }
    for says in workflow.says(step) {
        let Some(field) = entity.written(says.field) else {
            continue;
        };
        if let Some(ty) = said_type(entity, field) {
            let required = if says.required { "!" } else { "" };
            let ty = format!("{ty}{required}");
            fields.push(argument(field.name, field.description, &ty));
        }
    }
    if step.mutation == "convertLead" {
        fields.push(argument("reason", "Why there is no opportunity.", "String"));
    }
    fields
}

/// The type of a field that is said.
fn said_type(entity: &'static Entity, field: &'static Field) -> Option<&'static str> {
    match &field.kind {
        Kind::Texts(_) => Some("[String!]"),
        Kind::Json(_) => Some("JSON"),
        Kind::ToMany { .. } => Some("[ID!]"),
        _ => Some(Domain::of(entity.name, field)?.input_type()),
    }
}

/// The fields that say which row is meant.
fn which(entity: &Entity) -> Vec<MetaInputValue> {
    let mut fields = vec![argument("id", "Its global id.", "ID!")];
    if entity.find("version").is_some() || entity.writes.verb.is_none() {
        fields.push(argument(
            "expectedVersion",
            "The version that you have read: where the row has another by now, nothing is written.",
            "Int",
        ));
    }
    fields.push(argument("reason", "Why, for the history.", "String"));
    fields
}

/// The fields that can be said.
fn said(entity: &'static Entity, deed: Deed) -> Vec<MetaInputValue> {
    let mut fields = Vec::new();
    for written in &entity.writes.fields {
        let can = match deed {
            Deed::Update => !written.changed_by.is_empty() && !is_assigned(written),
            _ => written.made,
        };
        let Some(field) = entity.written(written.field).filter(|_| can) else {
            continue;
        };
        let Some(ty) = said_type(entity, field) else {
            continue;
        };
        let required = deed == Deed::Make && written.required;
        let ty = if required {
            format!("{ty}!")
        } else {
            ty.to_owned()
        };
        fields.push(argument(field.name, field.description, &ty));
    }
    if deed != Deed::Update {
        fields.push(argument("reason", "Why, for the history.", "String"));
    }
    if entity.has_external_ids() {
        fields.push(argument(
            "externalId",
            "What another system calls it; remembered from then on.",
            "ExternalIdInput",
        ));
    }
    fields
}

fn register_common(registry: &mut Registry) {
    let outcomes = Enumeration {
        name: "WriteOutcome",
        description: "What became of a row that was to be written.",
        values: OUTCOMES
            .map(|(name, description)| (name.to_owned(), description))
            .to_vec(),
    };
    add(registry, enumeration(&outcomes));
    let fields = vec![
        argument(
            "system",
            "The other system, such as `salesforce`; 64 characters at most.",
            "String!",
        ),
        argument(
            "key",
            "The row's id there; 255 characters at most.",
            "String!",
        ),
    ];
    let described = "What another system calls a row.";
    add(registry, input_object("ExternalIdInput", described, fields));
    let fields = vec![
        field(
            "code",
            "The stable code, as in `extensions.code` of an error.",
            "String!",
        ),
        field(
            "message",
            "What is wrong, and what would be right.",
            "String!",
        ),
        field(
            "field",
            "Which part of the input, such as `input.3.email`.",
            "String!",
        ),
        field(
            "allowed",
            "The values that would be right, where they can be counted.",
            "[String!]!",
        ),
        field(
            "currentVersion",
            "The version that the row has by now, for a `VERSION_CONFLICT`.",
            "Int",
        ),
    ];
    let described = "What is wrong with a row of a list.";
    add(registry, object("Problem", described, fields));
}

/// What can become of a row.
const OUTCOMES: [(&str, &str); 6] = [
    ("CREATED", "It was made."),
    ("UPDATED", "It was changed."),
    ("UNCHANGED", "It was as it should be; nothing was written."),
    ("DELETED", "It was deleted, and can be restored."),
    ("RESTORED", "It was brought back."),
    ("DESTROYED", "It was taken away for good."),
];

/// `leads` as in `captureLeads`.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
