//! Deals: from prospecting to won, lost or still open, with every change of stage, amount and date.

mod chance;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use entity::{
    contact::{self, BuyerRole},
    money::MinorUnits,
    opportunity::{self, ForecastCategory, OpportunityStage},
    opportunity_change::{self, OpportunityField},
    opportunity_contact,
    reason_code::ReasonKind,
};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use self::chance::{AMOUNTS, Ending, NEXT_STEPS, PRODUCTS, STAGES, closed, outlook};
use super::{World, account::Company, calendar::working, dice::Dice};

/// A deal, and what happened to it.
pub(super) struct Deal {
    /// As it stands.
    pub(super) row: opportunity::Model,
    /// Every change, in order.
    pub(super) changes: Vec<opportunity_change::Model>,
}

/// Where a deal comes from.
pub(super) struct Origin {
    /// When it was opened.
    pub(super) at: DateTime<Utc>,
    /// The lead that became it.
    pub(super) lead_id: Option<Uuid>,
    /// The campaign that it is owed to.
    pub(super) campaign_id: Option<Uuid>,
    /// Who works on it.
    pub(super) owner_id: Option<Uuid>,
}

impl Deal {
    /// Opens a deal with `company` and plays it until it is closed or the year is over.
    pub(super) fn play(dice: &mut Dice, world: &World, company: &Company, origin: &Origin) -> Self {
        let amount = dice.quantile(&AMOUNTS) * 100;
        let first_date = (origin.at + TimeDelta::days(dice.between(40, 110))).date_naive();
        let mut deal = Self {
            row: open_row(dice, company, origin, amount, first_date),
            changes: Vec::new(),
        };
        deal.changed(
            dice,
            origin.at,
            OpportunityField::Stage,
            None,
            Some(OpportunityStage::Prospecting.to_value()),
        );
        let ending = Ending::draw(dice);
        deal.walk(dice, world, company, &ending);
        deal.push_close_date(dice, world);
        deal.finish(dice, world);
        deal
    }

    /// The people at `company` who take part, one of them first.
    pub(super) fn contacts(
        &self,
        dice: &mut Dice,
        world: &World,
        company: &Company,
        first: Option<Uuid>,
    ) -> Vec<opportunity_contact::Model> {
        let mut people: Vec<&contact::Model> = company.contacts.iter().collect();
        people.sort_by_key(|person| Some(person.id) != first);
        let count = dice.weighted(&[(4, 1), (4, 2), (2, 3)]);
        let known = people.into_iter().take(count);
        known
            .enumerate()
            .filter_map(|(number, person)| {
                let at = self.row.created_at.max(person.created_at);
                let at = world.calendar.happened(at)?;
                Some(self.contact_row(dice, at, person.id, person.buyer_role, number == 0))
            })
            .collect()
    }

    /// Through the open stages, as far as the ending and the year allow.
    fn walk(&mut self, dice: &mut Dice, world: &World, company: &Company, ending: &Ending) {
        let offset = company.region.utc_offset();
        let mut at = self.row.created_at;
        let mut stage = 0;
        while stage < ending.last_stage {
            at += dice.minutes(60 * 24 * 3, 60 * 24 * 32);
            at = working(dice, at, offset);
            if world.calendar.happened(at).is_none() {
                return;
            }
            // Some go two stages at once; the one that they pass gets a row without length.
            let strides = if dice.chance(15) { 2 } else { 1 };
            for _ in 0..strides {
                if stage < ending.last_stage {
                    stage += 1;
                    self.enter(
                        dice,
                        at,
                        *STAGES.get(stage).unwrap_or(&OpportunityStage::Negotiation),
                    );
                }
            }
            if dice.chance(22) {
                self.change_amount(dice, at);
            }
        }
        let Some(outcome) = ending.outcome else {
            return;
        };
        at += dice.minutes(60 * 24 * 2, 60 * 24 * 36);
        at = working(dice, at, offset);
        if world.calendar.happened(at).is_some() {
            if outcome == OpportunityStage::ClosedWon {
                for passed in STAGES.iter().skip(stage + 1) {
                    self.enter(dice, at, *passed);
                }
            }
            self.enter(dice, at, outcome);
        }
    }

    fn enter(&mut self, dice: &mut Dice, at: DateTime<Utc>, stage: OpportunityStage) {
        let from = self.row.stage.to_value();
        self.row.stage = stage;
        if closed(stage) {
            self.row.closed_at = Some(at);
        }
        self.changed(
            dice,
            at,
            OpportunityField::Stage,
            Some(from),
            Some(stage.to_value()),
        );
    }

    fn change_amount(&mut self, dice: &mut Dice, at: DateTime<Utc>) {
        let Some(MinorUnits(from)) = self.row.amount_minor else {
            return;
        };
        let to = from * dice.between(80, 130) / 10_000 * 100;
        if to != from {
            self.row.amount_minor = Some(MinorUnits(to));
            let values = (Some(from.to_string()), Some(to.to_string()));
            self.changed(dice, at, OpportunityField::Amount, values.0, values.1);
        }
    }

    /// While it was open past its date, the date was moved; some that are open still are overdue.
    fn push_close_date(&mut self, dice: &mut Dice, world: &World) {
        let until = self.row.closed_at.unwrap_or_else(|| world.calendar.end());
        while let Some(expected) = self
            .row
            .expected_close_on
            .filter(|day| *day < until.date_naive())
        {
            let day_before =
                expected.and_hms_opt(15, 0, 0).unwrap_or_default().and_utc() - TimeDelta::days(1);
            let at = day_before + dice.minutes(0, 120);
            if at >= until || (self.row.closed_at.is_none() && dice.chance(12)) {
                return;
            }
            let to = expected + Days::new(u64::try_from(dice.between(14, 45)).unwrap_or(14));
            self.row.expected_close_on = Some(to);
            self.row.push_count += 1;
            let values = (Some(expected.to_string()), Some(to.to_string()));
            self.changed(dice, at, OpportunityField::CloseDate, values.0, values.1);
        }
    }

    /// What follows from where it stands.
    fn finish(&mut self, dice: &mut Dice, world: &World) {
        // The pushes were found after the stages.
        self.changes.sort_by_key(|change| (change.at, change.id));
        let row = &mut self.row;
        (row.probability, row.forecast_category) = outlook(row.stage);
        if row.stage == OpportunityStage::ClosedLost {
            row.lost_reason_id = world.reasons.pick(dice, ReasonKind::Lost);
        }
        if !closed(row.stage) {
            row.next_step = Some((*dice.pick(&NEXT_STEPS)).to_owned());
        }
        if let Some(last) = self.changes.last() {
            row.updated_at = last.at;
        }
        row.version = i32::try_from(self.changes.len()).unwrap_or(1);
    }

    fn changed(
        &mut self,
        dice: &mut Dice,
        at: DateTime<Utc>,
        field: OpportunityField,
        from_value: Option<String>,
        to_value: Option<String>,
    ) {
        let id = match self.changes.last() {
            Some(last) if last.at == at => dice.id_after(last.id, at),
            _ => dice.id(at),
        };
        self.changes.push(opportunity_change::Model {
            id,
            opportunity_id: self.row.id,
            field,
            from_value,
            to_value,
            at,
            by_user_id: self.row.owner_id,
            reason: None,
            backfilled: false,
            created_at: at,
        });
    }

    fn contact_row(
        &self,
        dice: &mut Dice,
        at: DateTime<Utc>,
        contact_id: Uuid,
        role: BuyerRole,
        is_primary: bool,
    ) -> opportunity_contact::Model {
        opportunity_contact::Model {
            id: dice.id(at),
            opportunity_id: self.row.id,
            contact_id,
            role,
            is_primary,
            version: 1,
            created_at: at,
            created_by: self.row.owner_id,
            updated_at: at,
            updated_by: self.row.owner_id,
            deleted_at: None,
            deleted_by: None,
        }
    }
}

fn open_row(
    dice: &mut Dice,
    company: &Company,
    origin: &Origin,
    amount: i64,
    expected_close_on: NaiveDate,
) -> opportunity::Model {
    opportunity::Model {
        id: dice.id(origin.at),
        name: format!("{} – {}", company.account.name, dice.pick(&PRODUCTS)),
        account_id: Some(company.account.id),
        owner_id: origin.owner_id,
        lead_id: origin.lead_id,
        primary_campaign_id: origin.campaign_id,
        stage: OpportunityStage::Prospecting,
        amount_minor: Some(MinorUnits(amount)),
        amount_currency: Some("EUR".to_owned()),
        probability: None,
        expected_close_on: Some(expected_close_on),
        closed_at: None,
        lost_reason_id: None,
        next_step: None,
        push_count: 0,
        forecast_category: ForecastCategory::Pipeline,
        custom_fields: None,
        version: 1,
        created_at: origin.at,
        created_by: origin.owner_id,
        updated_at: origin.at,
        updated_by: origin.owner_id,
        deleted_at: None,
        deleted_by: None,
    }
}
