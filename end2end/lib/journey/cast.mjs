// Who takes part in the journey, and what they write.

/** Who asks. */
export const CUSTOMER = {
  email: 'quendoline.zwirn@example.com',
  newEmail: 'zwirnstein.neu@example.net',
  name: 'Quendoline Zwirnstein',
  newName: 'Quendolinchen Garnrolle',
  subject: 'Blaubeerkuchen without blueberries',
  body: 'Yesterday I bought a Blaubeerkuchen,\nand there was no Heidelbeere in it.',
  file: 'Kuchenbeleg.txt',
  fileText: 'Kassenzettel Nummer siebenundvierzigelf',
  reply: 'Here is a Krümelfoto of the cake.',
  picture: 'Krümelfoto.png',
  password: 'Kaktus Fahrplan Regenschirm 88',
  changedPassword: 'Leuchtturm Besenstiel Marmelade 17',
  lastPassword: 'Ziegenpeter Dachboden Pinguin 63',
};

/** What the one who answers writes. */
export const AGENT = {
  note: 'Among us: the Bäckermeister forgot them.',
  first: 'We are sorry for the missing Waldbeeren.',
  second: 'A new Obsttorte is on its way.',
  file: 'Gutschein.txt',
};
