//! The texts are the ones that cursors which callers hold were made with.

use chrono::{DateTime, NaiveDate, Utc};
use iso_currency::Currency;
use uuid::Uuid;

use super::*;
use crate::{dataset::dataset, reader::Span};

fn is(field: &str, demand: Demand) -> Filter {
    let entity = dataset().entity("Lead").unwrap();
    Filter::Is(Clause {
        field: entity.find(field).unwrap(),
        path: "where it was written is no part of it".to_owned(),
        demand,
    })
}

fn instant() -> DateTime<Utc> {
    "2026-01-02T03:04:05.000006Z".parse().unwrap()
}

fn day() -> NaiveDate {
    "2026-01-02".parse().unwrap()
}

#[test]
fn each_test_has_its_text() {
    let text = |text: &str| Operand::Text(text.to_owned());
    let amount = |currency, minor| Amount { currency, minor };
    let id = Uuid::try_parse("0190163d8694739baea5966c26f8ad91").unwrap();
    let span = |said| {
        Test::Within(Span {
            said,
            from: Operand::Instant(instant()),
            until: Operand::Instant(instant()),
            open: true,
        })
    };
    for (test, expected) in [
        (Test::Equals(text("a \"b\" eq")), r#"eq "a \"b\" eq""#),
        (Test::Differs(Operand::Int(-7)), "ne -7"),
        (
            Test::In(vec![text("b"), text("a"), text("b")]),
            r#"in "a" "b""#,
        ),
        (
            Test::NotIn(vec![Operand::Id(id)]),
            "nin 0190163d8694739baea5966c26f8ad91",
        ),
        (Test::Less(Operand::Float(1.5)), "lt 1.5"),
        (Test::LessOrEqual(Operand::Day(day())), "lte 2026-01-02"),
        (Test::Greater(Operand::Boolean(false)), "gt false"),
        (
            Test::GreaterOrEqual(Operand::Instant(instant())),
            "gte 2026-01-02T03:04:05.000006000Z",
        ),
        (
            Test::Between(Operand::Int(1), Operand::Int(9)),
            "between 1 9",
        ),
        (Test::Contains("x".to_owned()), r#"contains "x""#),
        (Test::StartsWith("x".to_owned()), r#"starts "x""#),
        (Test::EndsWith("x".to_owned()), r#"ends "x""#),
        (Test::Matches("^x$".to_owned()), r#"matches "^x$""#),
        (
            Test::Amount(vec![amount(Currency::USD, 5), amount(Currency::EUR, 70)]),
            "amount in EUR 70 USD 5",
        ),
        (
            Test::NotAmount(vec![amount(Currency::EUR, -1)]),
            "amount nin EUR -1",
        ),
        (
            Test::Amounts(Currency::EUR, Some(100), None),
            "amount EUR 100 any",
        ),
        (Test::IsNull(true), "null true"),
        (span(Relative::Last(Duration::Days(30))), "last 30 days"),
        (span(Relative::Next(Duration::Hours(1))), "next 1 hours"),
        (
            span(Relative::This(Period::FiscalQuarter)),
            "this fiscal quarter",
        ),
        (span(Relative::Previous(Period::Week)), "previous week"),
        (span(Relative::Following(Period::Month)), "following month"),
    ] {
        let filter = is("score", Demand::Value(test));
        assert_eq!(of_filter(&filter), format!("score {expected}"));
    }
}

#[test]
fn the_same_demands_are_the_same_text() {
    let one = || is("score", Demand::Value(Test::Greater(Operand::Int(1))));
    let other = || is("account", Demand::One(Box::default()));
    let every = is(
        "touches",
        Demand::Every(Box::new(Filter::Not(Box::new(one())))),
    );
    let both = "and(account one() score gt 1)";
    for (filter, expected) in [
        (Filter::default(), ""),
        (Filter::All(vec![one(), Filter::default()]), "score gt 1"),
        (Filter::All(vec![one(), other()]), both),
        (Filter::All(vec![other(), one()]), both),
        (Filter::Any(Vec::new()), "or()"),
        (
            Filter::Any(vec![other(), one()]),
            "or(account one() score gt 1)",
        ),
        (every, "touches every(not(score gt 1))"),
    ] {
        assert_eq!(of_filter(&filter), expected);
    }
}

#[test]
fn an_order_says_its_way_its_direction_and_where_nulls_are() {
    let lead = dataset().entity("Lead").unwrap();
    let key = |way: &[&str], field: &str, entity: &str, direction, nulls_first| OrderKey {
        way: way.iter().map(|name| lead.find(name).unwrap()).collect(),
        field: dataset().entity(entity).unwrap().find(field).unwrap(),
        direction,
        nulls_first,
        path: String::new(),
    };
    let keys = vec![
        key(&["owner"], "name", "User", Direction::Ascending, true),
        key(&[], "status", "Lead", Direction::Descending, true),
    ];
    assert_eq!(
        of_list(lead, &Filter::default(), &Order { keys }),
        "Lead owner name asc nulls first,  status desc "
    );
}
