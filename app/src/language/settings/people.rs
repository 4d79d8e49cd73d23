//! Who works at the desk: the list, one person, inviting somebody.

use tresen_model::{Language, Role};

texts! {
    link: "People" | "Team";
    settings: "Settings" | "Einstellungen";
    title: "People who work here" | "Wer hier arbeitet";
    lede: "What each of them may do. Choose a name to change it."
        | "Und wer was darf. Wählen Sie einen Namen, um etwas zu ändern.";
    caption: "People who work here" | "Wer hier arbeitet";
    back: "To the queue" | "Zur Liste";
    back_to_list: "Everybody who works here" | "Alle, die hier arbeiten";
    name: "Name" | "Name";
    email: "Mail address" | "E‑Mail-Adresse";
    role: "Role" | "Rolle";
    kinds: "Request types" | "Arten von Anfragen";
    sign_in: "Sign-in" | "Anmeldung";
    you: "you" | "Sie";
    no_name: "No name given" | "Ohne Namen";
    kinds_all: "All types" | "Alle Arten";
    kinds_some: "Only those that are ticked" | "Nur die angekreuzten";
    kinds_hint: "Requests of other types are in no list and no search for this person."
        | "Anfragen anderer Arten stehen für diese Person in keiner Liste und keiner Suche.";
    factor: "With a second factor" | "Mit zweitem Faktor";
    no_factor: "No second factor yet" | "Noch ohne zweiten Faktor";

    locked: "Before you change what somebody may do, please show that it is you."
        | "Bevor Sie ändern, was jemand darf, zeigen Sie bitte, dass Sie es sind.";
    locked_provider: "You have signed in with your organisation. Please log out and sign in again; then you have ten minutes."
        | "Sie haben sich über Ihre Organisation angemeldet. Bitte melden Sie sich ab und erneut an; danach haben Sie zehn Minuten Zeit.";

    duty_title: "What they may do" | "Was diese Person darf";
    duty_text: "With another role all sessions of this person end, and a mail tells them. Request types change at once, without either."
        | "Mit einer anderen Rolle wird diese Person überall abgemeldet und erhält eine E‑Mail. Die Arten von Anfragen ändern sich sofort, ohne beides.";
    own: "This is your own role. With another one you are logged out."
        | "Das ist Ihre eigene Rolle. Mit einer anderen werden Sie abgemeldet.";
    save: "Save" | "Speichern";

    invited_title: "Invited" | "Eingeladen";
    invited_text: "They have not chosen a password yet. Until then they have no role."
        | "Noch kein Passwort festgelegt. Bis dahin hat niemand von ihnen eine Rolle.";
    withdraw: "Withdraw" | "Zurückziehen";

    add_title: "Add somebody" | "Jemanden hinzufügen";
    add_text: "Whoever has an account here gets the role at once. Everybody else gets a mail with a link to choose a password."
        | "Wer hier ein Konto hat, erhält die Rolle sofort. Alle anderen erhalten eine E‑Mail mit einem Link, um ein Passwort festzulegen.";
    name_hint: "Customers read it. Whoever has an account here keeps the name in it."
        | "Den Namen lesen die Kontakte. Wer hier ein Konto hat, behält den Namen darin.";
    add: "Add" | "Hinzufügen";

    changed: "That is changed." | "Das ist geändert.";
    added: "This person has the role now, and was told so by mail."
        | "Diese Person hat die Rolle jetzt und erfährt es per E‑Mail.";
    was_invited: "An invitation is on its way." | "Die Einladung ist unterwegs.";
    withdrawn: "The invitation is withdrawn." | "Die Einladung ist zurückgezogen.";
}

/// What a role is called.
pub const fn role_name(language: Language, role: Role) -> &'static str {
    match (language, role) {
        (Language::English, Role::Customer) => "None",
        (Language::English, Role::Agent) => "Agent",
        (Language::English, Role::Admin) => "Admin",
        (Language::German, Role::Customer) => "Keine",
        (Language::German, Role::Agent) => "Bearbeitung",
        (Language::German, Role::Admin) => "Verwaltung",
    }
}

/// The same with what it means, to choose from.
pub const fn role_choice(language: Language, role: Role) -> &'static str {
    match (language, role) {
        (Language::English, Role::Customer) => "None: sees their own requests only",
        (Language::English, Role::Agent) => "Agent: answers requests",
        (Language::English, Role::Admin) => "Admin: answers all requests, manages the desk",
        (Language::German, Role::Customer) => "Keine: sieht nur eigene Anfragen",
        (Language::German, Role::Agent) => "Bearbeitung: beantwortet Anfragen",
        (Language::German, Role::Admin) => "Verwaltung: beantwortet alle Anfragen, verwaltet den Servicedesk",
    }
}

/// With whose button somebody signs in.
pub fn with_provider(language: Language, provider: &str) -> String {
    say!(language, "Signs in with {provider}", "Anmeldung über {provider}")
}

/// What a role is worth that a provider gives.
pub fn provider_decides(language: Language, provider: &str) -> String {
    say!(
        language,
        "{provider} decides about this role again when they next sign in with it. To change it for good, change it there.",
        "Über diese Rolle entscheidet {provider} bei der nächsten Anmeldung wieder. Ändern Sie sie dort, damit es so bleibt."
    )
}

/// Until when an invitation is good.
pub fn until(language: Language, day: &str) -> String {
    say!(language, "until {day}", "bis {day}")
}
