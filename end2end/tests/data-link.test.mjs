// One's own data without an account: asked for, mailed, exchanged for half an hour in one browser.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { follow, go, launch, live, withPage } from '../lib/browser.mjs';
import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, linkTo, registered, tokenIn, write } from '../lib/people.mjs';

let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

const SUBJECT = { en: 'What is stored about you', de: 'Was über Sie gespeichert ist' };

/** Asks over plain HTTP, and gives the link of the mail. */
async function asked(email, language = 'en') {
  await new Client(desk, { language }).post('/account/data', { email });
  return linkTo(await desk.mail({ to: email, subject: SUBJECT[language] }), '/account/data');
}

const texts = {
  en: { restrict: 'Restrict my data', lift: 'Lift the restriction', withdraw: 'Withdraw', again: /Agree again/, copy: 'Download a copy', end: 'Stop showing my data', ended: /no longer shows your data/, delete: 'Delete everything for good' },
  de: { restrict: 'Verarbeitung einschränken', lift: 'Einschränkung aufheben', withdraw: 'Widerrufen', again: /Erneut einwilligen/, copy: 'Kopie herunterladen', end: 'Meine Daten nicht mehr anzeigen', ended: /zeigt Ihre Daten nicht mehr/, delete: 'Alles endgültig löschen' },
};

for (const [language, say] of Object.entries(texts)) {
  for (const javaScript of [true, false]) {
    test(`everything without an account, ${language}, JavaScript ${javaScript}`, () =>
      withPage(browser, desk, { language, javaScript, viewport: 'phone', acceptDownloads: true, allow: [/status of 410/] }, async (page) => {
        const email = `vorpalina-${language}-${javaScript}@example.com`;
        await write(new Client(desk, { language }), { email, name: 'Vorpalina', subject: 'Distelfalter' });
        const button = (name) => page.getByRole('button', { name }).first();
        const seen = async () => {
          await live(page);
          if (javaScript) await axe(page);
          return page.locator('main').innerText();
        };

        await page.goto('/account/data');
        await page.locator('#email').fill(email);
        await page.locator('main form button[type=submit]').click();
        await page.waitForURL(/\?sent/);
        await seen();
        const link = linkTo(await desk.mail({ to: email, subject: SUBJECT[language] }), '/account/data');

        // Opening the link, however often, shows nothing of the person and uses nothing up.
        for (let times = 0; times < 3; times++) await page.goto(link);
        assert(!(await seen()).includes(email));
        await page.locator('main form button').click();
        await page.waitForURL(/\?by=link$/);
        assert(!page.url().includes('token'));
        const overview = await seen();
        assert(overview.includes(email) && overview.includes('Vorpalina'));
        await page.reload();
        assert((await seen()).includes(email));

        const [download] = await Promise.all([page.waitForEvent('download'), button(say.copy).click()]);
        const copy = await readFile(await download.path());
        assert(copy.includes('Distelfalter') && copy.includes('data.json'));

        await button(say.restrict).click();
        await button(say.lift).click();
        await button(say.restrict).waitFor();
        await button(say.withdraw).click();
        await button(say.again).click();
        await button(say.withdraw).waitFor();
        assert.match(page.url(), /by=link&done=consent$/);

        // The link is used up, in this browser too.
        assert.equal((await page.goto(link)).status(), 410);
        await go(page, '/account/data?by=link');
        await follow(page, button(say.end));
        assert.match(await seen(), say.ended);
        assert.equal((await page.goto('/account/data?by=link')).status(), 410);

        // To the end.
        await new Client(desk, { language }).post('/account/data', { email });
        await go(page, linkTo(await desk.mail({ to: email, subject: SUBJECT[language], skip: 1 }), '/account/data'));
        await follow(page, page.locator('main form button'));
        await follow(page, page.locator('a[href="/account/delete?by=link"]').last());
        await seen();
        await button(say.delete).click();
        assert.match(await page.locator('pre.receipt').innerText(), /wish: link\nrequests: 1\n/);
        assert.equal((await page.goto('/account/data?by=link')).status(), 410);
        assert.equal((await page.context().cookies()).some(({ name }) => name === 'tresen-data'), false);
      }));
  }
}

/** An answer without what is different each time. */
const fixed = ({ status, location, headers, text }) => ({
  status,
  location,
  headers: [...headers].filter(([name]) => !['date', 'content-security-policy'].includes(name)),
  text: text.replaceAll(/'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? '-', 'nonce'),
});

describe('asking', () => {
  for (const path of ['/account/data', '/account/delete']) {
    test(`${path} answers a known and an unknown address alike, byte for byte`, async () => {
      const known = `known${path.replaceAll('/', '-')}@example.com`;
      await write(new Client(desk), { email: known });
      const answers = [];
      for (const email of [known, 'unheard-of@example.com']) {
        const client = new Client(desk);
        const answer = await client.post(path, { email });
        assert.equal(answer.status, 303);
        const called = await client.call(path.slice(1), { email });
        assert.deepEqual([called.status, called.json], [200, { go: answer.location }]);
        const shown = await client.page('account', answer.location);
        assert.equal(shown.status, 200);
        const pages = [await client.get(answer.location), await client.get(path), called, shown];
        answers.push([answer, ...pages].map(fixed));
      }
      assert.deepEqual(answers[0], answers[1]);
      await desk.mail({ to: known, subject: /stored about you|Delete my account/ });
      assert.equal((await desk.mails()).filter((mail) => mail.to.includes('unheard-of')).length, 0);
    });
  }

  test('what is no address is told beside the field', async () => {
    const answer = await new Client(desk).post('/account/data', { email: 'ada' });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /id="email-error"/);
    const called = await new Client(desk).call('account/data', { email: 'ada' });
    assert.equal(called.status, 422);
    assert.deepEqual(Object.keys(called.json.refused.errors), ['email']);
  });
});

describe('whose data it is', () => {
  test('a page that somebody opened by a link acts for them, and not for whoever is logged in', async () => {
    const carla = await registered(desk, { email: 'carla-link@example.com' });
    const number = await write(carla.client, {});
    await write(new Client(desk), { email: 'guest-link@example.com' });
    const token = new URLSearchParams((await asked('guest-link@example.com')).split('?')[1]).get('token');
    const answer = await carla.client.post('/account/data', { token });
    assert.equal(answer.location, '/account/data?by=link');
    assert.match(words((await carla.client.get('/account/data?by=link')).text), /guest-link@example\.com/);
    assert.match((await carla.client.page('account', '/account/data?by=link')).text, /guest-link@example\.com/);
    const own = await carla.client.get('/account/data');
    assert.match(words(own.text), /carla-link@example\.com/);
    assert.doesNotMatch(own.text, /guest-link|name="by"/);
    assert.doesNotMatch((await carla.client.page('account', '/account/data')).text, /guest-link/);
    await carla.client.post('/account/data', { by: 'link', act: 'restrict' });
    assert.match(words((await carla.client.get('/account/data?by=link')).text), /Your data is restricted/);
    assert.doesNotMatch(words((await carla.client.get('/account/data')).text), /Your data is restricted/);
    assert.equal((await carla.client.get(`/requests/${number}`)).status, 200);
    // Used, made up, of another kind, or none: the same page.
    await new Client(desk).post('/account/delete', { email: 'guest-link@example.com' });
    const erase = tokenIn(await desk.mail({ to: 'guest-link@example.com', subject: /Delete my account/ }), '/account/delete');
    const [seen, called] = [new Set(), new Set()];
    for (const one of [token, 'A'.repeat(43), erase]) {
      const stranger = new Client(desk);
      for (const answer of [await stranger.get(`/account/data?token=${one}`), await stranger.post('/account/data', { token: one })]) {
        assert.equal(answer.status, 410);
        seen.add(words(answer.text));
      }
      for (const answer of [await stranger.page('account', `/account/data?token=${one}`), await stranger.call('account/data', { token: one })]) {
        assert.equal(answer.status, 410);
        called.add(answer.text);
      }
    }
    const stranger = new Client(desk);
    stranger.setCookie('tresen-data', 'A'.repeat(43));
    for (const [path, fields] of [['/account/data', { by: 'link', act: 'restrict' }], ['/account/data/export', { by: 'link' }]]) {
      const answer = await stranger.post(path, fields);
      assert.equal(answer.status, 410);
      seen.add(words(answer.text));
    }
    for (const answer of [await stranger.page('account', '/account/data?by=link'), await stranger.call('account/data', { by: 'link', act: 'restrict' })]) {
      assert.equal(answer.status, 410);
      called.add(answer.text);
    }
    assert.deepEqual([seen.size, called.size], [1, 1]);
    assert.equal((await stranger.post('/account/delete', { by: 'link' })).status, 410);
    assert.equal((await stranger.call('account/delete', { by: 'link' })).status, 410);
    // The cookie is out of reach of scripts and of other sites.
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('tresen-data='));
    assert.match(cookie, /; Path=\/; Max-Age=1800; HttpOnly; SameSite=Lax/);
  });

  test('whoever is logged in and knows no password gets a link that deletes', () =>
    withPage(browser, desk, {}, async (page) => {
      const { email } = await registered(desk, { email: 'forgetful@example.com' });
      await page.goto('/login');
      await page.locator('input[name=email]').fill(email);
      await page.locator('input[name=password]').fill(PASSWORD);
      await page.locator('form:has(input[name=password]) button[type=submit]').click();
      await page.waitForURL((url) => url.pathname !== '/login');
      await page.goto('/account/delete');
      await live(page);
      await axe(page);
      await page.locator('button[name=act][value=link]').click();
      await page.waitForURL(/\?sent/);
      await page.goto(linkTo(await desk.mail({ to: email, subject: /Delete my account/ }), '/account/delete'));
      await page.locator('form.danger button').click();
      assert.match(await page.locator('pre.receipt').innerText(), /wish: link/);
      assert.equal((await new Client(desk).post('/login', { email, password: PASSWORD })).status, 422);
    }));

  test('nobody logged out asks for a link to themselves', async () => {
    const answer = await new Client(desk).post('/account/delete', { act: 'link' });
    assert.match(answer.location, /^\/login/);
    const called = await new Client(desk).call('account/delete', { act: 'link' });
    assert.deepEqual([called.status, called.json], [401, 'sign_in']);
  });
});
