// The privacy statement, the legal notice and the retention that they promise: as the settings say, and kept.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { axe } from '../lib/axe.mjs';
import { enter, go, launch, withPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { COMPLETE, configuredDesk } from '../lib/config.mjs';
import { registered, write } from '../lib/people.mjs';

let browser;
let desk;
let settings;

before(async () => {
  [settings, browser] = await Promise.all([configuredDesk(), launch()]);
  desk = settings.desk;
});

after(async () => {
  await browser?.close();
  await settings?.stop();
});

/** Reads a page in each language, on a phone and on a desktop, in both themes. */
async function read(address, check) {
  for (const [language, viewport] of [['en', 'phone'], ['de', 'desktop']]) {
    await withPage(browser, desk, { language, viewport }, async (page) => {
      await go(page, address);
      await check(page.locator('main'), language);
      await axe(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await axe(page, { rules: ['color-contrast', 'link-in-text-block'] });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      assert.ok(!wide, `${address} scrolls sideways`);
    });
  }
}

const draft = (main) => main.locator('.notice.warning').count();
const gaps = async (main) => (await main.innerText()).match(/\[[^\]]+\]/g) ?? [];

const LIMITS = {
  en: (months, days, idle) => [new RegExp(`${months} months`), new RegExp(`${days} days`), new RegExp(`${idle} months`)],
  de: (months, days, idle) => [new RegExp(`${months} Monate`), new RegExp(`${days} Tage`), new RegExp(`${idle} Monate`)],
};

test('until the controller is set both documents are drafts that say what is missing', async () => {
  for (const address of ['/privacy', '/imprint']) {
    await read(address, async (main) => {
      assert.equal(await draft(main), 1);
      assert.ok((await gaps(main)).length > 0);
    });
  }
});

test('the limits in force stand in the statement, and customers are told', async () => {
  await read('/privacy', async (main, language) => {
    const text = await main.innerText();
    for (const limit of LIMITS[language](24, 30, 12)) assert.match(text, limit);
  });
  await settings.change(`${COMPLETE}\n[retention]\nclosed_requests_months = 17\nunconfirmed_days = 13\nidle_person_months = 19\n`);
  await read('/privacy', async (main, language) => {
    const text = await main.innerText();
    for (const limit of LIMITS[language](17, 13, 19)) assert.match(text, limit);
    for (const gone of LIMITS[language](24, 30, 12)) assert.doesNotMatch(text.replace(/30 (days after|Tage nach)/g, ''), gone);
  });
  for (const language of ['en', 'de']) {
    const { client } = await registered(desk, { email: `told-${language}@example.com`, language });
    await withPage(browser, desk, { language }, async (page) => {
      await enter(page, desk, client);
      await go(page, '/account/data');
      const text = await page.locator('main').innerText();
      const [closed, , idle] = LIMITS[language](17, 13, 19);
      assert.match(text, closed);
      assert.match(text, idle);
    });
  }
});

test('once everything is set nothing is a draft, and processors stand there with country and contract', async () => {
  await settings.change(COMPLETE);
  const countries = { en: [/Germany/, /United States/], de: [/Deutschland/, /USA/] };
  const dates = { en: [/31 January 2026/, /15 February 2026/], de: [/31\.01\.2026/, /15\.02\.2026/] };
  const purposes = { en: [/runs our server/, /sends our mails/, /standard contractual clauses/], de: [/betreibt unseren Server/, /versendet unsere Mails/, /Standardvertragsklauseln/] };
  await read('/privacy', async (main, language) => {
    assert.equal(await draft(main), 0);
    assert.deepEqual(await gaps(main), []);
    for (const page of ['/account/data', '/account/delete', '/privacy/receipt']) {
      assert.notEqual(await main.locator('div.prose').locator(`a[href="${page}"]`).count(), 0, page);
    }
    const text = await main.innerText();
    for (const said of [/Nordlicht Fahrradwerkstatt GmbH/, /Rechenzentrum Elbe GmbH/, /Mailhaus Inc\./, ...countries[language], ...dates[language], ...purposes[language]]) {
      assert.match(text, said);
    }
    const row = main.locator('tr', { hasText: 'Mailhaus Inc.' });
    for (const said of [countries[language][1], dates[language][1], purposes[language][1]]) assert.match(await row.innerText(), said);
    // Every entry of the contents leads somewhere.
    const places = await main.locator('nav a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.ok(places.length > 6);
    for (const place of places) assert.equal(await main.locator(`h2${place}`).count(), 1, place);
  });
  await read('/imprint', async (main) => {
    assert.equal(await draft(main), 0);
    assert.deepEqual(await gaps(main), []);
    const text = await main.innerText();
    for (const said of ['Nordlicht Fahrradwerkstatt GmbH', 'Deichstraße 12', 'Wilhelmine Ahlers', 'hallo@nordlicht.example', 'HRB 000000', 'DE000000000']) {
      assert.ok(text.includes(said), said);
    }
    assert.equal(await main.locator('a[href="mailto:hallo@nordlicht.example"]').count(), 1);
  });
});

/** Makes all requests so many days older. */
async function age(days) {
  const script = `import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as desk:
    for column in ('created_at', 'updated_at', 'closed_at'):
        desk.execute(f'UPDATE request SET {column} = {column} - ?', (int(sys.argv[2]) * 86_400_000_000,))`;
  await promisify(execFile)('python3', ['-c', script, path.join(desk.data, 'tresen.db'), `${days}`]);
}

test('what has reached its limit is counted by a dry run, erased by the real one, and nothing else', async () => {
  await settings.change(COMPLETE);
  const agent = new Client(desk);
  await agent.login(await desk.addPerson());
  const numbers = async (args) => {
    const { code, output, errors } = await desk.run(['retention', ...args]);
    assert.equal(code, 0, errors);
    return output.trim();
  };
  const customer = (await registered(desk, { email: 'keeps@example.com' })).client;
  const [open, closed] = [await write(customer, { subject: 'Still open' }), await write(customer, { subject: 'Settled' })];
  assert.equal((await customer.post(`/requests/${closed}/close`)).status, 303);
  const held = (await registered(desk, { email: 'held@example.com' })).client;
  const disputed = await write(held, { subject: 'In dispute' });
  await held.post(`/requests/${disputed}/close`);
  await held.post('/account/data', { act: 'restrict' });
  const unproven = await write(new Client(desk), { email: 'unproven@example.com', subject: 'Never confirmed' });
  const there = async () => Object.fromEntries(await Promise.all([open, closed, disputed, unproven].map(async (number) => [number, (await agent.get(`/agent/requests/${number}`)).status])));

  // With the default limits everything is young.
  assert.equal(await numbers(['--dry-run']), 'Would be erased now: 0 settled requests, 0 unconfirmed requests, 0 held requests, 0 persons without requests.');
  // Two months later everything that is settled or unconfirmed is old.
  await settings.write(`${COMPLETE}\n[retention]\nclosed_requests_months = 1\nunconfirmed_days = 1\n`);
  await age(60);
  const dry = await numbers(['--dry-run']);
  assert.equal(dry, 'Would be erased now: 1 settled request, 1 unconfirmed request, 0 held requests, 0 persons without requests.');
  assert.deepEqual(await there(), { [open]: 200, [closed]: 200, [disputed]: 403, [unproven]: 200 });
  assert.equal(await numbers(['--dry-run']), dry);
  assert.equal(await numbers([]), 'Erased: 1 settled request, 1 unconfirmed request, 0 held requests, 0 persons without requests.');
  assert.deepEqual(await there(), { [open]: 200, [closed]: 404, [disputed]: 403, [unproven]: 404 });
  assert.equal(await numbers([]), 'Erased: 0 settled requests, 0 unconfirmed requests, 0 held requests, 0 persons without requests.');

  // The customer finds what is left, and only that.
  await withPage(browser, desk, {}, async (page) => {
    await enter(page, desk, customer);
    await go(page, '/requests');
    assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), ['Still open']);
  });
});
