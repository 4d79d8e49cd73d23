// Images that strangers sent, shown small: who gets them, what comes through, and what happens to bombs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32, deflateSync } from 'node:zlib';

import { launch, withPage } from '../lib/browser.mjs';
import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { registered, tokenIn, write } from '../lib/people.mjs';

const SECRET = 'GPS 52.5163 N 13.3777 E';

let anna;
let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
  anna = await registered(desk, { email: 'anna@example.com' });
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

const chunk = (type, data) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.concat([Buffer.from(type), data])));
  return Buffer.concat([head, Buffer.from(type), data, sum]);
};

/** A PNG that says that it has so many pixels, with as many as `pixels` holds, and where it was taken. */
function png(width, height, pixels = Buffer.alloc((width * 3 + 1) * height, 90)) {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2], 8);
  for (let row = 0; row < pixels.length; row += width * 3 + 1) pixels[row] = 0;
  const text = chunk('tEXt', Buffer.from(`Comment\0${SECRET}`));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', size), text, chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]);
}

const pictures = (html) => [...html.matchAll(/<img\b[^>]*src="([^"]*\/preview[^"]*)"[^>]*>/g)].map(([, src]) => src.replaceAll('&amp;', '&'));

/** The pictures of a page once the worker has looked at everything: a word of the page says that it has. */
async function settled(client, number, wanted) {
  const end = Date.now() + 30_000;
  for (;;) {
    const { text } = await client.get(`/requests/${number}`);
    const found = pictures(text);
    if (found.length === wanted) return { text, found };
    assert.ok(Date.now() < end, `${found.length} pictures instead of ${wanted}`);
    await sleep(100);
  }
}

test('an image shows small to those who may read the request, and to nobody else', async () => {
  const original = png(1200, 300);
  assert.ok(original.includes(SECRET));
  const number = await write(anna.client, { email: 'anna@example.com' }, [{ name: 'photo.png', content: original, type: 'image/png' }]);
  const token = tokenIn(await desk.mail({ to: 'anna@example.com', subject: number }), '/requests/');
  // At once: whoever asks for one that is being made waits for it.
  const [src] = pictures((await anna.client.get(`/requests/${number}`)).text);
  const own = await anna.client.get(src);
  const agent = new Client(desk);
  await agent.login(await desk.addPerson());
  const link = new Client(desk);
  const theirs = pictures((await agent.get(`/agent/requests/${number}`)).text)[0];
  assert.match(theirs, /^\/agent\//);
  for (const answer of [own, await agent.get(theirs), await link.get(`${src}?token=${token}`)]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'image/jpeg');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy'), /^sandbox; default-src 'none'$/);
    assert.match(answer.headers.get('cache-control'), /no-store/);
    assert.ok(answer.bytes.length < 20_000 && !answer.bytes.includes(SECRET) && !answer.bytes.includes('GPS'));
  }
  const other = await registered(desk, { email: 'other@example.com' });
  assert.equal((await other.client.get(src)).status, 404);
  assert.equal((await other.client.get(theirs)).status, 403);
  assert.equal((await new Client(desk).get(src)).status, 303);
  assert.equal((await new Client(desk).get(`${src}?token=forged`)).status, 410);
});

describe('image bombs', () => {
  test('show no picture, and the desk goes on', async () => {
    const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x4c, 1, 0, 0x3b])]);
    const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    const files = [
      { name: 'fine.png', content: png(20, 20), type: 'image/png' },
      { name: 'huge.png', content: png(50_000, 50_000, Buffer.alloc(1000)), type: 'image/png' },
      { name: 'huge.gif', content: gif, type: 'image/gif' },
      { name: 'half.png', content: png(500, 500).subarray(0, 100), type: 'image/png' },
      { name: 'script.svg', content: script, type: 'image/svg+xml' },
      { name: 'script.png', content: script, type: 'image/png' },
    ];
    const number = await write(anna.client, { subject: 'Bombs' }, files);
    const { text } = await settled(anna.client, number, 1);
    for (const { name } of files) assert.ok(words(text).includes(name), name);
    assert.equal((await anna.client.get('/healthz')).status, 200);
  });
});

test('the picture has its size before it is there, and words for those who do not see it', async () => {
  const files = [{ name: '"><img src=x onerror=alert(1)>.png', content: png(900, 900), type: 'image/png' }];
  const number = await write(anna.client, { subject: 'Seen' }, files);
  const cookies = [{ name: 'tresen-session', value: anna.client.cookie('tresen-session'), url: desk.url }];
  await withPage(browser, desk, {}, async (page) => {
    await page.context().addCookies(cookies);
    await page.goto(`/requests/${number}`);
    const picture = page.locator('.attachment.picture img');
    await picture.scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector('.attachment.picture img').naturalWidth > 0);
    assert.deepEqual(await picture.evaluate((img) => [img.naturalWidth, img.naturalHeight]), [640, 640]);
    await page.reload();
    assert.equal(await picture.getAttribute('width'), '640');
    assert.equal(await picture.getAttribute('alt'), 'Preview of the image');
    assert.equal(await page.locator('img[src="x"]').count(), 0);
  });
});
