//! «Did you mean»: the nearest name to one that does not exist.

/// The nearest of `names`, if it is near enough to be a slip: at most three edits and less than
/// half of the word.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = (length / 2).min(3);
    names
        .into_iter()
        // Each letter too many or too few is an edit.
        .filter(|name| name.chars().count().abs_diff(length) <= allowed)
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_none() {
        let names = ["keep_daily", "keep_weekly", "repositories"];
        assert_eq!(nearest("keep_dialy", names), Some("keep_daily"));
        assert_eq!(nearest("repositorys", names), Some("repositories"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("", names), None);
    }
}
