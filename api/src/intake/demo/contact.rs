//! The people whom the demo's company knows by name.

use chrono::{DateTime, Utc};
use entity::contact::{self, BuyerRole};
use serde_json::{Value, json};

use super::{
    account::Company,
    dice::Dice,
    name::{Job, Name, phone},
};

/// Somebody new at `company`, known since `at`.
pub(super) fn person_at(dice: &mut Dice, company: &Company, at: DateTime<Utc>) -> contact::Model {
    let name = Name::invent(dice, company.country());
    let job = Job::invent(dice);
    let email = unused_email(company, &name);
    let opted_out = dice.chance(4);
    contact::Model {
        id: dice.id(at),
        email_domain: Some(company.domain.domain.clone()),
        email: Some(email),
        email_verified: dice.chance(70),
        first_name: Some(name.first),
        last_name: Some(name.last),
        phone: phone(dice, company.country()).filter(|_| dice.chance(65)),
        job_title: Some(job.title),
        role_function: Some(job.function),
        seniority: Some(job.seniority.to_owned()),
        buyer_role: buyer_role(dice, job.seniority),
        account_id: Some(company.account.id),
        consent: consent(dice, at, opted_out),
        do_not_contact: opted_out,
        brand_aware: dice.weighted(&[(35, Some(true)), (15, Some(false)), (50, None)]),
        custom_fields: None,
        version: 1,
        created_at: at,
        created_by: company.account.owner_id,
        updated_at: at,
        updated_by: company.account.owner_id,
        deleted_at: None,
        deleted_by: None,
    }
}

/// An address at the company's domain that none of its people has yet.
fn unused_email(company: &Company, name: &Name) -> String {
    let domain = &company.domain.domain;
    let mut email = format!("{}@{domain}", name.mailbox());
    let mut number = 2;
    while company
        .contacts
        .iter()
        .any(|known| known.email.as_ref() == Some(&email))
    {
        email = format!("{}{number}@{domain}", name.mailbox());
        number += 1;
    }
    email
}

fn buyer_role(dice: &mut Dice, seniority: &str) -> BuyerRole {
    match seniority {
        "C_LEVEL" | "VP" => dice.weighted(&[
            (6, BuyerRole::EconomicBuyer),
            (2, BuyerRole::Champion),
            (1, BuyerRole::Blocker),
            (1, BuyerRole::Unknown),
        ]),
        "DIRECTOR" | "HEAD" => dice.weighted(&[
            (5, BuyerRole::Champion),
            (2, BuyerRole::EconomicBuyer),
            (2, BuyerRole::TechnicalEvaluator),
            (1, BuyerRole::Blocker),
        ]),
        _ => dice.weighted(&[
            (4, BuyerRole::TechnicalEvaluator),
            (4, BuyerRole::EndUser),
            (2, BuyerRole::Unknown),
        ]),
    }
}

fn consent(dice: &mut Dice, at: DateTime<Utc>, opted_out: bool) -> Value {
    let status = match (opted_out, dice.chance(85)) {
        (true, _) => "WITHDRAWN",
        (false, true) => "GIVEN",
        (false, false) => "UNKNOWN",
    };
    let basis = *dice.pick(&["CONSENT", "CONSENT", "LEGITIMATE_INTEREST"]);
    json!([{ "channel": "EMAIL", "basis": basis, "status": status, "at": at.to_rfc3339() }])
}
