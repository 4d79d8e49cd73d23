// What admins set up for other programs: webhooks, and API tokens of services. With scripts and without, in both
// languages; deliveries reach a receiver and are sent again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { enter, go, launch, live, withPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { registered, write } from '../lib/people.mjs';

const WEBHOOKS = '/agent/settings/webhooks';
const TOKENS = '/agent/settings/tokens';

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** A desk with an admin who is signed in. */
async function managed(language = 'en') {
  const desk = await startDesk();
  const admin = new Client(desk, { language });
  await admin.login(await desk.addPerson({ email: 'admin@example.com', role: 'admin' }));
  await admin.post('/account/language', { language });
  return { desk, admin };
}

/** A program that is told, and what it was told. It answers what `status` says. */
async function receiver() {
  const told = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      told.push({ id: request.headers['webhook-id'], ...JSON.parse(body) });
      response.writeHead(here.status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = { told, status: 204, url: `http://127.0.0.1:${server.address().port}/hook`, close: () => server.close() };
  return here;
}

/** Asks until an answer is as it should be. */
async function until(ask, good) {
  const end = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    assert.ok(Date.now() < end, `it does not happen: ${answer?.text ?? JSON.stringify(answer)}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

const secretOf = (page) => /id="token"[^>]*>([^<]+)</.exec(page)[1];
const pageOf = (page, name) => new RegExp(`href="(${WEBHOOKS}/[0-9a-f-]+)"[^>]*><strong><bdi>${name}`).exec(page)[1];

test('an admin adds a webhook, changes it and removes it, without scripts', async () => {
  const { desk, admin } = await managed();
  const fields = { name: 'Shop <b>', url: 'https://hook.invalid/x', 'event.request.created': 'yes', text: 'yes' };

  const made = await admin.post(WEBHOOKS, fields);

  assert.equal(made.status, 200);
  assert.match(secretOf(made.text), /^whsec_[A-Za-z0-9+/]{43}=$/);
  const list = (await admin.get(WEBHOOKS)).text;
  assert.ok(list.includes('Shop &lt;b&gt;') && list.includes('A request was created') && list.includes('With text'));
  assert.ok(!list.includes('whsec_'), 'the secret is shown once');
  const page = pageOf(list, 'Shop');
  const id = page.split('/').pop();
  const renewed = await admin.post(`${page}/secret`, { id });
  assert.notEqual(secretOf(renewed.text), secretOf(made.text));
  assert.equal((await admin.post(`${page}/switch`, { id, on: 'off' })).location, `${page}?done=off`);
  assert.ok((await admin.get(page)).text.includes('Switched off since'));
  assert.equal((await admin.post(`${page}/switch`, { id, on: 'on' })).location, `${page}?done=on`);
  for (const [wrong, words] of [[{ url: 'http://hook.invalid' }, 'This is not a complete web address.'], [{}, 'This name is in use.']]) {
    const answer = await admin.post(WEBHOOKS, { ...fields, ...wrong });
    assert.ok(answer.status === 422 && answer.text.includes(words), JSON.stringify(wrong));
  }
  assert.equal((await admin.post(`${page}/remove`, { id })).location, `${WEBHOOKS}?done=removed`);
  assert.equal((await admin.get(page)).status, 404);
  await desk.stop();
});

test('deliveries are listed and sent again', async () => {
  const { desk, admin } = await managed();
  const program = await receiver();
  program.status = 500;
  await desk.run(['webhook', 'add', '--name', 'Shop', '--url', program.url, '--allow-private', '--event', 'request.created']);
  const { client } = await registered(desk, { email: 'ada@example.com' });

  const number = await write(client);

  const page = pageOf((await admin.get(WEBHOOKS)).text, 'Shop');
  const waiting = await until(() => admin.get(page), ({ text }) => text.includes('1 attempt, HTTP 500'));
  assert.ok(waiting.text.includes(number) && waiting.text.includes('Next attempt:'));
  program.status = 204;
  const delivery = /name="delivery" value="([^"]+)"/.exec(waiting.text)[1];
  const fields = { id: page.split('/').pop(), delivery };
  assert.equal((await admin.post(`${page}/replay`, fields)).location, `${page}?done=replayed`);
  await until(() => admin.get(page), ({ text }) => text.includes('Accepted') && text.includes('HTTP 204'));
  assert.equal(new Set(program.told.map(({ id }) => id)).size, 1);
  assert.deepEqual(program.told.at(-1).data, { number });
  program.close();
  await desk.stop();
});

test('an admin makes a token for a service without scripts, and revokes it', async () => {
  const { desk, admin } = await managed('de');
  const fields = { name: 'Shop', days: '90', 'scope.requests:read': 'yes', 'scope.audit:read': 'yes', 'kind.order': 'yes' };

  const made = await admin.post(TOKENS, fields);

  assert.equal(made.status, 200);
  const authorization = `Bearer ${secretOf(made.text)}`;
  const me = await fetch(new URL('/api/v1/me', desk.url), { headers: { authorization } });
  assert.deepEqual((await me.json()).scopes, ['requests:read', 'audit:read']);
  const list = (await admin.get(TOKENS)).text;
  assert.ok(list.includes('Prüfprotokoll lesen') && list.includes('Bestellung'), list);
  assert.equal((await admin.post(TOKENS, { name: 'Other', days: '90' })).status, 422);
  assert.ok((await admin.post(TOKENS, fields)).text.includes('Dieser Name ist vergeben.'));
  assert.equal((await admin.post(`${TOKENS}/end`, { service: 'Shop' })).location, `${TOKENS}?done=ended`);
  assert.equal((await fetch(new URL('/api/v1/me', desk.url), { headers: { authorization } })).status, 401);
  await desk.stop();
});

for (const [language, viewport] of [['en', 'desktop'], ['de', 'phone']]) {
  test(`an admin sets both up in a browser, ${language}`, async () => {
    const { desk, admin } = await managed(language);
    const words = language === 'en'
      ? { add: 'Add webhook', make: 'Make token', copied: 'I have copied it', off: 'Switch off', isOff: 'The webhook is switched off.' }
      : { add: 'Webhook hinzufügen', make: 'Token erstellen', copied: 'Ich habe es kopiert', off: 'Abschalten', isOff: 'Der Webhook ist abgeschaltet.' };
    await withPage(browser, desk, { language, javaScript: true, viewport }, async (page) => {
      await enter(page, desk, admin);
      await go(page, WEBHOOKS);
      await page.getByRole('button', { name: words.add }).waitFor();
      await page.locator('main [name=name]').fill('Shop');
      await page.locator('main [name=url]').fill('https://hook.invalid/x');
      await page.getByRole('button', { name: words.add }).click();
      await page.locator('#token').waitFor();
      await live(page);
      assert.match(await page.locator('#token').textContent(), /^whsec_/);
      await axe(page);
      await page.getByRole('link', { name: words.copied }).click();
      await page.locator('main .rows a').click();
      await page.getByRole('button', { name: words.off }).click();
      await page.getByText(words.isOff).waitFor();
      await axe(page);

      await go(page, TOKENS);
      await page.locator('main [name=name]').fill('Shop');
      await page.locator('[name="scope.requests:read"]').check();
      await page.getByRole('button', { name: words.make }).click();
      await page.locator('#token').waitFor();
      assert.match(await page.locator('#token').textContent(), /^[A-Za-z0-9_-]{43}$/);
    });
    await desk.stop();
  });
}
