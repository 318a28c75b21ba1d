//! Puts in what clocks run by to begin with: a calendar, and a policy for each kind of clock. Operators change them as
//! they like.
//!
//! Their ids are fixed, so that they are the same in every hub.

use sea_orm_migration::{
    prelude::*,
    sea_orm::prelude::{ChronoDateTimeUtc, Json, Uuid},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A UUID of version 7 of 2026-11-22T00:00:00Z.
const CALENDAR: u128 = 0x01a2_008d_7400_7000_8000_0001_0000_0001;
/// As above; the id of a policy is this plus its number.
const FIRST_POLICY: u128 = 0x01a2_008d_7400_7000_8000_0002_0000_0000;

/// Seconds since 1970: 2026-11-22T00:00:00Z.
const CREATED_AT: i64 = 1_795_305_600;

const HOURS: &str = r#"{"monday": [["09:00", "17:00"]], "tuesday": [["09:00", "17:00"]],
    "wednesday": [["09:00", "17:00"]], "thursday": [["09:00", "17:00"]], "friday": [["09:00", "17:00"]]}"#;

/// Number, kind, name, minutes of business time, and whether the manager is told. A working day has 480.
const POLICIES: [(u128, &str, &str, i32, bool); 9] = [
    (1, "ACCEPT", "Accept or reject a lead", 240, true),
    (2, "FIRST_TOUCH", "Approach an accepted lead", 480, true),
    (3, "DISPOSE", "Decide on a rejected lead", 2_400, true),
    (4, "FEEDBACK_ACKNOWLEDGE", "Acknowledge feedback", 960, true),
    (
        5,
        "FEEDBACK_DECIDE",
        "Plan or decline feedback",
        2_400,
        false,
    ),
    (
        6,
        "FEEDBACK_ACTION",
        "Act on planned feedback",
        9_600,
        false,
    ),
    (7, "FEEDBACK_VERIFY", "Verify what was done", 2_400, false),
    (8, "REQUEST_ANSWER", "Answer a request", 960, true),
    (9, "REQUEST_DELIVER", "Deliver on a request", 4_800, false),
];

/// The share of its time after which a clock warns.
const WARN_AT_PERCENT: i32 = 75;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let created_at = ChronoDateTimeUtc::from_timestamp_secs(CREATED_AT);
        let hours: Json = HOURS
            .parse()
            .map_err(|error| DbErr::Json(format!("{error}")))?;
        let calendar = Query::insert()
            .into_table("business_calendar")
            .columns([
                "id",
                "name",
                "time_zone",
                "hours",
                "is_default",
                "created_at",
                "updated_at",
            ])
            .values_panic([
                Uuid::from_u128(CALENDAR).into(),
                "Monday to Friday, 9 to 17".into(),
                "UTC".into(),
                hours.into(),
                true.into(),
                created_at.into(),
                created_at.into(),
            ])
            .to_owned();
        manager.execute(calendar).await?;
        let mut insert = Query::insert();
        insert.into_table("sla_policy").columns([
            "id",
            "kind",
            "name",
            "target_minutes",
            "warn_at_percent",
            "escalate",
            "active",
            "priority",
            "created_at",
            "updated_at",
        ]);
        for (number, kind, name, minutes, escalate) in POLICIES {
            insert.values_panic([
                Uuid::from_u128(FIRST_POLICY + number).into(),
                kind.into(),
                name.into(),
                minutes.into(),
                WARN_AT_PERCENT.into(),
                escalate.into(),
                true.into(),
                100.into(),
                created_at.into(),
                created_at.into(),
            ]);
        }
        manager.execute(insert).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let policies = POLICIES.map(|(number, ..)| Uuid::from_u128(FIRST_POLICY + number));
        let delete = Query::delete()
            .from_table("sla_policy")
            .and_where(Expr::col("id").is_in(policies))
            .to_owned();
        manager.execute(delete).await?;
        let delete = Query::delete()
            .from_table("business_calendar")
            .and_where(Expr::col("id").eq(Uuid::from_u128(CALENDAR)))
            .to_owned();
        manager.execute(delete).await
    }
}
