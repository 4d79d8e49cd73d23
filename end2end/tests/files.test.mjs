// Files that are dropped and pasted, taken back, and held to the limits before anything is sent.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, live, withPage } from '../lib/browser.mjs';
import { startDesk } from '../lib/desk.mjs';

let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/**
 * Lets somebody drop, or paste, files somewhere in the form. `files` are `[name, bytes, time]`; `text` is on the
 * clipboard beside them. Answers whether the browser goes on to do what it does by itself.
 */
async function give(page, type, place, files, text = '') {
  return page.locator(place).evaluate(
    (element, { type, files, text }) => {
      const data = new DataTransfer();
      for (const [name, bytes, lastModified] of files) data.items.add(new File([new Uint8Array(bytes)], name, { lastModified }));
      if (text) data.setData('text/plain', text);
      const options = { bubbles: true, cancelable: true };
      const event =
        type === 'paste'
          ? new ClipboardEvent(type, { ...options, clipboardData: data })
          : new DragEvent(type, { ...options, dataTransfer: data });
      return element.dispatchEvent(event);
    },
    { type, files, text },
  );
}

const chosen = (page) => page.locator('#attachments').evaluate((input) => [...input.files].map((file) => file.name));

async function form(page) {
  await page.goto('/requests/new');
  await live(page);
}

test('dropped and pasted files are added to the chosen ones, and can be taken back', () =>
  withPage(browser, desk, {}, async (page) => {
    await form(page);
    await page.locator('#attachments').setInputFiles({ name: 'chosen.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
    await give(page, 'drop', '#subject', [['dropped.txt', 10]]);
    await give(page, 'paste', '#body', [['pasted.png', 10]]);
    assert.deepEqual(await chosen(page), ['chosen.txt', 'dropped.txt', 'pasted.png']);
    await page.getByRole('button', { name: 'Remove: dropped.txt' }).click();
    assert.deepEqual(await chosen(page), ['chosen.txt', 'pasted.png']);
  }));

test('words that are pasted stay words', () =>
  withPage(browser, desk, {}, async (page) => {
    await form(page);
    await give(page, 'paste', '#body', []);
    assert.deepEqual(await chosen(page), []);
  }));

test('of cells of a spreadsheet the words are pasted, not their picture', () =>
  withPage(browser, desk, {}, async (page) => {
    await form(page);
    for (const field of ['#subject', '#body', '#email']) {
      assert.ok(await give(page, 'paste', field, [['image.png', 10]], 'A1\tB1'), field);
      assert.deepEqual(await chosen(page), []);
    }
    // Where nobody can write, the picture is all there is to paste.
    assert.ok(!(await give(page, 'paste', '#kind', [['image.png', 10]], 'A1\tB1')));
    assert.deepEqual(await chosen(page), ['image.png']);
  }));

test('two pasted pictures of one name and size are two, a file that is chosen twice is one', () =>
  withPage(browser, desk, {}, async (page) => {
    await form(page);
    const picture = ['image.png', 10, 1];
    assert.ok(!(await give(page, 'paste', '#body', [picture])));
    await give(page, 'paste', '#body', [picture]);
    assert.deepEqual(await chosen(page), ['image.png', 'image.png']);
    const file = ['report.pdf', 20, 2];
    await give(page, 'drop', '#body', [file]);
    await give(page, 'drop', '#body', [file]);
    // Another version of it is another file.
    await give(page, 'drop', '#body', [['report.pdf', 20, 3]]);
    assert.deepEqual(await chosen(page), ['image.png', 'image.png', 'report.pdf', 'report.pdf']);
  }));

test('what is over the limits is left out, with a sentence', () =>
  withPage(browser, desk, { language: 'de' }, async (page) => {
    await form(page);
    await give(page, 'drop', '#subject', Array.from({ length: 11 }, (_, index) => [`${index}.txt`, index + 1]));
    assert.equal((await chosen(page)).length, 10);
    await page.getByText('höchstens 10 Dateien').waitFor();
    await form(page);
    await give(page, 'drop', '#subject', [['small.bin', 1000], ['large.bin', 26 * 1024 * 1024]]);
    assert.deepEqual(await chosen(page), ['small.bin']);
    await page.getByText('höchstens 25 MB').waitFor();
  }));
