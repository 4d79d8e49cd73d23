// Every page of the desk, in every state that people meet, in both languages and themes: WCAG 2.2 AA
// as far as a program can tell, usable by keyboard, no wider than a small phone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { axeInBothThemes } from '../lib/axe.mjs';
import { check, launch, live, openPage } from '../lib/browser.mjs';
import { startDesk } from '../lib/desk.mjs';
import { CONFIG, PAGES, prepare } from '../lib/pages.mjs';

const DESKTOP = { width: 1280, height: 900 };

let browser;
let desk;
let empty;

before(async () => {
  [desk, empty, browser] = await Promise.all([startDesk({ flags: ['--dev'], config: CONFIG }), startDesk(), launch()]);
});

after(async () => {
  await browser?.close();
  await desk?.stop();
  await empty?.stop();
});

async function inspect(page, { language, keyboard }) {
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  assert.equal(await page.locator('h1').count(), 1);
  assert.match(await page.title(), /\S/);
  if (keyboard) await walk(page);
  await axeInBothThemes(page);
  await page.setViewportSize({ width: 320, height: 640 });
  const { wide, culprits } = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const outside = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
    return { wide: scrollWidth > clientWidth, culprits: outside.slice(0, 3).map((element) => element.outerHTML.slice(0, 200)) };
  });
  assert.ok(!wide, `it scrolls sideways at 320 px: ${culprits.join('\n')}`);
  await page.setViewportSize(DESKTOP);
}

/** Goes through the page by keyboard: the skip link first, and whatever has the focus shows it. */
async function walk(page) {
  const states = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const state = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      // What is a part of a row or of a frame of ours may show the focus there.
      const around = [element, element.parentElement, element.closest('.file-drop, .select, .request-row, .way, tr')].filter(Boolean).map((one) => getComputedStyle(one));
      const { width, height, top, left } = element.getBoundingClientRect();
      return {
        html: element.outerHTML.slice(0, 160),
        skip: element.classList.contains('skip-link'),
        first: element.dataset.walked === undefined ? ((element.dataset.walked = ''), true) : false,
        shown: around.some(({ outlineStyle, outlineWidth, boxShadow }) => (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1.5) || (boxShadow !== 'none' && style.outlineStyle === 'none')),
        inView: width > 0 && height > 0 && top < innerHeight && top + height > 0 && left < innerWidth && left + width > 0,
      };
    });
    if (state === null || !state.first) break;
    states.push(state);
  }
  assert.ok(states[0]?.skip, `the first stop is not the skip link but ${states[0]?.html}`);
  for (const state of states) {
    assert.ok(state.inView, `has the focus out of sight: ${state.html}`);
    assert.ok(state.shown, `does not show that it has the focus: ${state.html}`);
  }
  assert.ok(states.length > 5, 'hardly anything can be reached');
  // What has the focus may lie over something else, as the skip link does.
  await page.evaluate(() => document.activeElement?.blur());
}

for (const language of ['en', 'de']) {
  describe(language, () => {
    const open = {};
    let places;

    before(async () => {
      places = await prepare(desk, empty, language);
    });

    after(async () => {
      for (const page of Object.values(open)) await page.context().close();
    });

    const pageOf = async (who) => {
      if (open[who]) return open[who];
      const at = who === 'idle' ? empty : desk;
      const page = await openPage(browser, at, { language, allow: [/status of (403|404|410|422)/] });
      for (const name of ['tresen-session', 'tresen-data', 'tresen-second-step']) {
        const value = places[who]?.cookie(name);
        if (value) await page.context().addCookies([{ name, value, url: at.url }]);
      }
      return (open[who] = page);
    };

    for (const [who, what, address, status = 200, act] of PAGES) {
      test(`${what}, for ${who}`, async () => {
        const page = await pageOf(who);
        const answer = await page.goto(address(places));
        assert.equal(answer.status(), status);
        await live(page);
        await act?.(page);
        await inspect(page, { language, keyboard: language === 'en' && !act });
        check(page);
      });
    }

    test('the first mail in the mailbox of --dev, for nobody', async () => {
      const page = await pageOf('nobody');
      await page.goto('/dev/mail');
      await page.goto(await page.locator('main a[href^="/dev/mail/"]').first().getAttribute('href'));
      await live(page);
      await inspect(page, { language, keyboard: false });
      check(page);
    });
  });
}

test('the skip link leads to the content', async () => {
  const page = await openPage(browser, desk);
  await page.goto('/requests/new');
  await live(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('main') !== null), true);
  check(page);
  await page.context().close();
});
