//! Subscriptions of one caller: what happens in the dataset, as they see it, from one place of the change log on.
//!
//! A subscription is a question that is asked again whenever there is news: each time with the viewer of the
//! moment, a reading of its own and the next piece of the log, so that nothing of a stream grows old. Between two
//! times it holds a question and a place, and nothing of the database.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_graphql::{
    Name, Pos, Request, Response, ServerError, Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};
use futures::StreamExt;
use sha2::{Digest, Sha256};
use tokio::{sync::watch, time::sleep};

use crate::{
    auth::Viewer,
    change::{Author, Position},
    error::ApiError,
    reader::Sees,
    services::{news::Bulletin, viewing},
};

use super::{
    error::{refused, server_error},
    execute::{defaults, hears_one, operation},
    schema::Schema,
    shared::{self, Key, Told},
};

/// How long a stream waits before it tries again what failed because too much was going on.
const AGAIN: Duration = Duration::from_secs(1);
/// How often in a row it tries.
const TRIES: u32 = 30;

/// What `request` runs, and what it is called there; `None` where it can run nothing.
#[must_use]
pub fn running(request: &mut Request) -> Option<(Option<&Name>, &OperationDefinition)> {
    let name = request.operation_name.clone();
    let document = request.parsed_query().ok()?;
    operation(document, name.as_deref())
}

/// What a subscription asks, again and again.
#[derive(Debug)]
pub(super) struct Question {
    document: ExecutableDocument,
    operation_name: Option<String>,
    variables: Variables,
    /// What it is known by.
    pub(super) key: Key,
}

/// One time that a question is asked: what its root field is to do, and what has come of it.
#[derive(Debug)]
pub(super) struct Turn {
    /// From where, and up to where, it reads; `None` only checks what is asked.
    pub(super) piece: Option<(Position, Position)>,
    pub(super) outcome: Mutex<Outcome>,
}

/// What has come of a turn.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Where the caller wants to go on from, where they say it.
    pub(super) after: Option<Position>,
    /// The tables that it is about.
    pub(super) tables: Vec<String>,
    /// What there was to tell.
    pub(super) told: Option<Told>,
}

/// A subscription that goes on.
pub struct Live {
    schema: Schema,
    question: Question,
    tables: Vec<String>,
    bulletins: watch::Receiver<Option<Bulletin>>,
    /// The last bulletin that was looked at.
    bulletin: Bulletin,
    /// The place behind what was told.
    place: Position,
    /// What was read, by whom it was, and how much of it was told.
    read: Option<(Viewer, Arc<Told>, usize)>,
}

/// Begins `request`, which subscribes, for `viewer`; `request_id` is what the log calls it.
///
/// # Errors
///
/// The response to a request that cannot be executed.
pub async fn subscribe(
    schema: &Schema,
    mut request: Request,
    viewer: &Viewer,
    request_id: Option<String>,
) -> Result<Live, Response> {
    let refuse =
        |error: ApiError| Response::from_errors(vec![server_error(&error, Pos::default())]);
    let author = Author::of(viewer, request_id);
    let recorded = viewing::record(&schema.database, viewer, schema.clock.now(), &author);
    recorded.await.map_err(refuse)?;
    let refused = |error| Response::from_errors(vec![error]);
    let question = Question::of(&mut request).map_err(refused)?;
    let turn = question.ask(schema, viewer, None).await?;
    let bulletins = schema.news.bulletins();
    // Whatever is committed from here on is told, and whatever was before is in the place to go on from.
    let bulletin = schema.news.now().await.map_err(refuse)?;
    Ok(Live {
        schema: schema.clone(),
        question,
        tables: turn.tables,
        bulletins,
        place: turn.after.unwrap_or_else(|| bulletin.end.clone()),
        bulletin,
        read: None,
    })
}

impl Question {
    fn of(request: &mut Request) -> Result<Self, ServerError> {
        let mut hash = Sha256::new();
        let variables = serde_json::to_string(&request.variables).unwrap_or_default();
        let extensions = serde_json::to_string(&request.extensions).unwrap_or_default();
        let name = request.operation_name.as_deref().unwrap_or_default();
        for part in [&request.query, name, &variables, &extensions] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let document = request.parsed_query()?.clone();
        let operation_name = request.operation_name.clone();
        let mut variables = std::mem::take(&mut request.variables);
        if let Some((_, running)) = operation(&document, operation_name.as_deref()) {
            hears_one(&document, running)?;
            for (name, value) in defaults(running).iter() {
                let given = variables.entry(name.clone());
                given.or_insert_with(|| value.clone());
            }
        }
        Ok(Self {
            document,
            operation_name,
            variables,
            key: hash.finalize().into(),
        })
    }

    /// Asks it as `viewer`, about that piece of the log.
    async fn ask(
        &self,
        schema: &Schema,
        viewer: &Viewer,
        piece: Option<(Position, Position)>,
    ) -> Result<Outcome, Response> {
        let sees = match &piece {
            Some(_) => Sees::Snapshot,
            None => Sees::Latest,
        };
        let reading = Arc::new(schema.reader.reading(viewer.clone(), schema.moment(), sees));
        let turn = Arc::new(Turn {
            piece,
            outcome: Mutex::default(),
        });
        let mut request = Request::new("").variables(self.variables.clone());
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(self.document.clone());
        let request = request.data(Arc::clone(&reading)).data(Arc::clone(&turn));
        let mut answers = schema.executable.execute_stream(request);
        let mut errors = Vec::new();
        while let Some(answer) = answers.next().await {
            errors.extend(answer.errors);
        }
        drop(answers);
        reading.finish().await;
        if !errors.is_empty() {
            return Err(Response::from_errors(errors));
        }
        let mut outcome = turn.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        let mut outcome = std::mem::take(&mut *outcome);
        if let Some(told) = &mut outcome.told {
            told.points = reading.spent();
        }
        Ok(outcome)
    }
}

impl Live {
    /// The next event as `viewer` sees it, as a whole response in JSON. It waits until there is one. Nothing is lost
    /// when it is dropped before.
    ///
    /// # Errors
    ///
    /// The response that says why there is no more to come.
    pub async fn next(&mut self, viewer: &Viewer) -> Result<Arc<str>, Response> {
        loop {
            if let Some(event) = self.waiting(viewer) {
                return Ok(event);
            }
            if self.place.has_reached(&self.bulletin.end) {
                self.wait().await?;
            } else {
                self.afford(viewer).await;
                self.look(viewer).await?;
            }
        }
    }

    /// What was read and not told yet. What another viewer read is read again.
    fn waiting(&mut self, viewer: &Viewer) -> Option<Arc<str>> {
        let (whose, told, count) = self.read.as_mut()?;
        let next = told.events.get(*count).filter(|_| whose == viewer);
        let Some((event, behind)) = next else {
            if whose == viewer {
                self.place = told.end.clone();
            }
            self.read = None;
            return None;
        };
        *count += 1;
        self.place = behind.clone();
        Some(Arc::clone(event))
    }

    /// Waits for a bulletin that concerns it.
    async fn wait(&mut self) -> Result<(), Response> {
        loop {
            let changed = self.bulletins.changed().await;
            changed.map_err(|_nobody_looks| refused(&ApiError::Unavailable))?;
            let bulletin = self.bulletins.borrow_and_update().clone();
            let Some(bulletin) = bulletin.filter(|it| it.number > self.bulletin.number) else {
                continue;
            };
            let tables = self.tables.iter().map(String::as_str);
            let concerned = bulletin.concerns(tables, self.bulletin.number);
            self.bulletin = bulletin;
            if concerned {
                return Ok(());
            }
            // Nothing of what it is about lies in between.
            self.place = self.bulletin.end.clone();
        }
    }

    /// Waits until `viewer` has points left to spend. Nothing is lost by it: it goes on where it is.
    async fn afford(&self, viewer: &Viewer) {
        loop {
            let budget = self.schema.budgets.of(viewer);
            let points = budget.and_then(|budget| budget.points);
            if points.is_none_or(|points| points.remaining > 0) {
                return;
            }
            sleep(AGAIN).await;
        }
    }

    /// Reads on, as `viewer`.
    async fn look(&mut self, viewer: &Viewer) -> Result<(), Response> {
        let (from, until) = (&self.place, &self.bulletin.end);
        let key = shared::key(&self.question, viewer, from, until);
        let (number, mut tries) = (self.bulletin.number, 0);
        let told = loop {
            let read = async || {
                let piece = Some((from.clone(), until.clone()));
                let turn = self.question.ask(&self.schema, viewer, piece).await?;
                turn.told
                    .ok_or_else(|| refused(&ApiError::internal("a subscription has read nothing")))
            };
            match self.schema.shared.get(number, key, read).await {
                Ok(told) => break told,
                Err(response) if tries < TRIES && is_passing(&response) => tries += 1,
                Err(response) => {
                    let errors = response.errors.clone();
                    return Err(Response::from_errors(errors));
                }
            }
            sleep(AGAIN).await;
        };
        self.schema.budgets.spend(viewer, told.points);
        self.read = Some((viewer.clone(), told, 0));
        Ok(())
    }
}

/// Whether what failed may do better a moment later.
fn is_passing(response: &Response) -> bool {
    let passing = ["SERVICE_UNAVAILABLE", "TIMEOUT", "INTERNAL"];
    response.errors.iter().all(|error| {
        let extensions = error.extensions.as_ref();
        let code = extensions.and_then(|extensions| extensions.get("code"));
        passing
            .iter()
            .any(|passing| code == Some(&(*passing).into()))
    })
}
