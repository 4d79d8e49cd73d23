// The program starts, and its first page is well in every language, theme and size.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { launch, live, withPage } from '../lib/browser.mjs';
import { startDesk } from '../lib/desk.mjs';

let browser;
let desk;

before(async () => {
  desk = await startDesk();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

for (const javaScript of [true, false]) {
  test(`the first page opens ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    await withPage(browser, desk, { javaScript }, async (page) => {
      const answer = await page.goto('/');
      assert.equal(answer.status(), 200);
      assert.notEqual(await page.title(), '');
      await live(page);
    });
  });
}

for (const language of ['de', 'en']) {
  for (const theme of ['light', 'dark']) {
    for (const viewport of ['phone', 'desktop']) {
      test(`the first page is accessible: ${language}, ${theme}, ${viewport}`, async () => {
        await withPage(browser, desk, { language, theme, viewport }, async (page) => {
          await page.goto('/');
          assert.equal(await page.locator('html').getAttribute('lang'), language);
          await live(page);
          await axe(page);
        });
      });
    }
  }
}
