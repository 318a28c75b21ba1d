//! What holds for every score.

use chrono::{DateTime, TimeDelta, Utc};
use entity::touch::TouchKind;
use proptest::prelude::*;
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::*;

fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn touch(kind: TouchKind, days_ago: i64) -> Touch {
    let at = noon() - TimeDelta::days(days_ago);
    Touch {
        id: Uuid::from_u128(u128::try_from(days_ago).unwrap_or(0) + 1),
        kind,
        at,
        known_at: at,
    }
}

fn definition(criteria: &Json, threshold: i64) -> Definition {
    parse(criteria, threshold, "").unwrap()
}

fn facts(job_title: &str, country: &str) -> Facts {
    Facts::default()
        .with_text(Field::JobTitle, Some(job_title.to_owned()))
        .with_text(Field::Country, Some(country.to_owned()))
        .with(
            Field::AnnualRevenueBand,
            Some(Fact::Range(1_000_000, Some(5_000_000))),
        )
        .with_text(Field::EmployeeBand, Some("200-499".to_owned()))
        .with(Field::TargetTier, Some(Fact::number(2)))
}

fn example() -> Definition {
    let criteria = json!([
        {"key": "senior", "label": "Head or director", "points": 20, "required": true,
         "field": "jobTitle", "operator": "contains", "value": ["head", "director"]},
        {"key": "market", "label": "In our markets", "points": 15,
         "field": "country", "operator": "in", "value": ["AT", "DE", "CH"]},
        {"key": "size", "label": "200 people or more", "points": 10,
         "field": "employeeBand", "operator": "gte", "value": 200},
        {"key": "free", "label": "Rival", "points": -50,
         "field": "companyName", "operator": "eq", "value": "Rival Inc"},
        {"key": "content", "label": "Reads what we write", "touches": ["CONTENT_DOWNLOAD"],
         "withinDays": 90, "atLeast": 2, "pointsEach": 8, "maxPoints": 25, "halfLifeDays": 30},
        {"key": "demo", "label": "Saw a demo", "touches": ["DEMO", "MEETING"], "points": 30},
    ]);
    definition(&criteria, 60)
}

#[test]
fn what_holds_gives_points_with_evidence() {
    let touches = [
        touch(TouchKind::ContentDownload, 60),
        touch(TouchKind::ContentDownload, 30),
        touch(TouchKind::Demo, 3),
        touch(TouchKind::ContentDownload, 0),
    ];

    let readiness = score(&example(), &facts("Head of IT", "at"), &touches, noon());

    // 8 + 4 + 2 of three downloads, each a half-life apart.
    let told: Vec<_> = readiness
        .factors
        .iter()
        .map(|factor| (factor.key.as_str(), factor.points, factor.evidence.as_str()))
        .collect();
    let expected = [
        ("senior", 20, "jobTitle is Head of IT"),
        ("market", 15, "country of the account"),
        ("size", 10, "employeeBand of the account"),
        (
            "content",
            14,
            "3 × CONTENT_DOWNLOAD, the last on 2026-11-22",
        ),
        ("demo", 30, "1 × DEMO, the last on 2026-11-19"),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        (readiness.score, readiness.fit, readiness.engagement),
        (89, 45, 44)
    );
    assert!(readiness.met && readiness.missing.is_empty());
    assert_eq!(readiness.factors[3].count, Some(3));
    assert_eq!(readiness.factors[3].last_touch, Some(touches[3].id));
}

#[test]
fn what_is_missing_is_said() {
    let readiness = score(&example(), &facts("Trainee", "FR"), &[], noon());
    assert_eq!(
        readiness.missing,
        ["Head or director is required", "50 more points are needed"]
    );

    let one = definition(
        &json!([{"key": "a", "label": "A", "points": 10, "field": "country", "operator": "present"}, {"key": "b", "label": "B", "points": 9, "field": "source", "operator": "present"}]),
        11,
    );
    let readiness = score(&one, &facts("Trainee", "FR"), &[], noon());
    assert_eq!(readiness.missing, ["1 more point is needed"]);
}

#[test]
fn a_sum_beyond_the_bounds_has_a_factor_that_says_so() {
    let much = json!([
        {"key": "a", "label": "A", "points": 80, "field": "country", "operator": "present"},
        {"key": "b", "label": "B", "points": 80, "field": "jobTitle", "operator": "present"},
    ]);
    let readiness = score(&definition(&much, 60), &facts("x", "AT"), &[], noon());
    assert_eq!(readiness.score, 100);
    let last = readiness.factors.last().unwrap();
    assert_eq!((last.key.as_str(), last.points), (LIMIT, -60));

    let rival = facts("Head", "AT").with_text(Field::CompanyName, Some("rival inc".to_owned()));
    let little = json!([
        {"key": "a", "label": "A", "points": 30, "field": "country", "operator": "present"},
        {"key": "b", "label": "B", "points": -50, "field": "companyName", "operator": "eq", "value": "Rival Inc"},
    ]);
    let readiness = score(&definition(&little, 20), &rival, &[], noon());
    assert_eq!(
        (readiness.score, readiness.factors.last().unwrap().points),
        (0, 20)
    );
}

#[test]
fn ranges_are_compared_by_both_ends() {
    let cases = [
        ("employeeBand", "gte", 200, true),
        ("employeeBand", "gte", 201, false),
        ("employeeBand", "lte", 499, true),
        ("employeeBand", "lte", 498, false),
        ("annualRevenueBand", "gte", 1_000_000, true),
        ("annualRevenueBand", "lte", 4_999_999, false),
        ("targetTier", "lte", 2, true),
        ("targetTier", "eq", 2, true),
        ("targetTier", "in", 3, false),
    ];
    for (field, operator, value, holds) in cases {
        let criteria = json!([{"key": "a", "label": "A", "points": 10, "field": field, "operator": operator, "value": value}]);
        let readiness = score(&definition(&criteria, 10), &facts("x", "AT"), &[], noon());
        assert_eq!(readiness.met, holds, "{field} {operator} {value}");
    }
    assert_eq!(Fact::range("1,000+"), Some(Fact::Range(1_000, None)));
    assert_eq!(Fact::range("about"), None);
    assert_eq!(
        Fact::band(499_999_999, 2),
        Fact::Range(1_000_000, Some(5_000_000))
    );
    assert_eq!(Fact::band(-1, 2), Fact::Range(i64::MIN, Some(0)));
    assert_eq!(Fact::band(10_000_000, 0), Fact::Range(10_000_000, None));
}

#[test]
fn a_touch_counts_from_when_it_is_known_and_while_it_is_new_enough() {
    let criteria = json!([{"key": "a", "label": "A", "points": 10, "touches": ["PAGE_VIEW"], "withinDays": 7}]);
    let definition = definition(&criteria, 10);
    let visit = Touch {
        known_at: noon() - TimeDelta::days(2),
        ..touch(TouchKind::PageView, 5)
    };
    let met = |days: i64| {
        let at = noon() + TimeDelta::days(days);
        score(&definition, &Facts::default(), &[visit], at).met
    };
    assert_eq!(
        [-6, -4, -2, 0, 1, 2].map(met),
        [false, false, true, true, true, false]
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let criteria = json!([
        {"key": "Big", "label": " ", "points": 1000, "field": "shoeSize", "operator": "eq", "value": 42},
        {"key": "a", "label": "A", "points": 5, "field": "source", "operator": "in", "value": ["WEB_FORM", "PIGEON"]},
        {"key": "a", "label": "A", "points": 5, "field": "jobTitle", "operator": "gte", "value": 5},
        {"key": "limit", "label": "A", "touches": ["SHOUT"], "points": 5, "pointsEach": 5, "maxPoints": 0},
        {"key": "b", "label": "A", "points": 5, "required": "yes"},
        {"key": "c", "label": "A", "points": 5, "touches": ["CALL"], "operator": "eq"},
        7,
    ]);

    let problems = parse(&criteria, 101, "input.").unwrap_err();

    let mut fields: Vec<_> = problems
        .iter()
        .map(|problem| problem.field.as_str())
        .collect();
    fields.sort_unstable();
    let expected = [
        "input.criteria.0.field",
        "input.criteria.0.key",
        "input.criteria.0.label",
        "input.criteria.0.points",
        "input.criteria.1.value",
        "input.criteria.2.key",
        "input.criteria.2.operator",
        "input.criteria.3.key",
        "input.criteria.3.points",
        "input.criteria.3.touches",
        "input.criteria.4",
        "input.criteria.4.required",
        "input.criteria.5.operator",
        "input.criteria.6",
        "input.threshold",
    ];
    assert_eq!(fields, expected);
    let unreachable =
        json!([{"key": "a", "label": "A", "points": 5, "field": "source", "operator": "present"}]);
    let problems = parse(&unreachable, 10, "").unwrap_err();
    assert_eq!(
        problems[0].message,
        "threshold: no lead can reach it: all criteria together are 5 points"
    );
    for nothing in [json!([]), json!({}), json!(null)] {
        assert_eq!(parse(&nothing, 10, "").unwrap_err()[0].field, "criteria");
    }
}

/// A criterion that makes sense, whatever it says.
fn any_criterion() -> impl Strategy<Value = Json> {
    let kinds = proptest::sample::subsequence(TouchKind::values(), 1..4);
    let fit = (-100..=100, any::<bool>(), 0..4_usize).prop_map(|(points, required, which)| {
        let (field, operator, value) = match which {
            0 => ("jobTitle", "contains", json!(["head", "it"])),
            1 => ("country", "in", json!(["AT", "DE"])),
            2 => ("employeeBand", "gte", json!(100)),
            _ => ("source", "eq", json!("WEB_FORM")),
        };
        json!({"label": "fit", "points": points, "required": required,
               "field": field, "operator": operator, "value": value})
    });
    let numbers = (-50..=50, 1..=100, 1..=5, 1..=200, 1..=90);
    let behaviour = (kinds, numbers, any::<[bool; 4]>()).prop_map(|(kinds, numbers, flags)| {
        let (each, most, at_least, within, half_life) = numbers;
        let mut criterion = json!({"label": "done", "touches": kinds, "atLeast": at_least});
        if flags[0] {
            criterion["pointsEach"] = json!(each);
            criterion["maxPoints"] = json!(most);
        } else {
            criterion["points"] = json!(each);
        }
        for (flag, name, value) in [
            (flags[1], "withinDays", json!(within)),
            (flags[2], "halfLifeDays", json!(half_life)),
            (flags[3], "required", json!(true)),
        ] {
            if flag {
                criterion[name] = value;
            }
        }
        criterion
    });
    prop_oneof![fit, behaviour]
}

fn any_definition() -> impl Strategy<Value = Definition> {
    (
        proptest::collection::vec(any_criterion(), 1..8),
        1..=100_i64,
    )
        .prop_filter_map("nobody could reach it", |(mut criteria, threshold)| {
            for (index, criterion) in criteria.iter_mut().enumerate() {
                criterion["key"] = json!(format!("c{index}"));
            }
            parse(&Json::from(criteria), threshold, "").ok()
        })
}

fn any_touches() -> impl Strategy<Value = Vec<Touch>> {
    let one = (0..TouchKind::values().len(), 0..400_i64, 0..20_i64);
    proptest::collection::vec(one, 0..40).prop_map(|drawn| {
        let kinds = TouchKind::values();
        let mut touches: Vec<Touch> = drawn
            .into_iter()
            .map(|(kind, days, late)| {
                let kind = TouchKind::try_from_value(&kinds[kind]).unwrap();
                let touch = touch(kind, days);
                Touch {
                    known_at: touch.at + TimeDelta::days(late),
                    ..touch
                }
            })
            .collect();
        touches.sort_by_key(|touch| touch.at);
        touches
    })
}

proptest! {
    #[test]
    fn factors_add_up_and_nothing_is_missing_if_and_only_if_it_is_met(
        definition in any_definition(),
        touches in any_touches(),
        job_title in "(head of it|clerk|)",
        country in "(AT|FR|)",
        days in 0..400_i64,
    ) {
        let facts = facts(&job_title, &country);
        let at = noon() - TimeDelta::days(days);
        let readiness = score(&definition, &facts, &touches, at);

        let sum: i32 = readiness.factors.iter().map(|factor| factor.points).sum();
        prop_assert_eq!(sum, readiness.score);
        prop_assert!((0..=100).contains(&readiness.score));
        prop_assert_eq!(readiness.met, readiness.missing.is_empty());
        let required: Vec<_> = definition.criteria.iter().filter(|it| it.required).collect();
        let all = required.iter().all(|it| readiness.factors.iter().any(|factor| factor.key == it.key));
        prop_assert_eq!(readiness.met, all && readiness.score >= readiness.threshold);
        prop_assert_eq!(Replay::of(&definition, &facts).met(&touches, at), readiness.met);
        // What happens later changes nothing.
        let until: Vec<Touch> = touches.iter().copied().filter(|touch| touch.known_at <= at).collect();
        prop_assert_eq!(score(&definition, &facts, &until, at), readiness);
    }
}
