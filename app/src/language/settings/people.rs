//! Who works at the desk: the list, one person, inviting somebody.

use tresen_model::{Language, Role};

texts! {
    link: "Team" | "Team";
    settings: "Settings" | "Einstellungen";
    title: "Team" | "Team";
    lede: "Set permissions here. Choose a name to make changes."
        | "Hier legen Sie Rechte fest. Wählen Sie einen Namen, um etwas zu ändern.";
    caption: "Team members" | "Teammitglieder";
    back: "All requests" | "Alle Anfragen";
    back_to_list: "All team members" | "Alle Teammitglieder";
    name: "Name" | "Name";
    email: "Email address" | "E‑Mail-Adresse";
    role: "Role" | "Rolle";
    kinds: "Request types" | "Arten von Anfragen";
    sign_in: "Sign-in" | "Anmeldung";
    you: "you" | "Sie";
    no_name: "No name given" | "Ohne Namen";
    kinds_all: "All types" | "Alle Arten";
    kinds_some: "Only the selected types" | "Nur die ausgewählten Arten";
    kinds_hint: "This person sees requests of other types in no list and no search."
        | "Anfragen anderer Arten sieht diese Person in keiner Liste und keiner Suche.";
    factor: "With a second factor" | "Mit zweitem Faktor";
    no_factor: "No second factor yet" | "Noch ohne zweiten Faktor";

    locked: "Please confirm it's you before you change permissions."
        | "Bitte bestätigen Sie, dass Sie es sind, bevor Sie Rechte ändern.";
    locked_provider: "You signed in with your organisation. Please sign out and sign in again. You then have ten minutes."
        | "Sie haben sich über Ihre Organisation angemeldet. Bitte melden Sie sich ab und erneut an. Danach haben Sie zehn Minuten Zeit.";

    duty_title: "Permissions" | "Rechte";
    duty_text: "A new role signs this person out everywhere and sends them an email. New request types apply at once, without either."
        | "Eine neue Rolle meldet diese Person überall ab und löst eine E‑Mail an sie aus. Neue Arten von Anfragen gelten sofort, ohne beides.";
    own: "This is your own role. If you change it, you are signed out."
        | "Das ist Ihre eigene Rolle. Wenn Sie sie ändern, werden Sie abgemeldet.";
    save: "Save" | "Speichern";

    invited_title: "Invited" | "Eingeladen";
    invited_text: "They have not chosen a password yet. Until then they have no role."
        | "Noch kein Passwort festgelegt. Bis dahin haben sie keine Rolle.";
    withdraw: "Withdraw" | "Zurückziehen";

    add_title: "Add a person" | "Person hinzufügen";
    add_text: "A person with an account here gets the role at once. Anyone else gets an email with a link to choose a password."
        | "Wenn es zur Adresse ein Konto gibt, gilt die Rolle sofort. Sonst schicken wir eine E‑Mail mit einem Link, um ein Passwort festzulegen.";
    name_hint: "Customers see it. An existing account keeps its name."
        | "Für Kundinnen und Kunden sichtbar. Ein bestehendes Konto behält seinen Namen.";
    language: "Language of the invitation" | "Sprache der Einladung";
    language_hint: "Pages appear in the language of their browser until they choose one."
        | "Die Seiten erscheinen in der Sprache des Browsers, bis die Person eine wählt.";
    add: "Add" | "Hinzufügen";

    changed: "The changes are saved." | "Die Änderungen sind gespeichert.";
    added: "This person has the role now and was told by email." | "Diese Person hat die Rolle jetzt und erfährt es per E‑Mail.";
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
        (Language::English, Role::Customer) => "None: sees only their own requests",
        (Language::English, Role::Agent) => "Agent: answers requests",
        (Language::English, Role::Admin) => "Admin: answers all requests, manages the service desk",
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
        "{provider} sets this role again at the next sign-in. To change it permanently, change it there.",
        "{provider} setzt diese Rolle bei der nächsten Anmeldung neu. Ändern Sie sie dort, damit es so bleibt."
    )
}

/// Until when an invitation is good.
pub fn until(language: Language, day: &str) -> String {
    say!(language, "until {day}", "bis {day}")
}
