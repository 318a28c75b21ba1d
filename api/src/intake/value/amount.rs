//! Amounts of money as people write them: `$1,234.50`, `1.234,50 €`, `(12)`.

use iso_currency::Currency;

/// Reads the code of a currency.
///
/// # Errors
///
/// Returns what is wrong with it.
pub fn currency(text: &str) -> Result<Currency, String> {
    Currency::from_code(&text.trim().to_uppercase())
        .ok_or_else(|| "is not the code of a currency, such as `EUR`".to_owned())
}

/// Reads an amount in minor units of `stated`, or of the currency whose sign or code stands with it.
/// More decimals than the currency has are rounded to the nearest minor unit, half away from zero.
///
/// # Errors
///
/// Returns what is wrong with it.
pub fn minor_units(
    text: &str,
    stated: Option<Currency>,
    decimal: Option<char>,
) -> Result<(i64, Currency), String> {
    let shown = shown(text);
    let currency = match (stated, shown) {
        (Some(stated), Some(shown)) if stated != shown => {
            return Err(format!(
                "is in {}, and not in {}",
                shown.code(),
                stated.code()
            ));
        }
        (Some(currency), _) | (None, Some(currency)) => currency,
        (None, None) => return Err("has no currency: name one in the mapping".to_owned()),
    };
    let exponent = u32::from(currency.exponent().unwrap_or(2));
    let amount = number(text, exponent, decimal)?;
    Ok((amount, currency))
}

/// The currency that the text itself names.
fn shown(text: &str) -> Option<Currency> {
    let code: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    if let Some(currency) = Currency::from_code(&code.to_uppercase()) {
        return Some(currency);
    }
    match text.chars().find(|character| "€£¥₹".contains(*character))? {
        '€' => Some(Currency::EUR),
        '£' => Some(Currency::GBP),
        '¥' => Some(Currency::JPY),
        _ => Some(Currency::INR),
    }
}

fn number(text: &str, exponent: u32, decimal: Option<char>) -> Result<i64, String> {
    let not_an_amount = || "is not an amount".to_owned();
    let digits: String = text
        .chars()
        .filter(|character| character.is_ascii_digit() || matches!(character, '.' | ','))
        .collect();
    let strange = text.chars().any(|character| {
        !(character.is_ascii_alphanumeric()
            || character.is_whitespace()
            || ".,'’()-+−$€£¥₹\u{a0}\u{202f}".contains(character))
    });
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    if strange || letters > 3 || !digits.contains(|digit: char| digit.is_ascii_digit()) {
        return Err(not_an_amount());
    }
    let (whole, fraction) = split(&digits, decimal)?;
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let scale = 10_i64.checked_pow(exponent).ok_or_else(not_an_amount)?;
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().map_err(|_large| "is too large".to_owned())?
    };
    let amount = whole
        .checked_mul(scale)
        .and_then(|amount| amount.checked_add(minor(fraction, exponent)))
        .ok_or_else(|| "is too large".to_owned())?;
    let negative = text.contains(['-', '−']) || (text.contains('(') && text.contains(')'));
    Ok(if negative { -amount } else { amount })
}

/// Splits at what separates the decimals.
fn split(digits: &str, decimal: Option<char>) -> Result<(&str, &str), String> {
    let last = digits.rfind(['.', ',']);
    let Some(at) = last else {
        return Ok((digits, ""));
    };
    let (whole, rest) = digits.split_at(at);
    let (separator, fraction) = rest.split_at(1);
    if let Some(decimal) = decimal {
        if separator.starts_with(decimal) {
            return Ok((whole, fraction));
        }
        return Ok((digits, ""));
    }
    let groups_like = fraction.len() == 3;
    let repeated = whole.contains(separator);
    let both = whole.contains(['.', ',']) && !repeated;
    match (both, repeated, groups_like, separator) {
        (true, ..) | (false, false, false, _) => Ok((whole, fraction)),
        (false, true, true, _) | (false, false, true, ",") => Ok((digits, "")),
        (false, false, true, _) => Err(
            "can be read in two ways: state `decimal = \".\"` or `decimal = \",\"` in the mapping"
                .to_owned(),
        ),
        (false, true, false, _) => Err("is not an amount".to_owned()),
    }
}

/// The decimals in minor units, rounded.
fn minor(fraction: &str, exponent: u32) -> i64 {
    let mut minor = 0;
    let mut digits = fraction
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .map(i64::from);
    for _ in 0..exponent {
        minor = minor * 10 + digits.next().unwrap_or(0);
    }
    minor + i64::from(digits.next().is_some_and(|digit| digit >= 5))
}
