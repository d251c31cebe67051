//! The table as a sample file: every option with its words and an example, most of them commented
//! out.

use super::shape::{Field, Groups, Shape};

/// Width of a sample file, in characters. borgmatic 2.1.10: 80.
const WIDTH: usize = 80;

/// A whole file of all options.
pub fn file(groups: Groups) -> String {
    let mut text = String::new();
    for field in groups.iter().copied().flatten() {
        for line in wrap(&field.about(), WIDTH - 2) {
            text += &format!("# {line}\n");
        }
        if !field.default.is_empty() {
            text += &format!("# Default: {}\n", field.default);
        }
        for line in lines(field) {
            let mark = if field.active { "" } else { "# " };
            text += format!("{mark}{line}").trim_end();
            text.push('\n');
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// One option with its example, as lines of a file.
pub fn lines(field: &Field) -> Vec<String> {
    let name = field.name;
    if field.example.is_empty() {
        return match field.shape {
            Shape::Object(groups) => nested(&format!("{name}:"), "    ", groups),
            Shape::List(Shape::Object(groups)) => {
                let mut all = vec![format!("{name}:")];
                for (at, line) in nested("", "", groups).into_iter().skip(1).enumerate() {
                    all.push(format!("    {} {line}", if at == 0 { "-" } else { " " }));
                }
                all
            }
            _ => vec![format!("{name}:")],
        };
    }
    if !field.example.starts_with("- ") && !field.example.contains('\n') {
        return vec![format!("{name}: {}", field.example)];
    }
    let mut all = vec![format!("{name}:")];
    all.extend(field.example.lines().map(|line| format!("    {line}")));
    all
}

fn nested(head: &str, indent: &str, groups: Groups) -> Vec<String> {
    let mut all = vec![head.to_owned()];
    for field in groups.iter().copied().flatten() {
        all.extend(
            lines(field)
                .into_iter()
                .map(|line| format!("{indent}{line}")),
        );
    }
    all
}

/// Words in lines of at most `width` characters.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
