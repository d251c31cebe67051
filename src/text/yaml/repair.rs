//! Puts spaces in where the parser wants more of them than YAML's other readers do: lines within
//! brackets and quotes that stand too far to the left. Must not change any value.

use super::layout::{Inside, Layout};
use super::places::Pad;

/// A text that the parser takes, and the way back to the one as written.
pub(super) struct Repaired {
    pub(super) text: String,
    pub(super) pads: Vec<Pad>,
}

/// `None` where there is nothing to put in.
pub(super) fn repaired(text: &str) -> Option<Repaired> {
    let layout = Layout::of(text);
    let mut repaired = Repaired {
        text: String::with_capacity(text.len()),
        pads: Vec::new(),
    };
    let mut padded = 0;
    for (index, line) in layout.lines.iter().enumerate() {
        let next = layout.lines.get(index + 1);
        let written = &text[line.start..next.map_or(text.len(), |next| next.start)];
        if let Inside::Flow(open) | Inside::Quote(open) = line.inside
            && !written.trim().is_empty()
        {
            let column = text[..open]
                .rfind(['\n', '\r'])
                .map_or(open, |at| open - at - 1);
            let len = column + 1;
            repaired.pads.push(Pad {
                at: repaired.text.len(),
                len,
                before: padded,
            });
            padded += len;
            repaired.text.extend(std::iter::repeat_n(' ', len));
        }
        repaired.text.push_str(written);
    }
    for &gap in &layout.gaps {
        // A tab is one byte wide, as is the space that takes its place.
        let pad = repaired
            .pads
            .iter()
            .take_while(|pad| pad.at <= gap + pad.before);
        let at = gap + pad.last().map_or(0, |pad| pad.before + pad.len);
        repaired.text.replace_range(at..=at, " ");
    }
    let changed = !repaired.pads.is_empty() || !layout.gaps.is_empty();
    changed.then_some(repaired)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_in_brackets_and_quotes_are_moved() {
        let text = "a: [\n1\n]\nb:\tc\n";
        let repaired = repaired(text).unwrap();
        assert_eq!(repaired.text, "a: [\n    1\n    ]\nb: c\n");
        assert!(super::repaired("a: 1\nb: 2\n").is_none());
    }
}
