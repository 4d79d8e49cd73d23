// The whole way of a customer and of an agent who answers: one story, told with WASM and without
// JavaScript. Each test is a step of it and begins where the one before it ended; the steps stand
// in journey/, a part of the story each.

import { after, before, describe, test } from 'node:test';

import { check, launch, openPage } from './browser.mjs';
import { startDesk } from './desk.mjs';
import { account } from './journey/account.mjs';
import { answering } from './journey/answering.mjs';
import { asking } from './journey/asking.mjs';
import { erasing } from './journey/erasing.mjs';

/** Tells the story. */
export function journey({ javaScript }) {
  describe(`the whole way, ${javaScript ? 'live' : 'without JavaScript'}`, () => {
    let browser;
    // What the steps are given, and leave for each other: desk, staff, visitor, agent; number, confirmation.
    const story = { open };

    before(async () => {
      [story.desk, browser] = await Promise.all([startDesk(), launch()]);
      story.staff = await story.desk.addPerson({ name: 'Ada Agent' });
      [story.visitor, story.agent] = await Promise.all([open(), open()]);
    });

    after(async () => {
      await browser?.close();
      await story.desk?.stop();
    });

    /** A page of its own. What it may complain of can be changed while it is open. */
    async function open() {
      const allow = [];
      const page = await openPage(browser, story.desk, { javaScript, allow });
      return { page, allow };
    }

    /** A step: whatever the pages complained of in it fails it. */
    function step(name, act) {
      test(name, async () => {
        await act(story);
        for (const { page } of [story.visitor, story.agent]) check(page);
      });
    }

    for (const part of [asking, answering, account, erasing]) part({ step, javaScript });
  });
}
