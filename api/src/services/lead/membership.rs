//! Memberships of campaigns go with a lead that is converted to the contact that it becomes.

use std::collections::{HashMap, HashSet};

use entity::change::ChangeKind;
use uuid::Uuid;

use crate::{
    error::ApiError,
    record::{self, is_empty},
    store::{
        merge as store,
        table::{Record, Value},
    },
};

use crate::services::{
    merge::{Edit, apply},
    rows::{self, Draft},
    write::Write,
};

/// Has the campaigns of the leads go on with their contacts. Where the contact is a member of one by itself, there is
/// one membership each, as it was.
pub(super) async fn relink(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let member = rows::record_of("CampaignMember")?;
    let table = &member.table;
    let contacts: HashMap<Uuid, Uuid> = drafts
        .iter()
        .filter_map(|draft| Some((draft.id, draft.uuid(record, "contact_id")?)))
        .collect();
    let leads: Vec<Uuid> = contacts.keys().copied().collect();
    let people: Vec<Uuid> = contacts.values().copied().collect();
    let theirs = store::pointing_to(write.tx, table, "contact_id", &people).await?;
    let id = |row: &Record, column: &str| match row.get(table.position(column)?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    };
    let deleted = |row: &Record| {
        let at = table.position("deleted_at").and_then(|at| row.get(at));
        !at.is_none_or(is_empty)
    };
    let place = |row: &Record| Some((id(row, "campaign_id")?, id(row, "contact_id")?));
    let there = theirs.iter().filter(|row| !deleted(row));
    let mut there: HashSet<(Uuid, Uuid)> = there.filter_map(place).collect();
    let rows = store::pointing_to(write.tx, table, "lead_id", &leads).await?;
    let mut edits = Vec::new();
    for row in rows.iter().filter(|row| !deleted(row)) {
        let contact = id(row, "lead_id").and_then(|lead| contacts.get(&lead));
        let (Some(contact), Some(campaign)) = (contact, id(row, "campaign_id")) else {
            continue;
        };
        if let Some(id) = id(row, "id").filter(|_| there.insert((campaign, *contact))) {
            let values = [
                ("lead_id", Value::Uuid(None)),
                ("contact_id", Value::Uuid(Some(*contact))),
            ];
            let values = values.into_iter();
            let values =
                values.filter_map(|(column, value)| Some((table.position(column)?, value)));
            edits.push(Edit::of(id, values.collect()));
        }
    }
    apply(write, table, edits, ChangeKind::Updated).await?;
    Ok(())
}
