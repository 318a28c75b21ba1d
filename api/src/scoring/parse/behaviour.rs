//! Reading what a criterion says of what somebody has done.

use entity::touch::TouchKind;
use sea_orm::ActiveEnum;
use serde_json::Value as Json;

use super::{MOST_POINTS, Reader, says_nothing};
use crate::{
    error::Problem,
    scoring::criteria::{Behaviour, Test, Worth},
};

impl Reader<'_, '_> {
    pub(super) fn behaviour(&mut self) -> Option<Test> {
        let kinds = self.kinds();
        let within = self.days("withinDays");
        let half_life = self.days("halfLifeDays");
        let at_least = self.number("atLeast", 1, 200);
        let worth = self.worth();
        Some(Test::Behaviour(Behaviour {
            kinds: kinds?,
            within_days: within?,
            at_least: u32::try_from(at_least?.max(1)).ok()?,
            worth: worth?,
            half_life_days: half_life?,
        }))
    }

    fn kinds(&mut self) -> Option<Vec<TouchKind>> {
        let items = self.said.get("touches").and_then(Json::as_array);
        let kinds = items.map(|items| {
            let kinds = items.iter().map(|item| {
                let word = item.as_str()?.to_owned();
                TouchKind::try_from_value(&word).ok()
            });
            kinds.collect::<Option<Vec<_>>>()
        });
        match kinds {
            Some(Some(kinds)) if !kinds.is_empty() => Some(kinds),
            _ => {
                let problem = "a list of kinds of touch is required";
                let problem = Problem::validation(self.at("touches"), problem);
                self.problems.push(problem.allowing(TouchKind::values()));
                None
            }
        }
    }

    fn worth(&mut self) -> Option<Worth> {
        let says = |name| self.said.contains_key(name);
        let (once, each, most) = (says("points"), says("pointsEach"), says("maxPoints"));
        match (once, each) {
            (true, false) if most => self.complain("maxPoints", "it goes with `pointsEach`"),
            (true, false) => {
                let points = self.number("points", -MOST_POINTS, MOST_POINTS)?;
                Some(Worth::Once(points))
            }
            (false, true) => {
                let points = self.number("pointsEach", -MOST_POINTS, MOST_POINTS);
                let most = self.number("maxPoints", 1, MOST_POINTS);
                let most = if says_nothing(self.said, "maxPoints") {
                    i32::try_from(MOST_POINTS).ok()
                } else {
                    most
                };
                Some(Worth::Each(points?, most?))
            }
            _ => self.complain("points", "either `points` or `pointsEach` is required"),
        }
    }
}
