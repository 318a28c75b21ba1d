//! Two rows that say the same thing of one person once they are one, such as two memberships of one campaign.

use crate::{
    record::is_empty,
    store::table::{Record, Table, Value},
};

/// How far a member of a campaign is. Who does not want any more has the last word.
const STATUSES: [&str; 8] = [
    "TARGETED",
    "SUPPRESSED",
    "SENT",
    "RESPONDED",
    "REGISTERED",
    "NO_SHOW",
    "ATTENDED",
    "OPTED_OUT",
];

/// What is a row's own.
const OWN: [&str; 8] = [
    "id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "deleted_by",
];

/// Has the row `kept` of `table` say what its `double` says and it does not.
pub(super) fn join(table: &Table, kept: &mut Record, double: &Record) {
    let cells = kept.iter_mut().zip(double);
    for (column, (kept, double)) in table.columns.iter().zip(cells) {
        let further = match (column.name, text(kept), text(double)) {
            ("is_primary", ..) => *double == Value::from(true),
            ("role", Some(role), _) => role == "UNKNOWN",
            ("status", Some(one), Some(other)) => place(other) > place(one),
            (name, ..) => !OWN.contains(&name) && is_empty(kept),
        };
        if further {
            kept.clone_from(double);
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => text.as_deref(),
        _ => None,
    }
}

fn place(status: &str) -> Option<usize> {
    STATUSES.iter().position(|known| *known == status)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::campaign_member::{self, CampaignMemberStatus};
    use sea_orm::ActiveEnum;

    use super::*;

    #[test]
    fn every_status_of_a_member_has_its_place() {
        let known: BTreeSet<String> = CampaignMemberStatus::values().into_iter().collect();
        let placed = STATUSES.map(str::to_owned);
        assert_eq!(known, BTreeSet::from(placed));
    }

    #[test]
    fn what_the_double_says_is_not_lost() {
        let table = Table::of::<campaign_member::Entity>();
        let record = |status: &str, answered: Option<&str>| -> Record {
            let value = |name: &str| match name {
                "status" => Value::from(status),
                "suppressed_reason" => Value::from(answered.map(str::to_owned)),
                _ => Value::from(1),
            };
            table.columns.iter().map(|it| value(it.name)).collect()
        };
        let mut kept = record("SENT", None);
        join(&table, &mut kept, &record("OPTED_OUT", Some("asked")));
        assert_eq!(kept, record("OPTED_OUT", Some("asked")));
        join(&table, &mut kept, &record("ATTENDED", Some("other")));
        assert_eq!(kept, record("OPTED_OUT", Some("asked")));
    }
}
