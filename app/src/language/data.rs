//! What a person sees of their own data, and what they can do about it.

texts! {
    restricted_title: "Processing is restricted" | "Verarbeitung eingeschränkt";
    restricted_text: "This request exists, but the processing of its customer's data is restricted (Art. 18 GDPR). Nothing of it can be shown, answered or changed until that is lifted."
        | "Diese Anfrage gibt es, aber die Verarbeitung der Daten ihres Kunden ist eingeschränkt (Art. 18 DSGVO). Bis das aufgehoben ist, lässt sich nichts davon anzeigen, beantworten oder ändern.";
    own_restricted_title: "Your data is restricted" | "Ihre Daten sind gesperrt";
    own_restricted_text: "Nothing is done with your requests at the moment, so they cannot be changed either. You lift the restriction on the page of your data in your account."
        | "Mit Ihren Anfragen geschieht gerade nichts, deshalb lassen sie sich auch nicht ändern. Die Sperrung heben Sie in Ihrem Konto auf der Seite zu Ihren Daten auf.";
}
