// A short journey of a customer and an agent in Firefox and in WebKit; all other tests run in Chromium.
//
// The drivers have in common what `lib/webdriver.mjs` offers. So tests type with keys, choose by the first letters and
// go back by the history.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { withPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { launchFirefox } from '../lib/firefox.mjs';
import { PASSWORD, linkTo, write } from '../lib/people.mjs';
import { closeWebKit, launchWebKit, withWebKitPage } from '../lib/webkit.mjs';

const BROWSERS = [
  {
    name: 'Firefox',
    launch: launchFirefox,
    close: (browser) => browser?.close(),
    visit: (browser, desk, journey, javaScript = true) => withPage(browser, desk, { javaScript }, journey),
  },
  { name: 'WebKit', launch: launchWebKit, close: closeWebKit, visit: withWebKitPage },
];

const RECEIPT = 'One lamp, 20 euros';
const SEND = 'main form button[type=submit]';

let desk;
let staff;
let agent;
let folder;
let receipt;

before(async () => {
  [desk, folder] = await Promise.all([startDesk(), mkdtemp(path.join(tmpdir(), 'tresen-files-'))]);
  receipt = path.join(folder, 'receipt.txt');
  await writeFile(receipt, RECEIPT);
  staff = await desk.addPerson();
  agent = new Client(desk);
  await agent.login(staff);
});

after(async () => {
  await desk?.stop();
  if (folder) await rm(folder, { recursive: true });
});

/** Waits until the app shows the page at an address. */
function shows(page, address) {
  const shown = (address) =>
    new RegExp(address).test(location.pathname + location.search) && document.readyState === 'complete' && 'live' in document.documentElement.dataset;
  return page.waitForFunction(shown, address.source);
}

/** Opens an address of the desk in a new document. */
async function open(page, address, shown = new RegExp(`^${address}$`)) {
  await page.goto(address);
  await shows(page, shown);
}

async function follow(page, selector, address) {
  await page.click(selector);
  await shows(page, address);
}

/** Waits until an element has a text. */
const says = (page, selector, text) =>
  page.waitForFunction(({ selector, text }) => [...document.querySelectorAll(selector)].some((element) => element.innerText.includes(text)), { selector, text });

const count = (page, selector) => page.evaluate((selector) => document.querySelectorAll(selector).length, selector);
const mark = (page) => page.evaluate(() => (window.sameDocument = true));
const isMarked = (page) => page.evaluate(() => window.sameDocument === true);

async function signIn(page, { email, password }) {
  await open(page, '/login');
  await page.type('main input[name=email]', email);
  await page.type('main input[name=password]', password);
  await page.click(SEND);
}

/** Waits until what was written is in the conversation and the form is empty again. */
async function written(page, text) {
  await says(page, '.comment-body', text);
  await page.waitForFunction(() => document.getElementById('body').value === '' && 'live' in document.documentElement.dataset);
}

/** Runs in the page: returns whether each visible row of the queue, and nothing beside it, opens the row's request. */
function rowsLead() {
  const linkAt = (x, y) => document.elementFromPoint(x, y)?.closest('a');
  const boxes = [...document.querySelectorAll('.queue tbody tr')].map((row) => [row.querySelector('a'), row.getBoundingClientRect()]);
  const visible = boxes.filter(([, box]) => box.bottom < innerHeight);
  const [, first] = visible[0];
  return visible.length > 1 && visible.every(([link, box]) => linkAt(box.right - 8, box.top + box.height / 2) === link) && !linkAt(first.right - 8, first.top - 8);
}

/** Runs in the page: makes it complain in three ways, and notes when all have happened. */
function complain() {
  let left = 2;
  for (const kind of ['error', 'securitypolicyviolation']) addEventListener(kind, () => (window.complained = --left === 0));
  console.error('A dark lamp');
  setTimeout(() => {
    throw new Error('A broken lamp');
  });
  new Image().src = 'http://lamps.example/';
}

for (const { name, launch, close, visit } of BROWSERS) {
  describe(`in ${name}`, () => {
    const email = (who) => `${who}@${name.toLowerCase()}.example.com`;
    let browser;

    before(async () => {
      browser = await launch();
    });

    after(() => close(browser));

    test('a page that complains fails its test', async () => {
      const visited = visit(browser, desk, async (page) => {
        await open(page, '/');
        await page.evaluate(complain);
        await page.waitForFunction(() => window.complained);
      });
      const { message } = await visited.then(() => assert.fail('nothing was seen'), (error) => error);
      for (const problem of [/A dark lamp/, /A broken lamp/, /img-src/]) assert.match(message, problem);
    });

    test('a visitor sends a request with a file, and the link in the mail opens it', async () => {
      await visit(browser, desk, async (page) => {
        await open(page, '/');
        await mark(page);
        await follow(page, 'main a[href="/requests/new"]', /^\/requests\/new$/);
        await page.type('#email', email('visitor'));
        await page.type('#kind', 'Something does');
        await page.type('#subject', 'The lamp flickers');
        await page.type('#body', 'Since this morning.');
        await page.setInputFiles('#attachments', receipt);
        await page.click('#consent');
        await follow(page, SEND, /^\/requests\/sent\?number=/);
        const number = await page.innerText('.slip');
        assert.ok(await isMarked(page), 'another document was loaded');

        const link = linkTo(await desk.mail({ to: email('visitor'), subject: number }), `/requests/${number}`);
        await open(page, link, /^\/requests\/T-/);
        await says(page, 'h1', 'The lamp flickers');
        await says(page, '.comment-body', 'Since this morning.');
        await says(page, '.attachment-name', 'receipt.txt');
        assert.equal(await page.evaluate(async () => (await fetch(document.querySelector('.attachment').href)).text()), RECEIPT);
      });
    });

    test('a customer registers, signs in and has one document until signing out', async () => {
      const customer = { email: email('customer'), password: PASSWORD };
      await visit(browser, desk, async (page) => {
        await open(page, '/register');
        await page.type('main input[name=email]', customer.email);
        await page.click(SEND);
        const mail = await desk.mail({ to: customer.email, subject: 'Complete your registration' });
        await open(page, linkTo(mail, '/register'), /^\/register/);
        await page.type('#password', customer.password);
        await follow(page, SEND, /^\/requests$/);
        await follow(page, 'form[action="/logout"] button', /^\/$/);

        for (let index = 1; index <= 14; index++) await write(new Client(desk), { email: customer.email, subject: `Umbrella ${index}` });
        await signIn(page, customer);
        await shows(page, /^\/requests$/);

        await mark(page);
        await page.evaluate(() => scrollTo(0, 300));
        await page.waitForFunction(() => history.state === 300);
        // Not by the driver: that of Firefox scrolls before it clicks.
        const request = await page.evaluate(() => {
          const link = document.querySelector('main a[href^="/requests/T-"]');
          link.click();
          return link.getAttribute('href');
        });
        await shows(page, /^\/requests\/T-/);
        assert.equal(await page.evaluate(() => scrollY), 0);
        await page.evaluate(() => history.back());
        await shows(page, /^\/requests$/);
        await page.waitForFunction(() => scrollY === 300);

        // Notes that the page is connected to the live events.
        await page.evaluate(() => {
          window.EventSource = class extends EventSource {
            constructor(...given) {
              super(...given);
              this.addEventListener('open', () => (window.listening = true));
            }
          };
        });
        await follow(page, `main a[href="${request}"]`, /^\/requests\/T-/);
        await page.type('#body', 'It has stopped.');
        await page.click('#writing button[type=submit]');
        await written(page, 'It has stopped.');
        // Firefox opens the stream with its first event: that of this reply.
        await page.waitForFunction(() => window.listening);
        await page.type('#body', 'Half a thought');
        await agent.upload(`/agent${request}`, { body: 'We are glad.', visibility: 'public', status_afterwards: 'resolved', once: request });
        await says(page, '.comment-body', 'We are glad.');
        await says(page, '#request-status', 'Resolved');
        assert.equal(await page.evaluate(() => document.getElementById('body').value), 'Half a thought');
        assert.ok(await isMarked(page), 'another document was loaded');

        await page.click('.language-switch button[value=de]');
        await page.waitForFunction(() => document.documentElement.lang === 'de');
        await says(page, 'h2', 'Ihre Antwort');
        await follow(page, 'form[action="/logout"] button', /^\/$/);
        assert.equal(await count(page, 'form[action="/logout"]'), 0);
      });
    });

    test('an agent answers and closes a request in one document', async () => {
      await write(new Client(desk), { email: email('waiting'), subject: 'Another matter' });
      const number = await write(new Client(desk), { email: email('asking'), subject: 'The umbrella leaks' });
      const row = `.queue a[href="/agent/requests/${number}"]`;
      await visit(browser, desk, async (page) => {
        await signIn(page, staff);
        await shows(page, /^\/agent$/);
        await mark(page);
        assert.ok(await page.evaluate(rowsLead), 'a link covers more than its row');
        await follow(page, row, /^\/agent\/requests\/T-/);
        await page.type('#body', 'We send you another one.');
        await page.click('button[name=visibility][value=public]');
        await written(page, 'We send you another one.');
        await says(page, '#request-status', 'Waiting');
        await page.type('.panel select[name=status]', 'Closed');
        await page.click('.panel form.form button[type=submit]');
        await says(page, '#request-status', 'Closed');
        await follow(page, '.site-nav a[href="/agent"]', /^\/agent$/);
        assert.equal(await count(page, row), 0);
        assert.ok(await isMarked(page), 'another document was loaded');
      });
      const mail = await desk.mail({ to: email('asking'), subject: /^Re: / });
      assert.match(mail.text, /We send you another one/);
    });
  });

  test(`in ${name} a request can be sent without JavaScript`, async (t) => {
    const browser = await launch({ javaScript: false });
    t.after(() => close(browser));
    const to = `plain@${name.toLowerCase()}.example.com`;
    const journey = async (page) => {
      await page.goto('data:text/html,<noscript>off</noscript>');
      assert.equal(await page.innerText('body'), 'off');
      await page.goto('/requests/new');
      await page.type('#email', to);
      await page.type('#kind', 'Something');
      await page.type('#subject', 'Sent without scripts');
      await page.type('#body', 'By the browser itself.');
      await page.setInputFiles('#attachments', receipt);
      await page.click('#consent', { force: true });
      await page.click(SEND, { force: true });
      await page.waitForURL(/\/requests\/sent\?number=/);
      await desk.mail({ to, subject: await page.innerText('.slip') });
    };
    await visit(browser, desk, journey, false);
  });
}
