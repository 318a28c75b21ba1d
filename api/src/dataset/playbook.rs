//! What there is to read of a playbook.

use entity::{
    playbook::{Column, Entity as Table},
    playbook_step,
};

use super::{
    declare::{ascending, boolean, choice, text},
    lead::lead_status,
    model::Entity,
};

pub(super) fn playbook() -> Entity {
    Entity::of::<Table>(("Playbook", "playbook", "playbooks", "play"), "What is to be done with a lead that comes to stand somewhere: each of its steps becomes a task.", ascending("name"))
    .open(text("name", Column::Name, "What it is called."))
    .open(choice("leadStatus", Column::LeadStatus, lead_status(), "The status that starts it when a lead enters it, once in a cycle of the lead."))
    .open(boolean("active", Column::Active, "Whether it is started. Tasks that there are go on."))
    .many("steps", "PlaybookStep", playbook_step::Column::PlaybookId, "Its steps, in their order.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("playbook")
    .can(&["create"], &["update", "delete", "restore"])
    .made("create", &["name", "leadStatus"], &["active"])
    .all_changed("update")
}
