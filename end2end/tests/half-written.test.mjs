// What somebody is writing is not lost by the button beside it, nor by another language, where no scripts run.
// With scripts drafts keep it: one-document.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { enter, follow, go, launch, withPage } from '../lib/browser.mjs';
import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { registered, write } from '../lib/people.mjs';

const HALF = 'Have a look at the fuse in\n\tthe cellar, then';

let browser;
let desk;
let agent;
let anna;

before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
  agent = new Client(desk);
  await agent.login(await desk.addPerson({ name: 'Ada Agent' }));
  anna = await registered(desk, { email: 'anna@example.com', name: 'Anna' });
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** Opens a page where no scripts run. */
const plainly = (client, address, journey, options = {}) =>
  withPage(browser, desk, { javaScript: false, ...options }, async (page) => {
    if (client) await enter(page, desk, client);
    await go(page, address);
    await journey(page);
  });

const fill = async (page, fields) => {
  for (const [name, value] of Object.entries(fields)) await page.locator(`#${name}`).fill(value);
};

const holds = async (page, fields) => {
  for (const [name, value] of Object.entries(fields)) assert.equal(await page.locator(`#${name}`).inputValue(), value, name);
};

const press = (page, name) => follow(page, page.getByRole('button', { name, exact: true }));

test('an agent takes a request and goes on with the answer', async () => {
  const number = await write(anna.client);
  await plainly(agent, `/agent/requests/${number}`, async (page) => {
    await fill(page, { body: HALF });
    await page.locator('#status_afterwards').selectOption('resolved');
    await press(page, 'Assign to me');
    await holds(page, { body: HALF, status_afterwards: 'resolved' });
    assert.equal(await page.getByRole('button', { name: 'Assign to me' }).count(), 0);
    assert.match(await page.locator('.panel select[name=assignee] option[selected]').innerText(), /Ada Agent/);
    await press(page, 'Send reply');
    assert.match(await page.locator('.thread').innerText(), /the cellar, then/);
    assert.equal(await page.locator('#body').inputValue(), '');
    assert.match(await page.locator('#request-status').innerText(), /Resolved/);
  });
});

test('an agent sets a priority and goes on with the answer', async () => {
  const number = await write(anna.client);
  await plainly(agent, `/agent/requests/${number}`, async (page) => {
    await fill(page, { body: HALF });
    await page.locator('.panel select[name=priority]').selectOption('urgent');
    await press(page, 'Save');
    await holds(page, { body: HALF });
    await page.locator('#attachments').setInputFiles({ name: 'fuse.txt', mimeType: 'text/plain', buffer: Buffer.from('F1') });
    await page.locator('.panel select[name=status]').selectOption('waiting');
    await press(page, 'Save');
    await holds(page, { body: HALF });
    assert.match(await page.locator('main').innerText(), /choose your files again/);
  });
  const shown = words((await agent.get(`/agent/requests/${number}`)).text);
  assert.match(shown, /changed the priority from “Normal” to “Urgent”/);
  assert.match(shown, /to “Waiting/);
  assert.doesNotMatch(shown, /the cellar, then/);
});

test('a change that is refused loses no answer', async () => {
  const number = await write(anna.client);
  const path = `/agent/requests/${number}`;
  const refused = await agent.post(`${path}/change`, { priority: 'soon', priority_shown: 'normal', body: HALF });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Have a look at the fuse in/);
  assert.match(words(refused.text), /choose one of the values/);
});

test('a new request is read in another language and goes on', () =>
  plainly(null, '/requests/new', async (page) => {
    const typed = { email: 'carla@example.com', name: 'Carla', subject: 'The lamp', body: HALF };
    await fill(page, typed);
    await page.locator('#kind').selectOption('problem');
    await page.locator('#consent').check();
    await press(page, 'Deutsch');
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    await holds(page, { ...typed, kind: 'problem' });
    assert.ok(await page.locator('#consent').isChecked());
    assert.equal(await page.locator('[aria-invalid=true]').count(), 0);
    await press(page, 'English');
    await holds(page, typed);
    await Promise.all([page.waitForURL(/\/requests\/sent/), page.locator('#subject').press('Enter')]);
  }));

test('the comment of a customer stays, in a session and by the mailed link', async () => {
  const number = await write(new Client(desk), { email: 'guest@example.com' });
  const link = new URL((await desk.mail({ to: 'guest@example.com' })).links.find((link) => link.includes(number)));
  const own = await write(anna.client);
  for (const [client, address] of [[anna.client, `/requests/${own}`], [null, link.pathname + link.search]]) {
    await plainly(client, address, async (page) => {
      await fill(page, { body: HALF });
      await press(page, 'Deutsch');
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      await holds(page, { body: HALF });
      await press(page, 'English');
      await holds(page, { body: HALF });
      await press(page, 'Send reply');
      assert.match(await page.locator('.thread').innerText(), /the cellar, then/);
    });
  }
});

test('a call is written down in another language, with the language of the customer', () =>
  plainly(agent, '/agent/requests/new', async (page) => {
    await fill(page, { email: 'caller@example.com', body: HALF });
    await page.locator('#language').selectOption('de');
    await press(page, 'Deutsch');
    await holds(page, { email: 'caller@example.com', body: HALF, language: 'de' });
    await press(page, 'English');
  }));

test('switching the language leads nowhere else, whatever the address says', async () => {
  for (const elsewhere of ['https://evil.example.com/', '//evil.example.com', '/\\evil.example.com', '%2F%2Fevil.example.com']) {
    const answer = await new Client(desk).post(`/language?return_to=${elsewhere}`, { to: 'de', body: HALF });
    assert.equal(answer.location ?? '/', '/', elsewhere);
    assert.equal((await new Client(desk).get(`/language?return_to=${elsewhere}`)).location, '/');
  }
  // A page for others is no page for whoever switches the language.
  const number = await write(anna.client);
  const answer = await new Client(desk).post(`/language?return_to=/agent/requests/${number}`, { to: 'de', body: HALF });
  assert.equal(answer.location, `/agent/requests/${number}`);
});

test('where scripts run, each button belongs to its own form', async () => {
  const number = await write(anna.client);
  await withPage(browser, desk, {}, async (page) => {
    await enter(page, desk, agent);
    await go(page, `/agent/requests/${number}`);
    await page.waitForFunction(() => document.querySelectorAll('[form=writing]').length === 0);
    await fill(page, { body: HALF });
    await page.getByRole('button', { name: 'Assign to me' }).click();
    await page.getByRole('button', { name: 'Assign to me' }).waitFor({ state: 'detached' });
    await holds(page, { body: HALF });
  });
});
