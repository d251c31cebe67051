//! `options!`: declares a group of options once; the struct, its table and its reader come from it.
//! A closed list of words is declared with it, too.

/// ```text
/// options! {
///     /// What prune keeps.
///     pub struct Retention {
///         /// Number of daily archives to keep.
///         keep_daily: i64 = "7", active;
///         ..nested: OtherGroup;
///     }
/// }
/// ```
///
/// The words after the example are fields of [`crate::option::Field`].
///
/// ```text
/// options! {
///     /// How one exit code of borg is judged.
///     pub enum TreatAs { Error = "error", Warning = "warning" }
/// }
/// ```
#[macro_export]
macro_rules! options {
    (
        $(#[doc = $about:literal])*
        $vis:vis enum $Name:ident { $( $Word:ident = $written:literal ),* $(,)? }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $Name { $( $Word ),* }

        impl $crate::option::Choice for $Name {
            const WORDS: &'static [&'static str] = &[$( $written ),*];
            const VALUES: &'static [Self] = &[$( Self::$Word ),*];
        }
    };
    (
        $(#[doc = $about:literal])*
        $vis:vis struct $Name:ident $(, $open:ident)? {
            $(
                $(#[doc = $doc:literal])*
                $name:ident : $type:ty = $example:literal $(, $word:ident $(= $value:expr)?)* ;
            )*
            $( ..$group:ident : $Group:ty ; )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, Default)]
        $vis struct $Name {
            $( $(#[doc = $doc])* pub $name: $crate::option::Opt<$type>, )*
            $( pub $group: $Group, )*
        }

        impl $crate::option::Options for $Name {
            const FIELDS: &'static [$crate::option::Field] = &[$(
                $crate::option::Field {
                    name: $crate::option::shape::plain_name(stringify!($name)),
                    doc: concat!($($doc, "\n"),*),
                    example: $example,
                    shape: <$type as $crate::option::Value>::SHAPE,
                    $( $word: $crate::options!(@word $word $($value)?), )*
                    ..$crate::option::Field::BLANK
                },
            )*];
            const GROUPS: $crate::option::Groups =
                &[Self::FIELDS $(, <$Group as $crate::option::Options>::FIELDS)*];
            const ABOUT: &'static [&'static str] = &[
                concat!("", $($about, "\n"),*) $(, <$Group as $crate::option::Options>::ABOUT[0])*
            ];

            $( const OPEN: bool = $crate::options!(@word $open); )?

            #[allow(unused_variables, reason = "a group may be empty")]
            fn take(
                node: &$crate::text::Node,
                at: &$crate::option::At<'_>,
                out: &mut $crate::text::Problems,
            ) -> Self {
                Self {
                    $( $name: $crate::option::walk::take::<$type>(node, $crate::option::shape::plain_name(stringify!($name)), at, out), )*
                    $( $group: <$Group as $crate::option::Options>::take(node, at, out), )*
                }
            }

            #[allow(unused_variables, reason = "a group may be empty")]
            #[allow(clippy::match_single_binding, reason = "a group may be empty")]
            fn place(&self, name: &str) -> Option<&$crate::text::Origin> {
                match name {
                    $( stringify!($name) => self.$name.origin(), )*
                    _ => None $( .or_else(|| $crate::option::Options::place(&self.$group, name)) )*,
                }
            }
        }

        impl $crate::option::Value for $Name {
            const SHAPE: &'static $crate::option::Shape = if <Self as $crate::option::Options>::OPEN {
                &$crate::option::Shape::Open(<Self as $crate::option::Options>::GROUPS)
            } else {
                &$crate::option::Shape::Object(<Self as $crate::option::Options>::GROUPS)
            };

            fn read(
                node: &$crate::text::Node,
                at: &$crate::option::At<'_>,
                out: &mut $crate::text::Problems,
            ) -> Option<Self> {
                $crate::option::walk::object(node, at, out)
            }
        }
    };
    (@word short $value:expr) => { Some($value) };
    (@word $word:ident $value:expr) => { $value };
    (@word $word:ident) => { true };
}
