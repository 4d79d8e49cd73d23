// The settings of a desk in a file that a test changes while the desk is down.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startDesk } from './desk.mjs';

/** A controller and two processors, with all that the law asks for (`[privacy]` of tresen.toml). */
export const COMPLETE = `
[privacy.controller]
name = "Nordlicht Fahrradwerkstatt GmbH"
address = ["Deichstraße 12", "20459 Hamburg"]
email = "hallo@nordlicht.example"
phone = "+49 40 5550100"
register_entry = "Amtsgericht Hamburg, HRB 000000"
vat_id = "DE000000000"
represented_by = ["Wilhelmine Ahlers"]

[privacy.supervisory_authority]
name = "Aufsichtsbehörde für den Datenschutz"
address = ["Ludwig-Erhard-Straße 22", "20459 Hamburg"]
website = "https://authority.example"

[[privacy.processors]]
name = "Rechenzentrum Elbe GmbH"
purpose = { en = "runs our server", de = "betreibt unseren Server" }
country = "DE"
agreement = "2026-01-31"

[[privacy.processors]]
name = "Mailhaus Inc."
purpose = { en = "sends our mails", de = "versendet unsere Mails" }
country = "US"
agreement = "2026-02-15"
safeguard = { en = "standard contractual clauses, copy on request", de = "Standardvertragsklauseln, Kopie auf Anfrage" }
`;

/** A desk with a settings file: `desk`, `change(toml)` restarts it with other settings, `stop()`. */
export async function configuredDesk(toml = '', options = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tresen-settings-'));
  const file = path.join(folder, 'tresen.toml');
  await writeFile(file, toml);
  const desk = await startDesk({ ...options, settings: { TRESEN_CONFIG: file, ...options.settings } });
  return {
    desk,
    async change(toml) {
      await desk.end();
      await writeFile(file, toml);
      await desk.start();
    },
    /** Changes the settings for commands, while the desk goes on with what it has. */
    write: (toml) => writeFile(file, toml),
    async stop() {
      await desk.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
