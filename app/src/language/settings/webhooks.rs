//! Webhooks.

use tresen_model::Language;

texts! {
    link: "Webhooks" | "Webhooks";
    title: "Webhooks" | "Webhooks";
    lede: "Tell another program what happens here, as it happens."
        | "Sagen Sie einem anderen Programm Bescheid, sobald hier etwas geschieht.";
    list: "Webhooks" | "Webhooks";
    list_text: "Choose a name to see what was sent, or to make changes."
        | "Wählen Sie einen Namen, um zu sehen, was gesendet wurde, oder um etwas zu ändern.";
    none: "There are no webhooks." | "Es gibt keine Webhooks.";
    back: "All webhooks" | "Alle Webhooks";
    fine: "On" | "Eingeschaltet";
    failing: "Nothing accepted since" | "Nichts angenommen seit";
    off: "Switched off since" | "Abgeschaltet seit";
    all_events: "All events" | "Alle Ereignisse";
    with_text: "With text" | "Mit Text";
    ids_only: "Without text" | "Ohne Text";

    new: "New webhook" | "Neuer Webhook";
    new_text: "Each delivery is signed with a secret that you see once, as Standard Webhooks describes. Private networks are out of reach; only the operator can allow one."
        | "Jede Zustellung ist mit einem Geheimnis signiert, das Sie einmal sehen, wie Standard Webhooks es beschreibt. Private Netze sind nicht erreichbar; nur wer den Server betreibt, kann eines erlauben.";
    name: "Name" | "Name";
    name_hint: "So that you recognise it later, such as the name of the program."
        | "Damit Sie ihn später erkennen, etwa der Name des Programms.";
    address: "Web address" | "Webadresse";
    address_hint: "It begins with https://." | "Sie beginnt mit https://.";
    events: "Events" | "Ereignisse";
    events_hint: "Select none to send all of them." | "Ohne Auswahl werden alle gesendet.";
    text: "Send the text, too" | "Auch den Text senden";
    text_hint: "Otherwise the program gets numbers and ids alone, and asks the API for more. Text leaves your desk: tick this only if the receiver may have it."
        | "Sonst bekommt das Programm nur Nummern und Kennungen und fragt die API nach mehr. Der Text verlässt Ihren Service Desk: Wählen Sie das nur, wenn der Empfänger ihn haben darf.";
    add: "Add webhook" | "Webhook hinzufügen";
    locked: "Please confirm it's you before you change webhooks."
        | "Bitte bestätigen Sie, dass Sie es sind, bevor Sie Webhooks ändern.";

    deliveries: "Deliveries" | "Zustellungen";
    deliveries_text: "The newest 50. What was accepted or given up is listed for a week."
        | "Die neuesten 50. Was angenommen oder aufgegeben wurde, steht hier eine Woche lang.";
    no_deliveries: "Nothing was sent yet." | "Bisher wurde nichts gesendet.";
    event: "Event" | "Ereignis";
    when: "When" | "Wann";
    state: "Status" | "Status";
    sent: "Accepted" | "Angenommen";
    given_up: "Given up" | "Aufgegeben";
    waiting: "Next attempt:" | "Nächster Versuch:";
    no_answer: "no answer" | "keine Antwort";
    replay: "Send again" | "Erneut senden";

    changes: "Changes" | "Änderungen";
    changes_text: "After a new secret, deliveries are signed with the old one, too, for a day."
        | "Nach einem neuen Geheimnis sind Zustellungen einen Tag lang auch mit dem alten signiert.";
    renew: "New secret" | "Neues Geheimnis";
    switch_off: "Switch off" | "Abschalten";
    switch_on: "Switch on" | "Einschalten";
    remove: "Remove" | "Entfernen";

    switched_on: "The webhook is switched on." | "Der Webhook ist eingeschaltet.";
    switched_off: "The webhook is switched off. It hears of nothing that happens from now on."
        | "Der Webhook ist abgeschaltet. Er erfährt nichts von dem, was ab jetzt geschieht.";
    removed: "The webhook is removed." | "Der Webhook ist entfernt.";
    replayed: "It is sent again now." | "Die Zustellung wird jetzt erneut gesendet.";

    made_title: "The secret of the webhook" | "Das Geheimnis des Webhooks";
    made_lede: "Copy it now. It is shown only this once."
        | "Kopieren Sie es jetzt. Es wird nur dieses eine Mal angezeigt.";
    made_use: "The other program checks with it that a delivery comes from here and was not changed."
        | "Das andere Programm prüft damit, dass eine Zustellung von hier kommt und nicht verändert wurde.";
    kept: "I have copied it" | "Ich habe es kopiert";
}

/// An event in words, by what is stored.
pub fn event_name(language: Language, event: &str) -> String {
    match event {
        "request.created" => say!(language, "A request was created", "Eine Anfrage wurde angelegt"),
        "request.commented" => say!(language, "A comment was written", "Ein Kommentar wurde geschrieben"),
        "request.changed" => say!(
            language,
            "Status, priority or assignee changed",
            "Status, Dringlichkeit oder Zuständigkeit geändert"
        ),
        "request.resolved" => say!(language, "A request was resolved", "Eine Anfrage wurde gelöst"),
        "person.erased" => say!(language, "A person was erased", "Eine Person wurde gelöscht"),
        "person.restricted" => {
            say!(language, "Processing was restricted", "Die Verarbeitung wurde eingeschränkt")
        }
        word => word.to_owned(),
    }
}

/// How often it was sent, and the last answer.
pub fn attempts(language: Language, attempts: u64, status: Option<u16>) -> String {
    let answer = status.map_or_else(|| no_answer(language).to_owned(), |status| format!("HTTP {status}"));
    match attempts {
        0 => String::new(),
        1 => say!(language, "1 attempt, {answer}", "1 Versuch, {answer}"),
        more => say!(language, "{more} attempts, {answer}", "{more} Versuche, {answer}"),
    }
}
