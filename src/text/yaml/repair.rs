//! Puts spaces in where the parser wants more of them than YAML's other readers do: lines within
//! brackets and quotes that stand too far to the left. Must not change any value.

use super::layout::{Inside, Layout};
use crate::text::edit::Edits;

/// What to put in; empty where all is well.
pub(super) fn edits(text: &str) -> Edits {
    let layout = Layout::of(text);
    let mut edits = Edits::default();
    for (index, line) in layout.lines.iter().enumerate() {
        let next = layout.lines.get(index + 1);
        let written = &text[line.start..next.map_or(text.len(), |next| next.start)];
        if let Inside::Flow(open) | Inside::Quote(open) = line.inside
            && !written.trim().is_empty()
        {
            let column = text[..open]
                .rfind(['\n', '\r'])
                .map_or(open, |at| open - at - 1);
            edits.insert(line.start, " ".repeat(column + 1));
        }
    }
    for &gap in &layout.gaps {
        edits.replace(gap..gap + 1, " ");
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_in_brackets_and_quotes_are_moved() {
        let text = "a: [\n1\n]\nb:\tc\n";
        let repaired = edits(text).apply(text).unwrap();
        assert_eq!(repaired, "a: [\n    1\n    ]\nb: c\n");
        assert!(edits("a: 1\nb: 2\n").is_empty());
    }
}
