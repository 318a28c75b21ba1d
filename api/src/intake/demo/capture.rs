//! How leads come in: who they are, and from where.

use chrono::{DateTime, Utc};
use entity::{
    contact,
    lead::{self, IntentBand, LeadSource, LeadStatus},
};
use serde_json::json;

use super::{
    World,
    account::Company,
    campaign::kinds_for,
    dice::Dice,
    lead::set_score,
    name::{Job, Name, phone},
    team::Region,
};

const SOURCES: [(i64, LeadSource); 11] = [
    (21, LeadSource::WebForm),
    (18, LeadSource::Content),
    (15, LeadSource::Paid),
    (12, LeadSource::Organic),
    (10, LeadSource::Event),
    (6, LeadSource::Referral),
    (6, LeadSource::Outbound),
    (5, LeadSource::Partner),
    (3, LeadSource::ListImport),
    (3, LeadSource::Social),
    (1, LeadSource::Other),
];

/// What somebody says of themselves.
struct Person {
    name: Name,
    email: Option<String>,
    phone: Option<String>,
    job_title: Option<String>,
}

/// A lead from `company`, of somebody known there or of somebody new.
pub(super) fn from_company(dice: &mut Dice, world: &World, company: &Company) -> lead::Model {
    let known = dice
        .chance(25)
        .then(|| dice.pick_any(&company.contacts))
        .flatten();
    let from = known.map_or(company.active_from, |contact| contact.created_at);
    let from = from.max(company.active_from);
    let at = world
        .calendar
        .busy_instant(dice, from, company.region.utc_offset());
    let person = match known {
        Some(contact) => Person::known(contact),
        None => Person::new(dice, company.country(), &company.domain.domain),
    };
    let mut lead = row(dice, world, company.region, person, at);
    lead.company_name = Some(company.account.name.clone());
    lead.account_id = Some(company.account.id);
    lead.contact_id = known.map(|contact| contact.id);
    lead
}

/// A lead that could not be matched with a company.
pub(super) fn from_nowhere(dice: &mut Dice, world: &World, region: Region) -> lead::Model {
    let from = world.calendar.start();
    let at = world.calendar.busy_instant(dice, from, region.utc_offset());
    let country = dice.weighted(region.countries());
    let person = Person::new(dice, country, "freemail.example");
    row(dice, world, region, person, at)
}

/// The same person once more, later.
pub(super) fn again(
    dice: &mut Dice,
    world: &World,
    earlier: &lead::Model,
    region: Region,
) -> lead::Model {
    let from = earlier.created_at;
    let at = world.calendar.busy_instant(dice, from, region.utc_offset());
    let person = Person {
        name: Name {
            first: earlier.first_name.clone().unwrap_or_default(),
            last: earlier.last_name.clone().unwrap_or_default(),
        },
        email: earlier.email.clone(),
        phone: earlier.phone.clone(),
        job_title: earlier.job_title.clone(),
    };
    let mut lead = row(dice, world, region, person, at);
    lead.company_name.clone_from(&earlier.company_name);
    lead.account_id = earlier.account_id;
    lead.contact_id = earlier.contact_id;
    lead.duplicate_of_id = Some(earlier.id);
    lead
}

impl Person {
    fn known(contact: &contact::Model) -> Self {
        Self {
            name: Name {
                first: contact.first_name.clone().unwrap_or_default(),
                last: contact.last_name.clone().unwrap_or_default(),
            },
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            job_title: contact.job_title.clone(),
        }
    }

    fn new(dice: &mut Dice, country: &str, domain: &str) -> Self {
        let name = Name::invent(dice, country);
        let email = Some(format!("{}@{domain}", name.mailbox()));
        Self {
            email,
            phone: phone(dice, country).filter(|_| dice.chance(55)),
            job_title: dice.chance(80).then(|| Job::invent(dice).title),
            name,
        }
    }
}

fn row(
    dice: &mut Dice,
    world: &World,
    region: Region,
    person: Person,
    at: DateTime<Utc>,
) -> lead::Model {
    let source = dice.weighted(&SOURCES);
    let campaign = world.campaigns.running(dice, kinds_for(source), at, region);
    let desk = world.team.desk(region);
    // Sales brings its own; everybody else comes by themselves.
    let captured_by = (source == LeadSource::Outbound).then(|| desk.rep(dice));
    let raw_capture = (source == LeadSource::WebForm).then(|| {
        let form = *dice.pick(&["demo-request", "contact", "pricing", "trial"]);
        json!({ "form": form, "page": format!("/{form}") })
    });
    let mut lead = lead::Model {
        id: dice.id(at),
        status: LeadStatus::New,
        first_name: Some(person.name.first),
        last_name: Some(person.name.last),
        email: person.email,
        phone: person.phone,
        company_name: None,
        job_title: person.job_title,
        source,
        source_campaign_id: campaign.map(|campaign| campaign.id),
        owner_id: captured_by,
        territory_id: Some(desk.territory),
        account_id: None,
        contact_id: None,
        duplicate_of_id: None,
        score: 0,
        fit_score: 0,
        engagement_score: 0,
        intent_band: IntentBand::Nurture,
        cycle: 1,
        mql_at: None,
        accepted_at: None,
        first_touched_at: None,
        sql_at: None,
        converted_at: None,
        resume_at: None,
        quality: None,
        reject_reason_id: None,
        disqualify_reason_id: None,
        definition_id: None,
        raw_capture,
        custom_fields: None,
        version: 1,
        created_at: at,
        created_by: captured_by,
        updated_at: at,
        updated_by: captured_by,
        deleted_at: None,
        deleted_by: None,
    };
    let score = dice.between_i32(8, 58);
    set_score(dice, &mut lead, score);
    lead
}
