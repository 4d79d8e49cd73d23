// Consent (Art. 7 GDPR): given at the form, shown with its date and text, withdrawn, given again; and the
// versions of the text that it refers to.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { enter, follow, go, launch, live, withPage } from '../lib/browser.mjs';
import { Client, words } from '../lib/client.mjs';
import { COMPLETE, configuredDesk } from '../lib/config.mjs';
import { PASSWORD, linkTo, registered, write } from '../lib/people.mjs';

const SAYS = {
  en: {
    consents: 'Your consents',
    where: /in the form for a new request, privacy statement, version \d+/,
    here: /on this page, privacy statement, version \d+/,
    withdraw: /^Withdraw/,
    withdrawn: 'Your data is restricted',
    told: /You have withdrawn your consent/,
    again: 'Agree again and lift the restriction',
    erase: 'Delete account and data …',
    sure: 'Delete everything for good',
    earlier: /earlier version/i,
    version: (number) => `privacy statement, version ${number}`,
  },
  de: {
    consents: 'Ihre Einwilligungen',
    where: /im Formular für eine neue Anfrage, Datenschutzerklärung, Fassung \d+/,
    here: /auf dieser Seite, Datenschutzerklärung, Fassung \d+/,
    withdraw: /^Widerrufen/,
    withdrawn: 'Die Verarbeitung Ihrer Daten ist eingeschränkt',
    told: /Sie haben Ihre Einwilligung widerrufen/,
    again: 'Erneut einwilligen, Einschränkung aufheben',
    erase: 'Konto und Daten löschen …',
    sure: 'Alles endgültig löschen',
    earlier: /frühere Fassung/i,
    version: (number) => `Datenschutzerklärung, Fassung ${number}`,
  },
};

let agent;
let browser;
let desk;
let settings;

before(async () => {
  [settings, browser] = await Promise.all([configuredDesk(), launch()]);
  desk = settings.desk;
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
});

after(async () => {
  await browser?.close();
  await settings?.stop();
});

const button = (page, name) => page.locator('main').getByRole('button', { name });
const consents = (page, says) => page.locator('section', { has: page.getByRole('heading', { name: says.consents, exact: true }) });

for (const [language, javaScript] of [['en', true], ['de', false], ['de', true], ['en', false]]) {
  const says = SAYS[language];
  test(`consent is given at the form, shown, withdrawn and given again, ${language}, JavaScript ${javaScript}`, () =>
    withPage(browser, desk, { language, javaScript, viewport: 'phone', allow: [/status of 422/] }, async (page) => {
      const email = `consent-${language}-${javaScript}@example.com`;
      await go(page, '/requests/new');
      const text = await page.locator('label:has(#consent), label[for=consent]').locator('a').getAttribute('href');
      assert.equal(text, '/privacy');
      await page.locator('#email').fill(email);
      await page.locator('#kind').selectOption('question');
      await page.locator('#subject').fill('With consent');
      await page.locator('#body').fill('Words');
      const send = page.locator('main form button[type=submit]').last();
      // Without the tick nothing is taken.
      await page.locator('main form').last().evaluate((form) => (form.noValidate = true));
      await send.click();
      await page.locator('#consent-error:not([hidden])').waitFor();
      await live(page);
      assert.equal(await page.locator('#body').inputValue(), 'Words');
      await page.locator('#consent').check();
      await follow(page, page.locator('main form button[type=submit]').last());
      const number = await page.locator('.slip').innerText();

      const mail = await desk.mail({ to: email });
      await go(page, linkTo(mail, '/register'));
      await page.locator('#password').fill(PASSWORD);
      await follow(page, page.locator('main form button[type=submit]'));
      await go(page, '/account/data');
      const section = consents(page, says);
      assert.match(await section.innerText(), says.where);
      const given = await section.locator('time').first().getAttribute('datetime');
      assert.ok(Math.abs(Date.now() - Date.parse(given)) < 120_000, given);
      // The date itself, not how long ago it was.
      assert.match(await section.locator('time').first().innerText(), /20\d\d.*\d\d:\d\d/);
      const version = await section.getByRole('link', { name: says.version('') }).getAttribute('href');
      assert.match(version, /^\/privacy\?version=\d+$/);

      await follow(page, button(page, says.withdraw).first());
      assert.match(page.url(), /done=withdraw/);
      const notice = page.locator('.notice.warning', { hasText: says.withdrawn });
      assert.match(await notice.innerText(), says.told);
      assert.equal(await section.locator('time').count(), 2);
      assert.equal(await button(page, says.withdraw).count(), 0);
      if (javaScript) await axe(page);
      const hidden = await agent.get(`/agent/requests/${number}`);
      assert.equal(hidden.status, 403);
      assert.ok(!hidden.text.includes('With consent'));
      await go(page, '/requests');
      await page.locator('.notice.warning', { hasText: says.withdrawn }).waitFor();

      // Erasure is offered in the notice, and it is one step away.
      await go(page, '/account/data');
      await follow(page, page.locator('.notice').getByRole('link', { name: says.erase }));
      await button(page, says.sure).waitFor();
      // A forged form does not lift what a withdrawal restricts.
      const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      const forged = await new Client(desk, { headers: { cookie: cookies } }).post('/account/data', { act: 'lift' });
      assert.equal(forged.status, 403);

      await go(page, '/account/data');
      await follow(page, button(page, says.again));
      assert.match(page.url(), /done=consent/);
      assert.equal(await page.locator('.notice.warning').count(), 0);
      const now = await consents(page, says).innerText();
      assert.match(now, says.where);
      assert.match(now, says.here);
      if (javaScript) await axe(page);
      assert.equal((await agent.get(`/agent/requests/${number}`)).status, 200);
    }));
}

test('a changed text is a new version; consents keep theirs, and it stays readable in both languages', async () => {
  const version = async (client) => Number(/(?:version|Fassung) (\d+)/i.exec(words((await client.get('/privacy')).text))[1]);
  const english = new Client(desk);
  const first = await version(english);
  const early = await registered(desk, { email: 'early@example.com' });
  await write(early.client);

  // The same settings once more make no new version; others do, once.
  await settings.change('');
  assert.equal(await version(english), first);
  await settings.change(COMPLETE);
  const second = await version(english);
  assert.equal(second, first + 1);
  await settings.change(COMPLETE);
  assert.equal(await version(english), second);

  const late = await registered(desk, { email: 'late@example.com' });
  await write(late.client);
  for (const language of ['en', 'de']) {
    const says = SAYS[language];
    for (const [who, own] of [[early, first], [late, second]]) {
      await withPage(browser, desk, { language, viewport: 'phone' }, async (page) => {
        await who.client.post('/account/language', { language });
        await enter(page, desk, who.client);
        await go(page, '/account/data');
        const links = consents(page, says).getByRole('link', { name: says.version('') });
        assert.deepEqual(await links.allInnerTexts(), [says.version(own)]);
        await follow(page, links.first());
        const read = await page.locator('main').innerText();
        // The text as it was agreed to: the first had no controller yet.
        assert.equal(read.includes('Nordlicht Fahrradwerkstatt GmbH'), own === second);
        assert.equal(says.earlier.test(read), own === first, read.slice(0, 300));
        await axe(page);
        if (own === first) {
          await follow(page, page.locator('main .notice a[href="/privacy"]'));
          assert.ok((await page.locator('main').innerText()).includes('Nordlicht Fahrradwerkstatt GmbH'));
        }
      });
    }
  }
  // Whoever agrees again agrees to the text in force.
  await early.client.post('/account/data', { act: 'withdraw' });
  await early.client.post('/account/data', { act: 'consent' });
  const both = words((await early.client.get('/account/data')).text);
  assert.match(both, new RegExp(`Fassung ${second}.*Fassung ${first}`));
  for (const missing of ['999', '-1', '0', 'x']) assert.equal((await english.get(`/privacy?version=${missing}`)).status, 404, missing);
});
