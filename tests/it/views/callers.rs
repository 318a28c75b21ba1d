//! Everybody who asks.

use tests::{
    oracle::{
        Caller,
        lens::{Kind, ROLES, Role},
    },
    rows::{Cell, Rows, cell},
};

/// The roles of an operator, written for these tests; [`operators_roles`] says the same by hand.
pub(crate) const OPERATORS_FILE: &str = include_str!("roles.toml");

/// A role that shows everything, and is built in and in the operator's file.
pub(super) const ALL_SEEING: &str = "REVENUE_LEADER";

/// Nobody who sees anything.
pub(super) fn nobody() -> Caller {
    program(&[], &[])
}

/// One of the first three users.
pub(super) fn user(rows: &Rows, number: usize, roles: &[&str], token_scopes: &[&str]) -> Caller {
    let row = &rows.of("user")[number];
    let (Cell::Id(id), Cell::Text(name)) = (cell(row, "id"), cell(row, "name")) else {
        panic!("{row:?} is no user");
    };
    Caller {
        name: name.clone(),
        roles: owned(roles),
        user: Some(*id),
        token_scopes: owned(token_scopes),
    }
}

/// A program.
pub(super) fn program(roles: &[&str], token_scopes: &[&str]) -> Caller {
    Caller {
        name: "a program of the tests".to_owned(),
        roles: owned(roles),
        user: None,
        token_scopes: owned(token_scopes),
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A user in each built-in role.
pub(crate) fn one_role(rows: &Rows) -> Vec<Caller> {
    let roles = ROLES.iter().enumerate();
    roles
        .map(|(number, role)| user(rows, number % 3, &[role], &[]))
        .collect()
}

/// A user in each pair of built-in roles.
pub(super) fn two_roles(rows: &Rows) -> Vec<Caller> {
    let mut callers = Vec::new();
    for (number, one) in ROLES.iter().enumerate() {
        for other in &ROLES[number + 1..] {
            callers.push(user(rows, callers.len() % 3, &[one, other], &[]));
        }
    }
    callers
}

/// Programs, tokens for a purpose, and those without a role that means anything.
pub(crate) fn others(rows: &Rows) -> Vec<Caller> {
    vec![
        program(&["ANALYST"], &[]),
        program(&["SALES_REP"], &[]),
        program(&["SALES_REP", "MARKETER"], &["*:read"]),
        program(&["REVENUE_LEADER"], &["lead:read"]),
        program(
            &["ANALYST"],
            &["contact:read", "account:read", "touch:read"],
        ),
        program(&["ADMIN"], &["feedback:read", "opportunity:read"]),
        program(
            &["ADMIN"],
            &["lead:write", "lead", "read", "*", "LEAD:READ"],
        ),
        user(
            rows,
            0,
            &["SALES_REP"],
            &["opportunity:read", "campaign:read"],
        ),
        user(rows, 1, &["SALES_MANAGER"], &["contact:read", "user:read"]),
        user(rows, 2, &["MARKETER"], &["territory:read", "reason:read"]),
        user(rows, 1, &[], &[]),
        user(rows, 0, &["sales_rep", "LEAD", ""], &[]),
        user(rows, 2, &["LEAD", "SALES_REP"], &[]),
        nobody(),
    ]
}

/// Everybody in built-in roles.
pub(crate) fn everybody(rows: &Rows) -> Vec<Caller> {
    [one_role(rows), two_roles(rows), others(rows)].concat()
}

/// Users in the roles of [`OPERATORS_FILE`], one and two at a time.
pub(crate) fn in_operators_roles(rows: &Rows) -> Vec<Caller> {
    let sets: [(usize, &[&str]); 8] = [
        (0, &["FIELD_REP"]),
        (1, &["AUDITOR"]),
        (2, &["TRAINEE"]),
        (2, &["AUDITOR", "TRAINEE"]),
        (0, &["SALES_REP"]),
        (1, &["FIELD_REP", "SALES_REP"]),
        (2, &["AUDITOR", "FIELD_REP"]),
        (0, &["TRAINEE", "SALES_REP"]),
    ];
    let callers = sets.map(|(number, roles)| user(rows, number, roles, &[]));
    let mut callers = callers.to_vec();
    callers.push(program(&["AUDITOR"], &[]));
    // The file does not have it.
    callers.push(user(rows, 0, &["ADMIN"], &[]));
    callers
}

/// The built-in roles.
pub(super) fn built_in_roles() -> Vec<Role> {
    ROLES.map(Role::built_in).to_vec()
}

/// What [`OPERATORS_FILE`] says, by hand.
pub(super) fn operators_roles() -> Vec<Role> {
    let field_rep = Role::built_in("SALES_REP")
        .named("FIELD_REP")
        .rows("Lead", "territory + own and unassigned")
        .rows("Contact", "own + team_territory and consent")
        .reference("Account", false)
        .reference("Contact", false)
        .mask("Contact", &["email"], Kind::Hide, "own")
        .mask("Contact", &["phone"], Kind::Partial, "consent")
        .mask("Contact", &["firstName"], Kind::Hide, "none")
        .mask("Opportunity", &["amount"], Kind::Band, "own")
        .mask("Opportunity", &["nextStep"], Kind::Hide, "territory")
        .mask("LeadTransition", &["note"], Kind::Hide, "none")
        .mask(
            "OpportunityChange",
            &["fromValue", "toValue"],
            Kind::Hide,
            "none",
        )
        .unmask("CampaignCost", "planned");
    vec![Role::built_in("SALES_REP"), field_rep, auditor(), trainee()]
}

/// Sees most, and nothing of what can be masked.
fn auditor() -> Role {
    let mut role = Role::built_in("ADMIN").named("AUDITOR");
    role = role
        .rows("Contact", "consent")
        .rows("Feedback", "to_marketing")
        .rows("Campaign", "announced")
        .rows("CampaignMember", "campaign + team")
        .rows("Lead", "unassigned + team")
        .mask("User", &["email"], Kind::Partial, "none")
        .mask("Account", &["annualRevenue"], Kind::Band, "territory")
        .mask("CampaignCost", &["planned", "note"], Kind::Hide, "none")
        .mask("CampaignCost", &["actual"], Kind::Band, "none")
        .mask("Opportunity", &["amount"], Kind::Hide, "none");
    for (noun, fields) in [
        ("Account", &["customFields"][..]),
        ("Campaign", &["customFields"]),
        (
            "Contact",
            &["firstName", "lastName", "email", "emailDomain", "phone"],
        ),
        ("Contact", &["consent", "customFields"]),
        ("Lead", &["firstName", "lastName", "email", "phone"]),
        ("Lead", &["customFields"]),
        ("LeadTransition", &["note"]),
        ("Touch", &["visitorKey", "properties"]),
        ("Opportunity", &["nextStep", "customFields"]),
        ("OpportunityChange", &["fromValue", "toValue"]),
        ("Feedback", &["verbatim", "author"]),
        ("FeedbackComment", &["author", "body"]),
    ] {
        role = role.mask(noun, fields, Kind::Hide, "none");
    }
    role
}

/// Sees little, and names of what they do not see.
fn trainee() -> Role {
    Role::nothing("TRAINEE")
        .rows("User", "team")
        .rows("Territory", "territory")
        .rows("Account", "none")
        .reference("Account", true)
        .rows("AccountDomain", "parent")
        .rows("Contact", "campaign + team_territory")
        .rows("ReasonCode", "none")
        .rows("Campaign", "own and announced")
        .rows("CampaignCost", "parent")
        .rows("CampaignMember", "all")
        .rows("Lead", "own")
        .rows("LeadTransition", "parent")
        .rows("Opportunity", "own")
        .rows("OpportunityContact", "parent")
        .rows("OpportunityChange", "parent")
        .rows("Touch", "team")
        .rows("Feedback", "own")
        .reference("Campaign", true)
        .rows("FeedbackComment", "none")
        .mask("User", &["email"], Kind::Hide, "own")
        .mask("Contact", &["email", "phone"], Kind::Partial, "campaign")
        .mask("Contact", &["lastName"], Kind::Hide, "campaign and consent")
        .mask("CampaignCost", &["planned"], Kind::Band, "none")
        .mask("CampaignCost", &["note"], Kind::Hide, "none")
        .mask("Touch", &["visitorKey"], Kind::Hide, "own")
        .mask("Opportunity", &["amount"], Kind::Band, "none")
        .mask(
            "OpportunityChange",
            &["fromValue", "toValue"],
            Kind::Hide,
            "none",
        )
        .mask("Feedback", &["author"], Kind::Hide, "to_marketing")
}
