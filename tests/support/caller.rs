//! Tokens of everybody whom the oracle knows as a caller.

#![expect(clippy::expect_used, reason = "a test that cannot ask fails")]

use api::database::Database;
use entity::{api_token, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{Bearer, TestApp},
    oracle::Caller,
};

/// A token of `caller`, valid for a day.
///
/// # Panics
///
/// When there is no such user.
pub async fn token_of_caller(app: &TestApp, caller: &Caller) -> String {
    let bearer = match caller.user {
        Some(id) => {
            let user = user::Entity::find_by_id(id).one(app.database.writes());
            let user = user.await.expect("the database answers");
            Bearer::User(user.expect("there is such a user").email)
        }
        None => Bearer::Service {
            name: caller.name.clone(),
            role: "SALES_REP".to_owned(),
        },
    };
    let issued = app.issue(bearer, &[]).await;
    let issued = issued.expect("a token can be issued");
    restrict(&app.database, issued.id, caller).await;
    app.forget_callers();
    issued.token
}

/// Makes the token with that id one of `caller`, whatever the hub would say to its scopes and, for
/// a program, to its roles.
async fn restrict(database: &Database, id: Uuid, caller: &Caller) {
    let roles = if caller.user.is_some() {
        json!([])
    } else {
        json!(caller.roles)
    };
    let update = api_token::Entity::update_many()
        .col_expr(api_token::Column::Roles, Expr::value(roles))
        .col_expr(
            api_token::Column::Scopes,
            Expr::value(json!(caller.token_scopes)),
        )
        .filter(api_token::Column::Id.eq(id));
    let updated = update.exec(database.writes()).await;
    assert_eq!(updated.expect("a token can be changed").rows_affected, 1);
}

/// Gives a user these roles instead of those that they had.
///
/// # Panics
///
/// When there is no such user.
pub async fn give_roles(app: &TestApp, id: Uuid, roles: &[String]) {
    let update = user::Entity::update_many()
        .col_expr(user::Column::Roles, Expr::value(json!(roles)))
        .filter(user::Column::Id.eq(id));
    let updated = update.exec(app.database.writes()).await;
    assert_eq!(updated.expect("a user can be changed").rows_affected, 1);
    app.forget_callers();
}
