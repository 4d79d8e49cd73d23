// Signing in with a provider, in Chromium: there and back, with scripts and without, in both languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { follow, go, launch, live, withPage } from '../lib/browser.mjs';
import { startDesk } from '../lib/desk.mjs';
import { CLIENT, startProvider } from '../lib/provider.mjs';

const SAYS = {
  en: { button: 'Sign in with Example Company', refused: 'You are not signed in', out: 'Sign out' },
  de: { button: 'Mit Example Company anmelden', refused: 'Sie sind nicht angemeldet', out: 'Abmelden' },
};

let browser;
let desk;
let provider;

before(async () => {
  provider = await startProvider('ES256');
  [desk, browser] = await Promise.all([startDesk({ config: provider.settings(), settings: { TRESEN_SIGN_IN_COMPANY_SECRET: CLIENT.secret } }), launch()]);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  await provider?.stop();
});

for (const [language, says] of Object.entries(SAYS)) {
  for (const javaScript of [true, false]) {
    test(`there and back (${language}, ${javaScript ? 'with' : 'without'} JavaScript)`, async () => {
      // Somebody new here is spoken to as their browser asked.
      provider.who = { ...provider.who, sub: `grace-${language}`, email: `grace-${language}@example.com` };
      // The provider is another host, and its page has no icon.
      const allow = [/request to another host: http:\/\/127\.0\.0\.1:\d+\/realm\/sign-in/, /favicon/];
      await withPage(browser, desk, { language, javaScript, allow }, async (page) => {
        await go(page, '/agent');
        assert.equal(new URL(page.url()).pathname, '/login');
        // Without scripts axe does not run, and the page is the same.
        if (javaScript) await axe(page);
        // By keyboard, as everything.
        await page.getByRole('button', { name: says.button }).focus();
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/realm\/sign-in/);
        await page.getByRole('link').click();
        await page.waitForURL(`${desk.url}/agent`);
        await live(page);
        await page.getByRole('button', { name: says.out }).waitFor();
        const cookies = await page.context().cookies(desk.url);
        assert.deepEqual(cookies.filter(({ name }) => name === 'tresen-sign-in'), []);
      });
    });
  }

  test(`one calm page when it comes to nothing (${language})`, async () => {
    for (const theme of ['light', 'dark']) {
      await withPage(browser, desk, { language, theme, allow: [/status of 403/] }, async (page) => {
        const answer = await go(page, '/login/with/company/back?error=access_denied&state=x');
        assert.equal(answer.status(), 403);
        await page.getByRole('heading', { name: says.refused }).waitFor();
        await axe(page);
        await follow(page, page.locator('main').getByRole('link', { name: language === 'de' ? 'Zur Anmeldung' : 'Go to sign-in' }));
        assert.equal(new URL(page.url()).pathname, '/login');
      });
    }
  });
}
