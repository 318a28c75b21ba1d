//! Touches: everything that passed between us and somebody out there, by marketing or by sales.

use sea_orm::entity::prelude::*;

use crate::channel::Channel;

/// One touch. Early ones may be anonymous: then `visitor_key` alone says who.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "touch")]
pub struct Model {
    /// Prefix `touch` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// UTC; when it happened.
    pub occurred_at: DateTimeUtc,
    /// What happened.
    pub kind: TouchKind,
    /// Whose work it is.
    pub function: TouchFunction,
    /// Who began.
    pub direction: TouchDirection,
    /// How.
    pub channel: Channel,
    /// The campaign that it belongs to.
    pub campaign_id: Option<Uuid>,
    /// The person, where they are a contact.
    pub contact_id: Option<Uuid>,
    /// The person, where they are a lead.
    pub lead_id: Option<Uuid>,
    /// The company; row scopes read it.
    pub account_id: Option<Uuid>,
    /// The user on our side; none for automatic ones.
    pub actor_id: Option<Uuid>,
    /// Who it was before we knew: the key that the site gave the visitor.
    #[sea_orm(column_type = "String(StringLen::N(128))")]
    pub visitor_key: Option<String>,
    /// UTC; when we learned who the visitor was.
    pub identified_at: Option<DateTimeUtc>,
    /// What else the source says of it.
    #[sea_orm(column_type = "JsonBinary")]
    pub properties: Option<Json>,
    /// Where it was recorded, for example `hubspot`.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub source_system: Option<String>,
    /// The same touch sent twice has the same one; unique where it is set.
    #[sea_orm(column_type = "String(StringLen::N(128))")]
    pub dedupe_key: Option<String>,
    /// Counts the changes, from 1; who writes says which one they read.
    pub version: i32,
    /// UTC; when it came into being in the business, which an import takes from its source.
    pub created_at: DateTimeUtc,
    /// Id of the user, token or import job that made it; none is the hub itself.
    pub created_by: Option<Uuid>,
    /// UTC; the last change.
    pub updated_at: DateTimeUtc,
    /// Who changed it last, as in `created_by`.
    pub updated_by: Option<Uuid>,
    /// UTC; set while it is deleted.
    pub deleted_at: Option<DateTimeUtc>,
    /// Who deleted it, as in `created_by`.
    pub deleted_by: Option<Uuid>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What happened in a touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum TouchKind {
    /// We wrote to many.
    EmailSent,
    /// They opened it.
    EmailOpen,
    /// They followed a link in it.
    EmailClick,
    /// They sent a form.
    FormSubmit,
    /// They looked at a page of ours.
    PageView,
    /// They were shown an advertisement.
    AdImpression,
    /// They followed one.
    AdClick,
    /// They took something to read or watch.
    ContentDownload,
    /// They came to a talk over the internet.
    WebinarAttend,
    /// They came to an event.
    EventAttend,
    /// A word on a social network.
    Social,
    /// A letter or a parcel.
    DirectMail,
    /// A telephone call.
    Call,
    /// A meeting.
    Meeting,
    /// We showed them how it works.
    Demo,
    /// Sales wrote to one.
    SalesEmail,
    /// They answered.
    Reply,
    /// They sent somebody.
    Referral,
    /// They spoke of us.
    BrandMention,
    /// The press wrote of us.
    Pr,
}

/// Whose work a touch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum TouchFunction {
    /// Marketing's.
    Marketing,
    /// Sales'.
    Sales,
}

/// Who began a touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(32))",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum TouchDirection {
    /// They came to us.
    Inbound,
    /// We went to them.
    Outbound,
}
