//! Whether feedback is answered: of what the viewer sees.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{dataset::dataset, error::ApiError};

use super::{
    super::feedback::Asked,
    Compiler,
    condition::{all, table},
};

/// When somebody was first waited for until: its first clock says so, and where it has none it does itself.
const FIRST_DUE: &str = "coalesce((SELECT min(c.\"due_at\") FROM \"sla_clock\" AS c WHERE c.\"feedback_id\" = f.\"id\" \
     AND c.\"kind\" = 'FEEDBACK_ACKNOWLEDGE'), f.\"due_at\")";
/// It was verified, or declined and no appeal is left to be decided.
const CLOSED: &str = "f.\"state\" = 'VERIFIED' OR (f.\"state\" = 'DECLINED' \
     AND (f.\"appealed_at\" IS NULL OR f.\"appeal_decided_at\" IS NOT NULL))";

impl Compiler<'_> {
    /// How feedback is doing at `now` whose first answer was due in the period: an object of arrays, with what there is
    /// for each direction.
    pub(in crate::reader) fn root_feedback_loop(
        &mut self,
        asked: &Asked,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        self.by_scope = true;
        let feedback = dataset().target("Feedback")?;
        let mut conditions = self.visible(feedback, "f")?;
        conditions.extend(self.feedback_like(asked));
        let before = |column: &str, at| self.dialect.is_before(column, at);
        let due = format!(
            "SELECT f.* FROM (SELECT f.*, {FIRST_DUE} AS first_due FROM {}{}) AS f \
             WHERE NOT ({}) AND {}",
            table(feedback, "f"),
            all(&conditions),
            before("f.first_due", asked.from),
            before("f.first_due", asked.to)
        );
        // What is due at this instant is late.
        let late = before("f.\"due_at\"", now + TimeDelta::microseconds(1));
        let object = self.dialect.object_function();
        let counts = format!(
            "{object}('direction', g.direction, 'due', g.due, 'overdue', g.overdue, \
             'acknowledged', g.acknowledged, 'closed', g.closed)"
        );
        let counts = format!(
            "(SELECT {} FROM (SELECT f.\"direction\" AS direction, count(*) AS due, \
             sum(CASE WHEN {late} THEN 1 ELSE 0 END) AS overdue, count(f.\"acknowledged_at\") AS acknowledged, \
             sum(CASE WHEN {CLOSED} THEN 1 ELSE 0 END) AS closed FROM f GROUP BY f.\"direction\") AS g)",
            self.dialect.list(&counts, None, None)
        );
        let json = format!(
            "{object}('counts', {counts}, 'acknowledged', {}, 'actioned', {})",
            self.middle_of("acknowledged_at"),
            self.middle_of("actioned_at")
        );
        self.sql = format!("WITH f AS ({due}) SELECT {}", self.dialect.text(&json));
        Ok(())
    }

    /// The durations from when feedback was given until `stamp` that lie in the middle, for each direction: an array.
    fn middle_of(&self, stamp: &str) -> String {
        let micros = |column: &str| {
            let column = format!("f.\"{column}\"");
            self.dialect.microseconds(&column)
        };
        let object = self.dialect.object_function();
        let object = format!("{object}('direction', m.direction, 'took', m.took)");
        format!(
            "(SELECT {} FROM (SELECT t.direction AS direction, t.took AS took, count(*) OVER w AS n, \
             row_number() OVER (PARTITION BY t.direction ORDER BY t.took) AS place \
             FROM (SELECT f.\"direction\" AS direction, {} - {} AS took FROM f WHERE f.\"{stamp}\" IS NOT NULL) AS t \
             WINDOW w AS (PARTITION BY t.direction)) AS m WHERE m.place IN ((m.n + 1) / 2, (m.n + 2) / 2))",
            self.dialect.list(&object, None, None),
            micros(stamp),
            micros("created_at")
        )
    }
}
