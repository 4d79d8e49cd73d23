//! API tokens of services.

texts! {
    link: "API tokens" | "API-Tokens";
    title: "API tokens of services" | "API-Tokens von Diensten";
    lede: "With a token, a program works here as a service of its own, such as your shop."
        | "Mit einem Token arbeitet ein Programm hier als eigener Dienst, zum Beispiel Ihr Shop.";
    list: "Tokens" | "Tokens";
    list_text: "A revoked token stops working at once. What the service wrote stays."
        | "Ein widerrufenes Token gilt sofort nicht mehr. Was der Dienst geschrieben hat, bleibt.";
    none: "There are no tokens of services." | "Es gibt keine Tokens von Diensten.";
    new_text: "Allow only what the program needs. The token acts without asking you again, even where a page would ask for a password."
        | "Erlauben Sie nur, was das Programm braucht. Das Token handelt, ohne Sie noch einmal zu fragen, auch wo eine Seite nach einem Passwort fragen würde.";
    name: "Name of the service" | "Name des Dienstes";
    name_hint: "Customers read it below what the service writes."
        | "Er steht unter dem, was der Dienst schreibt, auch für Kundinnen und Kunden.";
    kinds_hint: "Select none to allow all types." | "Ohne Auswahl sind alle Arten erlaubt.";
    locked: "Please confirm it's you before you make a token for a service."
        | "Bitte bestätigen Sie, dass Sie es sind, bevor Sie ein Token für einen Dienst erstellen.";

    made_title: "The new token" | "Das neue Token";
    made_lede: "Copy it now. It is shown only this once."
        | "Kopieren Sie es jetzt. Es wird nur dieses eine Mal angezeigt.";
    made_use: "Keep it like a password. The program sends it in the header Authorization: Bearer TOKEN."
        | "Bewahren Sie es auf wie ein Passwort. Das Programm schickt es in der Kopfzeile Authorization: Bearer TOKEN.";
    kept: "I have copied it" | "Ich habe es kopiert";
}
