//! By whose wish somebody is erased. One of a few words, so that the record of an erasure
//! can hold nothing personal.

use serde::{Deserialize, Serialize};

/// By whose wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// The person's own, logged in and with their password.
    Person,
    /// The person's own, by a mailed link.
    Link,
    /// The operator's command.
    Operator,
    /// An agent acted for the person, who had asked in this way.
    Agent(Asked),
    /// A retention limit was reached.
    Retention,
}

/// How a customer asked an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// On the phone.
    Phone,
    /// By mail or letter.
    Mail,
    /// In person.
    InPerson,
    /// Otherwise.
    Otherwise,
}

impl Asked {
    /// Every way, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Mail, Self::InPerson, Self::Otherwise];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::InPerson => "in-person",
            Self::Otherwise => "otherwise",
        }
    }

    /// Reads [`as_str`](Self::as_str) back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asked| asked.as_str() == word)
    }
}

impl Wish {
    /// The word that is stored, and that a receipt says.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Link => "link",
            Self::Operator => "operator",
            Self::Agent(Asked::Phone) => "agent-phone",
            Self::Agent(Asked::Mail) => "agent-mail",
            Self::Agent(Asked::InPerson) => "agent-in-person",
            Self::Agent(Asked::Otherwise) => "agent-otherwise",
            Self::Retention => "retention",
        }
    }

    /// Reads [`as_str`](Self::as_str) back.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "person" => Some(Self::Person),
            "link" => Some(Self::Link),
            "operator" => Some(Self::Operator),
            "retention" => Some(Self::Retention),
            _ => word.strip_prefix("agent-").and_then(Asked::parse).map(Self::Agent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        let agents = Asked::ALL.map(Wish::Agent);
        for wish in [Wish::Person, Wish::Link, Wish::Operator, Wish::Retention].into_iter().chain(agents) {
            assert_eq!(Wish::parse(wish.as_str()), Some(wish));
        }
        for word in ["", "agent", "agent-", "agent-person", "Person"] {
            assert_eq!(Wish::parse(word), None);
        }
    }
}
