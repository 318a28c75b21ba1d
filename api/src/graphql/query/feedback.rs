//! `feedbackThemes` and `loopHealth`: what keeps coming up in feedback, and whether it is answered.

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::feedback::{FeedbackDirection, FeedbackKind};

use crate::{
    error::ApiError,
    services::feedback::report::{self, About, DirectionHealth, LoopHealth, Theme, Themes},
};

use super::{
    super::{
        definition::Word, error::add_errors, instant::Instant, money::Money, selection::reading,
    },
    period::PeriodInput,
};

/// The root fields with figures of feedback.
#[derive(Debug)]
pub(crate) struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// What keeps coming up in the feedback that you see and that was given in a period, most often first, with what is
    /// at stake (docs/feedback.md). Feedback without a theme is left out.
    async fn feedback_themes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When it was given.")] period: PeriodInput,
        #[graphql(desc = "Who gives it to whom; both unless you say.")] direction: Option<
            Word<FeedbackDirection>,
        >,
        #[graphql(desc = "What it is about; anything unless you say.")] kind: Option<
            Word<FeedbackKind>,
        >,
        #[graphql(desc = "How many themes, 100 at the most.", default = 20)] first: i32,
    ) -> Option<FeedbackThemes> {
        let about = About {
            period: period.ends(),
            direction: direction.map(|it| it.value),
            kind: kind.map(|it| it.value),
        };
        let amounts = ctx.look_ahead().field("themes").field("pipeline").exists();
        let amounts = amounts.then_some("pipeline");
        let reading = reading(ctx);
        let themes = report::themes(reading, about, first, amounts).await;
        let as_of = Instant(reading.moment().now);
        told(ctx, themes).map(|themes| FeedbackThemes::of(themes, as_of))
    }

    /// Whether the feedback that you see is answered, and in time: of that whose first answer was due in a period
    /// (docs/feedback.md).
    async fn loop_health(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When the first answer was due: when its first clock was.")]
        period: PeriodInput,
        #[graphql(desc = "Who gives it to whom; both unless you say.")] direction: Option<
            Word<FeedbackDirection>,
        >,
    ) -> Option<LoopHealthReport> {
        let about = About {
            period: period.ends(),
            direction: direction.map(|it| it.value),
            kind: None,
        };
        let reading = reading(ctx);
        let health = report::health(reading, about).await;
        let as_of = Instant(reading.moment().now);
        told(ctx, health).map(|health| LoopHealthReport::of(health, as_of))
    }
}

/// The answer, or nothing and why.
fn told<T>(ctx: &Context<'_>, answer: Result<T, ApiError>) -> Option<T> {
    answer.map_err(|error| add_errors(ctx, &error)).ok()
}

/// What keeps coming up in feedback.
#[derive(Debug, SimpleObject)]
struct FeedbackThemes {
    /// Of which feedback, in the words of the roles: `all`, or as `viewer.views` says it. What you do not see is not
    /// counted.
    scope: String,
    /// Which open deals are counted, in the same words.
    opportunity_scope: String,
    /// When this was so, in UTC.
    as_of: Instant,
    /// What comes up most often first.
    themes: Vec<FeedbackTheme>,
}

impl FeedbackThemes {
    fn of(told: Themes, as_of: Instant) -> Self {
        Self {
            scope: told.scope,
            opportunity_scope: told.deals,
            as_of,
            themes: told.themes.into_iter().map(FeedbackTheme::from).collect(),
        }
    }
}

/// Something that keeps coming up in feedback.
#[derive(Debug, SimpleObject)]
struct FeedbackTheme {
    /// As it is written most often: themes that differ in capitals and blanks alone are one.
    theme: String,
    /// How many pieces of feedback come under it.
    count: i32,
    /// How many of them are neither verified nor declined.
    open_count: i32,
    /// When the last of them was given, in UTC.
    last_at: Instant,
    /// How good or bad it is, as far as they say.
    sentiment: FeedbackSentiment,
    /// How many companies are behind it: those that it is about, and those of the leads and deals that it is about.
    accounts: i32,
    /// How many open deals these companies have. Each counts once for a theme, and for each of its themes.
    opportunities: i32,
    /// What these deals are worth: one amount for each currency. `FORBIDDEN_FIELD` where the amounts of some deals are
    /// masked for you.
    pipeline: Vec<Money>,
}

impl From<Theme> for FeedbackTheme {
    fn from(theme: Theme) -> Self {
        let sentiment = FeedbackSentiment {
            mean: theme.mean(),
            n: count(theme.moods),
        };
        Self {
            theme: theme.name,
            count: count(theme.count),
            open_count: count(theme.open),
            last_at: Instant(theme.last_at),
            sentiment,
            accounts: count(theme.accounts),
            opportunities: count(theme.opportunities),
            pipeline: theme.pipeline.into_iter().map(Money).collect(),
        }
    }
}

/// How good or bad something is, as far as feedback says.
#[derive(Debug, SimpleObject)]
struct FeedbackSentiment {
    /// The mean, -2 (bad) to 2 (good); null where nobody says.
    mean: Option<f64>,
    /// How many say.
    n: i32,
}

/// Whether feedback is answered, and in time.
#[derive(Debug, SimpleObject)]
struct LoopHealthReport {
    /// Of which feedback, in the words of the roles: `all`, or as `viewer.views` says it. What you do not see is not
    /// counted.
    scope: String,
    /// When this was so, in UTC.
    as_of: Instant,
    /// Each direction that you ask for, also where there is nothing.
    directions: Vec<LoopDirection>,
}

impl LoopHealthReport {
    fn of(told: LoopHealth, as_of: Instant) -> Self {
        Self {
            scope: told.scope,
            as_of,
            directions: told
                .directions
                .into_iter()
                .map(LoopDirection::from)
                .collect(),
        }
    }
}

/// Whether feedback in one direction is answered.
#[derive(Debug, SimpleObject)]
struct LoopDirection {
    /// Who gives it to whom.
    direction: Word<FeedbackDirection>,
    /// How many pieces of feedback there are whose first answer was due in the period.
    due: i32,
    /// Of how many of them somebody waits by now for a step that is late.
    open_overdue: i32,
    /// How many of them were acknowledged, early or late.
    acknowledged: i32,
    /// The median of the days until they were acknowledged, of those that were: days of 24 hours, with nights and
    /// weekends.
    median_days_to_acknowledge: Option<f64>,
    /// The median of the days until they were acted on, of those that were: days of 24 hours, with nights and weekends.
    median_days_to_action: Option<f64>,
    /// How many of them have come to their end: verified by their author, or declined without an appeal that is left to be
    /// decided.
    closed: i32,
    /// `closed` of `due`.
    closed_loop_rate: Ratio,
}

impl From<DirectionHealth> for LoopDirection {
    fn from(health: DirectionHealth) -> Self {
        Self {
            direction: Word::of(report::name_of(health.direction), health.direction),
            due: count(health.due),
            open_overdue: count(health.open_overdue),
            acknowledged: count(health.acknowledged),
            median_days_to_acknowledge: health.days_to_acknowledge,
            median_days_to_action: health.days_to_action,
            closed: count(health.closed),
            closed_loop_rate: Ratio::of(health.closed, health.due),
        }
    }
}

/// A share, with what it is made of.
#[derive(Debug, SimpleObject)]
struct Ratio {
    /// How many of them.
    numerator: i32,
    /// Of how many.
    denominator: i32,
    /// `numerator` of `denominator`, 0 to 1; null where there is no data.
    value: Option<f64>,
    /// Whether there is a value.
    status: RatioStatus,
}

/// Whether a share has a value.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
enum RatioStatus {
    /// It has.
    Ok,
    /// There is nothing of which it could be a share.
    NoData,
}

impl Ratio {
    fn of(part: u32, whole: u32) -> Self {
        let value = (whole > 0).then(|| f64::from(part) / f64::from(whole));
        Self {
            numerator: count(part),
            denominator: count(whole),
            value,
            status: match value {
                Some(_) => RatioStatus::Ok,
                None => RatioStatus::NoData,
            },
        }
    }
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
