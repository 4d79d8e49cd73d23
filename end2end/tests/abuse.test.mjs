// What keeps programs and guessers out, as people meet it: nobody notices, or has one click more.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { axe } from '../lib/axe.mjs';
import { follow, go, launch, live, withPage } from '../lib/browser.mjs';
import { Client, valueOf, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, countActive, filled, linkTo, registered, write } from '../lib/people.mjs';

// Here everybody is quicker than people are, however slow the machine; the sums that browsers work out
// then are easy ones.
const CONFIG = `
[forms]
screen = true
quickest_seconds = 3600
proof_bits = 6
[limits]
login = { at_once = 4, an_hour = 4 }
guess = { at_once = 3, an_hour = 3 }
address = { at_once = 3, an_hour = 3 }
`;

let agent;
let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk({ config: CONFIG, settings: { TRESEN_SCREEN_FORMS: 'true' } }), launch()]);
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** A picture to look at, where `TRESEN_TEST_PICTURES` names a folder. */
async function picture(page, name) {
  const folder = process.env.TRESEN_TEST_PICTURES;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** Fills the form in as people do, and lets go of it. */
async function fill(page, { email, subject }) {
  await page.locator('#email').fill(email);
  await page.locator('select[name=kind]').selectOption('question');
  await page.locator('#subject').fill(subject);
  await page.locator('#body').fill(`It is about ${subject}, and it began on Monday.`);
  await page.locator('input[name=consent]').check();
}

/** Whoever reads the page needs a moment before the stamp of its form is old enough. */
const aMoment = () => sleep(1100);

/** The form of a page: `fields` replace what stands in it. */
async function pageForm(client, fields) {
  const { text } = await client.get('/requests/new');
  return { ...filled(), stamp: valueOf(text, 'stamp'), ...fields };
}

/** Sends the form of a page without a browser. */
const sendPage = async (client, fields) => client.post('/requests/new', await pageForm(client, fields));

/** The same as the app does it. */
const callPage = async (client, fields) => client.call('requests/send', await pageForm(client, fields), []);

describe('a new request', () => {
  for (const language of ['en', 'de']) {
    test(`sent by a quick browser arrives, and a proof was worked out unasked: ${language}`, async () => {
      const before = await countActive(agent);
      await withPage(browser, desk, { language, allow: [/status of 428/] }, async (page) => {
        await go(page, '/requests/new');
        await fill(page, { email: `quick-${language}@example.com`, subject: 'the lamp' });
        await aMoment();
        const [asked] = await Promise.all([
          page.waitForResponse((answer) => answer.status() === 428),
          page.waitForEvent('worker'),
          page.locator('main form button[type=submit]').click(),
        ]);
        assert.ok((await asked.json()).prove.bits >= 6);
        await page.waitForURL(/\/requests\/sent\?number=T-[^&]+$/);
        await live(page);
      });
      assert.equal(await countActive(agent), before + 1);
    });
  }

  test('sent without scripts waits for a click in the mailbox', async () => {
    const before = await countActive(agent);
    for (const [language, confirm] of [['en', 'Yes, it is mine'], ['de', 'Ja, sie ist von mir']]) {
      const email = `plain-${language}@example.com`;
      await withPage(browser, desk, { language, javaScript: false }, async (page) => {
        await page.goto('/requests/new');
        await fill(page, { email, subject: `the chair ${language}` });
        await follow(page, page.locator('main form button[type=submit]'));
        assert.match(page.url(), /\/requests\/sent\?number=T-.*&confirm$/);
        await picture(page, `held-${language}`);
        const mail = await desk.mail({ to: email });
        assert.ok(!mail.text.includes('chair'), mail.text);
        assert.match((await agent.get('/agent/held')).text, new RegExp(email));
        await page.goto(linkTo(mail, '/requests/'));
        await picture(page, `confirm-${language}`);
        // Nothing says that somebody takes care of it already.
        assert.equal(await page.locator('#request-status').count(), 0);
        assert.match((await agent.get('/agent/held')).text, new RegExp(email), 'to look is not to confirm');
        await follow(page, page.getByRole('button', { name: confirm }));
        assert.equal(await page.getByRole('button', { name: confirm }).count(), 0);
        assert.equal(await page.locator('#request-status').count(), 1);
      });
      assert.doesNotMatch((await agent.get('/agent/held')).text, new RegExp(email));
    }
    assert.equal(await countActive(agent), before + 2);
  });

  test('has a field that nobody sees, hears or reaches by keyboard', async () => {
    await withPage(browser, desk, {}, async (page) => {
      await go(page, '/requests/new');
      const trap = page.locator('input[name=url]');
      assert.equal(await trap.getAttribute('tabindex'), '-1');
      assert.equal(await trap.getAttribute('autocomplete'), 'off');
      const { width, height } = await trap.locator('..').boundingBox();
      assert.ok(width <= 1 && height <= 1);
      assert.doesNotMatch(await page.locator('main').ariaSnapshot(), /leave this empty/);
      await axe(page);
    });
  });

  test('of a program is held, whatever it does', async () => {
    const before = await countActive(agent);
    const programs = {
      'knows no page': (client, fields) => client.post('/requests/new', filled(fields)),
      'fills in everything': async (client, fields) => sendPage(client, { ...fields, url: 'https://evil.example' }),
      'is quicker than anybody': (client, fields) => sendPage(client, fields),
      'forges a stamp': (client, fields) => sendPage(client, { ...fields, stamp: 'A'.repeat(47) }),
      'says it cannot work': (client, fields) => callPage(client, { ...fields, proof: 'none' }),
    };
    for (const [number, [name, send]] of Object.entries(programs).entries()) {
      const answer = await send(new Client(desk), { email: `program${number}@example.com`, body: `I offer you ${name}` });
      const address = answer.location ?? JSON.parse(answer.text).go;
      assert.match(address, /&confirm$/, name);
    }
    // A proof that it does not show: nothing is stored, and it is told what to do.
    const asked = await callPage(new Client(desk), { email: 'liar@example.com', proof: '1' });
    assert.ok([200, 428].includes(asked.status));
    assert.equal(await countActive(agent), before);
  });
});

test('registering too quickly is asked for once more, and then works', async () => {
  const client = new Client(desk);
  const ask = async (page) => {
    const stamp = valueOf(page.text, 'stamp');
    return client.post('/register', { email: 'newcomer@example.com', stamp });
  };
  const first = await ask(await client.get('/register'));
  assert.equal(first.status, 428);
  assert.match(words(first.text), /Please send it once more/);
  assert.equal(valueOf(first.text, 'email'), 'newcomer@example.com');
  await aMoment();
  assert.equal((await ask(first)).location, '/register?sent');
  await desk.mail({ to: 'newcomer@example.com' });
});

test('registering in a quick browser works at once', async () => {
  await withPage(browser, desk, { allow: [/status of 428/] }, async (page) => {
    await go(page, '/register');
    await page.locator('#email').fill('quick-newcomer@example.com');
    await page.locator('main form button[type=submit]').click();
    await page.waitForURL('**/register?sent');
  });
  await desk.mail({ to: 'quick-newcomer@example.com' });
});

describe('too often', () => {
  const from = (host) => ({ 'x-forwarded-for': host });

  test('is said for known and unknown addresses alike, and the owner gets in from elsewhere', async () => {
    const plain = await startDesk({ config: CONFIG });
    try {
      const anna = await registered(plain, { email: 'anna@example.com' });
      const said = {};
      for (const [number, email] of ['anna@example.com', 'nobody@example.com'].entries()) {
        const guesser = new Client(plain, { headers: from(`192.0.2.${number + 1}`) });
        const answers = [];
        for (let tries = 0; tries < 4; tries++) answers.push(await guesser.post('/login', { email, password: 'wrong' }));
        assert.deepEqual(answers.map(({ status }) => status), [422, 422, 422, 429]);
        const retry = Number(answers[3].headers.get('retry-after'));
        assert.ok(retry > 60 && retry <= 1200, `${retry}`);
        assert.equal(valueOf(answers[3].text, 'email'), email, 'what was typed stays');
        said[email] = words(answers[3].text).replace(email, '').replace(/\d+ minutes/, '');
      }
      assert.equal(said['anna@example.com'], said['nobody@example.com']);
      await new Client(plain, { headers: from('198.51.100.1') }).login(anna);
      // The /64 of a house is one guesser.
      const guess = (host) => new Client(plain, { headers: from(host) }).post('/login', { email: 'bert@example.com', password: 'wrong' });
      const statuses = [];
      for (const host of ['2001:db8::1', '2001:db8::2', '2001:db8::ffff:1', '2001:db8::3', '2001:db8:0:1::1']) statuses.push((await guess(host)).status);
      assert.deepEqual(statuses, [422, 422, 422, 429, 422]);
      // Mails with a link.
      await write(new Client(plain), { email: 'carla@example.com' });
      for (const email of ['carla@example.com', 'unknown@example.com']) {
        const asked = [];
        // The first of each kind is never one too many.
        for (const path of ['/password', '/register', '/account/delete', '/account/data', '/register']) {
          asked.push((await new Client(plain).post(path, { email })).status);
        }
        assert.deepEqual(asked, [303, 303, 303, 303, 429]);
      }
    } finally {
      await plain.stop();
    }
  });

  for (const language of ['en', 'de']) {
    test(`is said politely, beside the field and on a page of its own: ${language}`, async () => {
      const host = language === 'en' ? '203.0.113.1' : '203.0.113.2';
      for (const javaScript of [true, false]) {
        const options = { language, javaScript, allow: [/status of 4(22|29)/], extraHTTPHeaders: from(`${host}${javaScript ? 1 : 2}`) };
        await withPage(browser, desk, options, async (page) => {
          await go(page, '/login');
          for (let tries = 0; tries < 4; tries++) {
            await page.locator('#email').fill(`guessed-${language}@example.com`);
            await page.locator('#password').fill(PASSWORD);
            const button = page.locator('main form button[type=submit]');
            if (javaScript) await Promise.all([page.waitForResponse((answer) => answer.request().method() === 'POST'), button.click()]);
            else await follow(page, button);
            await page.locator('#password-error:not([hidden])').waitFor();
          }
          await page.getByText(language === 'en' ? 'too often' : 'zu oft').first().waitFor();
          // It needs scripts itself.
          if (javaScript) await axe(page);
          await picture(page, `guess-${language}-${javaScript}`);
          if (javaScript) {
            // The form is still there, so nobody is sent back to it.
            await page.locator('#email').fill('another@example.com');
            await page.locator('#password').fill(PASSWORD);
            await page.locator('main form button[type=submit]').click();
            await page.getByText(language === 'en' ? /Nothing is lost: please send it again in \d+ minutes/ : /Es ist nichts verloren: Bitte senden Sie es in \d+ Minuten noch einmal/).waitFor();
            return;
          }
          // One more, and the network has had its share of all logins.
          await page.locator('#email').fill('another@example.com');
          await page.locator('#password').fill(PASSWORD);
          await follow(page, page.locator('main form button[type=submit]'));
          assert.equal(await page.locator('h1').innerText(), language === 'en' ? 'Please wait a moment' : 'Bitte warten Sie einen Augenblick');
          const said = await page.locator('main').innerText();
          assert.match(said, language === 'en' ? /go back and send it again in \d+ minutes/ : /Gehen Sie zurück, und senden Sie es in \d+ Minuten noch einmal/);
          await picture(page, `network-${language}`);
        });
      }
    });
  }
});
