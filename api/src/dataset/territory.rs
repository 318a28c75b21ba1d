//! What there is to read of a territory.

use entity::{
    account, lead,
    territory::{Column, Entity as Table, TerritoryKind},
    user_territory,
};

use super::{
    declare::{ascending, at, choice, text},
    model::{Entity, Enumeration},
};

pub(super) fn territory() -> Entity {
    Entity::of::<Table>(("Territory", "territory", "territories", "terr"), "A part of the market: by geography, by segment or by name. Territories form a tree.", ascending("path"))
    .open(text("name", Column::Name, "What it is called."))
    .open(text("code", Column::Code, "Its short name, such as `DACH`."))
    .open(text("path", Column::Path, "Its place in the tree: the codes from the top down, such as `/WORLD/EMEA/DACH/`. A territory holds everything whose path begins with its own."))
    .open(choice("kind", Column::Kind, territory_kind(), "What it is cut by."))
    .one(("parent", "parentId"), Column::ParentId, "Territory", "The territory that it is a part of; null at the top.")
    .one(("businessCalendar", "businessCalendarId"), Column::BusinessCalendarId, "BusinessCalendar", "The calendar by which people work there; null: that of the territory that it is a part of, and at the top the default.")
    .many("children", "Territory", Column::ParentId, "The territories that it is cut into.")
    .many_through("users", "User", (user_territory::Column::TerritoryId, user_territory::Column::UserId), "The people who work in it, by name.")
    .many("accounts", "Account", account::Column::TerritoryId, "Its accounts, newest first.")
    .many("leads", "Lead", lead::Column::TerritoryId, "Its leads, newest first.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("territory")
    .place(at(Column::Id))
    .can(&["create"], &["update", "delete", "restore", "destroy"])
    .made("create", &["name", "code"], &["kind", "parentId", "businessCalendarId"])
    .all_changed("update")
}

pub(super) fn territory_kind() -> Enumeration {
    Enumeration::of(
        "TerritoryKind",
        "What a territory is cut by.",
        |value: TerritoryKind| match value {
            TerritoryKind::Geo => "A region of the world.",
            TerritoryKind::Segment => "A kind or size of company.",
            TerritoryKind::Named => "A list of accounts.",
        },
    )
}
