//! Names and numbers in a sentence: a few names, and how many more there are.

/// So many names can be told in one sentence.
const FEW: usize = 10;

/// «a, b, c», or «a, b, … and 29,990 more».
pub fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let (shown, more) = match names.len().checked_sub(FEW) {
        // «and 1 more» is no shorter than the name.
        Some(more) if more > 1 => (&names[..FEW], more),
        _ => (names, 0),
    };
    let shown: Vec<&str> = shown.iter().map(AsRef::as_ref).collect();
    let shown = shown.join(", ");
    match more {
        0 => shown,
        more => format!("{shown}, … and {} more", thousands(more)),
    }
}

/// «1 file», «29,990 files».
pub fn counted(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", thousands(number))
}

/// `29990` as `29,990`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_cut() {
        assert_eq!(listed(&["a", "b"]), "a, b");
        assert_eq!(listed(&["x"; 11]).matches('x').count(), 11);
        let many = vec!["x"; 30_000];
        assert_eq!(
            listed(&many),
            format!("{} … and 29,990 more", "x, ".repeat(10).trim_end())
        );
    }

    #[test]
    fn one_thing_is_no_more_than_one() {
        let shown = [0, 1, 1_000].map(|number| counted(number, "file"));
        assert_eq!(shown, ["0 files", "1 file", "1,000 files"]);
    }

    #[test]
    fn digits_stand_in_threes() {
        let shown = [0, 999, 1_000, 29_990, 1_234_567].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "29,990", "1,234,567"]);
    }
}
