//! Leads with what is known of them and what became of them, to be replayed: those that the viewer sees.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{dataset::dataset, error::ApiError};

use super::{
    Compiler,
    condition::{all, table},
};

/// What of a lead is replayed.
const OF_LEAD: [&str; 3] = ["job_title", "company_name", "source"];
/// What of its account is.
const OF_ACCOUNT: [&str; 8] = [
    "country",
    "industry",
    "employee_band",
    "annual_revenue_minor",
    "annual_revenue_currency",
    "channel",
    "lifecycle",
    "target_tier",
];

impl Compiler<'_> {
    /// Up to `limit` leads with ids after `after`, as an array: those with which something happened from `from` on and
    /// before `to`, each with what happened before `to`: touches of `kinds`, in no order.
    pub(in crate::reader) fn root_replay(
        &mut self,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        kinds: &[String],
        after: Uuid,
        limit: u32,
    ) -> Result<(), ApiError> {
        let (lead, deal) = (dataset().target("Lead")?, dataset().target("Opportunity")?);
        let after = self.bind(after);
        let mut conditions = self.visible(lead, "l")?;
        conditions.push(format!("l.\"id\" > {after}"));
        conditions.push(self.dialect.is_before("l.\"created_at\"", to));
        let begun = self.dialect.is_before("l.\"created_at\"", from);
        let touch = self.seen_with_lead("Touch", "t")?;
        let in_time = self.touched(&touch, from, to);
        conditions.push(format!("(NOT ({begun}) OR {in_time})"));
        let leads = format!(
            "SELECT l.* FROM {}{} ORDER BY l.\"id\" LIMIT {limit}",
            table(lead, "l"),
            all(&conditions)
        );
        let mut won = self.visible(deal, "o")?;
        won.push("o.\"lead_id\" = l.\"id\" AND o.\"stage\" = 'CLOSED_WON'".to_owned());
        let won = format!("{}{}", table(deal, "o"), all(&won));
        let steps = self.seen_with_lead("LeadTransition", "s")?;
        let parts = self.parts(to, kinds, (&touch, &steps, &won));
        let object = format!("{}({parts})", self.dialect.object_function());
        let list = self
            .dialect
            .text(&self.dialect.list(&object, Some("l.\"id\""), None));
        let mut of_match = vec!["m.\"id\" = l.\"id\"".to_owned()];
        of_match.extend(self.visible(dataset().target("LeadMatch")?, "m")?);
        let mut of_account =
            vec!["a.\"id\" = COALESCE(l.\"account_id\", m.\"account_id\")".to_owned()];
        of_account.extend(self.visible(dataset().target("Account")?, "a")?);
        self.sql = format!(
            "SELECT {list} FROM ({leads}) AS l LEFT JOIN \"lead_match\" AS m ON {} \
             LEFT JOIN \"account\" AS a ON {}",
            of_match.join(" AND "),
            of_account.join(" AND ")
        );
        Ok(())
    }

    /// The rows of a noun that are of the lead at `l`, as far as the viewer sees them.
    fn seen_with_lead(&mut self, noun: &str, alias: &str) -> Result<String, ApiError> {
        let entity = dataset().target(noun)?;
        let mut conditions = vec![format!("{alias}.\"lead_id\" = l.\"id\"")];
        conditions.extend(self.visible(entity, alias)?);
        Ok(format!("{}{}", table(entity, alias), all(&conditions)))
    }

    /// That one of the lead's `touches`, at `t`, was in that time, or that it became known then.
    fn touched(&self, touches: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
        let before = self.dialect.is_before("t.\"occurred_at\"", to);
        let [early, unknown] = ["t.\"occurred_at\"", "t.\"identified_at\""]
            .map(|column| self.dialect.is_before(column, from));
        format!(
            "EXISTS (SELECT 1 FROM {touches} AND {before} AND (NOT ({early}) OR NOT ({unknown})))"
        )
    }

    /// The keys and values of a lead, of its touches, its steps and its deals that were won.
    fn parts(
        &self,
        to: DateTime<Utc>,
        kinds: &[String],
        (touches, steps, won): (&str, &str, &str),
    ) -> String {
        let dialect = self.dialect;
        let mut parts = vec![
            format!("'id', {}", dialect.hex_id("l.\"id\"")),
            format!("'created_at', {}", dialect.instant("l.\"created_at\"")),
        ];
        let columns = |alias: &'static str, names: &'static [&'static str]| {
            let named = names.iter();
            named.map(move |name| format!("'{name}', {alias}.\"{name}\""))
        };
        parts.extend(columns("l", &OF_LEAD));
        parts.extend(columns("a", &OF_ACCOUNT));
        let function = dialect.object_function();
        let touch = format!(
            "{function}('kind', t.\"kind\", 'at', {}, 'known_at', {})",
            dialect.instant("t.\"occurred_at\""),
            dialect.instant("t.\"identified_at\"")
        );
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
        let none = ["''".to_owned()];
        let kinds = if kinds.is_empty() { &none[..] } else { &kinds };
        parts.push(format!(
            "'touches', (SELECT {} FROM {touches} AND t.\"kind\" IN ({}) AND {})",
            dialect.list(&touch, None, None),
            kinds.join(", "),
            dialect.is_before("t.\"occurred_at\"", to)
        ));
        let step = format!(
            "{function}('to', s.\"to_status\", 'at', {})",
            dialect.instant("s.\"at\"")
        );
        parts.push(format!(
            "'steps', (SELECT {} FROM {steps} AND s.\"to_status\" IN ('ACCEPTED', 'SQL'))",
            dialect.list(&step, None, None)
        ));
        let last = format!("(SELECT max(o.\"closed_at\") FROM {won})");
        parts.push(format!("'won_at', {}", dialect.instant(&last)));
        parts.join(", ")
    }
}
