//! Trials: nobody sees more by trying to write than by asking, whatever it is that they try.

use api::dataset::{Entity, Field, Kind, Written, dataset};
use serde_json::{Value as Json, json};
use tests::{
    oracle::{Noun, Oracle, global_id},
    rows::{Cell, Row, Rows, cell},
};

use super::{
    callers::{built_in_roles, one_role},
    documents::everything,
    hubs::{Hub, Hubs},
    sweep::SEED,
};
use crate::reading::hub::ids;

/// How many times each row is tried, each time with another field.
const ROUNDS: usize = 2;

#[tokio::test]
async fn a_trial_shows_rows_as_they_are() {
    let rows = || Rows::random(SEED + 3, 30);
    let callers = one_role(&rows());
    let mut hubs = Hubs::open(rows(), built_in_roles(), &[]).await;
    let mut shown = 0;
    for caller in &callers {
        hubs.turn_to(caller).await;
        for noun in Noun::all() {
            for round in 0..ROUNDS {
                shown += updates(&hubs, noun, round).await;
            }
        }
        members(&hubs).await;
    }
    // Otherwise it would prove nothing.
    assert!(shown > 200, "{shown}");
    hubs.close().await;
}

/// Tries to change every row of `noun`, each in another field. Returns of how many it was shown what they are.
async fn updates(hubs: &Hubs, noun: &Noun, round: usize) -> usize {
    let oracle = &hubs.oracle;
    let Some(entity) = dataset().entity(noun.name) else {
        return 0;
    };
    let changed =
        |written: &&Written| !written.changed_by.is_empty() && written.changed_by != ["reassign"];
    let fields: Vec<&Written> = entity.writes.fields.iter().filter(changed).collect();
    if fields.is_empty() {
        return 0;
    }
    let (seen, unseen) = ids(oracle, noun);
    let input = seen.iter().chain(&unseen).enumerate().map(|(number, id)| {
        let written = fields[(number + round) % fields.len()];
        let value = value(oracle, entity, written.field, number);
        json!({ "id": id, written.field: value })
    });
    let input: Vec<Json> = input.collect();
    let everything = everything(&oracle.model, noun);
    let (name, single) = (noun.name, noun.single);
    let many = capital(noun.plural);
    let attempt = format!(
        "mutation ($input: [Update{name}Input!]!) {{
            it: update{many}(input: $input, atomic: false, validateOnly: true) {{
                results {{ id outcome {single} {{ {everything} }} }}
            }}
        }}"
    );
    let plural = noun.plural;
    let look = format!("{{ it: {plural}(first: 100) {{ nodes {{ {everything} }} }} }}");
    let mut shown = 0;
    for hub in hubs.each() {
        let known = hub.ask(&look, Json::Null).await;
        let known = known.data()["it"]["nodes"].as_array().unwrap();
        let answer = hub.ask(&attempt, json!({ "input": input })).await;
        // Chance makes rows that nobody could have written. What fails as a whole shows nothing.
        let Some(results) = answer.body["data"]["it"]["results"].as_array() else {
            continue;
        };
        for (number, result) in results.iter().enumerate() {
            let row = &result[single];
            if !row.is_null() {
                let said = &input[number];
                let as_it_is = known.iter().find(|known| known["id"] == row["id"]);
                assert_eq!(Some(row), as_it_is, "{:?} {said}", oracle.caller);
                shown += usize::from(result["outcome"] == "UPDATED");
            }
        }
    }
    shown
}

/// Tries to make everybody a member of every campaign: of a row that is not made nothing is shown.
async fn members(hubs: &Hubs) {
    let noun = |name| Noun::of(name).unwrap();
    let (campaigns, _) = ids(&hubs.oracle, noun("Campaign"));
    let (contacts, _) = ids(&hubs.oracle, noun("Contact"));
    let pairs = campaigns.iter().flat_map(|campaign| {
        let contacts = contacts.iter();
        contacts.map(move |contact| json!({ "campaignId": campaign, "contactId": contact }))
    });
    // Who is one already cannot be made one.
    let rows = hubs.oracle.rows.of("campaign_member").iter();
    let members: Vec<Json> = rows.map(pair).collect();
    let pairs = pairs.filter(|pair| !members.contains(pair));
    let pairs: Vec<Json> = pairs.take(500).collect();
    for hub in hubs.each() {
        new_members(hub, &pairs).await;
    }
}

/// Who is a member of what, as an input says it.
fn pair(member: &Row) -> Json {
    let id = |noun, column| match cell(member, column) {
        Cell::Id(id) => json!(global_id(Noun::of(noun).unwrap(), *id)),
        _ => Json::Null,
    };
    json!({ "campaignId": id("Campaign", "campaign_id"), "contactId": id("Contact", "contact_id") })
}

async fn new_members(hub: &Hub, pairs: &[Json]) {
    let attempt = "mutation ($input: [AddCampaignMemberInput!]!) {
        it: addCampaignMembers(input: $input, atomic: false, validateOnly: true) {
            results { id outcome campaignMember { contact { email phone } } }
        }
    }";
    let answer = hub.ask(attempt, json!({ "input": pairs })).await;
    for result in answer.data()["it"]["results"].as_array().unwrap() {
        assert_eq!(
            (&result["id"], &result["campaignMember"]),
            (&Json::Null, &Json::Null)
        );
    }
}

/// Something to say of a field: what would make the row the caller's, or open, where there is such a thing.
fn value(oracle: &Oracle, entity: &Entity, field: &str, number: usize) -> Json {
    let field: &Field = entity.written(field).unwrap();
    match &field.kind {
        Kind::ForeignId { target, .. } => {
            let target = Noun::of(target).unwrap();
            if let (Some(me), "User") = (oracle.caller.user, target.name) {
                return json!(global_id(target, me));
            }
            let (seen, _) = ids(oracle, target);
            let some = number.checked_rem(seen.len()).map(|number| &seen[number]);
            json!(some)
        }
        Kind::Json(_) if field.name == "consent" => {
            json!([{ "channel": "EMAIL", "status": "GIVEN" }])
        }
        Kind::Json(_) => json!({ "tried": number }),
        Kind::Text(_) => match field.name {
            "email" => json!(format!("tried{number}@example.com")),
            "phone" => json!(format!("+4312345{number:03}")),
            "country" => json!("FI"),
            _ => json!(format!("T{number}")),
        },
        Kind::Int(_) => json!(number % 10),
        Kind::Boolean(_) => json!(number.is_multiple_of(2)),
        Kind::Instant(_) => json!("2026-11-22T12:00:00Z"),
        Kind::Day(_) => json!("2026-11-22"),
        Kind::Choice(_, choices) => json!(choices.values[number % choices.values.len()].0),
        Kind::Texts(_) => json!(["ADMIN"]),
        Kind::Money { .. } => json!({ "amount": "1", "currency": "EUR" }),
        kind => panic!("{kind:?} is not written"),
    }
}

fn capital(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}
