//! Fills `reason_code` with reasons to begin with; operators add and switch off as they like.
//!
//! Their ids are fixed, so that they are the same in every hub.

use sea_orm_migration::{
    prelude::*,
    sea_orm::prelude::{ChronoDateTimeUtc, Uuid},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A UUID of version 7 of 2026-11-22T00:00:00Z; the id of a reason is this plus its number.
const FIRST_ID: u128 = 0x01a2_008d_7400_7000_8000_0000_0000_0000;

/// Seconds since 1970: 2026-11-22T00:00:00Z.
const CREATED_AT: i64 = 1_795_305_600;

/// Number, kind, key, label. `UNKNOWN` is for imports that name no reason.
const REASONS: [(u128, &str, &str, &str); 39] = [
    (1, "REJECT", "BAD_FIT", "Not whom we sell to"),
    (
        2,
        "REJECT",
        "NO_CONTACT_DATA",
        "Cannot be reached with what we have",
    ),
    (3, "REJECT", "DUPLICATE", "We have this lead already"),
    (4, "REJECT", "NOT_INTERESTED", "Shows no interest"),
    (
        5,
        "REJECT",
        "TOO_EARLY",
        "Interested, and not ready for sales",
    ),
    (
        6,
        "REJECT",
        "WRONG_TERRITORY",
        "Belongs to another territory",
    ),
    (
        7,
        "REJECT",
        "OTHER",
        "Another reason; say which in the note",
    ),
    (8, "REJECT", "UNKNOWN", "Not recorded"),
    (9, "RECYCLE", "TIMING", "Wants to, and not now"),
    (10, "RECYCLE", "NO_BUDGET", "No money for it now"),
    (11, "RECYCLE", "NO_RESPONSE", "Does not answer"),
    (
        12,
        "RECYCLE",
        "CHANGED_PRIORITIES",
        "Has something else to do first",
    ),
    (
        13,
        "RECYCLE",
        "OTHER",
        "Another reason; say which in the note",
    ),
    (14, "RECYCLE", "UNKNOWN", "Not recorded"),
    (15, "DISQUALIFY", "BAD_FIT", "Will never be whom we sell to"),
    (16, "DISQUALIFY", "COMPETITOR", "Works for a competitor"),
    (
        17,
        "DISQUALIFY",
        "INVALID_DATA",
        "The person or the company does not exist",
    ),
    (18, "DISQUALIFY", "SPAM", "Not meant seriously"),
    (
        19,
        "DISQUALIFY",
        "NO_CONSENT",
        "Does not want to hear from us",
    ),
    (
        20,
        "DISQUALIFY",
        "OUT_OF_BUSINESS",
        "The company is no more",
    ),
    (
        21,
        "DISQUALIFY",
        "OTHER",
        "Another reason; say which in the note",
    ),
    (22, "DISQUALIFY", "UNKNOWN", "Not recorded"),
    (23, "LOST", "PRICE", "Too expensive"),
    (24, "LOST", "COMPETITOR", "Bought from a competitor"),
    (25, "LOST", "NO_DECISION", "Nothing was decided"),
    (26, "LOST", "NO_BUDGET", "The money was not there"),
    (27, "LOST", "TIMING", "Not at this time"),
    (
        28,
        "LOST",
        "MISSING_FEATURE",
        "We do not have what they need",
    ),
    (29, "LOST", "OTHER", "Another reason; say which in the note"),
    (30, "LOST", "UNKNOWN", "Not recorded"),
    (
        31,
        "OVERRIDE",
        "CUSTOMER_REQUEST",
        "The customer asked for it",
    ),
    (32, "OVERRIDE", "AGREED_WITH_OWNER", "Agreed with the owner"),
    (
        33,
        "OVERRIDE",
        "CORRECTION",
        "Something was recorded wrongly",
    ),
    (
        34,
        "OVERRIDE",
        "OTHER",
        "Another reason; say which in the note",
    ),
    (35, "OBJECTION", "OPEN_PROPOSAL", "A proposal is open"),
    (36, "OBJECTION", "BAD_TIMING", "Not at this time"),
    (37, "OBJECTION", "WRONG_AUDIENCE", "Not for these people"),
    (38, "OBJECTION", "WRONG_MESSAGE", "Not in these words"),
    (
        39,
        "OBJECTION",
        "OTHER",
        "Another reason; say which in the note",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let created_at = ChronoDateTimeUtc::from_timestamp_secs(CREATED_AT);
        let mut insert = Query::insert();
        insert.into_table("reason_code").columns([
            "id",
            "kind",
            "key",
            "label",
            "active",
            "created_at",
            "updated_at",
        ]);
        for (number, kind, key, label) in REASONS {
            insert.values_panic([
                id(number).into(),
                kind.into(),
                key.into(),
                label.into(),
                true.into(),
                created_at.into(),
                created_at.into(),
            ]);
        }
        manager.execute(insert).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ids = REASONS.map(|(number, ..)| id(number));
        let delete = Query::delete()
            .from_table("reason_code")
            .and_where(Expr::col("id").is_in(ids))
            .to_owned();
        manager.execute(delete).await
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(FIRST_ID + number)
}
