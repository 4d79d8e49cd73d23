// The copy of everything about a person (Art. 15 and 20 GDPR): downloaded in the browser, opened, held to its
// schema, read, and harmless whatever stands in it.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import Ajv from 'ajv/dist/2020.js';

import { axe } from '../lib/axe.mjs';
import { enter, follow, go, launch, withPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { registered, write } from '../lib/people.mjs';
import { readZip } from '../lib/zip.mjs';

const SCHEMA = path.join(import.meta.dirname, '..', '..', 'docs', 'export.schema.json');

/** What people type who try something. */
const HOSTILE = {
  name: `</title><script>alert(1)</script>"'&amp;`,
  subject: `<img src=x onerror=alert(1)> & "quoted" 👩‍👩‍👧 \u202egnp.exe`,
  body: `</pre><script>document.title='owned'</script>\n<style>*{display:none}</style>\n<a href="javascript:alert(1)">here</a>\n","note":true,"x":"`,
  reply: '<iframe src="https://evil.example/"></iframe><meta http-equiv="refresh" content="0;url=https://evil.example/">',
};
const FILES = [
  { name: '../../../evil.txt', content: Buffer.from('up and away') },
  { name: 'C:\\windows\\evil.bat', content: Buffer.from('back and away') },
  { name: '"><script>alert(1)</script>.html', content: Buffer.from('<script>alert(1)</script>') },
  { name: 'Krümel foto #1 100%?.png', content: Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256)) },
  { name: 'empty.txt', content: Buffer.alloc(0) },
  { name: 'same.txt', content: Buffer.from('one') },
  { name: 'same.txt', content: Buffer.from('two') },
];

const SAYS = {
  en: { button: 'Download a copy', title: 'A copy of your data', words: ['Consents', 'Emails to you', 'Requests', 'Email address'] },
  de: { button: 'Kopie herunterladen', title: 'Eine Kopie Ihrer Daten', words: ['Einwilligungen', 'E‑Mails an Sie', 'Anfragen', 'E‑Mail-Adresse'] },
};

let agent;
let browser;
let desk;
let folder;
let validate;

before(async () => {
  [desk, browser, folder] = await Promise.all([startDesk(), launch(), mkdtemp(path.join(tmpdir(), 'tresen-copy-'))]);
  agent = new Client(desk);
  await agent.login(await desk.addPerson({ name: 'Ada <b>Agent</b>' }));
  const ajv = new Ajv({ allErrors: true });
  // RFC 3339, as Date reads it too.
  ajv.addFormat('date-time', (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text)));
  validate = ajv.compile(JSON.parse(await readFile(SCHEMA, 'utf8')));
});

after(async () => {
  await browser?.close();
  await desk?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Lays the copy down as somebody does who unpacks it. Answers where. */
async function unpack(files, name) {
  const place = path.join(folder, name);
  for (const [file, contents] of files) {
    await mkdir(path.dirname(path.join(place, file)), { recursive: true });
    await writeFile(path.join(place, file), contents);
  }
  return place;
}

for (const [language, javaScript] of [['en', true], ['de', false]]) {
  const says = SAYS[language];
  test(`a copy is downloaded, fits its schema, can be read and harms nobody, ${language}, JavaScript ${javaScript}`, async () => {
    const email = `copy-${language}@example.com`;
    const { client } = await registered(desk, { email, name: HOSTILE.name, language });
    const number = await write(client, { subject: HOSTILE.subject, body: HOSTILE.body }, FILES);
    const second = await write(client, { subject: 'A second matter', body: 'Line one\n\nline three' });
    for (const [visibility, body] of [['public', HOSTILE.reply], ['internal', `A note: ${HOSTILE.reply}`]]) {
      assert.equal((await agent.upload(`/agent/requests/${number}`, { body, visibility, once: body, status: 'waiting' }, [FILES[2]])).status, 303);
    }
    // Somebody else's words, which are nobody's business here.
    await write(new Client(desk), { email: 'other@example.com', name: 'Somebody Else', subject: 'Foreign matter' });

    let bytes;
    await withPage(browser, desk, { language, javaScript, viewport: 'phone', acceptDownloads: true }, async (page) => {
      await enter(page, desk, client);
      await go(page, '/account/data');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: says.button, exact: true }).click(),
      ]);
      assert.match(download.suggestedFilename(), /^tresen-export\.zip$/);
      bytes = await readFile(await download.path());
      // The page is still there, and so is what one can do on it.
      await page.getByRole('button', { name: says.button, exact: true }).waitFor();
    });

    const files = readZip(bytes);
    const data = JSON.parse(files.get('data.json'));
    assert.ok(validate(data), JSON.stringify(validate.errors, null, 1));
    assert.deepEqual(JSON.parse(files.get('schema.json')), JSON.parse(await readFile(SCHEMA, 'utf8')));
    assert.equal(data.person.email, email);
    assert.equal(data.person.name, HOSTILE.name);
    assert.equal(data.person.language, language);
    assert.equal(data.consents.length, 2);
    assert.deepEqual(data.requests.map((request) => request.number), [number, second]);
    const [request] = data.requests;
    assert.equal(request.subject, HOSTILE.subject);
    assert.deepEqual(request.comments.map(({ by, note, body }) => [by, note, body]), [
      ['customer', false, HOSTILE.body],
      ['agent', false, HOSTILE.reply],
      ['agent', true, `A note: ${HOSTILE.reply}`],
    ]);

    // Every file is there, byte by byte, and nothing else is.
    const attached = data.requests.flatMap((request) => request.comments.flatMap((comment) => comment.attachments));
    const contents = [...FILES, FILES[2], FILES[2]].map(({ content }) => content);
    assert.equal(attached.length, contents.length);
    assert.deepEqual([...files.keys()].sort(), ['data.json', 'index.html', 'schema.json', ...attached.map((file) => file.path)].sort());
    attached.forEach((file, index) => {
      assert.ok(files.get(file.path).equals(contents[index]), file.path);
      assert.equal(file.size, contents[index].length);
      assert.match(file.path, new RegExp(`^attachments/${number}/[^/]+$`));
    });
    for (const [name, content] of files) assert.ok(!content.includes('Foreign matter') && !content.includes('other@example.com'), name);

    // Read from the disk, with scripts allowed, so that none that is there stays hidden.
    const place = await unpack(files, language);
    const start = pathToFileURL(path.join(place, 'index.html')).href;
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: language });
    try {
      const page = await context.newPage();
      const [asked, dialogs, complaints] = [[], [], []];
      context.on('request', (request) => asked.push(request.url()));
      page.on('dialog', (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(start);
      await page.waitForLoadState('networkidle');
      assert.deepEqual(asked, [start]);
      assert.deepEqual([dialogs, complaints], [[], []]);
      assert.equal(await page.title(), says.title);
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      const read = await page.locator('main').innerText();
      for (const said of [says.title, ...says.words, email, HOSTILE.name, number, second, 'line three', 'Ada <b>Agent</b>', HOSTILE.reply]) {
        assert.ok(read.includes(said), `${said} is not to be read`);
      }
      for (const said of [HOSTILE.subject, ...HOSTILE.body.split('\n')]) assert.ok(read.includes(said), said);
      assert.equal(await page.locator('script, img, iframe, object, link, form, main style, main meta').count(), 0);
      const links = await page.locator('a').evaluateAll((links) => links.map((link) => link.href));
      const there = attached.map((file) => pathToFileURL(path.join(place, file.path)).href);
      assert.deepEqual(links.map(decodeURIComponent).sort(), there.map(decodeURIComponent).sort());
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      assert.ok(!wide, 'it scrolls sideways on a phone');
      await axe(page);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await axe(page, { rules: ['color-contrast'] });
        if (process.env.TRESEN_TEST_PICTURES) {
          await page.screenshot({ path: path.join(process.env.TRESEN_TEST_PICTURES, `copy.${language}.${colorScheme}.png`), fullPage: true });
        }
      }
    } finally {
      await context.close();
    }
  });
}

test('nobody gets a copy of somebody else, and a stale page leads to the login', async () => {
  const stranger = new Client(desk);
  for (const answer of [await stranger.post('/account/data/export'), await stranger.get('/account/data/export')]) {
    assert.equal(answer.status, 303);
    assert.match(answer.location, /^\/(login|account\/data$)/);
  }
  // Whoever has no account may ask for a link here, and sees nothing before.
  const page = await stranger.get('/account/data');
  assert.equal(page.status, 200);
  assert.match(page.text, /<input[^>]*name="email"/);
  assert.doesNotMatch(page.text, /account\/data\/export/);
  const other = await new Client(desk).post('/account/data/export', {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
  assert.equal(other.status, 403);
});

test('by keyboard alone: restrict, lift, take a copy, withdraw, agree again', () =>
  withPage(browser, desk, { acceptDownloads: true }, async (page) => {
    const { client } = await registered(desk, { email: 'keys@example.com' });
    const number = await write(client, { subject: 'By keyboard' });
    await enter(page, desk, client);
    const focused = () => page.evaluate(() => document.activeElement.innerText?.trim() ?? '');
    /** Goes on with Tab until that has the focus, and sees that it shows. */
    const tabTo = async (name) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        if (!name.test(await focused())) continue;
        const shown = await page.evaluate(() => {
          const element = document.activeElement;
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
          const { top, bottom } = element.getBoundingClientRect();
          return { ring: (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1.5) || boxShadow !== 'none', inView: bottom > 0 && top < innerHeight };
        });
        assert.deepEqual(shown, { ring: true, inView: true }, `the focus on ${name} does not show`);
        return;
      }
      throw new Error(`${name} cannot be reached by Tab on ${page.url()}.`);
    };
    const press = { press: undefined, click: () => page.keyboard.press('Enter') };
    const choose = async (name, done) => {
      await tabTo(name);
      await follow(page, press);
      assert.match(page.url(), new RegExp(`done=${done}`));
    };

    await go(page, '/requests');
    await tabTo(/^Account$/);
    await follow(page, press);
    await tabTo(/What is stored about me/);
    await follow(page, press);
    assert.match(page.url(), /\/account\/data$/);
    await choose(/^Restrict my data$/, 'restrict');
    assert.equal((await agent.get(`/agent/requests/${number}`)).status, 403);
    await choose(/^Lift the restriction$/, 'lift');
    assert.equal((await agent.get(`/agent/requests/${number}`)).status, 200);
    await tabTo(/^Download a copy$/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    const data = JSON.parse(readZip(await readFile(await download.path())).get('data.json'));
    assert.equal(data.requests[0].number, number);
    await go(page, '/account/data');
    await choose(/^Withdraw/, 'withdraw');
    await choose(/^Agree again/, 'consent');
    assert.equal((await agent.get(`/agent/requests/${number}`)).status, 200);
  }));
