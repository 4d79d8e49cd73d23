// People for tests: somebody who wrote, somebody with an account.

import { Client, words } from './client.mjs';

/** A password that the desk takes. */
export const PASSWORD = 'Kaktus Fahrplan Regenschirm 88';

/** A request as a form sends it; what is given replaces it. */
export function filled(fields = {}) {
  return {
    email: 'carla@example.com',
    name: 'Carla Customer',
    kind: 'question',
    subject: 'The lamp flickers',
    body: 'Since this morning the lamp over the counter flickers.',
    consent: 'yes',
    once: crypto.randomUUID(),
    ...fields,
  };
}

/** Sends a request. Answers its number. */
export async function write(client, fields = {}, files = []) {
  const answer = await client.upload('/requests/new', filled(fields), files);
  const number = /T-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(answer.location ?? '')?.[0];
  if (answer.status !== 303 || !number) throw new Error(`Sending ended with ${answer.status}: ${words(answer.text)}`);
  return number;
}

/** The path and query of the link in a mail that leads to `path`. */
export function linkTo(mail, path) {
  const link = mail.links.map((link) => new URL(link)).find((link) => link.pathname.startsWith(path) && link.search !== '');
  if (!link) throw new Error(`The mail “${mail.subject}” has no link to ${path}: ${mail.links.join(' ')}`);
  return link.pathname + link.search;
}

/** The secret in the link of a mail that leads to `path`. */
export function tokenIn(mail, path) {
  return new URLSearchParams(linkTo(mail, path).split('?')[1]).get('token');
}

/**
 * Somebody with an account, registered through the desk's own door: `{ client, email, name, password }`.
 * The client is logged in.
 */
export async function registered(desk, { email, name = '', language = 'en', client = new Client(desk, { language }) }) {
  await client.post('/register', { email });
  const token = tokenIn(await desk.mail({ to: email }), '/register');
  const answer = await client.post('/register', { token, password: PASSWORD });
  if (answer.status !== 303) throw new Error(`Registering ended with ${answer.status}: ${words(answer.text)}`);
  if (name) await client.post('/account/name', { name });
  return { client, email, name, password: PASSWORD };
}

/** How many requests the agents' queue counts as active. */
export async function countActive(agent) {
  const page = await agent.get('/agent');
  const [, count] = /(\d+) active/.exec(words(page.text)) ?? [];
  if (count === undefined) throw new Error(`The queue does not say how many are active: ${page.status}`);
  return Number(count);
}
