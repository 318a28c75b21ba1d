//! What there is to read of an internet domain.

use entity::account_domain::{Column, Entity as Table};

use super::{
    declare::{ascending, boolean, text},
    model::Entity,
};

pub(super) fn account_domain() -> Entity {
    Entity::of::<Table>(
        ("AccountDomain", "accountDomain", "accountDomains", "dom"),
        "An internet domain of an account, by which people and leads are matched with it.",
        ascending("domain"),
    )
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The company that it belongs to.",
    )
    .open(text("domain", Column::Domain, "The domain, in lower case."))
    .open(boolean(
        "isPrimary",
        Column::IsPrimary,
        "Whether it is the one to show: an account has one such.",
    ))
    .recorded(Column::CreatedAt)
    .read_by("account")
    .part_of(Column::AccountId, "Account")
    .made("add", &["accountId", "domain"], &["isPrimary"])
    .changed("update", &["isPrimary"])
    .written_with("update")
}
