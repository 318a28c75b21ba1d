//! From rows to the facts that a score is made of.

use iso_currency::Currency;

use crate::{
    scoring::{Fact, Facts, Field, Touch},
    store::scoring::{OfAccount, Scored, Touched},
};

/// What is known of a lead.
pub(super) fn of(lead: &Scored) -> Facts {
    let OfAccount {
        country,
        industry,
        employee_band,
        annual_revenue,
        channel,
        lifecycle,
        target_tier,
    } = lead.account.clone();
    let band = annual_revenue.and_then(|(minor, currency)| band(minor, &currency));
    Facts::default()
        .with_text(Field::JobTitle, lead.job_title.clone())
        .with_text(Field::CompanyName, lead.company_name.clone())
        .with_text(Field::Source, lead.source.clone())
        .with_text(Field::Country, country)
        .with_text(Field::Industry, industry)
        .with_text(Field::EmployeeBand, employee_band)
        .with(Field::AnnualRevenueBand, band)
        .with_text(Field::Channel, channel)
        .with_text(Field::Lifecycle, lifecycle)
        .with(
            Field::TargetTier,
            target_tier.map(|tier| Fact::number(tier.into())),
        )
}

/// The band of an amount; none of a currency that there is not.
pub(in crate::services) fn band(minor: i64, currency: &str) -> Option<Fact> {
    let currency = Currency::from_code(currency)?;
    Some(Fact::band(minor, currency.exponent().unwrap_or(0)))
}

pub(super) fn touch(touched: &Touched) -> Touch {
    Touch {
        id: touched.id,
        kind: touched.kind,
        at: touched.at,
        known_at: touched
            .identified_at
            .map_or(touched.at, |known| known.max(touched.at)),
    }
}
