//! What is left out.

use crate::borg::pattern::{self, Pattern};
use crate::option::{At, Shape, Value};
use crate::options;
use crate::text::{Node, Problem, Problems};

options! {
    /// What to leave out.
    pub struct Exclude {
        /// What to back up and what not, as borg's patterns: R is a path to start from, - leaves out,
        /// ! leaves out and does not look below, + takes in, P sets the style of what follows. The
        /// first that matches a path decides.
        patterns: Vec<PatternLine> = "- \"R /\"\n- \"- /home/*/.cache\"\n- \"+ /home/susan\"\n- \"- /home/*\"";
        /// Files with such patterns, one on a line.
        patterns_from: Vec<String> = "- /etc/borgmatic/patterns";
        /// What to leave out: shell patterns that match whole paths, unless they start with sh:, re:,
        /// pp:, pf: or fm:.
        exclude_patterns: Vec<String> = "- \"*.pyc\"\n- /home/*/.cache\n- \"*/.vim*.tmp\"\n- /etc/ssl\n- /home/user/path with spaces";
        /// Files with such patterns, one on a line.
        exclude_from: Vec<String> = "- /etc/borgmatic/excludes";
        /// Leave out directories that hold a CACHEDIR.TAG file.
        exclude_caches: bool = "true", default = "false";
        /// Leave out directories that hold a file of one of these names.
        exclude_if_present: Vec<String> = "- .nobackup";
        /// Keep the files that mark a directory as left out.
        keep_exclude_tags: bool = "true", default = "false";
        /// Leave out files with the NODUMP flag.
        exclude_nodump: bool = "true", default = "false";
        /// Stay on the file system of each source directory.
        one_file_system: bool = "true", default = "false";
        /// Read special files, such as named pipes and devices, as if they were plain files. They may
        /// never end: leave them out where that can happen.
        read_special: bool = "true", default = "false";
        /// Do not ask borg before each backup whether its runtime directory would be left out.
        unsafe_skip_path_validation_before_create: bool = "true", default = "false";
    }
}

/// A line of patterns that borg understands; or an empty one, or a comment.
#[derive(Clone, Debug)]
pub struct PatternLine(pub String);

impl Value for PatternLine {
    const SHAPE: &'static Shape = &Shape::Text;

    fn read(node: &Node, at: &At<'_>, out: &mut Problems) -> Option<Self> {
        let text = String::read(node, at, out)?;
        let Some(Err(words)) = pattern::meant(&text).map(Pattern::parse) else {
            return Some(Self(text));
        };
        out.add(
            Problem::new("borgmatic::config::pattern", words)
                .on(node, "this pattern")
                .help(pattern::HELP),
        );
        None
    }
}
