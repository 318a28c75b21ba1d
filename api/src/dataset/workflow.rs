//! The states of a noun and the steps between them, as data: one file a noun in `workflow/`.
//!
//! There is no other way to change the state of such a row: mutations, what is allowed to whom, the history and
//! the documentation are made of the same file.

use serde::Deserialize;

use super::{
    model::{Entity, Enumeration, Kind},
    proviso::{Proviso, Requirement},
};

/// The files; each names its noun.
const FILES: [&str; 4] = [
    include_str!("workflow/lead.toml"),
    include_str!("workflow/feedback.toml"),
    include_str!("workflow/task.toml"),
    include_str!("workflow/team_request.toml"),
];

/// The states of a noun and the steps between them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// The noun, such as `Lead`.
    pub noun: String,
    /// The field with the state, such as `status`.
    pub field: String,
    /// What entering a state asks for.
    #[serde(default)]
    entering: std::collections::BTreeMap<String, Entering>,
    /// What somebody can do.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// What the hub does by itself.
    #[serde(rename = "rule", default)]
    pub rules: Vec<Rule>,
}

/// What entering a state asks for, by whatever step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entering {
    reason: Option<String>,
    #[serde(default)]
    says: Vec<String>,
}

/// A step that somebody can take.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The mutation of one row, such as `acceptLead`.
    pub mutation: String,
    /// The mutation of a list of rows, such as `acceptLeads`.
    pub many: String,
    /// The right that it takes, such as `accept`.
    pub action: String,
    /// The states that it begins in.
    pub from: Vec<String>,
    /// The states that it leads to; where there are several, who takes it says which, and where there is none the
    /// row stays where it is.
    #[serde(default)]
    pub to: Vec<String>,
    /// The field with the user who alone takes it, while they are there.
    #[serde(default)]
    only: Option<String>,
    /// The field with the user who does not take it.
    #[serde(default)]
    except: Option<String>,
    /// Whether a reason in words is required.
    #[serde(default)]
    pub why: bool,
    /// The fields that can be said, with a `!` those that must be.
    #[serde(default)]
    says: Vec<String>,
    /// What has to be so of the row, besides where it stands.
    #[serde(default)]
    pub provided: Vec<Proviso>,
    /// What has to be said besides, or in some cases.
    #[serde(default)]
    asks: Vec<Requirement>,
    /// The stage whose active definition says which answers are required, too.
    #[serde(default)]
    pub answers: Option<String>,
    /// The built-in roles that may take it with some rows.
    pub by: Vec<String>,
    /// What it is, for callers.
    pub description: String,
}

/// A step that the hub takes by itself.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called, such as `firstSalesTouch`.
    pub name: String,
    /// The states that it begins in.
    pub from: Vec<String>,
    /// The state that it leads to.
    pub to: String,
    /// When it is taken.
    pub when: String,
}

/// A field that can be said with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saying<'w> {
    /// The field of the noun.
    pub field: &'w str,
    /// Whether it must be said, whichever state the step leads to.
    pub required: bool,
}

impl Step {
    /// The fields of each requirement of which one has to be said in every case.
    pub fn always(&self) -> impl Iterator<Item = &[String]> {
        let always = self.asks.iter().filter(|asks| asks.when.is_none());
        always.map(|asks| asks.one_of.as_slice())
    }

    /// Where the step begins, in words: states, and what has to be so besides.
    #[must_use]
    pub fn begins(&self) -> String {
        let from = self.from.join(", ");
        let provided: Vec<String> = self.provided.iter().map(Proviso::words).collect();
        if provided.is_empty() {
            return from;
        }
        format!("{from}, where {}", provided.join(" and "))
    }

    /// The user who alone takes the step (`true`), or does not (`false`), as the noun calls them: its author.
    #[must_use]
    pub fn bound_by(&self) -> Option<(&str, bool)> {
        let only = self.only.as_deref().map(|field| (field, true));
        let (field, alone) = only.or(self.except.as_deref().map(|field| (field, false)))?;
        Some((field.strip_suffix("Id").unwrap_or(field), alone))
    }

    /// The column of `entity` with the user who alone takes the step (`true`), or does not (`false`).
    #[must_use]
    pub fn bound_to(&self, entity: &Entity) -> Option<(&'static str, bool)> {
        let (field, alone) = match (&self.only, &self.except) {
            (Some(field), _) => (field, true),
            (None, field) => (field.as_ref()?, false),
        };
        let column = entity.find(field)?.kind.columns().next()?;
        Some((column, alone))
    }
}

impl Workflow {
    /// The kind of the reason that entering `state` asks for.
    #[must_use]
    pub fn reason_for(&self, state: &str) -> Option<&str> {
        self.entering.get(state)?.reason.as_deref()
    }

    /// The kinds of the reasons that one of which `step` asks for, for one state after the other that it leads to.
    pub fn reasons_of<'w>(&'w self, step: &'w Step) -> impl Iterator<Item = &'w str> {
        let states = step.to.iter();
        states.filter_map(|state| self.reason_for(state))
    }

    /// Whether entering `state` asks for `field`.
    #[must_use]
    pub fn demands(&self, state: &str, field: &str) -> bool {
        let entering = self.entering.get(state);
        entering.is_some_and(|it| {
            it.says
                .iter()
                .any(|says| says.strip_suffix('!') == Some(field))
        })
    }

    /// What can be said with `step`: what it asks for itself, and what the states ask for that it leads to.
    #[must_use]
    pub fn says<'w>(&'w self, step: &'w Step) -> Vec<Saying<'w>> {
        let single = step.to.len() == 1;
        let own = step.says.iter().map(|says| saying(says, true));
        let states = step.to.iter().filter_map(|state| self.entering.get(state));
        let entering = states.flat_map(|state| state.says.iter());
        own.chain(entering.map(|says| saying(says, single)))
            .collect()
    }

    /// What has to be said with `step` besides [`Self::requires`]: one of several fields, or a field in some cases.
    #[must_use]
    pub fn requires_also(&self, step: &Step) -> Vec<Requirement> {
        let other = self.reasons_of(step).next();
        let other = other.map(|_| Requirement::of("note", "the reason is `OTHER`".to_owned()));
        let to = step.to.iter().filter(|_| step.to.len() > 1);
        let entering = to.flat_map(|state| {
            let says = self.entering.get(state).into_iter();
            let says = says.flat_map(|state| &state.says);
            let says = says.filter_map(|says| says.strip_suffix('!'));
            says.map(move |field| Requirement::of(field, format!("`to` is {state}")))
        });
        let asks = step.asks.iter().cloned();
        asks.chain(entering).chain(other).collect()
    }

    /// What has to be said with `step` in each case, besides the row: for callers who are to choose one.
    #[must_use]
    pub fn requires(&self, step: &Step) -> Vec<String> {
        let to = (step.to.len() > 1).then(|| "to".to_owned());
        let reason = self.reasons_of(step).next().map(|_| "reasonId".to_owned());
        let why = step.why.then(|| "reason".to_owned());
        let says = self.says(step).into_iter().filter(|says| says.required);
        let says = says.map(|says| says.field.to_owned());
        to.into_iter()
            .chain(reason)
            .chain(why)
            .chain(says)
            .collect()
    }

    /// The rule of that name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }
}

fn saying(says: &str, may_require: bool) -> Saying<'_> {
    let field = says.strip_suffix('!');
    Saying {
        field: field.unwrap_or(says),
        required: field.is_some() && may_require,
    }
}

impl Entity {
    /// The column with the state, and the states that there are; `None` for a noun without steps.
    #[must_use]
    pub fn state(&self) -> Option<(&'static str, &Enumeration)> {
        let workflow = self.workflow.as_ref()?;
        match &self.find(&workflow.field)?.kind {
            Kind::Choice(column, states) => Some((column, states)),
            _ => None,
        }
    }
}

/// The workflow of that noun, if it has one.
#[expect(
    clippy::expect_used,
    reason = "the files are a part of the program, and a test reads them"
)]
pub(super) fn of(noun: &str) -> Option<Workflow> {
    let mut all = FILES
        .iter()
        .map(|file| toml::from_str::<Workflow>(file).expect("a workflow that can be read"));
    all.find(|workflow| workflow.noun == noun)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::dataset::dataset;

    fn workflows() -> impl Iterator<Item = (&'static Entity, &'static Workflow)> {
        let entities = dataset().entities().iter();
        entities.filter_map(|entity| Some((entity, entity.workflow.as_ref()?)))
    }

    #[test]
    fn each_file_is_of_a_noun_that_there_is() {
        assert_eq!(workflows().count(), FILES.len());
    }

    #[test]
    fn what_a_file_names_is_there() {
        for (entity, workflow) in workflows() {
            let (_, states) = entity.state().unwrap();
            let known: HashSet<&str> = states.values.iter().map(|(it, _)| it.as_str()).collect();
            let named = |states: &[String]| states.iter().all(|state| known.contains(&**state));
            assert!(workflow.entering.keys().all(|it| known.contains(&**it)));
            for step in &workflow.steps {
                let name = &step.mutation;
                assert!(named(&step.from) && named(&step.to), "{name}");
                assert!(!step.from.is_empty(), "{name}");
                let bound = step.only.is_some() || step.except.is_some();
                assert_eq!(bound, step.bound_to(entity).is_some(), "{name}");
                let mut actions = entity.actions.iter();
                let action = actions.find(|action| action.name == step.action);
                assert!(action.is_some_and(|action| !action.makes), "{name}");
                for proviso in &step.provided {
                    assert!(proviso.column(entity).is_some(), "{name}");
                    let kept = workflow.noun == "Lead";
                    assert!(kept || !matches!(proviso, Proviso::OnceIn(_)), "{name}");
                }
                let fields: Vec<&str> = workflow.says(step).iter().map(|it| it.field).collect();
                let known = |field: &str| field == "reason" || fields.contains(&field);
                let answers = step.answers.is_none() || workflow.requires(step).is_empty();
                assert!(answers, "{name} requires what is not said by answers");
                let asked = step.asks.iter().flat_map(|asks| &asks.one_of);
                assert!(asked.into_iter().all(|field| known(field)), "{name}");
                for says in workflow.says(step) {
                    let known = entity.written(says.field);
                    assert!(known.is_some(), "{name} says {}", says.field);
                }
                assert!(step.description.ends_with('.'), "{name}");
                let reasons = workflow.reasons_of(step).count();
                assert!(reasons == 0 || reasons == step.to.len(), "{name}");
            }
            for rule in &workflow.rules {
                assert!(
                    named(&rule.from) && known.contains(&*rule.to),
                    "{}",
                    rule.name
                );
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_every_mutation_comes_once() {
        for (entity, workflow) in workflows() {
            let (_, states) = entity.state().unwrap();
            let steps = workflow.steps.iter().flat_map(|step| &step.to);
            let reached: HashSet<&String> = steps
                .chain(workflow.rules.iter().map(|rule| &rule.to))
                .collect();
            let first = states.values.first().map(|(state, _)| state);
            for (state, _) in &states.values {
                assert!(reached.contains(state) || Some(state) == first, "{state}");
            }
            let mut names = HashSet::new();
            for step in &workflow.steps {
                assert!(names.insert(&step.mutation), "{}", step.mutation);
                assert!(names.insert(&step.many), "{}", step.many);
            }
        }
    }
}
