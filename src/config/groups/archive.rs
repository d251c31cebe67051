//! How archives are named and written.

use crate::options;

options! {
    /// How archives are named and written.
    pub struct Archive {
        /// The name of a new archive; borg fills in {hostname}, {now}, {user} and others. Archives of
        /// other names are not touched by prune and check.
        archive_name_format: String = "\"{hostname}-documents-{now}\"", default = "{hostname}-{now:%Y-%m-%dT%H:%M:%S.%f}";
        /// The archives that prune, check, list and others act on, where that is not what
        /// archive_name_format tells: a name, or a pattern after sh: or re:.
        match_archives: String = "\"sh:{hostname}-*\"", no_flag;
        /// How data is compressed, for example zstd,10. Data that is stored already stays as it is.
        compression: String = "lz4", default = "lz4";
        /// When recreate compresses data anew: where it was compressed another way, always or never.
        recompress: Recompress = "if-different", default = "never";
        /// How data is cut into chunks. Another value than before stores everything anew.
        chunker_params: String = "19,23,21,4095";
        /// Seconds after which borg saves what it has stored so far of an unfinished archive.
        checkpoint_interval: u32 = "1800", default = "1800";
        /// Bytes after which borg does so.
        checkpoint_volume: u32 = "1048576", default = "off";
        /// The most that is sent to a remote repository, in KiB a second.
        upload_rate_limit: u32 = "100", default = "no limit", former = &["remote_rate_limit"];
        /// The size of the buffer for sending, in MiB.
        upload_buffer_size: u32 = "160", default = "none";
        /// Store user and group ids as numbers only, without names.
        numeric_ids: bool = "true", default = "false", former = &["numeric_owner"];
        /// Store the time of last access.
        atime: bool = "false", default = "false; true before Borg 1.2";
        /// Store the time of last status change.
        ctime: bool = "false", default = "true";
        /// Store the time of creation, where the system knows it.
        birthtime: bool = "false", default = "true";
        /// Store file flags, such as NODUMP and IMMUTABLE.
        flags: bool = "false", default = "true", former = &["bsd_flags"];
        /// How borg notices that a file changes while it reads it.
        files_changed: FilesChanged = "ctime", default = "ctime";
        /// How borg recognises an unchanged file without reading it.
        files_cache: String = "ctime,size,inode", default = "ctime,size,inode";
    }
}

options! {
    /// How borg notices that a file changes while it is read.
    pub enum FilesChanged { Ctime = "ctime", Mtime = "mtime", Disabled = "disabled" }
}

options! {
    /// When recreate compresses data anew.
    pub enum Recompress { IfDifferent = "if-different", Always = "always", Never = "never" }
}
