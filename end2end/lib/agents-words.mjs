// Sentences that only agents read, from the source: no customer's browser may load one of them.

import { readFile, readdir } from 'node:fs/promises';

const FOLDER = new URL('../../app/src/language/', import.meta.url);

/** Sentences in the files of agents, and those of `mail.rs` that do not stand in a customer's conversation. */
const AGENTS = ['agent/requests.rs', 'supervision/reports.rs', 'settings/people.rs'];
const MAIL = 'shared/mail.rs';
const MAIL_OF_CUSTOMERS = /^ {4}(by_mail|automatic|rest|formatted|formatted_title|formatted_hint):/;

/** Shorter ones may be part of something else. */
const LONG = 12;

/** The sentences, without those that stand in a customer's files too. */
export async function agentsWords() {
  const names = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.rs') && !name.endsWith('mod.rs'));
  const source = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, FOLDER), 'utf8')])));
  const [ofCustomers, ofAgents] = [[], []];
  for (const line of source[MAIL].split('\n    ').map((line) => `    ${line}`)) (MAIL_OF_CUSTOMERS.test(line) ? ofCustomers : ofAgents).push(line);
  const mine = [...AGENTS.map((name) => source[name]), ...ofAgents].flatMap(literals);
  const theirs = names.filter((name) => !AGENTS.includes(name) && name !== MAIL).map((name) => source[name]);
  const others = [...theirs, ...ofCustomers].flatMap(literals).join('\n');
  return [...new Set(mine)].filter((text) => text.length >= LONG && !others.includes(text));
}

/** The texts of a source file, cut where a value stands in them. */
function literals(source) {
  const code = source.replace(/^\s*\/\/.*$/gm, '').replace(/#\[cfg\(test\)\][^]*$/, '');
  return [...code.matchAll(/"((?:[^"\\]|\\.)*)"/g)].flatMap(([, text]) => text.split(/\{[^}]*\}/)).map((text) => text.trim());
}
