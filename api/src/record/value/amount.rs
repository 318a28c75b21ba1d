//! Amounts of money as people write them: `$1,234.50`, `1.234,50 €`, `(12)`.

use iso_currency::Currency;

const SIGNS: [char; 5] = ['$', '€', '£', '¥', '₹'];

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
    let (negative, text) = sign(text);
    let (shown, digits) = without_currency(text)?;
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
    // A sign may also stand between the currency and the digits.
    let (inner, digits) = sign(digits);
    if negative && inner {
        return Err(not_an_amount());
    }
    let exponent = u32::from(currency.exponent().unwrap_or(2));
    let amount = number(digits, exponent, decimal)?;
    let amount = if negative || inner { -amount } else { amount };
    Ok((amount, currency))
}

fn not_an_amount() -> String {
    "is not an amount".to_owned()
}

/// Takes off the sign: before, behind, or the parentheses of bookkeepers.
fn sign(text: &str) -> (bool, &str) {
    let text = text.trim();
    let minus = ['-', '−'];
    let bare = text
        .strip_prefix(minus)
        .or_else(|| text.strip_suffix(minus))
        .or_else(|| text.strip_prefix('(')?.strip_suffix(')'));
    match bare {
        Some(bare) => (true, bare.trim()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim()),
    }
}

/// Takes off the sign or the code of a currency at either end.
fn without_currency(text: &str) -> Result<(Option<Currency>, &str), String> {
    let digits = text.trim_matches(|character: char| {
        SIGNS.contains(&character) || character.is_ascii_alphabetic() || character.is_whitespace()
    });
    let around: String = text.replacen(digits, "", 1);
    let around = around.trim();
    let code = around.trim_matches(SIGNS);
    if !code.is_empty() {
        let currency = Currency::from_code(&code.to_uppercase()).ok_or_else(not_an_amount)?;
        return Ok((Some(currency), digits));
    }
    let shown = match around {
        "" | "$" => None,
        "€" => Some(Currency::EUR),
        "£" => Some(Currency::GBP),
        "¥" => Some(Currency::JPY),
        "₹" => Some(Currency::INR),
        _ => return Err(not_an_amount()),
    };
    Ok((shown, digits))
}

fn number(text: &str, exponent: u32, decimal: Option<char>) -> Result<i64, String> {
    let (whole, fraction) = split(text, decimal)?;
    let whole = without_groups(whole)?;
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(fraction) {
        return Err(not_an_amount());
    }
    let too_large = || "is too large".to_owned();
    let scale = 10_i64.checked_pow(exponent).ok_or_else(too_large)?;
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().map_err(|_large| too_large())?
    };
    whole
        .checked_mul(scale)
        .and_then(|amount| amount.checked_add(minor(fraction, exponent)))
        .ok_or_else(too_large)
}

fn all_digits(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_digit())
}

/// Splits at what separates the decimals.
fn split(text: &str, decimal: Option<char>) -> Result<(&str, &str), String> {
    if let Some(decimal) = decimal {
        return Ok(text.split_once(decimal).unwrap_or((text, "")));
    }
    let Some(at) = text.rfind(['.', ',']) else {
        return Ok((text, ""));
    };
    let (whole, rest) = text.split_at(at);
    let (separator, fraction) = rest.split_at(1);
    if whole.contains(separator) {
        // It stands several times: it separates groups.
        return Ok((text, ""));
    }
    // `1,234` has a group; `0.125` cannot have one, and neither can `1.234,567`.
    let groups = fraction.len() == 3
        && (1..=3).contains(&whole.len())
        && all_digits(whole)
        && !whole.starts_with('0');
    match (groups, separator) {
        (false, _) => Ok((whole, fraction)),
        (true, ",") => Ok((text, "")),
        (true, _) => Err(
            "can be read in two ways: state `decimal = \".\"` or `decimal = \",\"` in the mapping"
                .to_owned(),
        ),
    }
}

/// The digits without what separates groups of three; the separators must be all the same.
fn without_groups(text: &str) -> Result<String, String> {
    let mut separators = text.chars().filter(|character| !character.is_ascii_digit());
    let Some(separator) = separators.next() else {
        return Ok(text.to_owned());
    };
    let known = [',', '.', ' ', '\u{a0}', '\u{202f}', '\'', '’'];
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = known.contains(&separator)
        && (1..=3).contains(&first.len())
        && all_digits(first)
        && rest
            .iter()
            .all(|group| group.len() == 3 && all_digits(group));
    if grouped {
        Ok(format!("{first}{}", rest.concat()))
    } else {
        Err(not_an_amount())
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
