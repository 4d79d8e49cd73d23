//! How good a password is, in words.

texts! {
    short: "Too short." | "Noch zu kurz.";
    weak: "Too easy to guess. Add another word." | "Zu leicht zu erraten. Fügen Sie noch ein Wort hinzu.";
    fair: "Not strong enough yet. Add one more unrelated word."
        | "Noch nicht sicher genug. Fügen Sie noch ein Wort hinzu, das nicht zu den anderen passt.";
    good: "Good. You can use this one." | "Gut. Das können Sie nehmen.";
    strong: "Very good." | "Sehr gut.";
}
