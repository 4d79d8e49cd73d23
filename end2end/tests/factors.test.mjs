// The second factor: an agent who is led to set one up, logs in with it, and loses the telephone; and
// what half a login is not good for.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { launch, live, login, withPage } from '../lib/browser.mjs';
import { Client, errorOf, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, registered } from '../lib/people.mjs';
import { App } from '../lib/totp.mjs';

let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk({ settings: { TRESEN_SECOND_FACTOR: 'required' } }), launch()]);
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

const texts = {
  en: { needed: /needs a second factor/, setUp: 'Set up an authenticator app', wrong: /This code is wrong/, kept: 'I have saved them', recovery: 'Use a recovery code instead', once: /shown only once/, news: 'second factor', used: 'recovery code' },
  de: { needed: /braucht einen zweiten Faktor/, setUp: 'Authenticator-App einrichten', wrong: /Dieser Code stimmt nicht/, kept: 'Ich habe sie aufbewahrt', recovery: 'Stattdessen einen Wiederherstellungscode verwenden', once: /nur dieses eine Mal/, news: 'zweiten Faktor', used: 'Wiederherstellungscode' },
};

for (const [language, say] of Object.entries(texts)) {
  for (const javaScript of [true, false]) {
    test(`an agent sets an app up and logs in with it, ${language}, JavaScript ${javaScript}`, async () => {
      const agent = await desk.addPerson({ email: `agent-${language}-${javaScript}@example.com` });
      const viewport = javaScript ? 'desktop' : 'phone';
      await withPage(browser, desk, { language, javaScript, viewport, allow: [/status of 422/] }, async (page) => {
        const seen = async () => {
          await live(page);
          if (javaScript) await axe(page);
          return page.locator('main').innerText();
        };
        // By keyboard alone, as people type codes.
        const type = async (field, text) => {
          await page.locator(field).focus();
          await page.keyboard.type(text);
          await page.keyboard.press('Enter');
        };
        const logOut = () => Promise.all([page.waitForURL(/\/$/), page.locator('form[action="/logout"] button').first().click()]);
        const path = () => new URL(page.url()).pathname;

        await login(page, agent);
        await page.waitForURL(/\/account\/factors\?needed$/);
        // People who were added speak English until they say otherwise.
        if (language === 'de') {
          await page.goto('/account');
          await page.locator('#account-language').selectOption('de');
          await page.locator('form[action="/account/language"] button').click();
          await page.waitForURL(/done=language/);
        }
        for (const address of ['/agent', '/agent/reports', '/agent/requests/new']) {
          await page.goto(address);
          assert.equal(path(), '/account/factors', address);
        }
        assert.match(await seen(), say.needed);

        await page.getByRole('button', { name: say.setUp }).click();
        await page.waitForURL(/\/factors\/app$/);
        await seen();
        const box = await page.locator('svg.qr-code').boundingBox();
        assert.ok(box.width >= 150 && Math.abs(box.width - box.height) < 1, JSON.stringify(box));
        const link = await page.locator('main a[href^="otpauth://totp/"]').getAttribute('href');
        const shown = await page.locator('code.secret').innerText();
        assert.ok(link.includes(`secret=${shown.replace(/\s/g, '')}&`), link);
        const app = new App(shown);
        await type('#code', app.wrong());
        await page.locator('#code-error:not([hidden])').waitFor();
        assert.match(await seen(), say.wrong);
        // The key is the same, so that nobody has to scan again.
        assert.equal(await page.locator('code.secret').innerText(), shown);
        assert.equal(await page.locator('#code').inputValue(), javaScript ? app.wrong() : '');
        await page.locator('#code').fill('');
        await type('#code', await app.next());
        await page.locator('.codes').waitFor();
        assert.match(await seen(), say.once);
        const codes = await page.locator('.codes code').allInnerTexts();
        assert.equal(new Set(codes).size, 10);
        await page.getByRole('link', { name: say.kept }).click();
        await page.waitForURL(/\/agent$/);
        await desk.mail({ to: agent.email, subject: say.news });

        // The second step.
        await logOut();
        await page.goto('/login?next=/agent/reports');
        await page.locator('input[name=email]').fill(agent.email);
        await type('input[name=password]', agent.password);
        await page.waitForURL(/\/login\/second\?next=/);
        await seen();
        assert.equal(await page.locator('#code').getAttribute('autocomplete'), 'one-time-code');
        await type('#code', app.wrong());
        await page.locator('#code-error:not([hidden])').waitFor();
        assert.match(await page.locator('#code-error').innerText(), say.wrong);
        assert.equal(await page.locator('#code').inputValue(), javaScript ? app.wrong() : '');
        await page.locator('#code').fill('');
        await type('#code', await app.next());
        await page.waitForURL(/\/agent\/reports$/);

        // The telephone is lost.
        await logOut();
        await login(page, agent);
        await live(page);
        await page.getByRole('link', { name: say.recovery }).click();
        await page.waitForURL(/by=recovery/);
        await seen();
        await type('#recovery', codes[3].toLowerCase());
        await page.waitForURL(/\/agent$/);
        await desk.mail({ to: agent.email, subject: say.used });
        await page.goto('/account/factors');
        assert.match(await seen(), /9/);
        assert.equal(await page.locator('form[action$="/remove"]').count(), 0, 'the last factor can be removed');

        // New codes, by a button whose answer is the page that shows them.
        await page.locator('form[action="/account/factors/codes"] button').click();
        await page.locator('.codes').waitFor();
        await seen();
        const fresh = await page.locator('.codes code').allInnerTexts();
        assert.ok(fresh.every((code) => !codes.includes(code)));

        // Showing once more who one is leads on, and nowhere else.
        await page.goto('/account/confirm?next=/account/factors');
        await seen();
        await type('#password', agent.password);
        await page.waitForURL(/\/account\/factors$/);
      });
    });
  }
}

/** A customer with an app, over plain HTTP. */
async function withApp(email) {
  const { client } = await registered(desk, { email });
  assert.equal((await client.post('/account/factors/app/begin')).location, '/account/factors/app');
  const page = await client.get('/account/factors/app');
  const app = new App(/<code class="secret">([^<]+)</.exec(page.text)[1]);
  const done = await client.post('/account/factors/app', { code: await app.next() });
  assert.equal(done.status, 200);
  const codes = [...done.text.matchAll(/<li><code>([^<]+)</g)].map(([, code]) => code);
  return { client, app, codes };
}

describe('half a login', () => {
  test('opens nothing', async () => {
    const { app } = await withApp('half@example.com');
    const client = new Client(desk);
    const first = await client.login({ email: 'half@example.com', password: PASSWORD });
    assert.equal(first.location, '/login/second');
    assert.equal(client.cookie('tresen-session'), undefined);
    const half = client.cookie('tresen-second-step');
    assert.match(first.headers.getSetCookie().join(), /tresen-second-step=[^;]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax/);
    const forged = new Client(desk);
    for (const name of ['tresen-session', 'tresen-data', 'tresen-device']) forged.setCookie(name, half);
    for (const path of ['/requests', '/account', '/account/factors', '/account/factors/app', '/agent']) {
      for (const visitor of [client, forged]) {
        assert.match((await visitor.get(path)).location, /^\/login\?/, path);
      }
    }
    assert.equal((await forged.get('/account/data?by=link')).status, 410);
    // Nor is a session, or nothing, the first half of a login.
    const code = await app.next();
    for (const value of [undefined, '', 'nonsense']) {
      const other = new Client(desk);
      if (value !== undefined) other.setCookie('tresen-second-step', value);
      assert.equal((await other.get('/login/second')).status, 410);
      assert.equal((await other.post('/login/second', { code })).status, 410);
    }
  });

  test('ends in a new session, and nowhere but here', async () => {
    const { client: owner, codes } = await withApp('fixed@example.com');
    for (const [next, to] of [['//evil.example.com', '/'], ['https://evil.example.com/', '/'], ['/account', '/account'], ['', '/requests']]) {
      const client = new Client(desk);
      client.setCookie('tresen-session', 'a-session-that-somebody-else-knows');
      const first = await client.post('/login', { email: 'fixed@example.com', password: PASSWORD, next });
      const leads = new URL(first.location, desk.url);
      assert.equal(leads.pathname, '/login/second');
      const second = await client.post('/login/second', { by: 'recovery', recovery: codes.pop(), next });
      assert.equal(second.location, to, next);
      const session = client.cookie('tresen-session');
      assert.match(session, /^.{43}$/);
      assert.equal(client.cookie('tresen-second-step'), undefined);
      assert.match(second.headers.getSetCookie().join(), /tresen-device=[^;]{43}; Path=\/; Max-Age=15552000; HttpOnly; SameSite=Lax/);
      assert.equal((await client.get('/account')).status, 200);
      const confirmed = await client.post('/account/confirm', { password: PASSWORD, next });
      assert.equal(confirmed.location, next === '' ? '/' : to);
    }
    assert.equal((await owner.get('/account')).status, 200);
  });

  test('waits after five wrong codes, and a known browser does not', async () => {
    const { client: owner, app } = await withApp('guessed@example.com');
    const stranger = new Client(desk);
    await stranger.login({ email: 'guessed@example.com', password: PASSWORD });
    const statuses = [];
    for (let times = 0; times < 6; times++) statuses.push((await stranger.post('/login/second', { code: app.wrong() })).status);
    assert.deepEqual(statuses, [422, 422, 422, 422, 422, 429]);
    const refused = await stranger.post('/login/second', { code: app.wrong() });
    assert.match(errorOf(refused.text, 'code'), /too often/);
    await owner.post('/logout');
    await owner.login({ email: 'guessed@example.com', password: PASSWORD });
    assert.equal((await owner.post('/login/second', { code: await app.next() })).location, '/requests');
  });
});

test('the operator lets somebody in who has lost everything', async () => {
  const { client } = await withApp('lost@example.com');
  const none = await desk.run(['person', 'reset-factors', '--email', 'nobody@example.com']);
  assert.deepEqual([none.code, none.errors.trim()], [1, 'tresen: there is no person with this address.']);
  const done = await desk.run(['person', 'reset-factors', '--email', 'lost@example.com']);
  assert.deepEqual([done.code, done.output.trim()], [0, 'Removed: 1 second factor. The person is told by email.']);
  assert.match((await client.get('/account')).location, /^\/login/);
  await desk.mail({ to: 'lost@example.com', subject: 'were reset' });
  assert.equal((await client.login({ email: 'lost@example.com', password: PASSWORD })).location, '/requests');
});

test('a login from another browser is told', async () => {
  const { client } = await registered(desk, { email: 'abroad@example.com' });
  await client.post('/logout');
  await client.login({ email: 'abroad@example.com', password: PASSWORD });
  assert.equal((await desk.mails()).filter((mail) => mail.to.includes('abroad@example.com')).length, 1, 'a known browser is told');
  const abroad = new Client(desk, { from: '127.0.0.77', headers: { 'user-agent': 'Vorpal/9' } });
  await abroad.login({ email: 'abroad@example.com', password: PASSWORD });
  const mail = await desk.mail({ to: 'abroad@example.com', subject: 'A new device' });
  // Neither where nor with what.
  assert.match(words(mail.text), /new|not used for it before/);
  assert.doesNotMatch(mail.text, /127\.0\.0\.77|Vorpal/);
});
