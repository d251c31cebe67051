//! What borg says of the archive that it makes: its name and sizes, from the lines of that very run.

use crate::ledger::Sizes;

/// An archive, as far as borg told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    pub archive: Option<String>,
    pub sizes: Sizes,
}

impl Made {
    /// Reads a line of the log of create. Borg tells numbers with `--stats` only.
    pub fn hear(&mut self, line: &str) {
        // Asked for each file of a list: most lines end here.
        if !line.starts_with(['C', 'A', 'N', 'T', 'O', 'D']) {
            return;
        }
        let after = |start: &str| line.strip_prefix(start).map(str::trim);
        if let Some(rest) = after("Creating archive at \"") {
            let name = rest.trim_end_matches('"').rsplit("::").next();
            self.archive = name.map(str::to_owned);
        } else if let Some(name) = after("Archive name: ") {
            self.archive = Some(name.to_owned());
        } else if let Some(number) = after("Number of files: ") {
            self.sizes.files = number.parse().ok();
        } else if let Some(row) = after("This archive: ") {
            let cells: Vec<_> = row.split("  ").filter(|cell| !cell.is_empty()).collect();
            if let [original, compressed, deduplicated] = cells[..] {
                self.sizes.original = bytes(original);
                self.sizes.compressed = bytes(compressed);
                self.sizes.deduplicated = bytes(deduplicated);
            }
        } else if let Some(size) = after("Original size: ") {
            // Borg 2 has these two in lines of their own.
            self.sizes.original = bytes(size);
        } else if let Some(size) = after("Deduplicated size: ") {
            self.sizes.deduplicated = bytes(size);
        }
    }

    /// The same archive under another name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            archive: Some(name.to_owned()),
            ..self
        }
    }

    /// Reads the answer of `create --json`.
    pub fn read(document: &serde_json::Value) -> Self {
        let archive = &document["archive"];
        let number = |name: &str| archive["stats"][name].as_u64();
        Self {
            archive: archive["name"].as_str().map(str::to_owned),
            sizes: Sizes {
                files: number("nfiles"),
                original: number("original_size"),
                compressed: number("compressed_size"),
                deduplicated: number("deduplicated_size"),
            },
        }
    }
}

/// A size as borg writes it: `1.23 kB`, `600 B`, and with `--iec` `1.20 KiB`.
fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: f64 = number.parse().ok()?;
    let (prefix, base) = match unit.trim().strip_suffix("iB") {
        Some(prefix) => (prefix, 1024_f64),
        None => (unit.trim().strip_suffix('B')?, 1000_f64),
    };
    let power = ["", "k", "M", "G", "T", "P", "E"]
        .iter()
        .position(|known| known.eq_ignore_ascii_case(prefix))?;
    let size = (number * base.powi(i32::try_from(power).ok()?)).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "guarded: not negative, and below 2^63"
    )]
    let whole = (0.0..9e18).contains(&size).then_some(size as u64);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(lines: &str) -> Made {
        let mut made = Made::default();
        lines.lines().for_each(|line| made.hear(line));
        made
    }

    /// Lines of borg 1.4.0.
    #[test]
    fn the_table_of_borg_1_is_read() {
        let made = made(
            "Creating archive at \"/mnt/usb/ann.borg::server-2026-11-22\"
A /home/This archive:  1 kB  1 kB  1 kB
------------------------------------------------------------------------------
Repository: /mnt/usb/ann.borg
Archive name: server-2026-11-22
Duration: 0.02 seconds
Number of files: 3
Utilization of max. archive size: 0%
                       Original size      Compressed size    Deduplicated size
This archive:                1.23 kB                938 B              1.50 MB
All archives:               12.34 GB             11.00 GB              9.00 GB
                       Unique chunks         Total chunks
Chunk index:                      10                   10",
        );
        assert_eq!(made.archive.as_deref(), Some("server-2026-11-22"));
        let sizes = Sizes {
            files: Some(3),
            original: Some(1230),
            compressed: Some(938),
            deduplicated: Some(1_500_000),
        };
        assert_eq!(made.sizes, sizes);
    }

    #[test]
    fn the_lines_of_borg_2_are_read() {
        let made = made(
            "Archive name: a b\nNumber of files: 7\nOriginal size: 1.00 KiB\nDeduplicated size: 0 B",
        );
        assert_eq!(made.archive.as_deref(), Some("a b"));
        assert_eq!(made.sizes.original, Some(1024));
        assert_eq!(made.sizes.deduplicated, Some(0));
        assert_eq!(made.sizes.compressed, None);
    }

    #[test]
    fn the_answer_in_json_is_read() {
        let document = serde_json::json!({"archive": {"name": "x", "stats": {"nfiles": 2,
            "original_size": 10, "compressed_size": 8, "deduplicated_size": 3}}});
        let made = Made::read(&document);
        assert_eq!(made.archive.as_deref(), Some("x"));
        assert_eq!(made.sizes.deduplicated, Some(3));
        assert_eq!(Made::read(&serde_json::Value::Null), Made::default());
    }

    #[test]
    fn sizes_that_are_none_are_left() {
        for text in ["", "12", "x kB", "-1 kB", "1 XB", "nan B", "99999999999 EB"] {
            assert_eq!(bytes(text), None, "{text}");
        }
        assert_eq!(bytes(" 1.5 TiB "), Some(1_649_267_441_664));
    }
}
