//! What there is to read of a token. The token itself is kept nowhere.

use entity::api_token::{Column, Entity as Table};

use super::{
    declare::{at, descending, instant, int, text, texts},
    model::Entity,
};

pub(super) fn api_token() -> Entity {
    Entity::of::<Table>(
        ("ApiToken", "apiToken", "apiTokens", "tok"),
        "A token of a system or of a user. What it opens the door with was shown once, and is kept nowhere.",
        descending("issuedAt"),
    )
    .open(text(
        "name",
        Column::Name,
        "The system that owns it; or what its user calls it.",
    ))
    .open(text(
        "hint",
        Column::Hint,
        "The last characters of the token, by which whoever has it recognises it: all begin alike.",
    ))
    .one(
        ("user", "userId"),
        Column::UserId,
        "User",
        "The user whose it is; null for a system's.",
    )
    .open(texts(
        "roles",
        Column::Roles,
        "The roles of a system's token. A user's has none of its own: it has those of the user.",
    ))
    .open(texts(
        "scopes",
        Column::Scopes,
        "What it may be used for, such as `lead:read`. Only a token to sign in with may have none, which is no restriction.",
    ))
    .open(texts(
        "ipAllow",
        Column::IpAllow,
        "The networks that it may be used from, such as `192.0.2.0/24`; null is from anywhere.",
    ))
    .open(int(
        "requestsPerMinute",
        Column::RequestsPerMinute,
        "How many requests may be made with it in a minute; null is as many as the hub's settings say.",
    ))
    .open(int(
        "pointsPerMinute",
        Column::PointsPerMinute,
        "How many cost points may be spent with it in a minute; null is as many as the hub's settings say.",
    ))
    .open(instant(
        "issuedAt",
        Column::IssuedAt,
        "When it was issued, in UTC; valid from then on.",
    ))
    .open(instant(
        "expiresAt",
        Column::ExpiresAt,
        "Not valid from then on, in UTC.",
    ))
    .open(instant(
        "revokedAt",
        Column::RevokedAt,
        "When it was taken back, in UTC.",
    ))
    .open(instant(
        "lastUsedAt",
        Column::LastUsedAt,
        "When it was last used, in UTC, to about a minute.",
    ))
    .one(
        ("rotatedFrom", "rotatedFromId"),
        Column::RotatedFromId,
        "ApiToken",
        "The token in whose place it was put.",
    )
    .read_by("token")
    .person(at(Column::UserId))
    .can(&["createService", "createPersonal"], &["rotate", "revoke"])
}
