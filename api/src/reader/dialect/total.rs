//! Sums of minor units in SQLite, whose integers end at 64 bits: kept as billions and ones, of which a
//! sum of any number of rows can be made, told and compared.

/// What a sum is divided by into billions and ones.
const BILLION: i64 = 1_000_000_000;

/// The columns of the sum: billions, of any sign, and ones, from nought on.
pub(super) fn columns(minor: &str, name: &str) -> Vec<(String, String)> {
    let (billions, ones) = parts(minor);
    let rest = floor_mod(&ones, &BILLION.to_string());
    vec![
        (
            format!("{billions} + ({ones} - {rest}) / {BILLION}"),
            format!("{name}b"),
        ),
        (rest, format!("{name}o")),
    ]
}

/// What the sum is ordered by.
pub(super) fn keys(column: &str) -> Vec<String> {
    vec![format!("{column}b"), format!("{column}o")]
}

/// The comparison of the sum with a number.
pub(super) fn compares(column: &str, operator: &str, number: i128) -> String {
    let billion = i128::from(BILLION);
    let (billions, ones) = (number.div_euclid(billion), number.rem_euclid(billion));
    // No sum comes near the ends.
    let billions = billions.clamp(i64::MIN.into(), i64::MAX.into());
    format!("({column}b, {column}o) {operator} ({billions}, {ones})")
}

/// The sum as a decimal with `digits` behind the point.
pub(super) fn decimal(column: &str, digits: u16) -> String {
    let (billions, ones) = (format!("{column}b"), format!("{column}o"));
    let point = if digits == 0 {
        "s.padded".to_owned()
    } else {
        format!(
            "substr(s.padded, 1, length(s.padded) - {digits}) || '.' || substr(s.padded, -{digits})"
        )
    };
    // Below nought, the ones are taken from a billion more.
    format!(
        "(SELECT s.sign || {point} FROM (SELECT t.sign AS sign, \
         substr('0000', 1, max({digits} + 1 - length(t.units), 0)) || t.units AS padded FROM \
         (SELECT u.sign AS sign, CASE WHEN u.billions > 0 \
         THEN u.billions || printf('%09d', u.ones) ELSE CAST(u.ones AS TEXT) END AS units FROM \
         (SELECT CASE WHEN {billions} < 0 THEN '-' ELSE '' END AS sign, \
         CASE WHEN {billions} < 0 THEN -{billions} - ({ones} > 0) ELSE {billions} END AS billions, \
         CASE WHEN {billions} < 0 AND {ones} > 0 THEN {BILLION} - {ones} ELSE {ones} END AS ones) \
         AS u) AS t) AS s)"
    )
}

/// The average, to the unit: halves up.
pub(super) fn average(minor: &str) -> String {
    let (billions, ones) = parts(minor);
    let count = format!("nullif(count({minor}), 0)");
    // What is left of the billions when they are divided is divided with the ones.
    let left = format!("(({billions}) % {count} * {BILLION} + {ones})");
    let twice = format!("(2 * {left} + {count})");
    let by = format!("(2 * {count})");
    let rest = floor_mod(&twice, &by);
    format!("({billions}) / {count} * {BILLION} + ({twice} - {rest}) / {by}")
}

fn parts(minor: &str) -> (String, String) {
    (
        format!("sum({minor} / {BILLION})"),
        format!("sum({minor} % {BILLION})"),
    )
}

fn floor_mod(value: &str, by: &str) -> String {
    format!("(({value} % {by} + {by}) % {by})")
}
