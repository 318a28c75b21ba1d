//! What there is to read of a user.

use entity::{
    account, campaign, lead, opportunity,
    user::{Column, Entity as Table, UserFunction},
    user_territory,
};

use super::{
    declare::{PARTIAL, ascending, at, boolean, choice, instant, int, text, texts},
    model::{Entity, Enumeration},
};

pub(super) fn user() -> Entity {
    Entity::of::<Table>(
        ("User", "user", "users", "user"),
        "Somebody of the revenue team. Who has left stays, with `active` false.",
        ascending("name"),
    )
    .open(text("name", Column::Name, "What colleagues call them."))
    .guarded(
        text("email", Column::Email, "Their address, in lower case."),
        &PARTIAL,
    )
    .open(choice(
        "function",
        Column::Function,
        user_function(),
        "What they do; what they may do is in `roles`.",
    ))
    .open(texts(
        "roles",
        Column::Roles,
        "The names of their roles, such as `SALES_REP`; several are a union.",
    ))
    .open(boolean(
        "active",
        Column::Active,
        "Whether they may sign in and be given work.",
    ))
    .open(text(
        "timeZone",
        Column::TimeZone,
        "Their IANA time zone, such as `Europe/Vienna`.",
    ))
    .one(
        ("manager", "managerId"),
        Column::ManagerId,
        "User",
        "The user whom they report to; null at the top.",
    )
    .open(int(
        "capacity",
        Column::Capacity,
        "How many open leads they can work at a time; null is no limit.",
    ))
    .open(instant(
        "outOfOfficeFrom",
        Column::OutOfOfficeFrom,
        "Absent from then on, in UTC.",
    ))
    .open(instant(
        "outOfOfficeUntil",
        Column::OutOfOfficeUntil,
        "Back from then on, in UTC.",
    ))
    .many(
        "reports",
        "User",
        Column::ManagerId,
        "The users who report to them, by name.",
    )
    .many_through(
        "territories",
        "Territory",
        (
            user_territory::Column::UserId,
            user_territory::Column::TerritoryId,
        ),
        "The territories that they work in, from the top of the tree.",
    )
    .many(
        "accounts",
        "Account",
        account::Column::OwnerId,
        "The accounts that they own in sales, newest first.",
    )
    .many(
        "leads",
        "Lead",
        lead::Column::OwnerId,
        "The leads that they own, newest first.",
    )
    .many(
        "opportunities",
        "Opportunity",
        opportunity::Column::OwnerId,
        "The deals that they own, newest first.",
    )
    .many(
        "campaigns",
        "Campaign",
        campaign::Column::OwnerId,
        "The campaigns that they own, newest first.",
    )
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("user")
    .person(at(Column::Id))
    .can(
        &["create"],
        &["update", "deactivate", "setAbsence", "setCapacity"],
    )
    .made(
        "create",
        &["name", "email"],
        &[
            "roles",
            "function",
            "timeZone",
            "managerId",
            "capacity",
            "outOfOfficeFrom",
            "outOfOfficeUntil",
        ],
    )
    .all_changed("update")
    .changed("deactivate", &["active"])
    .changed("setAbsence", &["outOfOfficeFrom", "outOfOfficeUntil"])
    .changed("setCapacity", &["capacity"])
}

pub(super) fn user_function() -> Enumeration {
    Enumeration::of(
        "UserFunction",
        "What somebody of the revenue team does.",
        |value: UserFunction| match value {
            UserFunction::Sales => "Sells.",
            UserFunction::Marketing => "Markets.",
            UserFunction::Revenue => "Serves both: leaders, analysts, operations.",
            UserFunction::Other => "None of these.",
        },
    )
}
