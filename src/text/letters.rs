//! Characters that do something where they are shown.

/// Control characters but the tab, line breaks of Unicode, and what changes the direction of writing.
pub fn acts(letter: char) -> bool {
    letter != '\t' && letter.is_control()
        || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
