//! What the oracle knows of the schema. Whatever else is in there must be classified first.

use std::collections::{BTreeMap, BTreeSet};

use api::dataset::dataset;
use async_graphql::{
    Positioned,
    parser::types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind},
};

use super::{
    lens::{CLASSES, Class, REFERRED, STAMPS},
    model::{Model, named},
    noun::Noun,
    shape::{ENUMS, Shape, of_list, of_root, shapes},
};

/// Where one says what a field of a noun is.
const CLASSIFY: &str = "classify it in support/oracle/lens/class.rs as open or guarded";
/// Where one says how anything else is answered.
const TEACH: &str = "teach the oracle what each caller gets of it (support/oracle/resolve.rs), \
                     or say in support/oracle/known.rs that it tells nothing of rows";

/// Types that are no nouns, with their fields.
const OTHERS: [(&str, &[&str]); 5] = [
    ("Money", &["amount", "currency", "minorUnits"]),
    ("MoneyBand", &["from", "below", "currency"]),
    ("Reference", &["id", "name", "status"]),
    (
        "PageInfo",
        &["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"],
    ),
    ("Viewer", &["name", "roles", "user", "territories"]),
];

/// What nouns begin with that have tests of their own, which say who sees what of them: tests/it/tokens.rs, because
/// tests make such rows while they ask, and tests/it/webhooks.rs. Their other types begin with it as well.
const APART: [&str; 2] = ["ApiToken", "Webhook"];

/// Inputs of what changes something, which has tests of its own.
const CHANGING: &[&str] = &[
    "AssignOwnerInput",
    "CreatePersonalTokenInput",
    "CreateServiceTokenInput",
    "CreateWebhookEndpointInput",
    "ProposeLeadDefinitionInput",
    "RedeliverWebhookInput",
    "DeleteInput",
    "DestroyInput",
    "ExpectedVersion",
    "ExternalIdInput",
    "MergeInput",
    "SetUserTerritoriesInput",
    "RestoreInput",
    "PeriodInput",
    "RevokeTokenInput",
    "RotateTokenInput",
    "RotateWebhookSecretInput",
    "UpdateWebhookEndpointInput",
];

/// What each noun has that is made of the change log, and not of rows: tests/it/feed says who gets what of it.
const HISTORY: &str = "history";

/// What a noun with states has that says what the caller can do with a row: tests/it/leads says who is told what.
const ALLOWED: &str = "allowedTransitions";

/// What each noun has that other systems call its rows by: tests/it/writing says who gets what of it.
const EXTERNAL_IDS: &str = "externalIds";

/// The input that says which changes one follows.
const FOLLOWING: &str = "ChangeFilter";

/// What is done with rows, as in `createAccount` and `CreateAccountInput`.
const DEEDS: [&str; 12] = [
    "add", "assign", "capture", "create", "delete", "destroy", "give", "log", "record", "restore",
    "update", "upsert",
];

/// Whether `name` is what is done with rows of a noun: a verb, and one of them or many.
fn is_deed(name: &str) -> bool {
    if is_step(name) {
        return true;
    }
    let mut rest = DEEDS.iter().filter_map(|deed| name.strip_prefix(deed));
    rest.any(|rest| {
        let mut nouns = Noun::all().iter();
        let owners = rest.strip_suffix('s').unwrap_or(rest).strip_suffix("Owner");
        let of = owners.unwrap_or(rest);
        nouns.any(|noun| of == noun.name || rest == capital(noun.plural))
    })
}

/// Whether `name` is a step of rows of a noun, or of a list of them.
fn is_step(name: &str) -> bool {
    steps().any(|step| step == name)
}

/// The steps of rows of all nouns, for one row and for a list.
fn steps() -> impl Iterator<Item = &'static str> {
    let entities = dataset().entities().iter();
    let workflows = entities.filter_map(|entity| entity.workflow.as_ref());
    let steps = workflows.flat_map(|workflow| &workflow.steps);
    steps.flat_map(|step| [step.mutation.as_str(), step.many.as_str()])
}

/// `leads` as in `captureLeads`.
fn capital(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Whether `name` is the input of what is done with a row of a noun.
fn is_input_of_deed(name: &str) -> bool {
    let Some(deed) = name.strip_suffix("Input") else {
        return false;
    };
    let mut letters = deed.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    is_deed(&first.into_iter().chain(letters).collect::<String>())
}

/// What tells nothing of rows, or is compared by a test of its own: documents do not ask for it.
const BESIDE: &[(&str, &[&str])] = &[
    (
        "Query",
        &[
            "changeCursor",
            "changes",
            "explainAccess",
            "feedbackThemes",
            "loopHealth",
            "slaBreaches",
            "myTasks",
            "previewLeadDefinition",
            "followUp",
            "apiToken",
            "apiTokens",
            "apiTokenAggregate",
            "apiTokenGroups",
            "webhookEndpoint",
            "webhookEndpoints",
            "webhookEndpointAggregate",
            "webhookEndpointGroups",
            "webhookDelivery",
            "webhookDeliveries",
            "webhookDeliveryAggregate",
            "webhookDeliveryGroups",
        ],
    ),
    ("Subscription", &["activity", "changed"]),
    (
        "Mutation",
        &[
            "createPersonalToken",
            "createServiceToken",
            "approveLeadDefinition",
            "dismissDuplicate",
            "proposeLeadDefinition",
            "vetoLeadDefinition",
            "mergeAccounts",
            "mergeContacts",
            "revokeToken",
            "rotateToken",
            "createWebhookEndpoint",
            "deleteWebhookEndpoint",
            "pauseWebhookEndpoint",
            "redeliverWebhook",
            "resumeWebhookEndpoint",
            "rotateWebhookSecret",
            "setUserTerritories",
            "testWebhookEndpoint",
            "updateWebhookEndpoint",
            "undoMerge",
        ],
    ),
    ("LeadDefinitionPayload", &["leadDefinition"]),
    (
        "DefinitionPreview",
        &[
            "scope",
            "leads",
            "qualified",
            "accepted",
            "acceptedShare",
            "becameSql",
            "becameSqlShare",
            "won",
            "wonShare",
            "active",
        ],
    ),
    (
        "DefinitionOutcome",
        &[
            "qualified",
            "accepted",
            "acceptedShare",
            "becameSql",
            "becameSqlShare",
            "won",
            "wonShare",
        ],
    ),
    // What tests/it/reports says: what each role gets of it is what it gets by other ways.
    ("Lead", &["briefing"]),
    (
        "LeadBriefing",
        &[
            "account",
            "campaignFeedback",
            "contentUsed",
            "openOpportunities",
            "precedingTouches",
            "readiness",
            "scoreFactors",
            "slaClocks",
        ],
    ),
    (
        "FollowUp",
        &[
            "scope",
            "touchScope",
            "asOf",
            "handedOver",
            "accepted",
            "rejected",
            "rejections",
            "undecided",
            "recalled",
            "neverTouched",
            "responseTime",
            "groups",
        ],
    ),
    (
        "FollowUpGroup",
        &[
            "key",
            "handedOver",
            "accepted",
            "rejected",
            "rejections",
            "undecided",
            "recalled",
            "neverTouched",
            "responseTime",
        ],
    ),
    (
        "FollowUpKey",
        &[
            "ownerId",
            "owner",
            "campaignId",
            "campaign",
            "source",
            "territoryId",
            "territory",
            "month",
        ],
    ),
    ("FollowUpRejection", &["reason", "count"]),
    (
        "FollowUpResponse",
        &[
            "count",
            "never",
            "leftOut",
            "wallMinutes",
            "businessMinutes",
        ],
    ),
    ("FollowUpMinutes", &["median", "p75", "p90", "mean"]),
    (
        "FeedbackThemes",
        &["scope", "opportunityScope", "asOf", "themes"],
    ),
    (
        "FeedbackTheme",
        &[
            "theme",
            "count",
            "openCount",
            "lastAt",
            "sentiment",
            "accounts",
            "opportunities",
            "pipeline",
        ],
    ),
    ("FeedbackSentiment", &["mean", "n"]),
    ("LoopHealthReport", &["scope", "asOf", "directions"]),
    (
        "LoopDirection",
        &[
            "direction",
            "due",
            "openOverdue",
            "acknowledged",
            "medianDaysToAcknowledge",
            "medianDaysToAction",
            "closed",
            "closedLoopRate",
        ],
    ),
    ("Ratio", &["numerator", "denominator", "value", "status"]),
    ("MergedContacts", &["mergeId", "contact", "relinked"]),
    ("MergedAccounts", &["mergeId", "account", "relinked"]),
    ("UndoneMerge", &["restored", "changedSince"]),
    ("ChangedSince", &["id", "what"]),
    ("DismissedDuplicate", &["duplicateCandidate"]),
    ("ChangedUserTerritories", &["user"]),
    (
        "Change",
        &[
            "actor",
            "alsoAffects",
            "at",
            "cursor",
            "entity",
            "fields",
            "id",
            "kind",
            "node",
            "reason",
        ],
    ),
    ("ChangeActor", &["id", "kind", "name"]),
    ("ChangeConnection", &["edges", "nodes", "pageInfo"]),
    ("ChangeEdge", &["cursor", "node"]),
    ("FieldChange", &["after", "before", "field"]),
    ("HistoryConnection", &["edges", "nodes", "pageInfo"]),
    ("HistoryEdge", &["cursor", "node"]),
    ("HistoryEntry", &["actor", "at", "fields", "kind", "reason"]),
    ("ExternalId", &["key", "system"]),
    ("TransitionRequirement", &["oneOf", "when"]),
    (
        "FeedbackTransitionOption",
        &[
            "mutation",
            "to",
            "requires",
            "requiresAlso",
            "reasonKinds",
            "description",
        ],
    ),
    (
        "LeadTransitionOption",
        &[
            "mutation",
            "to",
            "requires",
            "requiresAlso",
            "reasonKinds",
            "description",
        ],
    ),
    (
        "TaskTransitionOption",
        &[
            "mutation",
            "to",
            "requires",
            "requiresAlso",
            "reasonKinds",
            "description",
        ],
    ),
    (
        "TeamRequestTransitionOption",
        &[
            "mutation",
            "to",
            "requires",
            "requiresAlso",
            "reasonKinds",
            "description",
        ],
    ),
    (
        "Problem",
        &["code", "message", "field", "allowed", "currentVersion"],
    ),
    ("IssuedToken", &["apiToken", "token"]),
    ("RevokedToken", &["apiToken", "count"]),
    ("ChangedWebhookEndpoint", &["webhookEndpoint"]),
    ("DeletedWebhookEndpoint", &["id"]),
    ("TestedWebhookEndpoint", &["delivery"]),
    ("AccessExplanation", &["visible", "rules", "fields"]),
    ("AccessRule", &["role", "rows", "holds"]),
    ("FieldAccess", &["field", "masked", "rules"]),
    ("FieldRule", &["role", "mask", "masks"]),
    ("Viewer", &["budget", "can", "viewedAs", "views"]),
    ("RequestBudget", &["requests", "points", "resetsIn"]),
    ("RequestQuota", &["limit", "remaining"]),
    (
        "EntityView",
        &[
            "entity",
            "rows",
            "reference",
            "masked",
            "mutations",
            "export",
        ],
    ),
    ("FieldMask", &["field", "kind", "when"]),
    ("AllowedMutation", &["action", "rows"]),
];

const SCALARS: [&str; 6] = [
    "BigInt",
    "CurrencyCode",
    "Date",
    "DateTime",
    "Decimal",
    "JSON",
];

/// Whether documents may ask for `field`: the oracle knows the answer.
#[must_use]
pub fn is_asked(type_name: &str, field: &str) -> bool {
    if type_name == "Mutation" && is_deed(field) {
        return false;
    }
    let mut beside = BESIDE.iter();
    let apart = [HISTORY, ALLOWED, EXTERNAL_IDS].contains(&field) && Noun::of(type_name).is_some();
    !apart && !beside.any(|(name, fields)| *name == type_name && fields.contains(&field))
}

/// What in the schema is not classified, or otherwise than it is: each with what to do about it.
#[must_use]
pub fn unknown(model: &Model) -> Vec<String> {
    let shapes = shapes(model);
    let mut problems = Vec::new();
    for definition in model.types() {
        problems.extend(unknown_of_type(model, definition, &shapes));
    }
    for (name, shape) in &shapes {
        if !shape.is_empty() && model.kind(name).is_none() {
            problems.push(format!("the schema has no {name}, which the contract has"));
        }
    }
    for class in &CLASSES {
        let known = known_fields(model, class);
        let fields = model.fields(class.noun).iter();
        let fields: BTreeSet<_> = fields.map(|field| field.node.name.node.as_str()).collect();
        let missing = known
            .keys()
            .filter(|field| !fields.contains(field.as_str()));
        problems.extend(missing.map(|field| {
            format!(
                "the schema has no {}.{field}, which is classified",
                class.noun
            )
        }));
    }
    problems
}

fn unknown_of_type(
    model: &Model,
    definition: &TypeDefinition,
    shapes: &BTreeMap<String, Shape>,
) -> Vec<String> {
    let name = definition.name.node.as_str();
    if APART.iter().any(|apart| name.starts_with(apart)) {
        return Vec::new();
    }
    let known = match &definition.kind {
        TypeKind::Scalar => SCALARS.contains(&name),
        TypeKind::Enum(_) => return unlike_enum(model, name),
        TypeKind::Interface(_) => name == "Node",
        TypeKind::InputObject(input) => match shapes.get(name) {
            Some(shape) => return unlike_inputs(&format!("{name}."), &input.fields, shape),
            None => CHANGING.contains(&name) || name == FOLLOWING || is_input_of_deed(name),
        },
        TypeKind::Object(object) => match shapes.get(name) {
            Some(shape) => {
                let fields = object.fields.iter().map(|field| &field.node);
                let types = fields.clone().map(|it| (&it.name.node, &it.ty.node));
                let types = types.map(|(name, ty)| (name.to_string(), ty.to_string()));
                let mut problems = unlike(&format!("{name}."), &types.collect(), shape);
                problems.extend(fields.flat_map(|field| unlike_arguments(name, field)));
                return problems;
            }
            None => return unknown_fields(model, name),
        },
        TypeKind::Union(_) => false,
    };
    let problem = format!("nobody has classified the type {name}: {TEACH}");
    if known { Vec::new() } else { vec![problem] }
}

/// Where the fields of a type, or arguments, are not what the contract says. `of` stands before the
/// name of each.
fn unlike(of: &str, actual: &Shape, expected: &Shape) -> Vec<String> {
    let mut problems = Vec::new();
    for (field, ty) in actual {
        match expected.get(field) {
            None => problems.push(format!("nobody has classified {of}{field}: {TEACH}")),
            Some(known) if known != ty => {
                problems.push(format!("{of}{field} is {ty}, and must be {known}"));
            }
            Some(_) => {}
        }
    }
    let missing = expected.keys().filter(|field| !actual.contains_key(*field));
    problems
        .extend(missing.map(|field| format!("there is no {of}{field}, which the contract has")));
    problems
}

fn unlike_inputs(
    of: &str,
    inputs: &[Positioned<InputValueDefinition>],
    expected: &Shape,
) -> Vec<String> {
    let inputs = inputs.iter().map(|input| &input.node);
    let inputs = inputs.map(|input| (input.name.node.to_string(), input.ty.node.to_string()));
    unlike(of, &inputs.collect(), expected)
}

fn unlike_enum(model: &Model, name: &str) -> Vec<String> {
    let known = ENUMS.iter().find(|(known, _)| *known == name);
    let known = known.map(|(_, values)| values.to_vec());
    let values = model.values(name);
    if known.is_none_or(|known| known == values) {
        return Vec::new();
    }
    vec![format!("{name} has the values {values:?}: {TEACH}")]
}

/// Whether a field takes the arguments that the contract says.
fn unlike_arguments(type_name: &str, field: &FieldDefinition) -> Vec<String> {
    let name = field.name.node.as_str();
    if !is_asked(type_name, name) {
        return Vec::new();
    }
    let list = named(&field.ty.node).strip_suffix("Connection");
    let list = list.and_then(Noun::of);
    let id = |name: &str, ty: &str| Shape::from([(name.to_owned(), ty.to_owned())]);
    let together = || Noun::all().iter().flat_map(of_root).find(|it| it.0 == name);
    let expected = match (type_name, name, list) {
        (_, _, Some(_)) if type_name == "Viewer" => Shape::new(),
        (_, _, Some(noun)) => of_list(noun),
        ("Query", "viewer", _) => Shape::new(),
        ("Query", "nodes", _) => id("ids", "[ID!]!"),
        ("Query", _, _) => match together() {
            Some((_, arguments, ty)) if ty == field.ty.node.to_string() => arguments,
            Some((.., ty)) => return vec![format!("{type_name}.{name} must be {ty}")],
            None => id("id", "ID!"),
        },
        _ => Shape::new(),
    };
    let of = format!("the argument {type_name}.{name}.");
    unlike_inputs(&of, &field.arguments, &expected)
}

fn unknown_fields(model: &Model, type_name: &str) -> Vec<String> {
    let fields = model.fields(type_name).iter().map(|field| &field.node);
    if let Some(noun) = Noun::of(type_name) {
        let known = known_fields(model, Class::of(noun.name));
        return fields
            .filter_map(|field| problem_of_field(noun, field, &known))
            .collect();
    }
    let Some(known) = fields_of_other(type_name) else {
        return vec![format!(
            "nobody has classified the type {type_name}. If it is a noun, put it into \
             support/oracle/noun.rs and support/oracle/lens/class.rs; otherwise {TEACH}"
        )];
    };
    let mut problems = Vec::new();
    for field in fields {
        let name = field.name.node.as_str();
        if !known.iter().any(|known| known == name) {
            problems.push(format!("nobody has classified {type_name}.{name}: {TEACH}"));
        }
        problems.extend(unlike_arguments(type_name, field));
    }
    problems
}

/// The fields of a type that is no noun.
fn fields_of_other(type_name: &str) -> Option<Vec<String>> {
    let of_noun = |suffix: &str| type_name.strip_suffix(suffix).and_then(Noun::of).is_some();
    let beside = BESIDE.iter().find(|(name, _)| *name == type_name);
    let beside = beside.map_or(&[][..], |(_, fields)| *fields);
    let known = if type_name == "Query" {
        let nouns = Noun::all().iter();
        let single = nouns.clone().flat_map(|noun| [noun.single, noun.plural]);
        let mut known: Vec<_> = single.map(str::to_owned).collect();
        known.extend(nouns.flat_map(of_root).map(|(field, ..)| field));
        known.extend(owned(&["node", "nodes", "viewer"]));
        known
    } else if type_name == "Mutation" {
        let nouns = Noun::all().iter();
        let nouns = nouns.flat_map(|noun| {
            let owner = format!("{}Owner", noun.name);
            [
                noun.name.to_owned(),
                capital(noun.plural),
                format!("{owner}s"),
                owner,
            ]
        });
        let deeds = nouns.flat_map(|noun| DEEDS.map(|deed| format!("{deed}{noun}")));
        deeds.chain(steps().map(str::to_owned)).collect()
    } else if of_noun("Connection") {
        owned(&["edges", "nodes", "pageInfo", "totalCount"])
    } else if of_noun("Edge") {
        owned(&["cursor", "node"])
    } else if of_noun("BatchPayload") {
        owned(&["results"])
    } else if let Some(noun) = type_name.strip_suffix("Payload").and_then(Noun::of) {
        owned(&["id", "outcome", noun.single])
    } else if let Some(noun) = type_name.strip_suffix("Result").and_then(Noun::of) {
        owned(&["id", "index", "outcome", "problems", noun.single])
    } else if let Some((_, fields)) = OTHERS.iter().find(|(name, _)| *name == type_name) {
        owned(fields)
    } else if beside.is_empty() {
        return None;
    } else {
        Vec::new()
    };
    Some(known.into_iter().chain(owned(beside)).collect())
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The fields of a noun, with whether each may be null; `None` where either will do.
fn known_fields(model: &Model, class: &Class) -> BTreeMap<String, Option<bool>> {
    let mut known = BTreeMap::new();
    let has = |field: &str| {
        let mut fields = model.fields(class.noun).iter();
        fields.any(|it| it.node.name.node == field)
    };
    let guarded = class.guarded().map(|field| (field, Some(true)));
    let open = class.open().map(|field| (field, None));
    for (field, nullable) in guarded.chain(open) {
        known.insert(field.to_owned(), nullable);
        if !has(field) {
            continue;
        }
        let type_name = named(&model.field(class.noun, field).ty.node);
        if Noun::of(type_name).is_some() {
            known.insert(field.to_owned(), Some(true));
            known.insert(format!("{field}Id"), nullable);
        }
        if REFERRED.contains(&type_name) {
            known.insert(format!("{field}Ref"), Some(true));
        }
        if type_name == "Money" {
            known.insert(format!("{field}Band"), Some(true));
        }
    }
    if class.guarded().next().is_some() {
        known.insert("maskedFields".to_owned(), Some(false));
    }
    known.insert(HISTORY.to_owned(), Some(false));
    if has(ALLOWED) {
        known.insert(ALLOWED.to_owned(), Some(false));
    }
    if has(EXTERNAL_IDS) {
        known.insert(EXTERNAL_IDS.to_owned(), Some(false));
    }
    let stamps = STAMPS.into_iter().filter(|stamp| has(stamp));
    known.extend(stamps.map(|stamp| (stamp.to_owned(), Some(false))));
    known
}

fn problem_of_field(
    noun: &Noun,
    field: &FieldDefinition,
    known: &BTreeMap<String, Option<bool>>,
) -> Option<String> {
    let name = field.name.node.as_str();
    let Some(nullable) = known.get(name) else {
        return Some(format!(
            "nobody has classified {}.{name}: {CLASSIFY}",
            noun.name
        ));
    };
    if nullable.is_some_and(|nullable| nullable != field.ty.node.nullable) {
        let must = if *nullable == Some(true) { "" } else { " not" };
        return Some(format!(
            "{}.{name} is {}, and must{must} be nullable",
            noun.name, field.ty.node
        ));
    }
    unlike_arguments(noun.name, field).into_iter().next()
}
