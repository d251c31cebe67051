//! Our lines in a crontab that has others too: between two marks, of which neither may be missing. A
//! pure function of the whole text.

const BEGIN: &str = "# BEGIN borgmatic self-install";
const END: &str = "# END borgmatic self-install";

/// What is wrong with the marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage;

/// The bytes of a text from the first mark to the end of the second one's line.
pub(super) fn place(text: &str) -> Result<Option<std::ops::Range<usize>>, Damage> {
    let mut at = 0;
    let (mut begins, mut ends) = (Vec::new(), Vec::new());
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            BEGIN => begins.push(at),
            END => ends.push(at + line.len()),
            _ => {}
        }
        at += line.len();
    }
    match (begins.as_slice(), ends.as_slice()) {
        ([], []) => Ok(None),
        ([begin], [end]) if begin < end => Ok(Some(*begin..*end)),
        _ => Err(Damage),
    }
}

/// Our lines in a crontab, if it has them.
pub fn lines(text: &str) -> Result<Option<String>, Damage> {
    let Some(place) = place(text)? else {
        return Ok(None);
    };
    let block = &text[place];
    let inner = block.split_inclusive('\n').skip(1);
    let lines: Vec<_> = inner.collect();
    Ok(Some(lines[..lines.len().saturating_sub(1)].concat()))
}

/// The crontab with these lines instead of ours; `None` takes them out.
pub fn with(text: &str, lines: Option<&str>) -> Result<String, Damage> {
    let block = lines.map(|lines| {
        let end = if lines.ends_with('\n') { "" } else { "\n" };
        format!("{BEGIN}\n{lines}{end}{END}\n")
    });
    let block = block.unwrap_or_default();
    let Some(place) = place(text)? else {
        let gap = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        return Ok(if block.is_empty() {
            text.to_owned()
        } else {
            format!("{text}{gap}{block}")
        });
    };
    Ok(format!(
        "{}{block}{}",
        &text[..place.start],
        &text[place.end..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHERS: &str = "MAILTO=ann\n5 4 * * * true\n";

    #[test]
    fn our_lines_come_go_and_leave_the_others() {
        let with_ours = with(OTHERS, Some("0 3 * * * borgmatic\n")).unwrap();
        assert_eq!(
            with_ours,
            "MAILTO=ann\n5 4 * * * true\n# BEGIN borgmatic self-install\n0 3 * * * borgmatic\n\
             # END borgmatic self-install\n"
        );
        let more = format!("{with_ours}6 6 * * * false\n");
        assert_eq!(lines(&more), Ok(Some("0 3 * * * borgmatic\n".to_owned())));
        let changed = with(&more, Some("1 1 * * * borgmatic")).unwrap();
        assert_eq!(
            lines(&changed),
            Ok(Some("1 1 * * * borgmatic\n".to_owned()))
        );
        assert_eq!(
            with(&changed, None).unwrap(),
            format!("{OTHERS}6 6 * * * false\n")
        );
        assert_eq!(with(OTHERS, None).unwrap(), OTHERS);
        assert_eq!(lines(OTHERS), Ok(None));
    }

    #[test]
    fn a_missing_mark_is_not_guessed_at() {
        let whole = with(OTHERS, Some("x\n")).unwrap();
        for damaged in [
            whole.replace(END, ""),
            whole.replace(BEGIN, "#"),
            format!("{END}\n{BEGIN}\n"),
            format!("{whole}{whole}"),
        ] {
            assert_eq!(lines(&damaged), Err(Damage), "{damaged}");
            assert_eq!(with(&damaged, Some("y")), Err(Damage));
        }
    }
}
