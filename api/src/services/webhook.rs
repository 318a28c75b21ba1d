//! Endpoints: places of other systems that are told of changes. Making them, changing them, and what becomes of them.

mod life;
mod lost;
mod message;
mod rules;
mod save;
mod secret;
mod target;
mod vault;

use async_trait::async_trait;
use chrono::TimeDelta;
use entity::{change::ChangeKind, webhook_endpoint::Model};
use uuid::Uuid;

use crate::{
    auth::{Reach, Viewer},
    change::{self, Change, Position},
    clock::Clock,
    database::Database,
    dataset::{Entity, global_id},
    error::ApiError,
    services::write::Write,
    store,
    views::Views,
};

use save::{permitted, save};

pub use life::{delete, pause, redeliver, resume, take_out, test};
pub use lost::{Sealed, sealed};
pub use message::{message, message_id};
pub use rules::entities_of;
pub use secret::Secret;
pub use target::Targets;
pub use vault::{Vault, VaultError};

/// The table.
const TABLE: &str = "webhook_endpoint";
/// The longest that two secrets may overlap, in hours: a week.
const MAX_OVERLAP: u32 = 168;

/// Makes endpoints, and changes them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Where they are.
    pub database: Database,
    /// Which roles and scopes there are.
    pub views: Views,
    /// What seals their secrets.
    pub vault: Vault,
    /// Where they may be.
    pub targets: Targets,
    /// What time it is.
    pub clock: Clock,
}

/// What somebody says of an endpoint; `None` is what it was, or what is usual.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The system that owns it.
    pub system: Option<String>,
    /// What it is for; empty is nothing.
    pub description: Option<String>,
    /// Where messages are sent to.
    pub url: Option<String>,
    /// The name of the role with whose eyes it sees.
    pub role: Option<String>,
    /// What of that it may read.
    pub scopes: Option<Vec<String>>,
    /// The nouns whose changes it is told; empty is all.
    pub entities: Option<Vec<&'static Entity>>,
    /// The kinds of change that it is told; empty is all.
    pub kinds: Option<Vec<&'static str>>,
    /// The query whose answer a message carries; empty is none.
    pub document: Option<String>,
}

/// An endpoint, and what its messages are signed with.
#[derive(Debug)]
pub struct Made {
    /// Which one.
    pub id: Uuid,
    /// The secret, as the receiver gets it. It is not shown again.
    pub secret: String,
}

/// What runs the documents of endpoints.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Runs `document` as `eyes` for the row of that global id.
    ///
    /// # Errors
    ///
    /// [`ApiError::Validation`] that says what is wrong with it; whatever else keeps it from being answered.
    async fn run(&self, eyes: Viewer, document: &str, id: &str) -> Result<(), ApiError>;
}

/// The viewer with whose eyes `endpoint` sees.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when what is kept of it is no list of scopes: they narrow, and must not count as none.
pub fn viewer(views: &Views, endpoint: &Model) -> Result<Viewer, ApiError> {
    let scopes: Vec<String> =
        serde_json::from_value(endpoint.scopes.clone()).map_err(ApiError::internal)?;
    let (roles, who) = (vec![endpoint.role.clone()], (None, endpoint.id));
    let name = endpoint.system.clone();
    Ok(Viewer::new(
        views,
        who,
        name,
        roles,
        scopes,
        Reach::default(),
    ))
}

impl Webhooks {
    /// Makes an endpoint that is told what happens from now on. Its document is run by
    /// `runner` for a row of each noun that it is told of, none of which there is.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Forbidden`] when who asks may not, or it would see more than they may
    /// - [`ApiError::Validation`] when any of it makes no sense
    /// - [`ApiError::Internal`] when the database fails; there is no endpoint then
    pub async fn create(
        &self,
        write: &Write<'_>,
        draft: Draft,
        runner: &dyn Runner,
    ) -> Result<Made, ApiError> {
        let (id, secret) = (Uuid::now_v7(), Secret::generate()?);
        let blank = Model {
            sealed_with: self.vault.id().to_owned(),
            secret: self.vault.seal(id, &secret)?,
            created_by: write.author.actor.id(),
            updated_by: write.author.actor.id(),
            ..rules::blank(id, write.now)
        };
        let endpoint = Model {
            position: Position::end(write.tx).await?.to_string(),
            ..self.drafted(write, blank, draft)?
        };
        self.check_document(&endpoint, runner).await?;
        store::webhook_endpoint::insert(write.tx, endpoint).await?;
        let made = Change::by(write.author, write.now, (TABLE, id), ChangeKind::Created);
        change::record(write.tx, vec![made]).await?;
        Ok(Made {
            id,
            secret: secret.text(),
        })
    }

    /// Changes what `draft` says of an endpoint, for messages that are sent from now on; where it is in the version
    /// that who asks has read, if they say which.
    ///
    /// # Errors
    ///
    /// As [`Self::create`], [`ApiError::NotFound`] when there is none that who asks sees, and [`ApiError::Input`] with
    /// `VERSION_CONFLICT` when it is in another version.
    pub async fn update(
        &self,
        write: &Write<'_>,
        (id, expected_version): (Uuid, Option<i32>),
        draft: Draft,
        runner: &dyn Runner,
    ) -> Result<(), ApiError> {
        let before = permitted(write, id, "update").await?;
        rules::same_version(&before, expected_version)?;
        let after = self.drafted(write, before.clone(), draft)?;
        self.check_document(&after, runner).await?;
        save(write, &before, after).await
    }

    /// Makes a new secret. Messages are signed with the one before as well for so many hours; with none of them at
    /// all, it need not be known any more.
    ///
    /// # Errors
    ///
    /// As [`Self::update`].
    pub async fn rotate_secret(
        &self,
        write: &Write<'_>,
        id: Uuid,
        overlap_hours: u32,
    ) -> Result<Made, ApiError> {
        if overlap_hours > MAX_OVERLAP {
            let problem = format!("must be from 0 to {MAX_OVERLAP}");
            return Err(ApiError::validation("overlapHours", problem));
        }
        let before = permitted(write, id, "rotateSecret").await?;
        if overlap_hours > 0 && self.vault.open(id, &before.secret).is_none() {
            let problem = "must be 0: the key that the secret is sealed with (webhooks.key_file) is not on this hub";
            return Err(ApiError::validation("overlapHours", problem));
        }
        let secret = Secret::generate()?;
        let until = write.now + TimeDelta::hours(overlap_hours.into());
        let after = Model {
            secret: self.vault.seal(id, &secret)?,
            sealed_with: self.vault.id().to_owned(),
            previous_secret: (overlap_hours > 0).then(|| before.secret.clone()),
            previous_secret_until: (overlap_hours > 0).then_some(until),
            ..before.clone()
        };
        save(write, &before, after).await?;
        Ok(Made {
            id,
            secret: secret.text(),
        })
    }

    /// `endpoint` with what `draft` says of it, checked.
    fn drafted(&self, write: &Write<'_>, endpoint: Model, draft: Draft) -> Result<Model, ApiError> {
        let endpoint = rules::drafted(self.views.policy(), self.targets, endpoint, draft)?;
        // Also who changes nothing of it but the URL must be allowed to read what is then sent there.
        if let Some(viewer) = write.viewer {
            rules::may_lend(viewer, &endpoint)?;
        }
        rules::sees_its_entities(&self.views, &endpoint)?;
        Ok(endpoint)
    }

    async fn check_document(&self, endpoint: &Model, runner: &dyn Runner) -> Result<(), ApiError> {
        let Some(document) = &endpoint.document else {
            return Ok(());
        };
        let eyes = viewer(&self.views, endpoint)?;
        for entity in entities_of(&eyes, endpoint)? {
            let id = global_id(entity, Uuid::nil());
            runner.run(eyes.clone(), document, &id).await?;
        }
        Ok(())
    }
}
