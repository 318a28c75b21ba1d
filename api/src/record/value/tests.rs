use chrono_tz::Tz;
use iso_currency::Currency;

use super::{Dates, FieldKind, Style, Value, minor_units, read};

fn reads(kind: &FieldKind, text: &str) -> Option<Value> {
    read(kind, text, &Style::default()).ok()
}

fn euro(text: &str) -> Option<i64> {
    minor_units(text, Some(Currency::EUR), None)
        .ok()
        .map(|(amount, _)| amount)
}

#[test]
fn amounts_come_with_signs_and_separators() {
    assert_eq!(euro("1234"), Some(123_400));
    assert_eq!(euro("1.234,50 €"), Some(123_450));
    assert_eq!(euro("1 234,5"), Some(123_450));
    assert_eq!(euro("1,234,567"), Some(123_456_700));
    assert_eq!(euro("(12.30)"), Some(-1_230));
    assert_eq!(euro("-0.05"), Some(-5));
    assert_eq!(euro("EUR 12"), Some(1_200));
    assert_eq!(euro("27998.6"), Some(2_799_860));
    assert_eq!(euro("0.125"), Some(13));
    assert_eq!(euro("€ -5"), Some(-500));
    assert_eq!(euro("5-"), Some(-500));
    assert_eq!(euro("1'234.50"), Some(123_450));
    assert_eq!(euro(".5"), Some(50));
    assert_eq!(euro("1.005,005"), Some(100_501));
    assert_eq!(
        minor_units("$1,234.50", Some(Currency::USD), None),
        Ok((123_450, Currency::USD))
    );
    assert_eq!(
        minor_units("¥1,234", None, None),
        Ok((1_234, Currency::JPY))
    );
}

#[test]
fn what_is_not_an_amount_is_refused() {
    for text in [
        "",
        "n/a",
        "12 apples",
        "€",
        "1.234",
        "12%",
        "1e5",
        "5 5",
        "--5",
        "1,2,3",
        "€5€",
        ".",
        "1.2.3",
    ] {
        assert_eq!(euro(text), None, "{text}");
    }
    assert!(minor_units("£5", Some(Currency::EUR), None).is_err());
    assert!(minor_units("5", None, None).is_err());
    assert_eq!(
        minor_units("1.234", Some(Currency::EUR), Some(',')),
        Ok((123_400, Currency::EUR))
    );
}

fn instant(text: &str, formats: &[&str], zone: Tz) -> Option<String> {
    let formats = formats.iter().map(|format| (*format).to_owned()).collect();
    Dates(formats)
        .instant(text, zone)
        .ok()
        .map(|instant| instant.to_rfc3339())
}

#[test]
fn instants_are_read_in_their_zone() {
    let vienna = Tz::Europe__Vienna;
    let cases = [
        ("2026-01-31", "2026-01-30T23:00:00+00:00"),
        ("2026-07-31 14:30:00", "2026-07-31T12:30:00+00:00"),
        ("2026-07-31T14:30:00Z", "2026-07-31T14:30:00+00:00"),
        (
            "2026-07-31 14:30:00.250 UTC",
            "2026-07-31T14:30:00.250+00:00",
        ),
        ("2026-07-31T14:30:00+05:30", "2026-07-31T09:00:00+00:00"),
        ("2020-12-30 3:15:52", "2020-12-30T02:15:52+00:00"),
        // Skipped when the clocks were set forward, and shown twice when they were set back.
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00+00:00"),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00"),
    ];
    for (text, expected) in cases {
        assert_eq!(
            instant(text, &[], vienna).as_deref(),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn other_forms_of_dates_are_named() {
    assert_eq!(
        instant("31.01.2026", &["%d.%m.%Y"], Tz::UTC).as_deref(),
        Some("2026-01-31T00:00:00+00:00")
    );
    assert_eq!(
        instant("1767225600", &["unix"], Tz::UTC).as_deref(),
        Some("2026-01-01T00:00:00+00:00")
    );
    for nonsense in ["31.02.2026", "tomorrow", "2026-01-31", "0026", ""] {
        assert_eq!(
            instant(nonsense, &["%d.%m.%Y"], Tz::UTC),
            None,
            "{nonsense}"
        );
    }
    assert_eq!(instant("9999-12-31", &[], Tz::UTC), None);
}

#[test]
fn people_are_reached_in_one_spelling() {
    let email = |text| reads(&FieldKind::Email, text);
    assert_eq!(
        email(" Ann <Ann.Lee@Example.COM>"),
        Some("ann.lee@example.com".into())
    );
    for text in [
        "ann@",
        "@example.com",
        "ann@localhost",
        "a b@example.com",
        "D4b1Qin+gQ==",
    ] {
        assert_eq!(email(text), None, "{text}");
    }
    let style = Style {
        region: Some(phonenumber::country::Id::AT),
        ..Style::default()
    };
    let phone = |text| read(&FieldKind::Phone, text, &style).ok();
    assert_eq!(phone("01 58858-0"), Some("+431588580".into()));
    assert_eq!(phone("+1 (650) 253-0000"), Some("+16502530000".into()));
    assert_eq!(phone("ask Ann"), None);
    let domain = |text| reads(&FieldKind::Domain, text);
    assert_eq!(
        domain("https://www.Example.com/shop?x=1"),
        Some("example.com".into())
    );
    assert_eq!(domain("ann@example.com"), Some("example.com".into()));
    assert_eq!(domain("n/a"), None);
}

#[test]
fn countries_and_choices_have_many_spellings() {
    let country = |text| reads(&FieldKind::Country, text);
    assert_eq!(country("UK"), Some("GB".into()));
    assert_eq!(country("deutschland"), Some("DE".into()));
    assert_eq!(country("at"), Some("AT".into()));
    assert_eq!(country("Atlantis"), None);
    let choice = FieldKind::Choice(vec!["CLOSED_WON".into(), "PROPOSAL".into()]);
    assert_eq!(reads(&choice, "Closed Won"), Some("CLOSED_WON".into()));
    assert_eq!(reads(&choice, "won"), None);
}

#[test]
fn numbers_are_whole_and_in_range() {
    let percent = FieldKind::Number(0, 100);
    assert_eq!(reads(&percent, "60.0"), Some(Value::Int(Some(60))));
    assert_eq!(reads(&percent, "101"), None);
    assert_eq!(reads(&percent, "6.5"), None);
    let count = FieldKind::Number(0, i64::from(i32::MAX));
    assert_eq!(reads(&count, "1,200"), Some(Value::Int(Some(1200))));
}
