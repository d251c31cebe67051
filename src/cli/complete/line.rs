//! A command line that is not finished yet, as a shell hands it over: words, the word at the cursor,
//! quotes that are still open.

/// What a shell asks.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// The words between the program's name and the cursor's word, without quotes.
    pub(super) before: Vec<String>,
    /// The part of the cursor's word that is before the cursor.
    pub(super) word: String,
    /// How much of that word the shell takes for a word of its own, in bytes: bash breaks words at
    /// `:` and `=`, too.
    cut: usize,
    /// The words of an answer are put in as they are; special characters need a backslash.
    escapes: bool,
}

impl Asked {
    /// From bash: the line up to the cursor, and the characters that break words. From others: the
    /// words, and the one at the cursor as it was typed.
    pub(super) fn of(shell: &str, words: &[String]) -> Self {
        if shell == "bash" {
            let [line, breaks] = words else {
                return Self::default();
            };
            let mut read = read(line, breaks);
            let mut before: Vec<_> = read.words.drain(..).skip(1).collect();
            let word = read.last;
            // The program's own name is being typed.
            if read.count == 0 {
                before.clear();
            }
            return Self {
                before,
                word,
                cut: read.cut,
                escapes: !read.quoted,
            };
        }
        let Some((word, before)) = words.split_last() else {
            return Self::default();
        };
        Self {
            before: before.to_vec(),
            word: read(word, "").last,
            cut: 0,
            escapes: false,
        }
    }

    /// A word of the answer as the shell wants it.
    pub(super) fn fit(&self, word: &str) -> String {
        let word = word.get(self.cut..).unwrap_or(word);
        if !self.escapes {
            return word.to_owned();
        }
        let mut fitted = String::new();
        for letter in word.chars() {
            if " \\'\"`$!*?(){}<>|&;#~".contains(letter) {
                fitted.push('\\');
            }
            fitted.push(letter);
        }
        fitted
    }
}

struct Read {
    words: Vec<String>,
    /// The word that is not finished; empty after a space.
    last: String,
    /// Words that are finished.
    count: usize,
    /// Where the last break within the unfinished word ends.
    cut: usize,
    /// A quote is open.
    quoted: bool,
}

/// Splits as a shell would, whatever is still open.
fn read(line: &str, breaks: &str) -> Read {
    let mut read = Read {
        words: Vec::new(),
        last: String::new(),
        count: 0,
        cut: 0,
        quoted: false,
    };
    let mut quote = None;
    let mut started = false;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None, ' ' | '\t' | '\n') => {
                if started {
                    read.words.push(std::mem::take(&mut read.last));
                }
                (started, read.cut) = (false, 0);
                continue;
            }
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None | Some('"'), '\\') => read.last.extend(letters.next()),
            (None, letter) if breaks.contains(letter) => {
                read.last.push(letter);
                read.cut = read.last.len();
            }
            _ => read.last.push(letter),
        }
        started = true;
    }
    read.count = read.words.len();
    read.quoted = quote.is_some();
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bash(line: &str) -> (Vec<String>, String, String) {
        let asked = Asked::of("bash", &[line.to_owned(), " \"'><=;|&(:".to_owned()]);
        let fitted = asked.fit(&format!("{}x y", asked.word));
        (asked.before, asked.word, fitted)
    }

    #[test]
    fn a_line_of_bash_is_split_up_to_the_cursor() {
        let expected = |before: &[&str], word: &str, fitted: &str| {
            let before = before.iter().map(|word| (*word).to_owned()).collect();
            (before, word.to_owned(), fitted.to_owned())
        };
        assert_eq!(bash("bm cre"), expected(&[], "cre", "crex\\ y"));
        assert_eq!(bash("bm create "), expected(&["create"], "", "x\\ y"));
        assert_eq!(
            bash("bm -c 'a b' --verbosity="),
            expected(&["-c", "a b"], "--verbosity=", "x\\ y")
        );
        assert_eq!(bash("bm ssh://h"), expected(&[], "ssh://h", "//hx\\ y"));
        assert_eq!(
            bash("bm \"ssh://h "),
            expected(&[], "ssh://h ", "ssh://h x y")
        );
        assert_eq!(bash("bm a\\ b"), expected(&[], "a b", "a\\ bx\\ y"));
        assert_eq!(bash("bm ''"), expected(&[], "", "x\\ y"));
        assert_eq!(bash("b"), expected(&[], "b", "bx\\ y"));
        assert_eq!(bash("bm é\\"), expected(&[], "é", "éx\\ y"));
    }

    #[test]
    fn other_shells_hand_over_words() {
        let words = ["create".to_owned(), "--x\\[0\\]".to_owned()];
        let asked = Asked::of("fish", &words);
        assert_eq!((asked.before.len(), asked.word.as_str()), (1, "--x[0]"));
        assert_eq!(asked.fit("a b"), "a b");
        assert_eq!(Asked::of("zsh", &[]), Asked::default());
        assert_eq!(Asked::of("bash", &[]), Asked::default());
    }
}
