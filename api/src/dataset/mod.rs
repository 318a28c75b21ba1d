//! What there is to read: one declaration for each noun, from which the GraphQL types, the filters
//! and the SQL are made. Adding a field is a migration, a line in the entity and a line here.

mod declare;
mod facet;
mod global_id;
mod model;
mod proviso;
mod ties;
mod vocabulary;
mod workflow;
mod writes;

mod account;
mod account_domain;
mod api_token;
mod asset;
mod business_calendar;
mod campaign;
mod campaign_cost;
mod campaign_member;
mod channel;
mod contact;
mod duplicate_candidate;
mod feedback;
mod feedback_comment;
mod feedback_mention;
mod holiday;
mod lead;
mod lead_briefing;
mod lead_definition;
mod lead_definition_approval;
mod lead_match;
mod lead_match_candidate;
mod lead_readiness;
mod lead_transition;
mod merge;
mod opportunity;
mod opportunity_change;
mod opportunity_contact;
mod playbook;
mod playbook_step;
mod reason_code;
mod routing_candidate;
mod routing_decision;
mod routing_pool_member;
mod routing_rule;
mod score_factor;
mod sla_clock;
mod sla_policy;
mod task;
mod team_request;
mod territory;
mod touch;
mod user;
mod webhook_delivery;
mod webhook_endpoint;

use std::sync::LazyLock;

use crate::error::ApiError;

pub use global_id::{GlobalId, global_id};
pub use model::{Direction, Entity, Enumeration, Field, Guard, Kind, Label, Only, OrderKey};
pub use proviso::{Proviso, Requirement};
pub use ties::{About, Path, RowTest, Ties};
pub use vocabulary::vocabulary;
pub use workflow::{Rule, Saying, Step, Workflow};
pub use writes::{With, Writes, Written};

/// Everything there is to read, in the order in which a newcomer meets it.
#[derive(Debug)]
pub struct Dataset {
    entities: Vec<Entity>,
    facets: Vec<Entity>,
}

impl Dataset {
    /// The entities, in declaration order.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The entity of that GraphQL type name, such as `Lead`.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// What rows are seen as, from one side: a facet is read with its row, and has no rows of its own.
    #[must_use]
    pub fn facets(&self) -> &[Entity] {
        &self.facets
    }

    /// The entity that a relation leads to, or the facet of a row.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] when there is none of that name, which a test excludes.
    pub fn target(&self, name: &str) -> Result<&Entity, ApiError> {
        let facet = || self.facets.iter().find(|facet| facet.name == name);
        self.entity(name)
            .or_else(facet)
            .ok_or_else(|| ApiError::internal(format!("no entity {name} is declared")))
    }

    /// The entity whose global ids begin with `prefix`, such as `lead`.
    #[must_use]
    pub fn by_prefix(&self, prefix: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.prefix == prefix)
    }
}

/// The one dataset.
#[must_use]
pub fn dataset() -> &'static Dataset {
    static DATASET: LazyLock<Dataset> = LazyLock::new(|| Dataset {
        entities: completed(vec![
            user::user(),
            territory::territory(),
            account::account(),
            account_domain::account_domain(),
            contact::contact(),
            lead::lead(),
            lead_transition::lead_transition(),
            lead_match::lead_match(),
            lead_match_candidate::lead_match_candidate(),
            lead_readiness::lead_readiness(),
            score_factor::score_factor(),
            lead_definition::lead_definition(),
            lead_definition_approval::lead_definition_approval(),
            routing_rule::routing_rule(),
            routing_pool_member::routing_pool_member(),
            routing_decision::routing_decision(),
            routing_candidate::routing_candidate(),
            campaign::campaign(),
            campaign_member::campaign_member(),
            campaign_cost::campaign_cost(),
            touch::touch(),
            opportunity::opportunity(),
            opportunity_contact::opportunity_contact(),
            opportunity_change::opportunity_change(),
            asset::asset(),
            feedback::feedback(),
            // Before what they are in: parts are destroyed in this order.
            feedback_mention::feedback_mention(),
            feedback_comment::feedback_comment(),
            team_request::team_request(),
            playbook::playbook(),
            playbook_step::playbook_step(),
            task::task(),
            reason_code::reason_code(),
            duplicate_candidate::duplicate_candidate(),
            business_calendar::business_calendar(),
            holiday::holiday(),
            sla_policy::sla_policy(),
            sla_clock::sla_clock(),
            merge::merge(),
            api_token::api_token(),
            webhook_endpoint::webhook_endpoint(),
            webhook_delivery::webhook_delivery(),
        ]),
        facets: vec![lead_briefing::lead_briefing()],
    });
    &DATASET
}

/// The entities with what follows from the whole: a reference beside each relation to a row that has
/// a label, the names of masked fields where there can be some, what other systems call a row where that can be said, and
/// the history of each row.
fn completed(mut entities: Vec<Entity>) -> Vec<Entity> {
    let labelled = entities.iter().filter(|entity| entity.label.is_some());
    let labelled: Vec<_> = labelled.map(|entity| entity.name).collect();
    for entity in &mut entities {
        let fields = std::mem::take(&mut entity.fields);
        for mut field in fields {
            // Only the row that this one is a part of is seen with it for certain.
            if let Kind::ForeignId { column, .. } = field.kind {
                let whole = entity.ties.part_of.map(|(column, _)| column);
                field.nullable |= whole != Some(column);
            }
            let reference = match field.kind {
                Kind::ToOne { column, target } if labelled.contains(&target) => Some(Field {
                    name: declare::joined(field.name, "Ref"),
                    description: "Id, name and status of that row; given also where the row itself is hidden from you, if your role may know this much.",
                    kind: Kind::Reference { column, target },
                    nullable: true,
                    filterable: false,
                    guard: field.guard,
                }),
                _ => None,
            };
            entity.fields.push(field);
            entity.fields.extend(reference);
        }
        if !entity.guards.is_empty() {
            entity.fields.push(Field {
                name: "maskedFields",
                description: "The fields of this row whose values are masked for you: shown in part, as a band or as null. Null in any other field means that there is nothing there for you.",
                kind: Kind::MaskedFields,
                nullable: false,
                filterable: false,
                guard: None,
            });
        }
        if entity.workflow.is_some() {
            entity.fields.push(Field {
                name: "allowedTransitions",
                description: "The steps that you can take with it as it is now.",
                kind: Kind::AllowedTransitions,
                nullable: false,
                filterable: false,
                guard: None,
            });
        }
        if entity.has_external_ids() {
            entity.fields.push(Field {
                name: "externalIds",
                description: "What other systems call it, by system and key; the first 100.",
                kind: Kind::ExternalIds,
                nullable: false,
                filterable: false,
                guard: None,
            });
        }
        entity.fields.push(Field {
            name: "history",
            description: "What was done to it, latest first, as far as the hub has it on record; of fields that are masked for you in this row nothing is told.",
            kind: Kind::History,
            nullable: false,
            filterable: false,
            guard: None,
        });
    }
    entities
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_relation_leads_to_an_entity_that_is_declared() {
        for entity in dataset().entities().iter().chain(dataset().facets()) {
            for field in &entity.fields {
                if let Some(target) = field.kind.target() {
                    assert!(
                        dataset().entity(target).is_some(),
                        "{}.{}",
                        entity.name,
                        field.name
                    );
                }
                if let Kind::Facet(facet) = field.kind {
                    let facet = dataset().target(facet).unwrap();
                    assert_eq!(facet.table, entity.table, "{}", facet.name);
                }
            }
        }
    }

    #[test]
    fn what_is_told_of_another_row_can_be_masked_there() {
        for entity in dataset().entities() {
            let tests = entity.ties.tests.iter().map(|(_, test)| test);
            for about in tests.flat_map(|test| match test {
                RowTest::Seen(rows) => rows.as_slice(),
                _ => &[],
            }) {
                let target = dataset().entity(about.target).unwrap();
                for field in about.tells {
                    let guards = target.guards.iter();
                    let guarded = guards.filter(|guard| guard.name == *field).count();
                    assert_eq!(guarded, 1, "{} {field}", entity.name);
                }
            }
        }
    }

    #[test]
    fn names_and_prefixes_are_unique() {
        let mut seen = HashSet::new();
        for entity in dataset().entities() {
            for name in [entity.name, entity.single, entity.plural] {
                assert!(seen.insert(name.to_owned()), "{name} is declared twice");
            }
            assert!(
                seen.insert(format!("{}_", entity.prefix)),
                "{} has a prefix of another",
                entity.name
            );
            let fields: HashSet<_> = entity.fields.iter().map(|field| field.name).collect();
            assert_eq!(
                fields.len(),
                entity.fields.len(),
                "{} names a field twice",
                entity.name
            );
        }
    }

    #[test]
    fn every_description_is_a_sentence() {
        for entity in dataset().entities().iter().chain(dataset().facets()) {
            assert!(entity.description.ends_with('.'), "{}", entity.name);
            for field in &entity.fields {
                assert!(
                    field.description.ends_with('.'),
                    "{}.{}",
                    entity.name,
                    field.name
                );
            }
        }
    }
}
