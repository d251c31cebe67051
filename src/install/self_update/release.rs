//! What a release consists of, and the proof that it is one: the name of the program in it, its
//! version, the hashes, and their signature. Pure.

use minisign_verify::{PublicKey, Signature};

use crate::config::directories::hashed;
use crate::host::Failure;

pub(super) const SUMS: &str = "SHA256SUMS";
pub(super) const SIGNATURE: &str = "SHA256SUMS.minisig";
/// How a compressed file begins. RFC 1952.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Beside the folders of the versions: the newest one's name.
pub(super) const LATEST: &str = "latest";

/// A version: year, month, number. Numbers are compared as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version(String);

impl Version {
    /// Digits and dots: it becomes a part of an address.
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let parts = || text.split('.');
        let number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if text.len() < 40 && parts().count() >= 2 && parts().all(number) {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(40).collect();
        Err(unusable(
            format!("{shown:?} is no version"),
            "a version looks like 2026.11.0",
        ))
    }

    /// That of this program.
    pub(super) fn own() -> Self {
        Self(env!("CARGO_PKG_VERSION").to_owned())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        let numbers = |version: &Self| -> Vec<u64> {
            let parts = version.0.split('.');
            parts.map(|part| part.parse().unwrap_or(u64::MAX)).collect()
        };
        numbers(self) > numbers(other)
    }

    /// How the released program for this machine is called.
    pub(super) fn program(&self) -> String {
        format!("borgmatic-{}-{}-linux-musl", self.0, std::env::consts::ARCH)
    }
}

/// The hashes of a release, as they were signed.
#[derive(Debug)]
pub(super) struct Proven {
    pub(super) sums: String,
    /// The signature covers it.
    pub(super) version: Version,
}

impl Proven {
    /// An older release is no answer to a question for this one.
    pub(super) fn of(self, wanted: &Version) -> Result<Self, Failure> {
        if self.version == *wanted {
            return Ok(self);
        }
        let told = format!("borgmatic {}", self.version.text());
        Err(unproven(format!(
            "{SUMS} is signed as {told:?}, not as borgmatic {}",
            wanted.text()
        )))
    }

    /// Why a program is not the one of this name: it is signed under another, such as that of another
    /// machine.
    pub(super) fn other(&self, bytes: &[u8], shown: &str, name: &str) -> Option<Failure> {
        let own = hashed(bytes);
        let lines = self.sums.lines().filter_map(|line| line.split_once("  "));
        let (_, other) = lines.into_iter().find(|(hash, _)| *hash == own)?;
        let words = format!("{shown} is {other}, and this machine needs {name}");
        Some(unusable(words, "take that file of the release"))
    }
}

/// Something about a release that keeps it from being used.
pub(super) fn unusable(words: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure::new("borgmatic::install::release", words).help(help)
}

fn unproven(words: impl Into<String>) -> Failure {
    Failure::new("borgmatic::install::unproven", words).help(
        "nothing was replaced. Try again later; if it stays so, tell those who make the release: \
         somebody may have changed it",
    )
}

/// The keys that a release may be signed with.
pub(super) struct Keys(Vec<PublicKey>);

impl Keys {
    /// Those that this program was built with.
    pub(super) fn built_in() -> Self {
        Self::of(env!("BORGMATIC_KEYS"))
    }

    /// From their texts, a space between them. What is no key proves nothing.
    pub(super) fn of(texts: &str) -> Self {
        let keys = texts.split_whitespace();
        Self(
            keys.filter_map(|text| PublicKey::from_base64(text).ok())
                .collect(),
        )
    }

    /// A program without a key believes nobody.
    pub(super) fn some(&self) -> Result<&Self, Failure> {
        if self.0.is_empty() {
            let words = "this program was built without a release key: it cannot tell a release from a forgery";
            let help = "install the new version by hand: sh install.sh, or build it";
            return Err(unusable(words, help));
        }
        Ok(self)
    }

    /// The hashes, if one of the keys signed them, and of which version they are.
    pub(super) fn prove(&self, sums: &[u8], signature: &[u8]) -> Result<Proven, Failure> {
        let wrong = || unproven(format!("the signature of {SUMS} is wrong"));
        let text = str::from_utf8(signature).map_err(|_| wrong())?;
        let signature = Signature::decode(text).map_err(|_| wrong())?;
        let is_signed = |key: &PublicKey| key.verify(sums, &signature, false).is_ok();
        if !self.0.iter().any(is_signed) {
            return Err(wrong());
        }
        let told = signature.trusted_comment();
        let version = told.strip_prefix("borgmatic ").map(Version::read);
        let Some(Ok(version)) = version else {
            let words = format!("{SUMS} is signed as {told:?}, which is no release of borgmatic");
            return Err(unproven(words));
        };
        let sums = str::from_utf8(sums).map_err(|_| wrong())?.to_owned();
        Ok(Proven { sums, version })
    }
}

/// The hash of exactly this name.
pub(super) fn hash_of<'a>(sums: &'a str, name: &str) -> Result<&'a str, Failure> {
    let lines = sums.lines().filter_map(|line| line.split_once("  "));
    let mut found = lines.filter(|(_, own)| *own == name).map(|(hash, _)| hash);
    match (found.next(), found.next()) {
        (Some(hash), None) => Ok(hash),
        (None, _) => Err(unusable(
            format!("the release has no {name}"),
            "there is a program for Linux on x86_64 and aarch64; build it for others",
        )),
        (Some(_), Some(_)) => Err(unproven(format!("{SUMS} has {name} twice"))),
    }
}

/// Is the program the one that was signed?
pub(super) fn prove_program(bytes: &[u8], hash: &str, name: &str) -> Result<(), Failure> {
    let own = hashed(bytes);
    if own == hash {
        return Ok(());
    }
    if bytes.starts_with(&GZIP) {
        let help = format!("unpack it, and name the program in it: tar xzf {name}");
        return Err(unusable(
            format!("{name} is an archive, not a program"),
            help,
        ));
    }
    Err(unproven(format!(
        "{name} is not the released one: its SHA-256 is {own}, and {hash} was signed"
    )))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Signed for these tests with keys that nobody has any more.
    pub(in super::super) const KEY: &str =
        "RWQNRr3LbSHHnNSrh0qH4VRv9NkckXcAd2zOzVHkQkOImGI++maSn3rB";
    pub(in super::super) const OTHER_KEY: &str =
        "RWRkaGc2y3UWa+O4gnv+FpWfOrntO/lcyVFfcJyJbzO3Mgl+bxCKEl5d";
    pub(in super::super) const PROGRAM: &[u8] = b"the program of 2031.5.0\n";
    pub(in super::super) const HASHES: &str = "\
24f786efa8ccb0ba31dd4191280eaf40ee8a34cb29eca2408c5391e8f0bc9969  borgmatic-2031.5.0-aarch64-linux-musl
24f786efa8ccb0ba31dd4191280eaf40ee8a34cb29eca2408c5391e8f0bc9969  borgmatic-2031.5.0-x86_64-linux-musl
2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  install.sh
";
    pub(in super::super) const SIGNED: &str =
        "untrusted comment: signature from minisign secret key
RUQNRr3LbSHHnP3E0E9pML1g9PW3nGtWapYGBV0WRaWV3H9bGjXf4YKKkF5YMFAXcW7BLlWgXin4KndnzrKHg38k7ohPSUotBAU=
trusted comment: borgmatic 2031.5.0
v1f2orjuJeUyQK35NF6o++i+Z472PXpvtpOXGXkxI5MtfQclXDnnaNIVr2QJmUxuKAiloXRJc7xXPMZIkfBZDw==
";
    /// The same hashes, signed as those of an older version.
    const OLDER: &str = "untrusted comment: signature from minisign secret key
RUQNRr3LbSHHnP3E0E9pML1g9PW3nGtWapYGBV0WRaWV3H9bGjXf4YKKkF5YMFAXcW7BLlWgXin4KndnzrKHg38k7ohPSUotBAU=
trusted comment: borgmatic 2031.4.0
2kA/qmfJXK8RVXKpfTH6iMPBIsd9yAoG8xX6RpbSu9x2xXBxuUk5RflDPpofqk1TyaxF2fSXBejuzW8PvpzaBA==
";

    fn version(text: &str) -> Version {
        Version::read(text).unwrap()
    }

    #[test]
    fn versions_are_numbers() {
        assert!(version("2026.12.0").is_newer_than(&version("2026.9.3")));
        assert!(version("2027.1.0").is_newer_than(&version("2026.12.9")));
        assert!(version("2026.12.0.1").is_newer_than(&version("2026.12.0")));
        assert!(!version("2026.12.0").is_newer_than(&version("2026.12.0")));
        assert_eq!(version(" 2026.12.0\n").text(), "2026.12.0");
        for wrong in [
            "",
            "2026",
            "../2026.1.0",
            "2026.1.",
            "v2026.1.0",
            "2026.1.0-rc1",
            "<html>",
        ] {
            assert!(Version::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_key_proves_only_this_version_and_only_these_bytes() {
        let prove = |keys: &str, sums: &str, signature: &str, of: &str| {
            let keys = Keys::of(keys);
            keys.prove(sums.as_bytes(), signature.as_bytes())
                .and_then(|proven| proven.of(&version(of)))
                .map(|_| ())
                .map_err(|failure| failure.words)
        };
        let two = format!("{OTHER_KEY} {KEY}");
        assert_eq!(prove(KEY, HASHES, SIGNED, "2031.5.0"), Ok(()));
        assert_eq!(prove(&two, HASHES, SIGNED, "2031.5.0"), Ok(()));
        assert_eq!(prove(KEY, HASHES, OLDER, "2031.4.0"), Ok(()));
        let wrong = Err("the signature of SHA256SUMS is wrong".to_owned());
        assert_eq!(prove(OTHER_KEY, HASHES, SIGNED, "2031.5.0"), wrong);
        assert_eq!(prove("", HASHES, SIGNED, "2031.5.0"), wrong);
        assert_eq!(prove("no key", HASHES, SIGNED, "2031.5.0"), wrong);
        assert_eq!(
            prove(KEY, &HASHES.replace('2', "3"), SIGNED, "2031.5.0"),
            wrong
        );
        assert_eq!(prove(KEY, HASHES, "", "2031.5.0"), wrong);
        // The comment is signed, too.
        let renamed = OLDER.replace("2031.4.0", "2031.5.0");
        assert_eq!(prove(KEY, HASHES, &renamed, "2031.5.0"), wrong);
        let other = prove(KEY, HASHES, OLDER, "2031.5.0").unwrap_err();
        assert!(other.contains("\"borgmatic 2031.4.0\""), "{other}");
    }

    #[test]
    fn the_program_for_another_machine_is_named() {
        let proven = Proven {
            sums: format!("{}  for-this\n{}  for-that\n", hashed(b"x"), hashed(b"y")),
            version: version("2031.5.0"),
        };
        let told = proven.other(b"y", "/tmp/file", "for-this").unwrap();
        assert_eq!(
            told.words,
            "/tmp/file is for-that, and this machine needs for-this"
        );
        assert!(proven.other(b"z", "/tmp/file", "for-this").is_none());
    }

    #[test]
    fn a_hash_belongs_to_one_whole_name() {
        let sums = "aa  borgmatic\nbb  borgmatic.tar.gz\ncc  twice\ndd  twice\n";
        assert_eq!(hash_of(sums, "borgmatic").unwrap(), "aa");
        assert!(hash_of(sums, "borg").is_err());
        assert!(hash_of(sums, "twice").is_err());
        assert!(prove_program(b"x", &hashed(b"x"), "x").is_ok());
        let failure = prove_program(b"y", &hashed(b"x"), "x").unwrap_err();
        assert_eq!(failure.code, "borgmatic::install::unproven");
    }

    #[test]
    fn without_a_key_nothing_is_believed() {
        assert!(Keys::of("").some().is_err());
        assert!(Keys::of(KEY).some().is_ok());
    }
}
