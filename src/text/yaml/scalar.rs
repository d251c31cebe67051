//! What an unquoted word means: text, number, truth, date or nothing, as the original's reader
//! decides it. Wider than YAML's core rules; must not know places or options.

use super::date::Stamp;
use crate::text::node::Kind;

/// The rules of `%YAML 1.1` differ: `yes` is true, `017` is octal, `1:30` is ninety.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1_1,
    V1_2,
}

/// Why a word that looks like a value is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// `0x_`: a number without digits.
    Number,
    /// `2024-13-01`.
    Date,
    /// `=` and `<<` mean something else as values.
    Reserved,
    /// `!!int abc`.
    Mismatch,
}

/// What a plain word means.
pub(super) fn plain(word: &str, version: Version) -> Result<Kind, Bad> {
    let Some(&first) = word.as_bytes().first() else {
        return Ok(Kind::Null);
    };
    let known = match first {
        b'~' if word == "~" => Some(Kind::Null),
        b'n' | b'N' if matches!(word, "null" | "Null" | "NULL") => Some(Kind::Null),
        b'=' if word == "=" => return Err(Bad::Reserved),
        b'<' if word == "<<" => return Err(Bad::Reserved),
        b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'n' | b'N' | b'o' | b'O' => {
            truth(word, version).map(Kind::Bool)
        }
        b'0'..=b'9' | b'+' | b'-' | b'.' => return numeric(word, version),
        _ => None,
    };
    Ok(known.unwrap_or_else(|| Kind::Text(word.to_owned())))
}

/// What a word means under `!!int` and its like; `None` for a tag that makes no scalar.
pub(super) fn tagged(tag: &str, word: &str, version: Version) -> Option<Result<Kind, Bad>> {
    Some(match tag {
        "str" => Ok(Kind::Text(word.to_owned())),
        "null" => Ok(Kind::Null),
        "bool" => truth(&word.to_lowercase(), Version::V1_1)
            .map(Kind::Bool)
            .ok_or(Bad::Mismatch),
        "int" => integer(word, version).map_err(|_| Bad::Mismatch),
        "float" => float(word, version).map_err(|_| Bad::Mismatch),
        "timestamp" => Stamp::of(word, true)
            .ok_or(Bad::Mismatch)
            .and_then(|stamp| stamp.iso())
            .map(Kind::Date),
        _ => return None,
    })
}

fn truth(word: &str, version: Version) -> Option<bool> {
    match word {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ if version == Version::V1_2 => None,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn numeric(word: &str, version: Version) -> Result<Kind, Bad> {
    if looks_float(word, version) {
        return float(word, version);
    }
    if looks_integer(word, version) {
        return integer(word, version);
    }
    if let Some(stamp) = Stamp::of(word, false) {
        return stamp.iso().map(Kind::Date);
    }
    Ok(Kind::Text(word.to_owned()))
}

/// Without its sign.
fn unsigned(word: &str) -> &str {
    word.strip_prefix(['+', '-']).unwrap_or(word)
}

/// How many of the leading bytes are of a set.
pub(super) fn run(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|&&byte| of(byte)).count()
}

fn grouped(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn looks_float(word: &str, version: Version) -> bool {
    let body = unsigned(word);
    let signed = body.len() < word.len();
    if matches!(body, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    if matches!(word, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let bytes = body.as_bytes();
    if bytes.first() == Some(&b'.') {
        if signed && version == Version::V1_1 {
            return false;
        }
        let digits = run(&bytes[1..], grouped);
        return digits > 0 && exponent(&bytes[1 + digits..], true, true);
    }
    if !bytes.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let whole = run(bytes, grouped);
    match bytes.get(whole) {
        Some(b'.') => {
            let rest = &bytes[whole + 1..];
            exponent(&rest[run(rest, grouped)..], true, false)
        }
        Some(b':') if version == Version::V1_1 => {
            let Some((sixties, fraction)) = body[whole..].split_once('.') else {
                return false;
            };
            sexagesimal(sixties) && fraction.bytes().all(grouped)
        }
        _ => exponent(&bytes[whole..], false, false),
    }
}

/// `e5`, `E-5`, to the end.
fn exponent(bytes: &[u8], may_be_absent: bool, sign_required: bool) -> bool {
    let Some((b'e' | b'E', rest)) = bytes.split_first() else {
        return may_be_absent && bytes.is_empty();
    };
    let digits = match rest.split_first() {
        Some((b'+' | b'-', digits)) => digits,
        _ if sign_required => return false,
        _ => rest,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// `:30:59`, at least one part.
fn sexagesimal(text: &str) -> bool {
    let Some(parts) = text.strip_prefix(':') else {
        return false;
    };
    parts.split(':').all(|part| {
        let digits = part.as_bytes();
        match digits {
            [one] => one.is_ascii_digit(),
            [tens, one] => (b'0'..=b'5').contains(tens) && one.is_ascii_digit(),
            _ => false,
        }
    })
}

fn looks_integer(word: &str, version: Version) -> bool {
    let body = unsigned(word);
    let all = |text: &str, of: fn(u8) -> bool| {
        !text.is_empty() && text.bytes().all(|b| of(b) || b == b'_')
    };
    if let Some(digits) = body.strip_prefix("0b") {
        return all(digits, |byte| matches!(byte, b'0' | b'1'));
    }
    if let Some(digits) = body.strip_prefix("0x") {
        return all(digits, |byte| byte.is_ascii_hexdigit());
    }
    let octal = |byte: u8| (b'0'..=b'7').contains(&byte);
    match version {
        Version::V1_2 => match body.strip_prefix("0o") {
            Some(digits) => all(digits, octal),
            None => all(body, |byte| byte.is_ascii_digit()),
        },
        Version::V1_1 => {
            let starts_high = body
                .as_bytes()
                .first()
                .is_some_and(|byte| (b'1'..=b'9').contains(byte));
            let whole = run(body.as_bytes(), grouped);
            all(body, octal) || starts_high && (whole == body.len() || sexagesimal(&body[whole..]))
        }
    }
}

fn integer(word: &str, version: Version) -> Result<Kind, Bad> {
    let bare = word.replace('_', "");
    let negative = bare.starts_with('-');
    let body = unsigned(&bare);
    let (digits, radix) = if let Some(digits) = body.strip_prefix("0b") {
        (digits, 2)
    } else if let Some(digits) = body.strip_prefix("0x") {
        (digits, 16)
    } else if let Some(digits) = body.strip_prefix("0o") {
        (digits, 8)
    } else if version == Version::V1_1 && body.len() > 1 && body.starts_with('0') {
        (body, 8)
    } else if version == Version::V1_1 && body.contains(':') {
        return sixties(body, negative);
    } else {
        (body, 10)
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(Bad::Number);
    }
    let sign = if negative { "-" } else { "" };
    Ok(
        i64::from_str_radix(&format!("{sign}{digits}"), radix).map_or_else(
            |_| Kind::BigInt(format!("{sign}{}", decimal(digits, radix))),
            Kind::Int,
        ),
    )
}

fn sixties(body: &str, negative: bool) -> Result<Kind, Bad> {
    let value = body
        .split(':')
        .try_fold(0i64, |sum, part| {
            sum.checked_mul(60)?.checked_add(part.parse().ok()?)
        })
        .ok_or(Bad::Number)?;
    Ok(Kind::Int(if negative { -value } else { value }))
}

/// Digits of any radix as decimal ones. What is absurdly long stays as it is.
fn decimal(digits: &str, radix: u32) -> String {
    const LONGEST: usize = 4096;
    let digits = digits.trim_start_matches('0');
    if radix == 10 || digits.len() > LONGEST {
        return digits.to_owned();
    }
    let mut groups: Vec<u64> = vec![0];
    for digit in digits.chars().filter_map(|digit| digit.to_digit(radix)) {
        let mut carry = u64::from(digit);
        for group in &mut groups {
            let value = *group * u64::from(radix) + carry;
            *group = value % 1_000_000_000;
            carry = value / 1_000_000_000;
        }
        if carry > 0 {
            groups.push(carry);
        }
    }
    let mut text = String::new();
    for (index, group) in groups.iter().rev().enumerate() {
        let width = if index == 0 { 1 } else { 9 };
        text.extend([format!("{group:0width$}")]);
    }
    text
}

fn float(word: &str, version: Version) -> Result<Kind, Bad> {
    let bare = word.replace('_', "").to_lowercase();
    let sign = if bare.starts_with('-') { -1.0 } else { 1.0 };
    let body = unsigned(&bare);
    let value = match body {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if version == Version::V1_1 && body.contains(':') => body
            .split(':')
            .try_fold(0.0, |sum, part| {
                part.parse::<f64>().ok().map(|part| sum * 60.0 + part)
            })
            .ok_or(Bad::Number)?,
        _ => body.parse().map_err(|_| Bad::Number)?,
    };
    Ok(Kind::Float(sign * value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modern(word: &str) -> Kind {
        plain(word, Version::V1_2).unwrap()
    }

    fn text(word: &str) -> Kind {
        Kind::Text(word.to_owned())
    }

    #[test]
    fn words_of_agreement_are_text() {
        for word in [
            "yes", "no", "on", "off", "y", "N", "tRUE", "12:30:45", "0O17", ".5e3", "+-1",
        ] {
            assert_eq!(modern(word), text(word));
        }
    }

    #[test]
    fn whole_numbers_have_signs_bases_and_underscores() {
        for (word, value) in [
            ("017", 17),
            ("0o17", 15),
            ("-0x1F", -31),
            ("0b101", 5),
            ("1_000", 1000),
            ("+5", 5),
            ("0x1_F", 31),
        ] {
            assert_eq!(modern(word), Kind::Int(value), "{word}");
        }
        assert_eq!(
            modern("0x10000000000000000"),
            Kind::BigInt("18446744073709551616".to_owned())
        );
        assert_eq!(
            modern("-9223372036854775809"),
            Kind::BigInt("-9223372036854775809".to_owned())
        );
        assert_eq!(plain("0x_", Version::V1_2), Err(Bad::Number));
    }

    #[test]
    fn fractions_and_infinities_are_floats() {
        for (word, value) in [("1.", 1.0), ("1e3", 1000.0), (".5", 0.5), ("1_0.5", 10.5)] {
            assert_eq!(modern(word), Kind::Float(value), "{word}");
        }
        assert_eq!(modern("-.inf"), Kind::Float(f64::NEG_INFINITY));
        assert_eq!(modern("-.nan"), text("-.nan"));
    }

    #[test]
    fn dates_are_told_from_text_and_checked() {
        assert_eq!(modern("2024-01-01"), Kind::Date("2024-01-01".to_owned()));
        assert_eq!(modern("2024-1-1"), text("2024-1-1"));
        assert_eq!(
            modern("2001-12-15T02:59:43.9999999Z"),
            Kind::Date("2001-12-15T02:59:44+00:00".to_owned())
        );
        assert_eq!(plain("2024-02-30", Version::V1_2), Err(Bad::Date));
        assert_eq!(plain("0000-01-01", Version::V1_2), Err(Bad::Date));
        assert_eq!(modern("20é4-01-01"), text("20é4-01-01"));
    }

    #[test]
    fn the_old_version_has_its_own_words() {
        let old = |word| plain(word, Version::V1_1).unwrap();
        assert_eq!(old("yes"), Kind::Bool(true));
        assert_eq!(old("017"), Kind::Int(15));
        assert_eq!(old("1:30"), Kind::Int(90));
        assert_eq!(old("1:30.5"), Kind::Float(90.5));
    }

    #[test]
    fn tags_decide() {
        let read = |tag, word| tagged(tag, word, Version::V1_2);
        assert_eq!(read("str", "5"), Some(Ok(text("5"))));
        assert_eq!(read("int", "0x1F"), Some(Ok(Kind::Int(31))));
        assert_eq!(read("int", "abc"), Some(Err(Bad::Mismatch)));
        assert_eq!(read("bool", "yes"), Some(Ok(Kind::Bool(true))));
        assert_eq!(read("foo", "x"), None);
    }
}
