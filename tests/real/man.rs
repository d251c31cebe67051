//! The man pages, through the program that formats them.

use std::process::Command;

use borgmatic::cli::man;
use borgmatic::install::entries;

use crate::world::{World, outcome};

#[test]
fn every_page_is_formatted_without_a_warning() {
    let world = World::new("1.4");
    let pages = man::pages(entries());
    assert_eq!(pages.len(), entries().len() + 1);
    for (name, text) in pages {
        world.write(&name, &text);
        let options = ["-ww", "-man", "-Tutf8", "-k", "-rLL=78n"];
        let mut groff = Command::new("groff");
        let shown = outcome(groff.args(options).arg(world.path(&name))).ends_with(0);
        assert_eq!(shown.err, "", "{name}");
        // Bold is a letter struck twice.
        let plain: String = shown.out.replace('\u{8}', "\0");
        assert!(plain.contains("S\0SY\0YN\0N"), "{name}: {plain}");
    }
}

#[test]
fn a_page_is_printed_for_the_program_and_for_its_actions() {
    let world = World::new("1.4");
    let page = |words: &[&str]| {
        let words: Vec<_> = words.iter().chain(&["--man-page"]).copied().collect();
        world.ok(&words).out
    };
    let pages = man::pages(entries());
    assert_eq!(page(&[]), pages[0].1);
    for (entry, (_, text)) in entries().iter().zip(&pages[1..]) {
        let words: Vec<_> = entry.info.name.split(' ').collect();
        assert_eq!(&page(&words), text, "{words:?}");
    }
}
