//! The contact that a lead becomes: one that there is for who converts it, or a new one.

use std::collections::{HashMap, hash_map::Entry};

use entity::change::ChangeKind;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Problems, id_of, make, refer};
use crate::{
    dataset::dataset,
    error::ApiError,
    matching::identity::{self, Keys},
    record::{self, is_empty, value::is_shared_mailbox},
    services::{
        merge::{Edit, apply},
        rows::{self, Draft, Rights},
        write::Write,
    },
    store::{lookup, merge as store, table::Value},
    views::Views,
};

/// What a contact takes from a lead, where it has nothing yet.
const OF_LEAD: [(&str, &str); 5] = [
    ("firstName", "first_name"),
    ("lastName", "last_name"),
    ("email", "email"),
    ("phone", "phone"),
    ("jobTitle", "job_title"),
];

/// Who somebody is: their address, and the account that they work for.
type Person = (String, Uuid);

/// Gives leads that have no contact the one of their account with their address, as far as the caller sees both; and
/// contacts that the caller may change what they have nothing of. Whoever they do not see is nobody: what there is
/// twice then is found by who sees both.
pub(super) async fn find(
    caller: &Write<'_>,
    record: &'static record::Entity,
    drafts: &mut [Draft],
) -> Result<(), ApiError> {
    reserve(caller, record, drafts).await?;
    let known = known(caller, record, drafts).await?;
    for draft in drafts.iter_mut().filter(|it| is_nobody(record, it)) {
        let person = person(record, draft);
        let contact = person.and_then(|person| known.get(&person).copied());
        draft.set(record, "contact_id", contact);
    }
    complete(caller, record, drafts).await
}

/// Makes contacts of the leads that have none; leads of one person have one.
pub(super) async fn add(
    write: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    drafts: &mut [Draft],
) -> Result<Problems, ApiError> {
    let (mut new, mut same): (Vec<&mut Draft>, Vec<_>) = Default::default();
    let mut first: HashMap<Person, usize> = HashMap::new();
    for draft in drafts.iter_mut().filter(|it| is_nobody(record, it)) {
        match person(record, draft).map(|person| first.entry(person)) {
            Some(Entry::Occupied(known)) => {
                same.push((*known.get(), draft));
                continue;
            }
            Some(Entry::Vacant(unknown)) => {
                unknown.insert(new.len());
            }
            None => {}
        }
        new.push(draft);
    }
    let them = new.iter_mut().map(|draft| &mut **draft).collect();
    let made = ("Contact", "contact_id");
    let item = |draft: &Draft| item(record, draft);
    let problems = make(write, views, made, record, them, item).await?;
    for (at, draft) in same {
        let contact = new.get(at).and_then(|it| it.uuid(record, "contact_id"));
        draft.set(record, "contact_id", contact);
    }
    Ok(problems)
}

/// What a new contact is made of.
fn item(record: &record::Entity, draft: &Draft) -> Map<String, Json> {
    let mut fields = Map::new();
    for (field, column) in OF_LEAD {
        let text = draft.text(record, column).map(Json::from);
        fields.extend(text.map(|text| (field.to_owned(), text)));
    }
    let account = draft.uuid(record, "account_id");
    refer(&mut fields, "accountId", "Account", account);
    fields
}

fn is_nobody(record: &record::Entity, draft: &Draft) -> bool {
    draft.uuid(record, "contact_id").is_none()
}

/// Who the lead is, where its address tells.
fn person(record: &record::Entity, draft: &Draft) -> Option<Person> {
    let email = draft.text(record, "email")?;
    let account = draft.uuid(record, "account_id")?;
    (!is_shared_mailbox(email)).then(|| (email.to_owned(), account))
}

/// Has nobody else make contacts with these addresses meanwhile.
async fn reserve(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let contact = rows::record_of("Contact")?;
    let email = contact.position("email");
    let keys = drafts.iter().filter(|it| is_nobody(record, it));
    let keys = keys.map(|draft| {
        let said = |at| draft.get(record, "email").filter(|_| Some(at) == email);
        Keys::of(contact, &contact.matching, said, &[])
    });
    let keys: Vec<Keys<'_>> = keys.collect();
    Ok(identity::reserve(write.tx, contact, &keys).await?)
}

/// The contacts that the leads without one are: the caller sees them, and their address in clear. One without an account
/// is anybody's who may give it theirs. Of several it is the oldest, and one with an account before one without.
async fn known(
    caller: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashMap<Person, Uuid>, ApiError> {
    let people = drafts.iter().filter(|it| is_nobody(record, it));
    let people: Vec<Person> = people.filter_map(|it| person(record, it)).collect();
    let emails = people.iter().map(|(email, _)| email.as_str());
    let (entity, contact) = (dataset().target("Contact")?, rows::record_of("Contact")?);
    let mut found = lookup::all_by(caller.tx, &contact.table, ("email", "id"), emails).await?;
    found.sort_unstable_by_key(|(_, id)| *id);
    let ids: Vec<Uuid> = found.iter().map(|(_, id)| *id).collect();
    let rights = Rights::of(caller, entity, &ids, &["update"], false).await?;
    let accounts = rows::columns(caller, "Contact", &["account_id"], &ids).await?;
    let account = |id: &Uuid| match accounts.get(id).and_then(|row| row.first()) {
        Some(Value::Uuid(account)) => *account,
        _ => None,
    };
    let mut known = HashMap::new();
    for person in people {
        let shown = found
            .iter()
            .filter(|(email, id)| *email == person.0 && rights.shows(entity, *id, "email"));
        let shown: Vec<Uuid> = shown.map(|(_, id)| *id).collect();
        let theirs = shown.iter().find(|id| account(id) == Some(person.1));
        let free = || {
            let may = |id: &&Uuid| may_update(&rights, **id);
            shown.iter().find(|id| account(id).is_none() && may(id))
        };
        if let Some(id) = theirs.or_else(free) {
            known.insert(person, *id);
        }
    }
    Ok(known)
}

fn may_update(rights: &Rights, id: Uuid) -> bool {
    let right = rights.get(id);
    right.is_some_and(|right| right.actions.contains("update"))
}

/// Fills what contacts have nothing in, and the caller may change.
async fn complete(
    caller: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let leads = drafts
        .iter()
        .filter_map(|draft| Some((draft.uuid(record, "contact_id")?, draft)));
    let leads: HashMap<Uuid, &Draft> = leads.collect();
    let ids: Vec<Uuid> = leads.keys().copied().collect();
    let (entity, contact) = (dataset().target("Contact")?, rows::record_of("Contact")?);
    let rows = store::pointing_to(caller.tx, &contact.table, "id", &ids).await?;
    let rights = Rights::of(caller, entity, &ids, &["update"], false).await?;
    let edits = rows.iter().filter_map(|row| {
        let id = id_of(contact, row).filter(|id| may_update(&rights, *id))?;
        let lead = leads.get(&id)?;
        let fields = OF_LEAD.into_iter().chain([("accountId", "account_id")]);
        let shown = fields.filter(|(field, _)| rights.shows(entity, id, field));
        let values = shown.filter_map(|(_, column)| {
            let position = contact.position(column)?;
            let empty = row.get(position).is_some_and(is_empty);
            let value = lead
                .get(record, column)
                .filter(|it| empty && !is_empty(it))?;
            Some((position, value.clone()))
        });
        Some(Edit::of(id, values.collect()))
    });
    let edits = edits.collect();
    apply(caller, &contact.table, edits, ChangeKind::Updated).await?;
    Ok(())
}
