//! Words that may be missing.

/// An optional text prop that takes whatever the caller has: `"…"`, a `String`, or an `Option` of either.
#[derive(Clone, Default)]
pub struct MaybeText(Option<String>);

impl MaybeText {
    /// The text, unless there is none or it is empty.
    pub fn get(self) -> Option<String> {
        self.0.filter(|text| !text.is_empty())
    }
}

impl From<&str> for MaybeText {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for MaybeText {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<Option<String>> for MaybeText {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}

impl From<Option<&str>> for MaybeText {
    fn from(text: Option<&str>) -> Self {
        Self(text.map(str::to_owned))
    }
}
