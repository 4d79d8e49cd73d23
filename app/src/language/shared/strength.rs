//! How good a password is, in words.

texts! {
    short: "Too short yet." | "Noch zu kurz.";
    weak: "Would be guessed at once. Add another word." | "Wäre sofort erraten. Fügen Sie noch ein Wort hinzu.";
    fair: "Not enough yet. One more word that does not fit the others helps."
        | "Noch nicht genug. Ein weiteres Wort, das nicht zu den anderen passt, hilft.";
    good: "Good. You can take this one." | "Gut. Das können Sie nehmen.";
    strong: "Very good." | "Sehr gut.";
}
