// Passkeys in Chromium, with its virtual authenticator (WebAuthn's own automation): a phone that asks for
// a finger, and says yes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { enter, follow, go, launch, live, login, withPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { registered } from '../lib/people.mjs';

const SAYS = {
  en: { add: 'Add a passkey', name: 'Name of the passkey', login: 'Sign in with a passkey', confirm: 'Confirm with a passkey', remove: /^Remove/, none: 'No passkey was used', refused: 'This passkey was not accepted' },
  de: { add: 'Passkey hinzufügen', name: 'Name des Passkeys', login: 'Mit einem Passkey anmelden', confirm: 'Mit einem Passkey bestätigen', remove: /^Entfernen/, none: 'Es wurde kein Passkey benutzt', refused: 'Dieser Passkey wurde nicht angenommen' },
};

let browser;
let desk;
before(async () => {
  // Browsers make no passkeys for IP addresses.
  [desk, browser] = await Promise.all([startDesk({ host: 'localhost' }), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** A phone in somebody's hand: `credentials()`, `set(properties)`. */
async function phone(page, more = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...more };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    forget: () => session.send('WebAuthn.clearCredentials', { authenticatorId }),
    put: (credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
    verifies: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

const button = (page, name) => page.locator('main').getByRole('button', { name });

/** Adds a passkey by keyboard, and comes back to the page of all factors. */
async function add(page, says, name) {
  await go(page, '/account/factors');
  await page.getByLabel(says.name).fill(name);
  await follow(page, { click: () => page.keyboard.press('Enter') });
  await go(page, '/account/factors');
  await page.locator('li strong', { hasText: name }).waitFor();
}

for (const [language, says] of Object.entries(SAYS)) {
  test(`one is added, logs in alone, is the second step and a fresh proof, and is removed (${language})`, async () => {
    const email = `ada-${language}@example.com`;
    const { client, password } = await registered(desk, { email, language });
    await withPage(browser, desk, { language, allow: [/status of 422/] }, async (page) => {
      const key = await phone(page);
      await enter(page, desk, client);
      await add(page, says, 'Phone <b>');
      assert.equal((await key.credentials()).length, 1);

      await page.context().clearCookies();
      await go(page, '/login');
      await button(page, says.login).focus();
      await follow(page, { click: () => page.keyboard.press('Enter') });
      assert.equal(new URL(page.url()).pathname, '/requests');

      await page.context().clearCookies();
      await login(page, { email, password });
      await live(page);
      assert.equal(new URL(page.url()).pathname, '/login/second');
      await follow(page, button(page, says.login));
      assert.equal(new URL(page.url()).pathname, '/requests');

      await go(page, '/account/confirm?next=/account/factors');
      await follow(page, button(page, says.confirm));
      assert.equal(new URL(page.url()).pathname, '/account/factors');

      await follow(page, button(page, says.remove));
      assert.equal(await page.locator('li strong', { hasText: 'Phone' }).count(), 0);
      await page.context().clearCookies();
      await go(page, '/login');
      await button(page, says.login).click();
      await page.getByText(says.refused).waitFor();
      assert.equal(new URL(page.url()).pathname, '/login');
    });
  });

  test(`its pages are accessible (${language})`, async () => {
    const email = `grete-${language}@example.com`;
    const { client, password } = await registered(desk, { email, language });
    const theme = language === 'de' ? 'dark' : 'light';
    await withPage(browser, desk, { language, theme }, async (page) => {
      await phone(page);
      await enter(page, desk, client);
      await add(page, says, 'Phone');
      // From here on nobody uses the phone: axe ends its automation.
      await axe(page);
      await go(page, '/account/confirm?next=/account/factors');
      await button(page, says.confirm).waitFor();
      await axe(page);
      await page.context().clearCookies();
      await go(page, '/login');
      await button(page, says.login).waitFor();
      await axe(page);
      await login(page, { email, password });
      await live(page);
      await button(page, says.login).waitFor();
      await axe(page);
    });
  });
}

test('a phone with another finger, and one without a passkey, end in a sentence', async () => {
  const { client } = await registered(desk, { email: 'eve@example.com' });
  await withPage(browser, desk, { theme: 'dark' }, async (page) => {
    const key = await phone(page);
    await enter(page, desk, client);
    await add(page, SAYS.en, 'Phone');
    await page.context().clearCookies();
    await go(page, '/login');
    await key.verifies(false);
    await button(page, SAYS.en.login).click();
    await page.getByText(SAYS.en.none).waitFor();
    await axe(page);
  });
});

test('a copy of a key that has counted less far is refused', async () => {
  const { client } = await registered(desk, { email: 'grace@example.com' });
  await withPage(browser, desk, { allow: [/status of 422/] }, async (page) => {
    const key = await phone(page);
    await enter(page, desk, client);
    await add(page, SAYS.en, 'Phone');
    await page.context().clearCookies();
    const [copy] = await key.credentials();
    await go(page, '/login');
    await follow(page, button(page, SAYS.en.login));
    assert.equal(new URL(page.url()).pathname, '/requests');
    await page.context().clearCookies();
    await key.forget();
    await key.put(copy);
    await go(page, '/login');
    await button(page, SAYS.en.login).click();
    await page.getByText(SAYS.en.refused).waitFor();
    assert.equal(new URL(page.url()).pathname, '/login');
    assert.ok(!(await page.context().cookies()).some(({ name }) => name === 'tresen-session'));
  });
});

test('without scripts there is no button, and the other ways are there', async () => {
  await withPage(browser, desk, { javaScript: false }, async (page) => {
    await go(page, '/login');
    assert.equal(await button(page, SAYS.en.login).count(), 0);
    await page.locator('input[name=password]').waitFor();
  });
});

test('a desk at an IP address offers none, since browsers make none for it', async () => {
  const other = await startDesk();
  try {
    const { text } = await new Client(other).get('/login');
    const [, first] = /<script id="first"[^>]*>([^<]*)</.exec(text);
    assert.equal(JSON.parse(first).shown.page[1].sign_in.passkeys, false);
    assert.doesNotMatch(text.replace(first, ''), /passkey/i);
  } finally {
    await other.stop();
  }
});
