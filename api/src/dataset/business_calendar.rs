//! What there is to read of a business calendar.

use entity::{
    business_calendar::{Column, Entity as Table},
    holiday, territory,
};

use super::{
    declare::{ascending, boolean, json, text},
    model::Entity,
};

pub(super) fn business_calendar() -> Entity {
    Entity::of::<Table>(("BusinessCalendar", "businessCalendar", "businessCalendars", "cal"), "When people work: hours of the week, and days off. Clocks count no other time.", ascending("name"))
    .open(text("name", Column::Name, "What it is called."))
    .open(text("timeZone", Column::TimeZone, "The time zone of its hours and holidays, such as `Europe/Vienna`."))
    .open(json("hours", Column::Hours, "By day of the week, in small letters, a list of intervals: `{\"monday\": [[\"09:00\", \"12:00\"], [\"13:00\", \"17:00\"]]}`. A day that is not named has none. An interval ends at 24:00 at the latest."))
    .open(boolean("isDefault", Column::IsDefault, "Whether it counts where neither the policy nor a territory says another. Exactly one does."))
    .many("holidays", "Holiday", holiday::Column::BusinessCalendarId, "Its days off, earliest first.")
    .many("territories", "Territory", territory::Column::BusinessCalendarId, "The territories that name it. Those below them that name none have it as well.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("calendar")
    .can(&["create"], &["update", "delete", "restore", "destroy"])
    .made("create", &["name", "timeZone", "hours"], &["isDefault"])
    .all_changed("update")
}
