//! Calendars: how they are kept, and which one counts where.

use api::views::Role;
use entity::{business_calendar, holiday, lead, territory};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};
use uuid::Uuid;

use super::{MONDAY, at, clocks_of, hand_over, id, input, leads, problems, somebody};

const CREATE: &str = "mutation($input: CreateBusinessCalendarInput!) { createBusinessCalendar(input: $input) { \
    outcome businessCalendar { id version name timeZone hours isDefault } } }";
const UPDATE: &str = "mutation($input: UpdateBusinessCalendarInput!) { updateBusinessCalendar(input: $input) { \
    outcome businessCalendar { isDefault } } }";
const DELETE: &str =
    "mutation($input: DeleteInput!) { deleteBusinessCalendar(input: $input) { outcome } }";
const ADD_HOLIDAY: &str =
    "mutation($input: AddHolidayInput!) { addHoliday(input: $input) { holiday { day name } } }";

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs
        .iter()
        .map(|(code, field)| ((*code).to_owned(), (*field).to_owned()));
    owned.collect()
}

fn calendar(name: &str) -> Value {
    json!({
        "name": name,
        "timeZone": "Europe/Vienna",
        "hours": {"monday": [["08:00", "12:00"], ["13:00", "16:00"]], "friday": [["08:00", "12:00"]]},
    })
}

async fn made(app: &TestApp, token: &str, said: &Value) -> String {
    let answer = app.graphql(token, CREATE, input(said)).await;
    let made = &answer.data()["createBusinessCalendar"]["businessCalendar"]["id"];
    made.as_str().unwrap().to_owned()
}

/// The names of the default calendars.
async fn defaults(app: &TestApp, token: &str) -> Value {
    let query = "{ businessCalendars(filter: {isDefault: {eq: true}}) { nodes { name } } }";
    let answer = app.graphql(token, query, json!({})).await;
    answer.data()["businessCalendars"]["nodes"].clone()
}

#[tokio::test]
async fn a_calendar_is_made_of_hours_and_days_off() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let answer = app.graphql(&token, CREATE, input(&calendar("Vienna"))).await;
        let made = &answer.data()["createBusinessCalendar"];
        let row = &made["businessCalendar"];
        assert_eq!(made["outcome"], "CREATED");
        assert_eq!(row["hours"], calendar("Vienna")["hours"]);
        assert_eq!((&row["isDefault"], &row["timeZone"]), (&json!(false), &json!("Europe/Vienna")));

        let day_off = json!({"businessCalendarId": row["id"], "day": "2026-12-08", "name": "Immaculate Conception"});
        let answer = app.graphql(&token, ADD_HOLIDAY, input(&day_off)).await;
        assert_eq!(answer.data()["addHoliday"]["holiday"]["day"], "2026-12-08");
        // A day comes once.
        let answer = app.graphql(&token, ADD_HOLIDAY, input(&day_off)).await;
        assert_eq!(problems(&answer), pairs(&[("ALREADY_EXISTS", "input")]));
        let query = "query($id: ID!) { businessCalendar(id: $id) { holidays { nodes { name } } } }";
        let answer = app.graphql(&token, query, json!({"id": row["id"]})).await;
        let holidays = &answer.data()["businessCalendar"]["holidays"]["nodes"];
        assert_eq!(*holidays, json!([{"name": "Immaculate Conception"}]));

        // Who does not run the hub keeps no calendars.
        let (_, leader) = somebody(app, "Lea", Role::RevenueLeader).await;
        let answer = app.graphql(&leader, CREATE, input(&calendar("Graz"))).await;
        assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input")]));
        let answer = app.graphql(&leader, ADD_HOLIDAY, input(&json!({
            "businessCalendarId": row["id"], "day": "2026-12-24", "name": "Christmas Eve"
        }))).await;
        assert_eq!(
            problems(&answer),
            pairs(&[("FORBIDDEN_SCOPE", "input.businessCalendarId")])
        );
    })
    .await;
}

#[tokio::test]
async fn all_that_is_wrong_with_hours_is_told_with_its_path() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let said = json!({
            "name": "Wrong",
            "timeZone": "Mars/Olympus",
            "hours": {
                "monday": [["22:00", "06:00"]],
                "tuesday": [["09:00", "17:60"]],
                "someday": [],
            },
        });
        let answer = app.graphql(&token, CREATE, input(&said)).await;
        let mut told = problems(&answer);
        told.sort();
        assert_eq!(
            told,
            pairs(&[
                ("VALIDATION", "input.hours.monday.0"),
                ("VALIDATION", "input.hours.someday"),
                ("VALIDATION", "input.hours.tuesday.0.1"),
                ("VALIDATION", "input.timeZone"),
            ])
        );
        let said = json!({"name": "None", "timeZone": "UTC", "hours": {"sunday": []}});
        let answer = app.graphql(&token, CREATE, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.hours")]));
    })
    .await;
}

#[tokio::test]
async fn there_is_one_default_and_always_one() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let seeded = json!([{"name": "Monday to Friday, 9 to 17"}]);
        assert_eq!(defaults(app, &token).await, seeded);
        let mut vienna = calendar("Vienna");
        vienna["isDefault"] = json!(true);
        let vienna = made(app, &token, &vienna).await;
        assert_eq!(defaults(app, &token).await, json!([{"name": "Vienna"}]));
        let graz = made(app, &token, &calendar("Graz")).await;
        let said = json!({"id": graz, "isDefault": true});
        let answer = app.graphql(&token, UPDATE, input(&said)).await;
        let made = &answer.data()["updateBusinessCalendar"]["businessCalendar"];
        assert_eq!(made["isDefault"], true);
        assert_eq!(defaults(app, &token).await, json!([{"name": "Graz"}]));

        let refused = async |query: &str, said: Value| -> Response {
            app.graphql(&token, query, input(&said)).await
        };
        let answer = refused(UPDATE, json!({"id": graz, "isDefault": false})).await;
        assert_eq!(
            problems(&answer),
            pairs(&[("VALIDATION", "input.isDefault")])
        );
        let answer = refused(DELETE, json!({"id": graz})).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.id")]));
        let answer = refused(DELETE, json!({"id": vienna})).await;
        assert_eq!(
            answer.data()["deleteBusinessCalendar"]["outcome"],
            "DELETED"
        );
        assert_eq!(defaults(app, &token).await, json!([{"name": "Graz"}]));
    })
    .await;
}

/// Writes a calendar that is open at these hours of each working day, in UTC.
async fn open(app: &TestApp, name: &str, from: &str, to: &str) -> business_calendar::Model {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let hours = days.map(|day| (day.to_owned(), json!([[from, to]])));
    let row = business_calendar::Model {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        time_zone: "UTC".to_owned(),
        hours: Value::Object(hours.into_iter().collect()),
        is_default: false,
        version: 1,
        created_at: TestApp::now(),
        created_by: None,
        updated_at: TestApp::now(),
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    };
    insert(app, row.clone()).await;
    row
}

async fn insert<A>(app: &TestApp, row: impl sea_orm::IntoActiveModel<A>)
where
    A: sea_orm::ActiveModelTrait,
{
    let insert = A::Entity::insert(row.into_active_model().reset_all());
    let inserted = insert.exec_without_returning(app.database.writes()).await;
    inserted.unwrap();
}

async fn gets(app: &TestApp, territory: &territory::Model, calendar: &business_calendar::Model) {
    let update = territory::Entity::update_many()
        .col_expr(
            territory::Column::BusinessCalendarId,
            Expr::value(calendar.id),
        )
        .filter(sea_orm::ColumnTrait::eq(
            &territory::Column::Id,
            territory.id,
        ));
    update.exec(app.database.writes()).await.unwrap();
}

/// When a lead in `territory` is due that is handed over on Monday at nine.
async fn due(app: &TestApp, territory: Option<&territory::Model>) -> String {
    let lead = lead::Model {
        territory_id: territory.map(|territory| territory.id),
        ..leads(app, None, 1).await.remove(0)
    };
    hand_over(app, std::slice::from_ref(&lead), at(MONDAY)).await;
    let due = clocks_of(app, &lead).await.remove(0).due_at;
    due.format("%a %H:%M").to_string()
}

#[tokio::test]
async fn the_nearest_territory_that_names_a_calendar_says_which_counts() {
    each_app(async |app| {
        let world = fixtures::territory(&app.database, "/WORLD/", None, &[]).await;
        let emea = fixtures::territory(&app.database, "/WORLD/EMEA/", Some(&world), &[]).await;
        let dach = fixtures::territory(&app.database, "/WORLD/EMEA/DACH/", Some(&emea), &[]).await;
        // Not below DACH, whatever the letters.
        let other =
            fixtures::territory(&app.database, "/WORLD/EMEA/DACHSTEIN/", Some(&emea), &[]).await;
        for territory in [None, Some(&world), Some(&dach)] {
            assert_eq!(due(app, territory).await, "Mon 13:00");
        }
        let (early, late) = (
            open(app, "Early", "05:00", "11:00").await,
            open(app, "Late", "10:00", "20:00").await,
        );
        gets(app, &world, &early).await;
        gets(app, &dach, &late).await;
        // Two hours are left on Monday, and two come on Tuesday.
        for territory in [&world, &emea, &other] {
            assert_eq!(due(app, Some(territory)).await, "Tue 07:00");
        }
        assert_eq!(due(app, Some(&dach)).await, "Mon 14:00");
        assert_eq!(due(app, None).await, "Mon 13:00");
        insert(
            app,
            holiday::Model {
                id: Uuid::now_v7(),
                business_calendar_id: late.id,
                day: at(MONDAY).date_naive(),
                name: "A day off".to_owned(),
                version: 1,
                created_at: TestApp::now(),
                created_by: None,
                updated_at: TestApp::now(),
                updated_by: None,
                deleted_at: None,
                deleted_by: None,
            },
        )
        .await;
        assert_eq!(due(app, Some(&dach)).await, "Tue 14:00");
        // A calendar that was deleted counts no more.
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let said = json!({"id": id("BusinessCalendar", late.id)});
        let answer = app.graphql(&token, DELETE, input(&said)).await;
        assert!(answer.body["errors"].is_null(), "{}", answer.body);
        assert_eq!(due(app, Some(&dach)).await, "Tue 07:00");
    })
    .await;
}

#[tokio::test]
async fn a_territory_is_given_a_calendar() {
    each_app(async |app| {
        let (_, token) = somebody(app, "Ada", Role::Admin).await;
        let vienna = made(app, &token, &calendar("Vienna")).await;
        let territory = fixtures::territory(&app.database, "/AT/", None, &[]).await;
        let mutation = "mutation($input: UpdateTerritoryInput!) { updateTerritory(input: $input) { \
                        territory { businessCalendar { name } } } }";
        let said = json!({"id": id("Territory", territory.id), "businessCalendarId": vienna});
        let answer = app.graphql(&token, mutation, input(&said)).await;
        let row = &answer.data()["updateTerritory"]["territory"];
        assert_eq!(row["businessCalendar"]["name"], "Vienna");
        // Monday at nine in UTC is ten in Vienna: two hours until lunch, and two after it.
        assert_eq!(due(app, Some(&territory)).await, "Mon 14:00");
    })
    .await;
}
