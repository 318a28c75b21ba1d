//! What there is to read of a holiday.

use entity::holiday::{Column, Entity as Table};

use super::{
    declare::{ascending, day, text},
    model::Entity,
};

pub(super) fn holiday() -> Entity {
    Entity::of::<Table>(
        ("Holiday", "holiday", "holidays", "hol"),
        "A day off in a business calendar.",
        ascending("day"),
    )
    .one(
        ("businessCalendar", "businessCalendarId"),
        Column::BusinessCalendarId,
        "BusinessCalendar",
        "The calendar.",
    )
    .open(day(
        "day",
        Column::Day,
        "The day, in the calendar's time zone. A calendar has each day once.",
    ))
    .open(text("name", Column::Name, "What it is called."))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("calendar")
    .part_of(Column::BusinessCalendarId, "BusinessCalendar")
    .made("add", &["businessCalendarId", "day", "name"], &[])
    .changed("update", &["day", "name"])
    .written_with("update")
}
