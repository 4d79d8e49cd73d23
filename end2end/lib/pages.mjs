// Every page of the desk and the states in which people meet it.

import { live } from './browser.mjs';
import { Client } from './client.mjs';
import { App } from './totp.mjs';
import { PASSWORD, linkTo, registered, write } from './people.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** What stands in the `tresen.toml` of the desk that `prepare` is given. */
export const CONFIG = `
[intake]
blocked = ["@spam.example.com"]

[[sign_in.provider]]
id = "company"
name = "Example Company"
issuer = "https://login.example.com"
client_id = "desk"
roles = [{ claim = "groups", contains = "desk", role = "agent" }]
`;

/**
 * People and requests for the pages in one language, and where everything is. `desk` runs with
 * `--dev` and `CONFIG`; nobody has ever written to the desk `empty`.
 */
export async function prepare(desk, empty, language) {
  const name = (who) => `${who}-${language}@example.com`;
  const client = () => new Client(desk, { language });
  const agent = new Client(desk);
  const staff = await desk.addPerson({ email: name('agent'), name: 'Ada Lovelace' });
  await agent.login(staff);
  await agent.post('/account/language', { language });

  const customer = (await registered(desk, { email: name('customer'), name: 'Carla Curie', language })).client;
  const other = (await registered(desk, { email: name('other'), language })).client;
  const files = [{ name: 'picture.png', content: PNG }, { name: 'A rather long name of a file with an invoice.pdf', content: '%PDF-1.7' }];
  const body = 'Dear all,\n\nit flickers: https://example.com/lamp?colour=green\n\nCarla';
  const number = await write(customer, { subject: 'The lamp over the counter flickers since this morning', body }, files);
  const closed = await write(customer, { subject: 'An old matter' });
  const answer = (fields, files) => agent.upload(`/agent/requests/${number}`, { once: JSON.stringify(fields), status: 'waiting', ...fields }, files);
  await answer({ body: 'Have a look at the fuse.', visibility: 'internal' });
  await answer({ body: 'We are on our way.', visibility: 'public' }, files);
  await agent.post(`/agent/requests/${number}/change`, { priority: 'urgent', priority_shown: 'normal' });
  await customer.post(`/requests/${closed}/close`);
  for (let index = 1; index <= 26; index++) await write(other, { subject: `Request ${index}` });

  const guest = name('guest');
  const linked = await write(client(), { email: guest });
  const request = linkTo(await desk.mail({ to: guest, subject: linked }), '/requests/');
  await client().post('/register', { email: name('new') });
  const register = linkTo(await desk.mail({ to: name('new') }), '/register');
  await client().post('/password', { email: name('other') });
  const password = linkTo(await desk.mail({ to: name('other'), subject: /Choose a new password|neues Passwort/ }), '/password');
  await other.post('/account/address', { email: name('moved'), password: PASSWORD });
  const address = linkTo(await desk.mail({ to: name('moved') }), '/account/address');
  await client().post('/account/delete', { email: guest });
  const erase = linkTo(await desk.mail({ to: guest, subject: /Delete|löschen/ }), '/account/delete');
  await client().post('/account/data', { email: guest });
  const data = linkTo(await desk.mail({ to: guest, subject: /stored about you|über Sie gespeichert/ }), '/account/data');
  await client().post('/account/data', { email: name('other') });
  const visitor = client();
  const opened = linkTo(await desk.mail({ to: name('other'), subject: /stored about you|über Sie gespeichert/ }), '/account/data');
  await visitor.post('/account/data', { token: new URLSearchParams(opened.split('?')[1]).get('token') });
  const leaver = (await registered(desk, { email: name('leaver'), language })).client;
  const newcomer = (await registered(desk, { email: name('newcomer'), language })).client;
  await write(leaver);

  const restricted = (await registered(desk, { email: name('restricted'), language })).client;
  const withheld = await write(restricted, { subject: 'A matter that is in dispute' });
  await restricted.post('/account/data', { act: 'withdraw' });
  await agent.post(`/agent/requests/${withheld}/restrict`);

  const admin = new Client(desk);
  await admin.login(await desk.addPerson({ email: name('admin'), name: 'Berta Boss', role: 'admin' }));
  await admin.post('/account/language', { language });
  const add = { role: 'agent', kinds: 'some', 'kind.order': 'yes', email: name('invited'), name: 'Ida Invited' };
  await admin.post('/agent/settings/people', add);
  const invitation = linkTo(await desk.mail({ to: name('invited') }), '/register');
  const people = (await admin.get('/agent/settings/people')).text.split('<tr').slice(1).find((row) => row.includes(name('agent')));
  const colleague = /href="([^"]+)"/.exec(people)[1];
  await admin.post('/agent/settings/webhooks', { name: `Shop ${language}`, url: 'https://hook.invalid/x' });
  const webhook = new RegExp(`href="([^"]+)"[^>]*><strong><bdi>Shop ${language}`).exec((await admin.get('/agent/settings/webhooks')).text)[1];
  const mail = (from, subject, more = '') =>
    desk.ingest(`${from && `From: ${from}\r\n`}To: support@desk.example\r\nSubject: ${subject}\r\nMessage-ID: <${language}${subject.length}@example.com>\r\n${more}\r\nIt is broken.\r\n\r\n-- \r\nMia\r\n`);
  await mail(name('mailer'), 'By mail', 'Content-Type: text/html\r\n');
  await mail('', 'From nobody');
  await mail(`eve-${language}@spam.example.com`, 'Buy many lamps');
  const parent = (await desk.mail({ to: guest, subject: linked })).headers.get('message-id');
  await mail(`Otto Other <${name('otto')}>`, 'A colleague answers', `In-Reply-To: ${parent}\r\n`);
  const held = /T-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await agent.get('/agent/held')).text)[0];

  // Somebody with an authenticator app, somebody who is setting one up, and somebody who is half in.
  const careful = (await registered(desk, { email: name('careful'), language })).client;
  await careful.post('/account/factors/app/begin');
  const app = new App(/<code class="secret">([^<]+)</.exec((await careful.get('/account/factors/app')).text)[1]);
  await careful.post('/account/factors/app', { code: await app.next() });
  const beginner = (await registered(desk, { email: name('beginner'), language })).client;
  await beginner.post('/account/factors/app/begin');
  const half = client();
  await half.login({ email: name('careful'), password: PASSWORD });

  const idle = new Client(empty);
  await idle.login(await empty.addPerson({ email: name('idle') }));
  await idle.post('/account/language', { language });
  return { invitation, colleague, webhook, careful, beginner, half, admin, held, linked, agent, customer, other, visitor, data, newcomer, leaver, restricted, withheld, idle, number, closed, request, register, password, address, erase };
}

/** Sends the form of a page with what is wrong. */
const refuse = (form, fields = {}) => async (page) => {
  for (const [field, value] of Object.entries(fields)) await page.locator(`${form} [name=${field}]`).fill(value);
  await page.locator(form).first().evaluate((form) => (form.noValidate = true));
  await page.locator(`${form} button[type=submit]`).first().click();
  await page.locator('.field-error:not([hidden])').first().waitFor();
  await live(page);
};

/** Every page and state: who sees it, what it is, where it is, its status, how one gets there. */
export const PAGES = [
  // First: half a login, and a proof of who one is, are good for ten minutes.
  ['customer', 'the second factor, none', () => '/account/factors'],
  ['careful', 'the second factor, an app', () => '/account/factors'],
  ['beginner', 'setting up an app', () => '/account/factors/app'],
  ['beginner', 'setting up an app, refused', () => '/account/factors/app', 200, refuse('main form', { code: '12' })],
  ['customer', 'API tokens', () => '/account/tokens'],
  ['agent', 'API tokens, one refused', () => '/account/tokens', 200, refuse('main form[action="/account/tokens"]')],
  ['customer', 'showing who one is', () => '/account/confirm'],
  ['careful', 'showing who one is, by a code', () => '/account/confirm?by=code', 200, refuse('main form', { code: '12' })],
  ['admin', 'who works here', () => '/agent/settings/people'],
  ['admin', 'who works here, somebody refused', () => '/agent/settings/people', 200, refuse('main form[action="/agent/settings/people"]', { email: 'wrong' })],
  ['admin', 'what somebody may do', ({ colleague }) => colleague],
  ['admin', 'tokens of services, one refused', () => '/agent/settings/tokens', 200, refuse('main form[action="/agent/settings/tokens"]')],
  ['admin', 'webhooks, one refused', () => '/agent/settings/webhooks', 200, refuse('main form[action="/agent/settings/webhooks"]', { url: 'wrong' })],
  ['admin', 'a webhook', ({ webhook }) => webhook],
  ['nobody', 'an invitation, the link', ({ invitation }) => invitation],
  ['nobody', 'the second step, nothing before', () => '/login/second', 410],
  ['half', 'the second step', () => '/login/second'],
  ['half', 'the second step, refused', () => '/login/second', 200, refuse('main form', { code: '12' })],
  ['half', 'the second step, a recovery code', () => '/login/second?by=recovery'],
  ['nobody', 'the front page', () => '/'],
  ['nobody', 'a new request', () => '/requests/new'],
  ['nobody', 'a new request, refused', () => '/requests/new', 200, refuse('main form', { email: 'wrong', subject: 'Kept' })],
  ['nobody', 'a request that was sent', ({ number }) => `/requests/sent?number=${number}`],
  ['nobody', 'a request that is to be confirmed', ({ number }) => `/requests/sent?number=${number}&confirm`],
  ['nobody', 'a request by its link', ({ request }) => request],
  ['nobody', 'the login', () => '/login'],
  ['nobody', 'the login, refused', () => '/login', 200, refuse('main form', { email: 'a@example.com', password: 'x' })],
  ['nobody', 'signing in with a provider came to nothing', () => '/login/with/company/back', 403],
  ['nobody', 'registering', () => '/register'],
  ['nobody', 'registering, refused', () => '/register', 200, refuse('main form', { email: 'wrong' })],
  ['nobody', 'registering, mail sent', () => '/register?sent'],
  ['nobody', 'registering, the link', ({ register }) => register],
  ['nobody', 'registering, a weak password', ({ register }) => register, 200, refuse('main form', { password: 'password1234' })],
  ['nobody', 'a link that is no longer good', () => '/register?token=forged', 410],
  ['nobody', 'a forgotten password', () => '/password'],
  ['nobody', 'a forgotten password, mail sent', () => '/password?sent'],
  ['nobody', 'a forgotten password, the link', ({ password }) => password],
  ['nobody', 'a new address, the link', ({ address }) => address],
  ['nobody', 'a new address, confirmed', () => '/account/address?confirmed'],
  ['nobody', 'deleting oneself', () => '/account/delete'],
  ['nobody', 'deleting oneself, refused', () => '/account/delete', 200, refuse('main form', { email: 'wrong' })],
  ['nobody', 'deleting oneself, mail sent', () => '/account/delete?sent'],
  ['nobody', 'deleting oneself, the link', ({ erase }) => erase],
  ['nobody', 'what is stored about oneself', () => '/account/data'],
  ['nobody', 'what is stored about oneself, refused', () => '/account/data', 200, refuse('main form', { email: 'wrong' })],
  ['nobody', 'what is stored about oneself, mail sent', () => '/account/data?sent'],
  ['nobody', 'what is stored about oneself, the link', ({ data }) => data],
  ['nobody', 'what is stored about oneself, no longer', () => '/account/data?done=end'],
  ['nobody', 'what is stored about oneself, a link that is no longer good', () => '/account/data?by=link', 410],
  ['visitor', 'what is stored about them, by a link', () => '/account/data?by=link'],
  ['visitor', 'deleting oneself, by the same link', () => '/account/delete?by=link'],
  ['nobody', 'the privacy statement', () => '/privacy'],
  ['nobody', 'the check of a receipt', () => '/privacy/receipt'],
  ['nobody', 'the legal notice', () => '/imprint'],
  ['nobody', 'a page that is not there', () => '/nowhere', 404],
  ['nobody', 'the mailbox of --dev', () => '/dev/mail'],
  ['customer', 'the front page, known', () => '/'],
  ['customer', 'the list', () => '/requests'],
  ['customer', 'the list, nothing with this status', () => '/requests?status=resolved'],
  ['customer', 'the list, nothing found', () => '/requests?q=nothing'],
  ['newcomer', 'the list, empty', () => '/requests'],
  ['other', 'the list, with pages', () => '/requests'],
  ['customer', 'a conversation', ({ number }) => `/requests/${number}`],
  ['customer', 'a conversation, refused', ({ number }) => `/requests/${number}`, 200, refuse('main form.form')],
  ['customer', 'a conversation, closed', ({ closed }) => `/requests/${closed}`],
  ['customer', 'a new request, known', () => '/requests/new'],
  ['customer', 'the account', () => '/account'],
  ['customer', 'the account, something saved', () => '/account?done=name'],
  ['customer', 'the account, refused', () => '/account', 200, refuse('form[action="/account/password"]', { current_password: 'x', password: 'y' })],
  ['customer', 'what is stored about them', () => '/account/data'],
  ['customer', 'deleting oneself, with the password', () => '/account/delete'],
  ['customer', 'deleting oneself, a wrong password', () => '/account/delete', 200, refuse('main form', { password: 'wrong' })],
  ['customer', "what is for agents only", () => '/agent', 403],
  ['restricted', 'the list, restricted', () => '/requests'],
  ['restricted', 'a conversation, restricted', ({ withheld }) => `/requests/${withheld}`],
  ['restricted', 'a new request, restricted', () => '/requests/new'],
  ['restricted', 'what is stored, restricted', () => '/account/data'],
  [
    'leaver',
    'the end',
    () => '/account/delete',
    200,
    async (page) => {
      await page.locator('#password').fill(PASSWORD);
      await page.locator('main form:has(#password) button[type=submit]').click();
      await page.locator('main form:has(#password)').waitFor({ state: 'detached' });
      await live(page);
    },
  ],
  ['agent', 'the queue', () => '/agent'],
  ['agent', 'the queue, all', () => '/agent?view=all&order=oldest'],
  ['agent', 'the queue, nothing found', () => '/agent?q=nothing'],
  ['idle', 'the queue, empty', () => '/agent'],
  ['agent', 'the reports', () => '/agent/reports'],
  ['idle', 'the reports, nothing yet', () => '/agent/reports'],
  ['agent', 'a request', ({ number }) => `/agent/requests/${number}`],
  ['agent', 'a request, refused', ({ number }) => `/agent/requests/${number}`, 200, refuse('.reply form')],
  ['agent', 'a request that is held back', ({ held }) => `/agent/requests/${held}`],
  ['agent', 'a request with an outsider', ({ linked }) => `/agent/requests/${linked}`],
  ['agent', 'what is held back', () => '/agent/held'],
  ['idle', 'what is held back, nothing', () => '/agent/held'],
  ['admin', 'mail that could not be handled', () => '/agent/settings/mail'],
  ['admin', 'the queue of an admin', () => '/agent'],
  ['agent', 'erasing a customer', ({ number }) => `/agent/requests/${number}/erase`],
  ['agent', 'erasing a customer, refused', ({ number }) => `/agent/requests/${number}/erase`, 200, refuse('main form')],
  ['agent', 'a request, restricted', ({ withheld }) => `/agent/requests/${withheld}`, 403],
  ['agent', 'a request that is not there', () => '/agent/requests/T-0000-0001', 404],
  ['agent', 'a call', () => '/agent/requests/new'],
  ['agent', 'a call, refused', () => '/agent/requests/new', 200, refuse('main form', { email: 'wrong' })],
  ['agent', 'the account of an agent', () => '/account'],
  ['agent', 'what is stored about an agent', () => '/account/data'],
  ['agent', 'deleting oneself, an agent', () => '/account/delete'],
];
