// Hostile text through every place that shows a person's text: it stays text, and it fits.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { check, launch, live, openPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { registered, write } from '../lib/people.mjs';

const HOSTILE = {
  tags: '<script>alert(1)</script><b>bold</b><!-- comment',
  textarea: '</textarea><script>alert(1)</script>',
  title: '</title></style><script>alert(1)</script>',
  image: '"><img src=x onerror=alert(1)>',
  attribute: `' onfocus=alert(1) autofocus x='" onmouseover="alert(1)`,
  entities: '&lt;script&gt; &amp;amp; &quot; &#x3c;b&#x3e; \\u003cb\\u003e',
  link: 'javascript:alert(1) <a href="javascript:alert(1)">here</a>',
  url: 'https://evil.example/"onmouseover="alert(1) http://[::1]/<b>',
  template: '{{7*7}} {% include "x" %} ${7*7} #{7*7} {7}',
  rightToLeft: 'invoice\u202egnp.exe\u2067 שלום',
  emoji: '👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 é ﷽',
  zeroWidth: 'ze\u200bro\u200dwi\u2060dth\ufeff.',
  unbroken: 'W'.repeat(200),
};

let agent;
let browser;
let desk;
let livePage;
let plainPage;
let reader;
const dialogs = [];
const people = {};

/** What becomes of a text in a field of one line. */
const line = (text, most) => [...text].slice(0, most).join('').trim();

before(async () => {
  [desk, browser] = await Promise.all([startDesk({ flags: ['--dev'] }), launch()]);
  agent = new Client(desk);
  await agent.login(await desk.addPerson({ name: HOSTILE.image }));
  reader = await registered(desk, { email: 'reader@example.com' });
  const prepared = Object.entries(HOSTILE).map(async ([kind, text]) => {
    const email = `${kind.toLowerCase()}@example.com`;
    const [name, subject] = [line(text, 100), line(text, 200)];
    const person = await registered(desk, { email, name });
    const file = { name: text, content: 'content', type: text.slice(0, 50).replace(/[^ -~]/g, '') };
    const number = await write(person.client, { subject, body: text }, [file]);
    for (const visibility of ['internal', 'public']) {
      const answer = await agent.upload(`/agent/requests/${number}`, { body: `${visibility} ${text}`, visibility, once: visibility, status: 'leave' }, [file]);
      assert.equal(answer.status, 303);
    }
    await person.client.post(`/requests/${number}`, { body: `reply ${text}`, once: 'reply' });
    await write(reader.client, { subject });
    people[kind] = { ...person, number, subject, text };
  });
  await Promise.all(prepared);
  [livePage, plainPage] = await Promise.all([true, false].map(phone));
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** A page in a window as wide as a phone. Forms are refused on purpose here. */
async function phone(javaScript) {
  const page = await openPage(browser, desk, { viewport: 'phone', javaScript, allow: [/status of 422/] });
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  return page;
}

/** Looks at pages as somebody, or as nobody; fails on dialogs and on whatever the guard sees. */
async function looking(page, client, act) {
  await page.context().clearCookies();
  if (client) await page.context().addCookies([{ name: 'tresen-session', value: client.cookie('tresen-session'), url: desk.url }]);
  await act(page);
  assert.deepEqual(dialogs, []);
  check(page);
}

/** Whether the page is still the one that the desk wrote, and as wide as the window. */
async function isWhole(page) {
  const state = await page.evaluate(() => {
    const injected = [...document.querySelectorAll('main script, main b, main iframe, main style, [onerror], [onmouseover], [onfocus], [autofocus], a[href^="javascript" i]')];
    const images = [...document.querySelectorAll('img')].filter((image) => !image.getAttribute('src').startsWith('/'));
    const root = document.documentElement;
    const wide = [...document.querySelectorAll('main *')].filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      return width > 0 && right > root.clientWidth + 1 && !element.closest('.visually-hidden');
    });
    return {
      injected: [...injected, ...images].map((element) => element.outerHTML),
      overflow: root.scrollWidth > root.clientWidth ? wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 200)).concat(`${root.scrollWidth} > ${root.clientWidth}`) : [],
      mains: document.querySelectorAll('main').length,
      footers: document.querySelectorAll('body > footer').length,
    };
  });
  assert.deepEqual(state, { injected: [], overflow: [], mains: 1, footers: 1 }, page.url());
}

async function open(page, address) {
  const answer = await page.goto(address);
  await live(page);
  await isWhole(page);
  return answer;
}

const texts = (page, selector) => page.locator(selector).allTextContents();
const shows = async (page, selector, text) => {
  const found = await texts(page, selector);
  assert.ok(found.some((one) => one.includes(text)), `${page.url()}: ${selector} shows ${JSON.stringify(found)}, not ${JSON.stringify(text)}`);
};

/** Sends a form that is refused, whatever the browser thinks of it. */
async function refuse(page, form) {
  await page.locator(form).first().evaluate((form) => (form.noValidate = true));
  await page.locator(`${form} button[type=submit]`).first().click();
  await page.locator('.field-error:not([hidden])').first().waitFor();
  await isWhole(page);
}

async function refusedWith(page, kind) {
  const { client, number, text } = people[kind];
  const [name, subject] = [line(text, 100), line(text, 200)];
  await looking(page, null, async () => {
    await open(page, '/requests/new');
    for (const [field, typed] of Object.entries({ email: text, name, subject, body: `\n${text}` })) await page.locator(`#${field}`).fill(typed);
    await refuse(page, 'main form');
    assert.equal(await page.locator('#body').inputValue(), `\n${text}`);
    assert.equal(await page.locator('#subject').inputValue(), subject);
    assert.equal(await page.locator('#name').inputValue(), name);
    await open(page, '/login');
    await page.locator('#email').fill(text);
    await refuse(page, 'main form');
  });
  await looking(page, client, async () => {
    await open(page, '/account');
    await page.locator('#email').fill(text);
    await refuse(page, 'form[action="/account/address"]');
  });
  await looking(page, agent, async () => {
    await open(page, '/agent/requests/new');
    await page.locator('#subject').fill(subject);
    await page.locator('#body').fill(text);
    await refuse(page, 'main form');
    assert.equal(await page.locator('#body').inputValue(), text);
    assert.equal(await page.locator('#subject').inputValue(), subject);
    await open(page, `/agent/requests/${number}`);
    await page.locator('#body').fill('  ');
    await refuse(page, '.reply form');
  });
}

for (const kind of Object.keys(HOSTILE)) {
  describe(kind, () => {
    test('in a conversation, for its customer', async () => {
      const { client, number, subject, text } = people[kind];
      await looking(livePage, client, async (page) => {
        await open(page, `/requests/${number}`);
        assert.equal(await page.locator('h1').textContent(), subject);
        assert.equal(await page.title(), `${subject.replace(/ +/g, ' ')} · Tresen`);
        for (const words of [text, `public ${text}`, `reply ${text}`]) await shows(page, '.comment-body', words);
        await shows(page, '.comment-author', HOSTILE.image);
        assert.ok(!(await page.content()).includes('internal '), 'a note is for agents only');
      });
    });

    test('in a conversation, for agents', async () => {
      const { number, subject, text, name } = people[kind];
      await looking(livePage, agent, async (page) => {
        await open(page, `/agent/requests/${number}`);
        assert.equal(await page.locator('h1').textContent(), subject);
        await shows(page, '.comment.note .comment-body', `internal ${text}`);
        await shows(page, '.comment.theirs .comment-author', name);
        await shows(page, '.panel', name);
        await shows(page, '.history', HOSTILE.image);
      });
    });

    test('in searches, the account and the way to the login', async () => {
      const { client, text, name } = people[kind];
      const query = encodeURIComponent(text);
      await looking(plainPage, client, async (page) => {
        await open(page, `/requests?q=${query}`);
        assert.equal(await page.locator('input[type=search]').inputValue(), text.trim());
        await open(page, '/account');
        assert.equal(await page.locator('#name').inputValue(), name);
        await open(page, '/requests/new');
        await shows(page, 'main p', name);
      });
      await looking(plainPage, agent, async (page) => {
        await open(page, `/agent?view=all&q=${query}`);
        assert.equal(await page.locator('input[type=search]').inputValue(), text.trim());
      });
      await looking(plainPage, null, async (page) => {
        await open(page, `/login?next=${query}`);
        assert.equal(await page.locator('input[name=next]').inputValue(), text);
      });
    });

    test('in the names of files, and their downloads', async () => {
      const { client, number } = people[kind];
      await looking(plainPage, client, async (page) => {
        await open(page, `/requests/${number}`);
        const names = await texts(page, '.attachment-name');
        assert.equal(names.length, 2);
        assert.doesNotMatch(names[0], /[<>":|?*\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
        const href = await page.locator('a.attachment').first().getAttribute('href');
        const { status, headers } = await client.get(href);
        assert.equal(status, 200);
        const disposition = headers.get('content-disposition');
        const [, ascii, exact] = /^attachment; filename="([ -~]*)"; filename\*=UTF-8''([\w%.~-]*)$/.exec(disposition) ?? [];
        assert.ok(ascii !== undefined, disposition);
        assert.doesNotMatch(ascii, /["\\/;<>]/);
        assert.equal(decodeURIComponent(exact), names[0]);
        assert.equal(headers.get('content-type'), 'application/octet-stream');
      });
    });

    test('in forms that are refused', () => refusedWith(plainPage, kind));

    test('in mails', async () => {
      const { email, text, name, subject } = people[kind];
      const mail = await desk.mail({ to: email, subject: /^Re: / });
      assert.doesNotMatch(mail.raw.split(/\r?\n\r?\n/)[0], /^bcc:/im);
      const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        dialog.dismiss();
      });
      await page.setContent(mail.html);
      const shown = await page.locator('body').textContent();
      const plain = (words) => words.replace(/\s+/g, '');
      for (const words of [text, name, subject, HOSTILE.image]) assert.ok(plain(shown).includes(plain(words)), `${words} is missing in ${shown}`);
      const injected = await page.evaluate(() => [...document.querySelectorAll('script, img, b, iframe, [onerror], [onmouseover], [onfocus], a[href^="javascript" i]')].map((element) => element.outerHTML));
      assert.deepEqual(injected, []);
      const hosts = await page.evaluate(() => [...new Set([...document.querySelectorAll('a')].map((link) => link.host))]);
      assert.deepEqual(hosts, [new URL(desk.url).host]);
      assert.deepEqual(dialogs, []);
      await page.close();
      assert.ok(plain(mail.text).includes(plain(text)), mail.text);
    });
  });
}

test('in lists', async () => {
  await looking(livePage, reader.client, async (page) => {
    await open(page, '/requests');
    for (const kind of Object.keys(HOSTILE)) await shows(page, '.request-subject a', people[kind].subject);
  });
  await looking(livePage, agent, async (page) => {
    // The reader's requests, which came last, may fill the first page.
    await open(page, '/agent?order=oldest');
    await page.goto('/agent?assignee=me');
    await live(page);
    await isWhole(page);
    for (const kind of Object.keys(HOSTILE)) {
      await shows(page, '.queue th a', people[kind].subject);
      await shows(page, '.queue td.name', people[kind].name);
    }
  });
});

for (const kind of ['textarea', 'attribute', 'unbroken']) {
  test(`in forms that are refused live: ${kind}`, () => refusedWith(livePage, kind));
}

test('in the mailbox of --dev', async () => {
  await looking(plainPage, null, async (page) => {
    await open(page, '/dev/mail');
    const links = await page.locator('main a[href^="/dev/mail/"]').evaluateAll((found) => found.map((link) => link.getAttribute('href')));
    assert.ok(links.length > Object.keys(HOSTILE).length);
    for (const link of links.slice(0, 30)) await open(page, link);
  });
});

test('while it comes in live', async () => {
  const { client, number, text } = people.image;
  await looking(livePage, client, async (page) => {
    const listening = page.waitForResponse((answer) => answer.url().includes('/events/requests/'));
    await open(page, `/requests/${number}`);
    await listening;
    await agent.upload(`/agent/requests/${number}`, { body: `live ${text}`, visibility: 'public', once: 'live', status_afterwards: 'leave' }, [{ name: text, content: 'x' }]);
    await page.locator('.comment-body').getByText('live ').waitFor();
    await shows(page, '.comment-body', `live ${text}`);
    await isWhole(page);
  });
});

test('while a file is chosen', async () => {
  await looking(livePage, null, async (page) => {
    await open(page, '/requests/new');
    await page.locator('#attachments').setInputFiles({ name: '<img src=x onerror=alert(1)>.png', mimeType: 'image/png', buffer: Buffer.from('x') });
    await shows(page, '.file-list .file-name', '<img src=x onerror=alert(1)>.png');
    await page.locator('#attachments').setInputFiles({ name: `${'W'.repeat(200)}.png`, mimeType: 'image/png', buffer: Buffer.from('x') });
    await shows(page, '.file-list .file-name', 'WWWW');
    await isWhole(page);
  });
});
