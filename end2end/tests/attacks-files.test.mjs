// Attacks by files: names that climb out of folders, archives and pictures that are bombs, bodies
// that unpack. That downloads are harmless for browsers is shown in rules.test.mjs and hostile.test.mjs.

import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { crc32, deflateSync, gzipSync } from 'node:zlib';

import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { filled, registered, write } from '../lib/people.mjs';
import { readZip } from '../lib/zip.mjs';

let anna;
let desk;

before(async () => {
  desk = await startDesk();
  anna = await registered(desk, { email: 'anna@example.com' });
});

after(() => desk?.stop());

/** The files of a request as its customer sees them: `[{ name, href }]`. */
async function files(number) {
  const { text } = await anna.client.get(`/requests/${number}`);
  const links = [...text.matchAll(/<a\b[^>]*href="([^"]*\/files\/[^"]*)"[^>]*>([^]*?)<\/a>/g)];
  return links.map(([, href, inner]) => ({ href, name: words(`<main>${/<bdi[^>]*>([^<]*)</.exec(inner)[1]}</main>`) }));
}

describe('path traversal', () => {
  const NAMES = ['../../../../tmp/evil.txt', '..\\..\\..\\evil.txt', '/etc/cron.d/evil', 'C:\\Windows\\evil.exe', '\\\\host\\share\\evil', '....//evil.txt', '..', '.', './', '~/.ssh/authorized_keys', '%2e%2e%2fevil.txt', '..%c0%afevil.txt', '.htaccess', 'CON', 'aux.txt', 'evil.txt:stream', 'evil .', 'evil/', ' ', '\u2024\u2024\u2215evil.txt', '．．／evil.txt'];

  test('in the names of attachments: nothing is written outside, and nothing is offered outside', async () => {
    const before = (await readdir(desk.data)).sort();
    const number = await write(anna.client, {}, NAMES.slice(0, 10).map((name) => ({ name, content: 'evil contents' })));
    const second = await write(anna.client, { subject: 'Another one' }, NAMES.slice(10, 20).map((name) => ({ name, content: 'evil contents' })));
    const third = await write(anna.client, { subject: 'A third one' }, NAMES.slice(20).map((name) => ({ name, content: 'evil contents' })));
    let count = 0;
    for (const one of [number, second, third]) {
      for (const { href } of await files(one)) {
        count++;
        const { status, headers, text } = await anna.client.get(href);
        assert.equal(status, 200);
        assert.equal(text, 'evil contents');
        const [, ascii, exact] = /^attachment; filename="([^"]*)"; filename\*=UTF-8''(.*)$/.exec(headers.get('content-disposition'));
        for (const name of [ascii, decodeURIComponent(exact)]) {
          assert.doesNotMatch(name, /[/\\:\0]|^\.+$|^\s|\s$/, JSON.stringify(name));
        }
      }
    }
    assert.equal(count, NAMES.length);
    assert.deepEqual((await readdir(desk.data)).sort(), before);
    for (const name of await readdir(desk.data, { recursive: true })) assert.doesNotMatch(name, /evil|authorized|cron|htaccess/);
    for (const place of ['/tmp/evil.txt', '/etc/cron.d/evil', path.join(desk.data, '..', 'evil.txt')]) await assert.rejects(stat(place));
  });

  test('in the copy of one’s data, as one unpacks it', async () => {
    const copy = await anna.client.post('/account/data/export');
    assert.equal(copy.status, 200);
    // `readZip` fails on names that climb or are absolute.
    const inside = [...readZip(copy.bytes)];
    assert.equal(inside.filter(([, contents]) => contents.toString() === 'evil contents').length, NAMES.length);
    for (const [name] of inside) assert.doesNotMatch(name, /^[~/]|\.\.|:/, name);
  });
});

describe('bombs', () => {
  /** How many bytes lie below a folder. */
  const size = (folder) => readdir(folder, { recursive: true, withFileTypes: true }).then(async (entries) => {
    const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(path.join(entry.parentPath ?? entry.path, entry.name)).catch(() => ({ size: 0 }))).size));
    return sizes.reduce((sum, one) => sum + one, 0);
  });

  /** A ZIP file that says of one packed byte stream that it is `count` files of 10 MB of zeros each. */
  function zipBomb(count) {
    const zeros = Buffer.alloc(10_000_000);
    const packed = gzipSync(zeros, { level: 9 }).subarray(10, -8);
    const name = (index) => Buffer.from(`zeros-${index}`);
    const fields = (index) => {
      const bytes = Buffer.alloc(26);
      [[0, 20], [4, 8]].forEach(([at, value]) => bytes.writeUInt16LE(value, at));
      bytes.writeUInt32LE(crc32(zeros), 10);
      bytes.writeUInt32LE(packed.length, 14);
      bytes.writeUInt32LE(zeros.length, 18);
      bytes.writeUInt16LE(name(index).length, 22);
      return bytes;
    };
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields(0), name(0), packed]);
    const listed = Array.from({ length: count }, (_, index) => Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields(index), Buffer.alloc(14), name(index)]));
    const list = Buffer.concat(listed);
    const end = Buffer.alloc(18);
    [[4, count], [6, count]].forEach(([at, value]) => end.writeUInt16LE(value, at));
    end.writeUInt32LE(list.length, 8);
    end.writeUInt32LE(local.length, 12);
    return Buffer.concat([local, list, Buffer.from('PK\x05\x06'), end]);
  }

  /** A PNG of so many pixels on each side, all of one colour. */
  function pngBomb(side) {
    const chunk = (type, data) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(data.length);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(Buffer.concat([Buffer.from(type), data])));
      return Buffer.concat([head, Buffer.from(type), data, sum]);
    };
    const size = Buffer.alloc(13);
    size.writeUInt32BE(side, 0);
    size.writeUInt32BE(side, 4);
    size[8] = 1;
    return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', size), chunk('IDAT', deflateSync(Buffer.alloc(20_000_000), { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
  }

  test('archives and pictures are stored as they are: nothing is unpacked', async () => {
    const bombs = [
      { name: 'zeros.zip', content: zipBomb(1000), type: 'application/zip' },
      { name: 'zeros.gz', content: gzipSync(gzipSync(Buffer.alloc(100_000_000), { level: 9 })), type: 'application/gzip' },
      { name: 'huge.png', content: pngBomb(60_000), type: 'image/png' },
      { name: 'laughs.svg', content: `<!DOCTYPE svg [<!ENTITY a "${'lol'.repeat(10)}">${'bcdefgh'.split('').map((name, index) => `<!ENTITY ${name} "${`&${'abcdefg'[index]};`.repeat(10)}">`).join('')}]><svg>&h;</svg>`, type: 'image/svg+xml' },
    ];
    const before = await size(desk.data);
    const start = performance.now();
    const number = await write(anna.client, { subject: 'Bombs' }, bombs);
    for (const { href, name } of await files(number)) {
      const { bytes, headers } = await anna.client.get(href, { 'accept-encoding': 'gzip' });
      assert.ok(bytes.equals(Buffer.from(bombs.find((bomb) => bomb.name === name).content)), name);
      assert.equal(headers.get('content-encoding'), null, name);
    }
    assert.ok(performance.now() - start < 10_000);
    const sent = bombs.reduce((sum, { content }) => sum + content.length, 0);
    assert.ok((await size(desk.data)) - before < sent + 4_000_000, 'more was stored than was sent');
  });

  test('a packed body is not unpacked', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(new URLSearchParams(filled()).toString()), Buffer.from('&x='), Buffer.alloc(200_000_000, 'a')]), { level: 9 });
    for (const path of ['/requests/new', '/api/ui/sign-in']) {
      const answer = await new Client(desk).fetch(path, { method: 'POST', body: bomb, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' } });
      assert.ok([400, 415].includes(answer.status), `${path}: ${answer.status}`);
    }
  });
});
