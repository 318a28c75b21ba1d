//! What keeps coming up in feedback, with what is at stake; and whether feedback is answered.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::feedback::{FeedbackDirection, FeedbackKind};
use sea_orm::ActiveEnum;

use crate::{
    error::ApiError,
    reader::{Asked, Behind, LoopFigures, Middle, Reading, ThemeCount},
};

/// How many themes are told at the most.
pub const MOST_THEMES: usize = 100;
/// The microseconds of a day of 24 hours.
const DAY: f64 = 86_400_000_000.0;

/// What feedback a report is of.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// UTC; from when on, and before when.
    pub period: (DateTime<Utc>, DateTime<Utc>),
    /// Who gives it to whom; none: both.
    pub direction: Option<FeedbackDirection>,
    /// What it is about; none: anything.
    pub kind: Option<FeedbackKind>,
}

impl About {
    fn asked(&self) -> Result<Asked, ApiError> {
        let (from, to) = self.period;
        if from >= to {
            let problem = "`from` has to be before `to`";
            return Err(ApiError::validation("period", problem));
        }
        Ok(Asked {
            from,
            to,
            direction: self.direction.map(|it| it.to_value()),
            kind: self.kind.map(|it| it.to_value()),
        })
    }
}

/// Of which rows a report is, in the words of the roles.
fn scope(reading: &Reading, noun: &str) -> String {
    reading.viewer().view.noun(noun).rows.to_string()
}

/// What keeps coming up.
#[derive(Clone, Debug)]
pub struct Themes {
    /// Of which feedback.
    pub scope: String,
    /// Which open deals are counted.
    pub deals: String,
    /// What comes up most often first.
    pub themes: Vec<Theme>,
}

/// Something that keeps coming up.
#[derive(Clone, Debug)]
pub struct Theme {
    /// As it is written most often.
    pub name: String,
    /// How many pieces of feedback.
    pub count: u32,
    /// How many of them are neither verified nor declined.
    pub open: u32,
    /// How many of them say how good or bad it is.
    pub moods: u32,
    /// What these say, added up.
    mood: f64,
    /// UTC; when the last of them was given.
    pub last_at: DateTime<Utc>,
    /// How many companies are behind it.
    pub accounts: u32,
    /// How many open deals these have.
    pub opportunities: u32,
    /// What these are worth, by currency.
    pub pipeline: Vec<Amount>,
}

impl Theme {
    /// How good or bad it is on the average; none where nobody says.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.moods > 0).then(|| self.mood / f64::from(self.moods))
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    /// ISO 4217.
    pub currency: String,
    /// With as many digits behind the point as the currency has.
    pub amount: String,
    /// In its smallest unit.
    pub minor: String,
}

/// The `first` themes of the feedback that was given in the period. `amounts` is where the caller asked for what deals
/// are worth.
///
/// # Errors
///
/// - [`ApiError::Validation`] when the period makes no sense, or there would be too many themes
/// - as [`Reading::behind`]
pub async fn themes(
    reading: &Reading,
    about: About,
    first: i32,
    amounts: Option<&str>,
) -> Result<Themes, ApiError> {
    let asked = about.asked()?;
    let first = usize::try_from(first).ok();
    let first = first.filter(|first| (1..=MOST_THEMES).contains(first));
    let first = first.ok_or_else(|| {
        let problem = format!("a number from 1 to {MOST_THEMES} is required");
        ApiError::validation("first", problem)
    })?;
    let (mut themes, written) = together(reading.themes(&asked).await?, first);
    if !themes.is_empty() {
        put_behind(
            &mut themes,
            reading.behind(&asked, &written, amounts).await?,
        );
    }
    Ok(Themes {
        scope: scope(reading, "Feedback"),
        deals: scope(reading, "Opportunity"),
        themes,
    })
}

/// Puts what stands behind themes with them.
fn put_behind(themes: &mut [Theme], behind: Behind) {
    for accounts in behind.accounts {
        if let Some(theme) = themes.get_mut(accounts.theme) {
            theme.accounts = accounts.count;
        }
    }
    for deals in behind.deals {
        let Some(theme) = themes.get_mut(deals.theme) else {
            continue;
        };
        theme.opportunities += deals.count;
        if let (Some(currency), Some(amount), Some(minor)) =
            (deals.currency, deals.amount, deals.minor)
        {
            theme.pipeline.push(Amount {
                currency,
                amount,
                minor,
            });
        }
    }
    for theme in themes {
        theme.pipeline.sort();
    }
}

/// The `first` of the themes that come up most often, and how each of them is written: with its place.
fn together(mut counts: Vec<ThemeCount>, first: usize) -> (Vec<Theme>, Vec<(String, usize)>) {
    // What is written most often comes first, and names it.
    counts.sort_by(|one, other| (other.count, &one.theme).cmp(&(one.count, &other.theme)));
    let mut themes: HashMap<String, (Theme, Vec<String>)> = HashMap::new();
    for said in counts {
        let (theme, written) = themes.entry(folded(&said.theme)).or_insert_with(|| {
            let theme = Theme {
                name: said.theme.clone(),
                count: 0,
                open: 0,
                moods: 0,
                mood: 0.0,
                last_at: said.last_at,
                accounts: 0,
                opportunities: 0,
                pipeline: Vec::new(),
            };
            (theme, Vec::new())
        });
        theme.count += said.count;
        theme.open += said.open;
        theme.moods += said.moods;
        theme.mood += said.mood;
        theme.last_at = theme.last_at.max(said.last_at);
        written.push(said.theme);
    }
    let mut themes: Vec<(Theme, Vec<String>)> = themes.into_values().collect();
    themes.sort_by(|(one, _), (other, _)| {
        (other.count, other.last_at, &one.name).cmp(&(one.count, one.last_at, &other.name))
    });
    themes.truncate(first);
    let mut written = Vec::new();
    for (place, (_, texts)) in themes.iter_mut().enumerate() {
        written.extend(texts.drain(..).map(|text| (text, place)));
    }
    let themes = themes.into_iter().map(|(theme, _)| theme);
    (themes.collect(), written)
}

/// A theme without what it may differ in: capitals, and blanks.
fn folded(theme: &str) -> String {
    let words: Vec<&str> = theme.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Whether feedback is answered.
#[derive(Clone, Debug)]
pub struct LoopHealth {
    /// Of which feedback.
    pub scope: String,
    /// Each direction that was asked for.
    pub directions: Vec<DirectionHealth>,
}

/// Whether feedback in one direction is answered.
#[derive(Clone, Copy, Debug)]
pub struct DirectionHealth {
    /// Who gives it to whom.
    pub direction: FeedbackDirection,
    /// How many pieces were due in the period.
    pub due: u32,
    /// Of how many of them the next step is late.
    pub open_overdue: u32,
    /// How many of them were acknowledged.
    pub acknowledged: u32,
    /// In how many days of 24 hours, in the middle.
    pub days_to_acknowledge: Option<f64>,
    /// In how many days of 24 hours they were acted on, in the middle.
    pub days_to_action: Option<f64>,
    /// How many of them have come to their end.
    pub closed: u32,
}

/// How feedback is doing whose first answer was due in the period.
///
/// # Errors
///
/// [`ApiError::Validation`] when the period makes no sense; as [`Reading::node`].
pub async fn health(reading: &Reading, about: About) -> Result<LoopHealth, ApiError> {
    let figures = reading.feedback_loop(&about.asked()?).await?;
    let both = [
        FeedbackDirection::SalesToMarketing,
        FeedbackDirection::MarketingToSales,
    ];
    let asked = both
        .into_iter()
        .filter(|it| about.direction.is_none_or(|only| only == *it));
    Ok(LoopHealth {
        scope: scope(reading, "Feedback"),
        directions: asked.map(|direction| of(direction, &figures)).collect(),
    })
}

fn of(direction: FeedbackDirection, figures: &LoopFigures) -> DirectionHealth {
    let name = direction.to_value();
    let counts = figures.counts.iter().find(|it| it.direction == name);
    DirectionHealth {
        direction,
        due: counts.map_or(0, |it| it.due),
        open_overdue: counts.map_or(0, |it| it.overdue),
        acknowledged: counts.map_or(0, |it| it.acknowledged),
        days_to_acknowledge: median(&figures.acknowledged, &name),
        days_to_action: median(&figures.actioned, &name),
        closed: counts.map_or(0, |it| it.closed),
    }
}

/// The median in days, of those in the middle.
fn median(middle: &[Middle], direction: &str) -> Option<f64> {
    let mut of_direction = middle.iter().filter(|it| it.direction == direction);
    let one = of_direction.next()?.took;
    let other = of_direction.next().map_or(one, |it| it.took);
    Some(f64::midpoint(one, other) / DAY)
}

/// The direction of that name.
#[must_use]
pub fn direction(name: &str) -> Option<FeedbackDirection> {
    FeedbackDirection::try_from_value(&name.to_owned()).ok()
}

/// The kind of that name.
#[must_use]
pub fn kind(name: &str) -> Option<FeedbackKind> {
    FeedbackKind::try_from_value(&name.to_owned()).ok()
}

/// What the direction is called.
#[must_use]
pub fn name_of(direction: FeedbackDirection) -> String {
    direction.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(theme: &str, count: u32) -> ThemeCount {
        ThemeCount {
            theme: theme.to_owned(),
            count,
            open: 0,
            moods: count,
            mood: -f64::from(count),
            last_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn themes_are_one_whatever_their_capitals_and_blanks_and_are_called_what_most_call_them() {
        let counts = vec![
            said("fit", 2),
            said("TOO  long", 1),
            said(" Too long", 3),
            said("too Long ", 2),
            said("Straße", 1),
        ];
        let (themes, written) = together(counts, 2);
        let told: Vec<_> = themes
            .iter()
            .map(|it| (it.name.as_str(), it.count))
            .collect();
        assert_eq!(told, [(" Too long", 6), ("fit", 2)]);
        assert_eq!(themes.first().and_then(Theme::mean), Some(-1.0));
        let places: Vec<_> = written
            .iter()
            .map(|(text, at)| (text.as_str(), *at))
            .collect();
        assert_eq!(
            places,
            [
                (" Too long", 0),
                ("too Long ", 0),
                ("TOO  long", 0),
                ("fit", 1)
            ]
        );
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        let middle = |took: &[f64]| -> Vec<Middle> {
            let each = took.iter().map(|took| Middle {
                direction: "A".to_owned(),
                took: *took,
            });
            each.collect()
        };
        assert_eq!(median(&middle(&[]), "A"), None);
        assert_eq!(median(&middle(&[DAY]), "A"), Some(1.0));
        assert_eq!(median(&middle(&[DAY, 2.0 * DAY]), "A"), Some(1.5));
        assert_eq!(median(&middle(&[DAY]), "B"), None);
    }
}
