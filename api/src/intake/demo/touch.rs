//! Touches: one row for everything that passed between the demo's company and somebody out there.

use chrono::{DateTime, Utc};
use entity::{
    channel::Channel,
    contact, lead,
    touch::{Model, TouchDirection, TouchFunction, TouchKind},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{dice::Dice, team::Region};

const PAGES: [&str; 12] = [
    "/",
    "/blog/forecast-accuracy",
    "/blog/lead-scoring",
    "/blog/sales-and-marketing",
    "/customers",
    "/demo",
    "/docs",
    "/pricing",
    "/pricing",
    "/product",
    "/product/attribution",
    "/webinars",
];

/// Whom a touch was with.
#[derive(Clone, Debug)]
pub(super) struct Who {
    lead_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    account_id: Option<Uuid>,
    /// What the site called them while it did not know them.
    visitor_key: String,
    /// When it learned who they are; none when it never did.
    identified_at: Option<DateTime<Utc>>,
    /// Where they are.
    pub(super) region: Region,
}

impl Who {
    /// The person behind `lead`, whom the site knows since the lead came in.
    pub(super) fn lead(dice: &mut Dice, lead: &lead::Model, region: Region) -> Self {
        Self {
            lead_id: Some(lead.id),
            contact_id: lead.contact_id,
            account_id: lead.account_id,
            visitor_key: visitor_key(dice),
            identified_at: Some(lead.created_at),
            region,
        }
    }

    /// Somebody whom we know by name.
    pub(super) fn contact(dice: &mut Dice, contact: &contact::Model, region: Region) -> Self {
        Self {
            lead_id: None,
            contact_id: Some(contact.id),
            account_id: contact.account_id,
            visitor_key: visitor_key(dice),
            identified_at: Some(contact.created_at),
            region,
        }
    }

    /// A visitor of whom we know their company at most.
    pub(super) fn stranger(dice: &mut Dice, account_id: Option<Uuid>, region: Region) -> Self {
        Self {
            lead_id: None,
            contact_id: None,
            account_id,
            visitor_key: visitor_key(dice),
            identified_at: None,
            region,
        }
    }

    /// Whether we know at `at` who they are.
    pub(super) fn known(&self, at: DateTime<Utc>) -> bool {
        self.identified_at
            .is_some_and(|identified| identified <= at)
    }
}

fn visitor_key(dice: &mut Dice) -> String {
    format!("v-{:016x}", dice.bits())
}

/// How touches of a kind come about.
struct Manner {
    function: TouchFunction,
    direction: TouchDirection,
    channel: Channel,
    source_system: &'static str,
}

fn manner(dice: &mut Dice, kind: TouchKind) -> Manner {
    use TouchDirection::{Inbound, Outbound};
    use TouchFunction::{Marketing, Sales};
    let (function, direction, channel, source_system) = match kind {
        TouchKind::EmailSent => (Marketing, Outbound, Channel::Email, "mailing"),
        TouchKind::EmailOpen | TouchKind::EmailClick => {
            (Marketing, Inbound, Channel::Email, "mailing")
        }
        TouchKind::PageView => {
            let channel = dice.weighted(&[
                (4, Channel::Organic),
                (3, Channel::Direct),
                (3, Channel::Web),
            ]);
            (Marketing, Inbound, channel, "website")
        }
        TouchKind::FormSubmit => (Marketing, Inbound, Channel::Web, "website"),
        TouchKind::AdImpression => (Marketing, Outbound, Channel::Paid, "advertising"),
        TouchKind::AdClick => (Marketing, Inbound, Channel::Paid, "advertising"),
        TouchKind::ContentDownload => (Marketing, Inbound, Channel::Content, "website"),
        TouchKind::WebinarAttend | TouchKind::EventAttend => {
            (Marketing, Inbound, Channel::Event, "events")
        }
        TouchKind::Social | TouchKind::BrandMention => {
            (Marketing, Inbound, Channel::Social, "social")
        }
        TouchKind::DirectMail => (Marketing, Outbound, Channel::Mail, "mailing"),
        TouchKind::Call => (Sales, Outbound, Channel::Phone, "crm"),
        TouchKind::SalesEmail => (Sales, Outbound, Channel::Email, "crm"),
        TouchKind::Reply => (Sales, Inbound, Channel::Email, "crm"),
        TouchKind::Meeting | TouchKind::Demo => (Sales, Outbound, Channel::Outbound, "crm"),
        TouchKind::Referral => (Marketing, Inbound, Channel::Partner, "crm"),
        TouchKind::Pr => (Marketing, Outbound, Channel::Other, "press"),
    };
    Manner {
        function,
        direction,
        channel,
        source_system,
    }
}

fn properties(dice: &mut Dice, kind: TouchKind) -> Option<Value> {
    match kind {
        TouchKind::PageView => {
            let page = *dice.pick(&PAGES);
            Some(json!({ "page": page, "seconds": dice.between(3, 400) }))
        }
        TouchKind::Call => {
            let outcome = dice.weighted(&[
                (4, "CONNECTED"),
                (3, "NO_ANSWER"),
                (2, "VOICEMAIL"),
                (1, "MEETING_SET"),
            ]);
            Some(json!({ "outcome": outcome, "seconds": dice.between(10, 1_800) }))
        }
        TouchKind::ContentDownload => {
            let asset = *dice.pick(&["benchmark-report", "pricing-guide", "scoring-workbook"]);
            Some(json!({ "asset": asset }))
        }
        _ => None,
    }
}

/// One touch of `kind` with `who`, at `at`; `actor` is the person on our side, where there is one.
pub(super) fn touch(
    dice: &mut Dice,
    kind: TouchKind,
    at: DateTime<Utc>,
    who: &Who,
    campaign_id: Option<Uuid>,
    actor: Option<Uuid>,
) -> Model {
    let manner = manner(dice, kind);
    // Before they told us who they are, the site knew its own key alone.
    let anonymous = who.identified_at.is_none_or(|identified| at < identified);
    let identified_at = who.identified_at.filter(|_| anonymous);
    Model {
        id: dice.id(at),
        occurred_at: at,
        kind,
        function: manner.function,
        direction: manner.direction,
        channel: manner.channel,
        campaign_id,
        contact_id: who.contact_id,
        lead_id: who.lead_id,
        account_id: who.account_id,
        actor_id: actor,
        visitor_key: anonymous.then(|| who.visitor_key.clone()),
        identified_at,
        properties: properties(dice, kind),
        source_system: Some(manner.source_system.to_owned()),
        dedupe_key: None,
        version: if identified_at.is_some() { 2 } else { 1 },
        created_at: at,
        created_by: actor,
        updated_at: identified_at.unwrap_or(at),
        updated_by: actor,
        deleted_at: None,
        deleted_by: None,
    }
}
