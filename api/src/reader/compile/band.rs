//! Bands: where an amount lies, without saying what it is.

use crate::{
    dataset::{Field, Kind},
    error::ApiError,
};

use super::{
    super::selection::BandPart,
    Compiler,
    row::{UNUSUAL_CURRENCIES, misuse},
};

/// The edges of the bands, in whole units of the currency; the last band has no end.
const EDGES: [u64; 10] = [
    0, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000,
];

impl Compiler<'_> {
    /// The band of an amount, as an object; null where there is none.
    pub(super) fn band(
        &self,
        field: &Field,
        parts: &[(String, BandPart)],
        alias: &str,
    ) -> Result<String, ApiError> {
        let Kind::Band { minor, currency } = field.kind else {
            return Err(misuse(field));
        };
        let pairs = parts.iter().map(|(key, part)| {
            let value = match part {
                BandPart::TypeName => "'MoneyBand'".to_owned(),
                BandPart::From => edge(Edge::From),
                BandPart::Below => edge(Edge::Below),
                BandPart::Currency => "b.currency".to_owned(),
            };
            (key, value)
        });
        let object = self.small_object(pairs)?;
        let arms = UNUSUAL_CURRENCIES.iter().map(|(digits, codes)| {
            let unit = 10_u64.pow(u32::from(*digits));
            format!(" WHEN {alias}.\"{currency}\" IN ({codes}) THEN {unit}")
        });
        // An edge of a currency with four digits is more than 32 bits hold.
        let arms = arms.collect::<String>();
        let unit = format!("CAST(CASE{arms} ELSE 100 END AS bigint)");
        Ok(format!(
            "(SELECT {object} FROM (SELECT {alias}.\"{minor}\" AS minor, \
             {alias}.\"{currency}\" AS currency, {unit} AS unit) AS b WHERE b.minor IS NOT NULL)"
        ))
    }
}

/// An end of a band.
#[derive(Clone, Copy)]
enum Edge {
    From,
    Below,
}

/// That end of the band that `b.minor` lies in; null where the band has no such end.
fn edge(end: Edge) -> String {
    let mut arms = Vec::with_capacity(EDGES.len());
    let mut from = None;
    for edge in EDGES {
        let shown = match end {
            Edge::From => from,
            Edge::Below => Some(edge),
        };
        let shown = shown.map_or("NULL".to_owned(), |edge| format!("'{edge}'"));
        arms.push(format!(" WHEN b.minor < {edge} * b.unit THEN {shown}"));
        from = Some(edge);
    }
    let last = match (end, from) {
        (Edge::From, Some(edge)) => format!(" ELSE '{edge}'"),
        _ => String::new(),
    };
    format!("CASE{}{last} END", arms.concat())
}
