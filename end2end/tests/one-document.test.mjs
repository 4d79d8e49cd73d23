// One document for all pages: what a site of many documents gets from the browser for nothing, the app has to do.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { agentsWords } from '../lib/agents-words.mjs';
import { enter, go, launch, live, login, withPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { button, follow, main, said } from '../lib/journey/steps.mjs';
import { CONFIG } from '../lib/pages.mjs';
import { registered, write } from '../lib/people.mjs';
import { files, gate, traffic } from '../lib/traffic.mjs';

const KIB = 1024;

/** Chromium's words for what a test takes away from a page. */
const AWAY = [/Failed to load resource/, /request failed/, /TypeError: Failed to fetch/, /preloaded using link preload/];

/** These pages are as long as what they tell: a statement of many paragraphs, a list of 25 requests. */
const LONG_PAGES = [/^\/privacy$/, /^\/agent(\?|$)/, /^\/requests(\?|$)/];

let browser;
let desk;
let boss;
let agent;
/** Somebody with more than a page of requests. */
let olga;

before(async () => {
  [desk, browser] = await Promise.all([startDesk({ config: CONFIG }), launch()]);
  boss = await desk.addPerson({ email: 'boss@example.com', name: 'Berta Boss', role: 'admin' });
  agent = new Client(desk);
  await agent.login(await desk.addPerson({ name: 'Ada Agent' }));
  olga = await registered(desk, { email: 'olga@example.com', name: 'Olga Other' });
  for (let index = 1; index <= 26; index++) await write(olga.client, { subject: `Umbrella ${index}` });
  await desk.ingest('From: eve@spam.example.com\r\nTo: support@desk.example\r\nSubject: Buy\r\nMessage-ID: <1@spam.example.com>\r\n\r\nLamps\r\n');
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** Opens a page, as somebody who is signed in if a client is given. */
function visit(client, options, journey) {
  return withPage(browser, desk, options, async (page) => {
    if (client) await enter(page, desk, client);
    await journey(page);
  });
}

/** Marks the document that is there. */
const mark = (page) => page.evaluate(() => (window.sameDocument = true));
const isMarked = (page) => page.evaluate(() => window.sameDocument === true);
const heading = (page) => page.locator('h1').innerText();
const pathOf = (page) => page.url().slice(desk.url.length);
const scrolled = (page) => page.evaluate(() => Math.round(scrollY));

/** Presses Back or Forward, and waits for the page. */
async function travel(page, direction, to) {
  await Promise.all([page.waitForURL(to), direction === 'back' ? page.goBack() : page.goForward()]);
  await live(page);
}

/** Clicks a link that may take a while. */
const press = (page, href) => page.locator(`:is(.site-header, .site-footer) a[href="${href}"]`).click({ noWaitAfter: true });

/** Holds what the app loads for an address until `open` is called. */
async function hold(page, address) {
  const { opened, open } = gate();
  await page.route(isPage(address), async (route) => {
    await opened;
    // The page may have been closed meanwhile.
    await route.continue().catch(() => {});
  });
  return open;
}

/** Whether an address is that at which the app asks for a page. */
const isPage = (address) => (url) => url.pathname.startsWith('/api/ui/page/') && (address === undefined || url.searchParams.get('address') === address);
const pageAnswer = (page, address) => page.waitForResponse((answer) => isPage(address)(new URL(answer.url())));

/** Everything that a page shows, without ages. */
async function shown(page) {
  const all = await page.evaluate(() => {
    document.getElementById('announced').textContent = '';
    const fields = [...document.querySelectorAll('input:not([type=hidden]), textarea, select')];
    return {
      title: document.title,
      current: [...document.querySelectorAll('[aria-current]')].map((link) => link.textContent),
      main: document.getElementById('main').className,
      header: document.querySelector('header').className,
      returns: document.querySelector('form[action="/language"] [name=next], form[action="/language"] [name=return_to]')?.value,
      fields: fields.map((field) => `${field.name}=${field.type === 'checkbox' ? field.checked : field.value}`),
      text: document.body.innerText.replace(/just now|\b(?:a|\d+) minutes? ago/g, 'AGE'),
    };
  });
  return all;
}

/** Fails unless the document is still the same, and what was loaded since the last time was small. */
async function frugal(t, page, { documents, pages }) {
  assert.ok(await isMarked(page), 'another document was loaded');
  assert.deepEqual(documents(), []);
  for (const { address, bytes } of await pages()) {
    t.diagnostic(`${bytes} bytes: ${address}`);
    assert.ok(bytes <= (LONG_PAGES.some((long) => long.test(address)) ? 8 : 5) * KIB, `${address} has ${bytes} bytes`);
  }
}

test("a customer's whole day is one document before signing in, and one after", async (t) => {
  const person = await registered(desk, { email: 'carla@example.com', name: 'Carla Customer' });
  await visit(null, {}, async (page) => {
    await go(page, '/');
    await mark(page);
    const seen = traffic(page);
    await follow(page, page.locator('main a[href="/requests/new"]').first(), /^\/requests\/new$/);
    await page.locator('#email').fill(person.email);
    await page.locator('#kind').selectOption('question');
    await page.locator('#subject').fill('The lamp flickers');
    await page.locator('#body').fill('Since this morning.');
    await page.locator('#consent').check();
    await follow(page, button(page, 'Send request'), /^\/requests\/sent\?number=/);
    const number = await main(page).locator('.slip').innerText();
    await follow(page, page.locator('.site-header a[href^="/login"]'), /^\/login/);
    await frugal(t, page, seen);

    await page.locator('input[name=email]').fill(person.email);
    await page.locator('input[name=password]').fill(person.password);
    await follow(page, page.locator('form:has(input[name=password]) button[type=submit]'), /^\/requests$/);
    assert.equal(await isMarked(page), false, 'signing in drops everything that the browser has kept');
    assert.deepEqual(seen.documents(), ['GET /requests']);
    await seen.pages();

    await mark(page);
    const request = `/requests/${number}`;
    await follow(page, page.locator('.tabs').getByRole('link', { name: 'Closed' }), /status=closed/);
    await follow(page, page.locator('.site-nav a[href="/requests"]'), /^\/requests$/);
    await follow(page, main(page).getByRole('link', { name: 'The lamp flickers' }), new RegExp(`^${request}$`));
    await page.locator('#body').fill('It has stopped.');
    await button(page, 'Send reply').click();
    await page.locator('.comment-body').getByText('It has stopped.').waitFor();
    // What is new may be heard of sooner than the form is answered.
    await page.waitForFunction(() => document.getElementById('body').value === '');
    await live(page);
    await button(page, 'Close request').click();
    await page.locator('#request-status').getByText('Closed', { exact: true }).waitFor();
    await live(page);
    await button(page, 'Reopen request').click();
    await page.locator('#request-status').getByText('Open', { exact: true }).waitFor();
    await live(page);
    await follow(page, page.locator('.site-header a[href="/account"]'), /^\/account$/);
    await page.locator('#name').fill('Carla Curie');
    await follow(page, button(page, 'Save name'), /done=name/);
    await said(page, 'Your name has been saved.');
    await follow(page, page.locator('main a[href="/account/data"]').first(), /^\/account\/data$/);
    await said(page, 'Carla Curie');
    await travel(page, 'back', /done=name/);
    await follow(page, page.locator('main a[href="/account/factors"]').first(), /^\/account\/factors$/);
    await follow(page, page.locator('.site-footer a[href="/privacy"]'), /^\/privacy$/);
    await travel(page, 'back', /\/account\/factors$/);
    await frugal(t, page, seen);
    assert.equal(await main(page).getByText('This is for agents').count(), 0);
  });
});

test("an agent's whole day is one document", async (t) => {
  const number = await write(olga.client, { subject: 'The umbrella leaks', body: 'Through the middle.' });
  await visit(null, {}, async (page) => {
    await login(page, boss);
    await live(page);
    assert.equal(pathOf(page), '/agent');
    await mark(page);
    const seen = traffic(page);
    await follow(page, page.locator('.tabs').getByRole('link', { name: 'All', exact: true }).first(), /^\/agent\?view=all$/);
    assert.ok((await page.locator('.queue tbody tr').count()) >= 25);
    await page.locator('main select[name=order]').selectOption('oldest');
    await follow(page, button(page, 'Apply'), /order=oldest/);
    await page.locator('main input[name=q]').fill(number);
    await follow(page, button(page, 'Search'), /q=T-/);
    await follow(page, main(page).getByRole('link', { name: 'The umbrella leaks' }), new RegExp(`^/agent/requests/${number}$`));
    for (const [text, press] of [['We look into it.', 'Send reply'], ['Old stock.', 'Save as internal note']]) {
      await page.locator('#body').fill(text);
      await button(page, press).click();
      await page.locator('.comment-body').getByText(text).waitFor();
      await page.waitForFunction(() => document.getElementById('body').value === '');
      await live(page);
    }
    await page.locator('.panel select[name=priority]').selectOption('high');
    await button(page, 'Save').click();
    await page.locator('.history').getByText('changed the priority').waitFor();
    await live(page);
    await follow(page, page.locator('.site-nav a[href="/agent/requests/new"]'), /^\/agent\/requests\/new$/);
    await page.locator('#email').fill('caller@example.org');
    await page.locator('#kind').selectOption('question');
    await page.locator('#subject').fill('Opening hours');
    await page.locator('#body').fill('Asked on the phone.');
    await follow(page, button(page, 'Save request'), /^\/agent\/requests\/T-/);
    await said(page, 'caller@example.org');
    await follow(page, page.locator('.site-nav a[href="/agent/reports"]'), /^\/agent\/reports$/);
    await follow(page, page.locator('.site-nav a[href="/agent"]'), /^\/agent$/);
    await follow(page, main(page).locator('a[href="/agent/held"]').first(), /^\/agent\/held$/);
    await said(page, 'eve@spam.example.com');
    await travel(page, 'back', /\/agent$/);
    await follow(page, main(page).locator('a[href="/agent/settings/people"]').first(), /^\/agent\/settings\/people$/);
    await follow(page, main(page).locator('tr a').first(), /^\/agent\/settings\/people\/./);
    await travel(page, 'back', /\/people$/);
    await follow(page, page.locator('a[href="/agent/settings/mail"]').first(), /^\/agent\/settings\/mail$/);
    await frugal(t, page, seen);
  });
});

test('a page is the same however one comes to it: by a link, by reloading, by its address, in a new tab', async () => {
  const [number] = /T-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await olga.client.get('/requests')).text);
  const customers = ['/', '/requests', '/requests?status=closed', `/requests/${number}`, '/requests/new', '/account', '/account/data', '/account/factors', '/account/tokens', '/privacy', '/imprint'];
  const agents = ['/agent', '/agent?view=all&order=oldest', `/agent/requests/${number}`, '/agent/reports', '/agent/held', '/agent/requests/new'];
  for (const [client, addresses] of [[olga.client, customers], [agent, agents]]) {
    await visit(client, {}, async (page) => {
      for (const address of addresses) {
        await go(page, '/register');
        await mark(page);
        await jump(page, address);
        assert.ok(await isMarked(page), address);
        const there = await shown(page);
        await page.reload();
        await live(page);
        assert.deepEqual(await shown(page), there, `${address}, reloaded`);
        const other = await page.context().newPage();
        await go(other, address);
        assert.deepEqual(await shown(other), there, `${address}, in a new tab`);
        await other.close();
      }
    });
  }
});

/** Goes to a page to which the page that is shown has no link. */
async function jump(page, address) {
  const click = page.evaluate((address) => {
    const link = document.createElement('a');
    link.href = address;
    document.body.append(link);
    link.click();
    link.remove();
  }, address);
  await Promise.all([page.waitForURL(`${desk.url}${address}`), click]);
  await live(page);
}

test('what was typed on one page does not stand on the next one, and nothing else of it does', async () => {
  const [one, other] = [await write(olga.client, { subject: 'One' }), await write(olga.client, { subject: 'Other' })];
  const ways = [
    [olga.client, `/requests/${one}`, `/requests/${other}`, '#body'],
    [agent, `/agent/requests/${one}`, `/agent/requests/${other}`, '#body'],
    [null, '/login', '/register', 'input[name=email]'],
    [null, '/register', '/password', 'input[name=email]'],
  ];
  for (const [client, from, to, field] of ways) {
    await visit(client, {}, async (page) => {
      await go(page, from);
      await page.locator(`main ${field}`).first().fill('for-one@example.com');
      await jump(page, to);
      assert.equal(await page.locator(`main ${field}`).first().inputValue(), '', to);
      if (field === '#body') {
        await page.locator('#attachments').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
        await jump(page, from);
        assert.equal(await page.locator('#attachments').evaluate((input) => input.files.length), 0, from);
        assert.equal(await page.locator('.file-name').count(), 0, from);
      }
    });
  }
});

test('Back and Forward find the page and the place in it, also after reloading and beyond another document', async () => {
  await visit(olga.client, {}, async (page) => {
    const kept = (place) => page.waitForFunction((place) => history.state === place, place);
    const scroll = async (place) => {
      await page.evaluate((place) => scrollTo(0, place), place);
      await kept(place);
    };
    await go(page, '/requests');
    await scroll(700);
    // One that is in sight, so that nothing scrolls before the click.
    const href = await page.evaluate(() => [...document.querySelectorAll('main a[href^="/requests/T-"]')].find((link) => link.getBoundingClientRect().top > 200).getAttribute('href'));
    const list = await shown(page);
    await follow(page, page.locator(`a[href="${href}"]`), /^\/requests\/T-/);
    assert.equal(await scrolled(page), 0);
    const conversation = await shown(page);
    await scroll(60);
    await travel(page, 'back', /\/requests$/);
    assert.equal(await scrolled(page), 700);
    assert.deepEqual((await shown(page)).text, list.text);
    await travel(page, 'forward', /\/requests\/T-/);
    assert.equal(await scrolled(page), 60);
    assert.deepEqual(await shown(page), conversation);
    await travel(page, 'back', /\/requests$/);
    await page.reload();
    await live(page);
    assert.equal(await scrolled(page), 700);
    await go(page, '/imprint');
    await travel(page, 'back', /\/requests$/);
    assert.equal(await scrolled(page), 700);

    // Within a page, too.
    await page.locator('.skip-link').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/requests#main$/);
    assert.ok((await scrolled(page)) < 200);
    await page.goBack();
    await page.waitForFunction(() => scrollY === 700);
  });
});

test('Back finds the place while the page before it is still being swapped', async () => {
  await visit(olga.client, { reducedMotion: 'no-preference' }, async (page) => {
    await go(page, '/requests');
    await page.evaluate(() => {
      // Longer than it takes until a place is kept.
      const start = document.startViewTransition.bind(document);
      document.startViewTransition = (swap) =>
        start(async () => {
          await swap();
          await new Promise((done) => setTimeout(done, 500));
        });
      scrollTo(0, 700);
    });
    await page.waitForFunction(() => history.state === 700);
    const href = await page.evaluate(() => [...document.querySelectorAll('main a[href^="/requests/T-"]')].find((link) => link.getBoundingClientRect().top > 200).getAttribute('href'));
    await follow(page, page.locator(`a[href="${href}"]`), /^\/requests\/T-/);
    await page.evaluate(() => scrollTo(0, 60));
    await travel(page, 'back', /\/requests$/);
    assert.equal(await scrolled(page), 700);
  });
});

test('whoever has gone elsewhere is not fetched back by the answer to a form', async (t) => {
  const number = await write(olga.client, { subject: 'The umbrella bends', body: 'In the wind.' });
  const request = `/requests/${number}`;
  for (const arrived of [true, false]) {
    await t.test(arrived ? 'on another page' : 'on the way to another page', () => visit(olga.client, {}, async (page) => {
      await go(page, '/');
      await follow(page, page.locator('.site-nav a[href="/requests"]'), /^\/requests$/);
      await go(page, request);
      const answer = gate();
      const send = (url) => /^\/api\/ui\/.*comment/.test(url.pathname);
      await page.route(send, async (route) => {
        const taken = await route.fetch();
        await answer.opened;
        await route.fulfill({ response: taken });
      });
      const text = `Sent in a hurry, ${arrived}.`;
      await page.locator('#body').fill(text);
      const answered = page.waitForResponse((answer) => send(new URL(answer.url())));
      await button(page, 'Send reply').click();
      const open = arrived ? () => {} : await hold(page, '/account');
      if (arrived) await follow(page, page.locator('.site-header a[href="/account"]'), /^\/account$/);
      else await page.locator('.site-header a[href="/account"]').click({ noWaitAfter: true });
      answer.open();
      await (await answered).finished();
      await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
      open();
      await page.waitForURL(/\/account$/);
      await live(page);
      await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
      assert.equal(pathOf(page), '/account');
      // It was sent, so it does not stand in the form again.
      await travel(page, 'back', new RegExp(`${request}$`));
      await page.locator('.comment-body').getByText(text).waitFor();
      assert.equal(await page.locator('#body').inputValue(), '');
    }));
  }
});

test('Back to where one still is stays there, although another page was on its way', async () => {
  await visit(null, {}, async (page) => {
    await go(page, '/imprint');
    await follow(page, page.locator('.site-nav a[href="/requests/new"]'), /^\/requests\/new$/);
    const open = await hold(page, '/imprint');
    const late = pageAnswer(page, '/imprint');
    await page.evaluate(() => history.back());
    await page.waitForURL(/\/imprint$/);
    assert.match(await heading(page), /request/i);
    await page.evaluate(() => history.forward());
    await page.waitForURL(/\/requests\/new$/);
    open();
    await (await late).finished();
    await live(page);
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    assert.match(await heading(page), /request/i);
    assert.equal(pathOf(page), '/requests/new');
    assert.equal(await page.locator('.page-progress').isVisible(), false);
  });
});

test('a link to the page that is shown loads it again, from its top, and makes no entry in the history', async () => {
  await visit(olga.client, {}, async (page) => {
    await go(page, '/requests');
    const length = await page.evaluate(() => history.length);
    await page.evaluate(() => scrollTo(0, 500));
    const [answer] = await Promise.all([pageAnswer(page, '/requests'), page.locator('.site-nav a[href="/requests"]').evaluate((link) => link.click())]);
    await answer.finished();
    await live(page);
    assert.equal(await scrolled(page), 0);
    assert.equal(await page.evaluate(() => history.length), length);
  });
});

test('after each step the heading has the focus and is read out, and the tab has its title', async () => {
  await visit(olga.client, {}, async (page) => {
    await go(page, '/');
    const links = [['.site-nav a[href="/requests"]', /^\/requests$/], ['main a[href^="/requests/T-"]', /^\/requests\/T-/], ['.site-header a[href="/account"]', /^\/account$/], ['.site-footer a[href="/privacy"]', /^\/privacy$/], ['.site-footer a[href="/imprint"]', /^\/imprint$/]];
    const settled = async () => {
      const { tag, text, title, announced } = await page.evaluate(() => ({
        tag: document.activeElement.tagName,
        text: document.activeElement.innerText,
        title: document.title,
        announced: document.getElementById('announced').textContent,
      }));
      assert.equal(tag, 'H1', pathOf(page));
      assert.equal(text, await heading(page));
      assert.equal(announced, text);
      assert.ok(title.startsWith(`${text} · `), title);
      return title;
    };
    const titles = new Set();
    for (const [link, to] of links) {
      await follow(page, page.locator(link).first(), to);
      titles.add(await settled());
    }
    assert.equal(titles.size, links.length);
    await travel(page, 'back', /\/privacy$/);
    assert.ok(titles.has(await settled()));
    // From the heading the next Tab goes into the page, not to its top.
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.querySelector('main').contains(document.activeElement)));
  });
});

test('the skip link and every link with a # within the page are left to the browser', async () => {
  await visit(olga.client, {}, async (page) => {
    await go(page, '/');
    await follow(page, page.locator('.site-nav a[href="/requests"]'), /^\/requests$/);
    await mark(page);
    const seen = traffic(page);
    await page.locator('.skip-link').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/requests#main$/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.querySelector('main').contains(document.activeElement)));
    await page.evaluate(() => {
      const link = document.createElement('a');
      document.querySelector('.site-footer').id = 'foot';
      link.href = '/requests#foot';
      link.textContent = 'Down';
      document.getElementById('main').prepend(link);
    });
    await main(page).getByRole('link', { name: 'Down' }).click();
    await page.waitForURL(/#foot$/);
    await page.waitForFunction(() => scrollY > 200);
    await page.goBack();
    await page.waitForURL(/#main$/);
    assert.equal(await page.locator('html[data-live]').count(), 1);
    assert.ok(await isMarked(page));
    // What has the focus is fetched ahead: that is another page.
    assert.deepEqual((await seen.pages()).filter(({ address }) => address.split('#')[0] === '/requests'), []);
    assert.deepEqual(seen.documents(), []);
  });
});

test('of two quick clicks the last one wins, whichever answer comes first', async () => {
  await visit(null, {}, async (page) => {
    await go(page, '/requests/new');
    const open = await hold(page, '/privacy');
    const late = pageAnswer(page, '/privacy');
    await press(page, '/privacy');
    await press(page, '/imprint');
    await page.waitForURL(/\/imprint$/);
    await live(page);
    const imprint = await heading(page);
    open();
    await (await late).finished();
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    assert.equal(await heading(page), imprint);
    assert.equal(pathOf(page), '/imprint');
    await travel(page, 'back', /\/requests\/new$/);
    assert.notEqual(await heading(page), imprint);
  });
});

test('a slow page says after 150 ms that it is on its way, and the old one stays meanwhile', async () => {
  await visit(null, {}, async (page) => {
    await go(page, '/requests/new');
    const old = await heading(page);
    await page.evaluate(() => {
      addEventListener('click', () => (window.clickedAt = performance.now()), true);
      const bar = document.querySelector('.page-progress');
      new MutationObserver(() => (window.shownAt ??= performance.now())).observe(bar, { attributeFilter: ['hidden'] });
    });
    const open = await hold(page, '/privacy');
    await press(page, '/privacy');
    await page.locator('.page-progress:not([hidden])').waitFor({ state: 'attached' });
    assert.ok((await page.evaluate(() => window.shownAt - window.clickedAt)) >= 149);
    assert.equal(await heading(page), old);
    assert.equal(pathOf(page), '/requests/new');
    await page.locator('#subject').fill('Typed meanwhile');
    open();
    await page.waitForURL(/\/privacy$/);
    await live(page);
    assert.equal(await page.locator('.page-progress').isVisible(), false);
  });
});

test('a quick page comes without a sign that it is on its way', async () => {
  await visit(null, {}, async (page) => {
    await go(page, '/requests/new');
    await page.evaluate(() => {
      window.shown = 0;
      new MutationObserver(() => window.shown++).observe(document.querySelector('.page-progress'), { attributeFilter: ['hidden'] });
    });
    for (const href of ['/privacy', '/imprint']) {
      const link = page.locator(`.site-footer a[href="${href}"]`);
      // What is there already is quick on every machine.
      const [answer] = await Promise.all([pageAnswer(page, href), link.hover()]);
      await answer.finished();
      await follow(page, link, new RegExp(`^${href}$`));
    }
    assert.equal(await page.evaluate(() => window.shown), 0);
  });
});

test('where the server is away the page stays, says so, and tries again', async () => {
  await visit(null, { allow: AWAY }, async (page) => {
    await go(page, '/requests/new');
    await mark(page);
    const old = await heading(page);
    await page.locator('#subject').fill('Kept');
    // A stumble is made good by trying once more, and nobody hears of it.
    let stumbles = 2;
    await page.route(isPage('/imprint'), (route) => (stumbles-- > 0 ? route.abort('connectionrefused') : route.continue()));
    await follow(page, page.locator('.site-footer a[href="/imprint"]'), /^\/imprint$/);
    assert.equal(await page.locator('.network-trouble').innerText(), '');
    await travel(page, 'back', /\/requests\/new$/);
    await page.locator('#subject').fill('Kept');

    await page.route(isPage(), (route) => route.abort('connectionrefused'));
    const trouble = page.locator('.network-trouble');
    for (const _ of [1, 2]) {
      await press(page, '/privacy');
      await trouble.getByText('could not be loaded').waitFor();
      assert.equal(await heading(page), old);
      assert.equal(pathOf(page), '/requests/new');
      assert.equal(await page.locator('#subject').inputValue(), 'Kept');
      assert.equal(await page.locator('.page-progress').isVisible(), false);
    }
    await page.unrouteAll();
    await follow(page, trouble.getByRole('button', { name: 'Try again' }), /^\/privacy$/);
    assert.equal(await trouble.innerText(), '');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
    assert.ok(await isMarked(page));
  });
});

test('without a network the page says so, and goes on by itself when it is back', async () => {
  await visit(null, { allow: AWAY }, async (page) => {
    await go(page, '/requests/new');
    await mark(page);
    const trouble = page.locator('.network-trouble');
    await page.context().setOffline(true);
    await trouble.getByText('You are offline').waitFor();
    await page.context().setOffline(false);
    await trouble.getByText('You are offline').waitFor({ state: 'detached' });
    assert.equal(await heading(page), 'New request');

    await page.context().setOffline(true);
    await trouble.getByText('You are offline').waitFor();
    await press(page, '/privacy');
    await trouble.getByText('could not be loaded').waitFor();
    await page.context().setOffline(false);
    await page.waitForURL(/\/privacy$/);
    await live(page);
    assert.equal(await trouble.innerText(), '');
    assert.ok(await isMarked(page));
  });
});

test('a form that cannot be sent keeps what was typed, and can be sent later', async () => {
  await visit(null, { allow: AWAY }, async (page) => {
    await go(page, '/requests/new');
    await page.locator('#email').fill('later@example.com');
    await page.locator('#kind').selectOption('question');
    await page.locator('#subject').fill('Later');
    await page.locator('#body').fill('When the network is back.');
    await page.locator('#consent').check();
    await page.context().setOffline(true);
    await button(page, 'Send request').click();
    await main(page).locator('form .notice').getByText('What you typed is still here').waitFor();
    assert.equal(await page.locator('#subject').inputValue(), 'Later');
    await page.context().setOffline(false);
    await follow(page, button(page, 'Send request'), /^\/requests\/sent\?number=/);
  });
});

/** Has the server of another version answer. */
function updated(page) {
  return page.route(isPage(), async (route) => {
    const answer = await route.fetch();
    const headers = { ...answer.headers(), 'x-tresen-build': 'another' };
    for (const name of ['content-encoding', 'content-length']) delete headers[name];
    await route.fulfill({ response: answer, headers, body: await answer.body() }).catch(() => {});
  });
}

test('a server of another version leads to one new document, not to a loop', async () => {
  await visit(null, {}, async (page) => {
    await go(page, '/imprint');
    await follow(page, page.locator('.site-footer a[href="/privacy"]'), /^\/privacy$/);
    // To an address with a `#` a browser would only scroll.
    await page.locator('.skip-link').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/privacy#main$/);
    await follow(page, page.locator('.site-footer a[href="/imprint"]'), /^\/imprint$/);
    await mark(page);
    await updated(page);
    const seen = traffic(page);
    const loaded = async (act, address) => {
      await Promise.all([page.waitForEvent('domcontentloaded'), act()]);
      await live(page);
      await page.waitForLoadState('networkidle');
      assert.deepEqual(seen.documents(), [`GET ${address}`]);
      assert.equal(await isMarked(page), false);
      assert.equal(pathOf(page).split('#')[0], address);
    };
    await loaded(() => page.goBack({ waitUntil: 'commit' }), '/privacy');
    assert.equal(await page.evaluate(() => location.hash), '#main');
    await loaded(() => press(page, '/requests/new'), '/requests/new');
    await loaded(() => press(page, '/login'), '/login');
    await loaded(() => page.goBack({ waitUntil: 'commit' }), '/requests/new');
  });
});

/** The code that a part of the app brings along. */
async function chunkOf(part) {
  const site = process.env.TRESEN_SITE;
  const { chunks } = JSON.parse(await readFile(path.join(site, 'assets.json'), 'utf8'));
  assert.ok(chunks?.[part]?.length > 0, `${site} has no chunks: cargo xtask test builds one that has`);
  return `/pkg/${chunks[part].at(-1)}`;
}

test('where the code of a page cannot be loaded, a new document has the page, which works without it', async () => {
  const chunk = await chunkOf('mine');
  const number = await write(olga.client, { subject: 'A chunk is missing' });
  await visit(olga.client, { allow: AWAY }, async (page) => {
    await go(page, '/');
    await mark(page);
    await page.route(`**${chunk}`, (route) => route.abort('connectionrefused'));
    const seen = traffic(page);
    await Promise.all([page.waitForEvent('load'), press(page, '/requests')]);
    await page.waitForLoadState('networkidle');
    assert.deepEqual(seen.documents(), ['GET /requests']);
    assert.equal(await page.locator('html[data-live]').count(), 0);

    await Promise.all([page.waitForEvent('load'), main(page).getByRole('link', { name: 'A chunk is missing' }).click()]);
    await page.locator('#body').fill('Sent by the browser itself.');
    await Promise.all([page.waitForEvent('load'), button(page, 'Send reply').click()]);
    await page.locator('.comment-body').getByText('Sent by the browser itself.').waitFor();
    assert.deepEqual(seen.documents(), [`GET /requests/${number}`, `POST /requests/${number}`, `GET /requests/${number}`]);

    await page.unroute(`**${chunk}`);
    await go(page, '/');
    await mark(page);
    await follow(page, page.locator('.site-nav a[href="/requests"]'), /^\/requests$/);
    assert.ok(await isMarked(page));
  });
});

test('what is fetched ahead is not read yet', async () => {
  const person = await registered(desk, { email: 'hover@example.com' });
  const number = await write(person.client, { subject: 'Only looked at' });
  await agent.upload(`/agent/requests/${number}`, { body: 'An answer.', visibility: 'public', once: 'hover' });
  await visit(person.client, {}, async (page) => {
    await go(page, '/requests');
    assert.equal(await page.locator('.unread-mark').innerText(), 'New reply');
    const link = main(page).getByRole('link', { name: 'Only looked at' });
    const [ahead] = await Promise.all([pageAnswer(page, `/requests/${number}`), link.hover()]);
    assert.match(await ahead.text(), /An answer\./);
    await page.reload();
    await live(page);
    assert.equal(await page.locator('.unread-mark').innerText(), 'New reply');

    await page.mouse.move(0, 0);
    await link.hover();
    const read = page.waitForResponse((answer) => answer.url().endsWith('/api/ui/seen'));
    await follow(page, link, new RegExp(`^/requests/${number}$`));
    assert.equal((await read).status(), 200);
    await follow(page, page.locator('.site-nav a[href="/requests"]'), /^\/requests$/);
    await main(page).getByRole('link', { name: 'Only looked at' }).waitFor();
    assert.equal(await page.locator('.unread-mark').count(), 0);

    // Where nothing is new nothing is noted.
    let noted = 0;
    page.on('request', (request) => (noted += request.url().endsWith('/api/ui/seen') ? 1 : 0));
    await follow(page, link, new RegExp(`^/requests/${number}$`));
    await follow(page, page.locator('.site-nav a[href="/requests"]'), /^\/requests$/);
    assert.equal(noted, 0);
  });

  // The same for agents.
  await person.client.upload(`/requests/${number}`, { body: 'And another question.', once: 'hover-2' });
  await visit(agent, {}, async (page) => {
    const address = `/agent?q=${number}`;
    const row = page.locator('.queue tbody tr');
    await go(page, address);
    assert.match(await row.getAttribute('class'), /unread/);
    const link = row.getByRole('link', { name: 'Only looked at' });
    const [ahead] = await Promise.all([pageAnswer(page, `/agent/requests/${number}`), link.hover()]);
    assert.match(await ahead.text(), /And another question\./);
    await page.reload();
    await live(page);
    assert.match(await row.getAttribute('class'), /unread/);
    await page.mouse.move(0, 0);
    const read = page.waitForResponse((answer) => answer.url().endsWith('/api/ui/seen'));
    await follow(page, link, new RegExp(`^/agent/requests/${number}$`));
    assert.equal((await read).status(), 200);
    await go(page, address);
    assert.doesNotMatch((await row.getAttribute('class')) ?? '', /unread/);
  });
});

test('sending a file shows how far it is, and a refusal loses neither words nor file', async () => {
  await visit(null, { allow: [/status of 4(22|28)/] }, async (page) => {
    await go(page, '/requests/new');
    await page.locator('#email').fill('wrong@');
    await page.locator('#kind').selectOption('problem');
    await page.locator('#subject').fill('A large picture');
    await page.locator('#body').fill('It takes its time.');
    await page.locator('#consent').check();
    await page.locator('#attachments').setInputFiles({ name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.alloc(1024 * KIB, 'large ') });
    const network = await page.context().newCDPSession(page);
    const slow = (uploadThroughput) => network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
    await network.send('Network.enable');
    await slow(512 * KIB);
    await button(page, 'Send request').click();
    const progress = page.locator('main form progress');
    await progress.waitFor();
    assert.equal(await progress.getAttribute('aria-label'), 'Sending …');
    await page.waitForFunction(() => {
      const { value } = document.querySelector('main form progress');
      return value > 0 && value < 1;
    });
    await page.locator('#email-error:not([hidden])').waitFor();
    assert.equal(await progress.count(), 0);
    const kept = { email: 'wrong@', kind: 'problem', subject: 'A large picture', body: 'It takes its time.' };
    for (const [field, value] of Object.entries(kept)) assert.equal(await page.locator(`#${field}`).inputValue(), value);
    assert.ok(await page.locator('#consent').isChecked());
    assert.equal(await page.locator('#attachments').evaluate((input) => input.files[0].size), 1024 * KIB);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'email');
    await slow(-1);
    await page.locator('#email').fill('large@example.com');
    await follow(page, button(page, 'Send request'), /^\/requests\/sent\?number=/);
  });
});

test('sending a file can be stopped: nothing arrives, everything stays and can be sent later', async () => {
  const sent = 'Stopped on the way';
  await visit(null, { allow: [/ERR_ABORTED/] }, async (page) => {
    await go(page, '/requests/new');
    const typed = { email: 'stop@example.com', subject: sent, body: 'It takes its time.' };
    for (const [field, value] of Object.entries(typed)) await page.locator(`#${field}`).fill(value);
    await page.locator('#kind').selectOption('problem');
    await page.locator('#consent').check();
    await page.locator('#attachments').setInputFiles({ name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.alloc(2048 * KIB, 'large ') });
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    const slow = (uploadThroughput) => network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
    await slow(256 * KIB);
    await button(page, 'Send request').click();
    await page.waitForFunction(() => document.querySelector('main form progress')?.value > 0);
    // From here on nothing moves any more.
    await slow(1);
    await button(page, 'Stop').click();
    await page.locator('main form progress').waitFor({ state: 'detached' });
    await said(page, /Not sent/);
    for (const [field, value] of Object.entries(typed)) assert.equal(await page.locator(`#${field}`).inputValue(), value);
    assert.equal(await page.locator('#attachments').evaluate((input) => input.files.length), 1);
    assert.doesNotMatch((await agent.get('/agent?view=all')).text, new RegExp(sent));
    await slow(-1);
    await follow(page, button(page, 'Send request'), /^\/requests\/sent\?number=/);
  });
  assert.equal((await agent.get('/agent?view=all')).text.match(new RegExp(`>${sent}<`, 'g'))?.length, 1);
});

test('a comment and a status are shown at once, and taken back when they are refused', async () => {
  const person = await registered(desk, { email: 'quick@example.com' });
  const number = await write(person.client, { subject: 'Shown at once' });
  const status = (page) => page.locator('#request-status').innerText();
  const holdCall = async (page, name, answer = (route) => route.continue()) => {
    const { opened, open } = gate();
    await page.route(`**/api/ui/${name}`, async (route) => {
      await opened;
      await answer(route);
    });
    return open;
  };

  await visit(person.client, {}, async (page) => {
    await go(page, `/requests/${number}`);
    const open = await holdCall(page, 'requests/close');
    await page.locator('#body').fill('It works again.');
    await button(page, 'Close request').click();
    await page.locator('.comment-echo').getByText('It works again.').waitFor();
    assert.match(await status(page), /Closed/);
    open();
    await page.locator('.comment-echo').waitFor({ state: 'detached' });
    await said(page, 'It works again.');
    assert.match(await status(page), /Closed/);
  });

  await visit(agent, { allow: [/status of 422/] }, async (page) => {
    await go(page, `/agent/requests/${number}`);
    assert.match(await status(page), /Closed/);
    const refusal = { refused: { status: 422, errors: { status: 'Not today.' }, notice: 'Please check.', wait: null } };
    const open = await holdCall(page, 'agent/change', (route) => route.fulfill({ status: 422, json: refusal }));
    await page.locator('.panel select[name=status]').selectOption('resolved');
    await button(page, 'Save').click();
    await page.locator('#request-status').getByText('Resolved', { exact: true }).waitFor();
    open();
    await page.locator('.panel').getByText('Not today.').waitFor();
    assert.match(await status(page), /Closed/);
    assert.equal(await page.locator('.panel select[name=status]').inputValue(), 'resolved');
  });
});

/** What a first visit of a page loads. */
async function firstVisit(t, desk, client, address) {
  let loaded;
  await withPage(browser, desk, {}, async (page) => {
    if (client) await enter(page, desk, client);
    const all = files(page);
    await go(page, address);
    // A queue that listens for events is never idle.
    if (!client) await page.waitForLoadState('networkidle');
    loaded = await all();
  });
  for (const { path, bytes } of loaded) t.diagnostic(`${bytes} bytes: ${path}`);
  return loaded;
}

const sum = (loaded) => loaded.reduce((sum, { bytes }) => sum + bytes, 0);

test('the first visit of the form for a new request is small', async (t) => {
  // As it is for visitors, with what keeps machines away.
  const desk = await startDesk({ settings: { TRESEN_SCREEN_FORMS: 'true' } });
  t.after(() => desk.stop());
  const loaded = await firstVisit(t, desk, null, '/requests/new');
  const words = loaded.filter(({ path }) => path === '/requests/new' || path.endsWith('.css'));
  assert.ok(sum(words) <= 15 * KIB, `HTML and CSS have ${sum(words)} bytes`);
  assert.ok(sum(loaded) <= 200 * KIB, `all together have ${sum(loaded)} bytes`);
  assert.ok(loaded.length <= 7, loaded.map(({ path }) => path).join(' '));
});

test("an agent's first visit of the queue is small", async (t) => {
  const loaded = await firstVisit(t, desk, agent, '/agent');
  assert.ok(sum(loaded) <= 300 * KIB, `all together have ${sum(loaded)} bytes`);
});

test("no file that a customer loads has a word of the agents' pages", async (t) => {
  const words = await agentsWords();
  const wordsIn = ({ content }) => words.filter((word) => content.includes(word));
  const programOf = async (client, addresses) => {
    let loaded;
    await visit(client, {}, async (page) => {
      const all = files(page);
      for (const address of addresses) await go(page, address);
      loaded = (await all()).filter(({ path }) => /^\/(pkg|assets)\//.test(path));
    });
    return loaded;
  };
  const number = await write(olga.client, { subject: 'Words' });
  const customers = await programOf(olga.client, ['/', '/requests/new', '/requests', `/requests/${number}`, '/account', '/account/data', '/account/delete', '/account/factors', '/account/tokens', '/privacy', '/imprint', '/login', '/register', '/password']);
  const found = customers.map((file) => ({ path: file.path, words: wordsIn(file) })).filter(({ words }) => words.length > 0);
  assert.deepEqual(found, []);
  // The search finds what there is to be found: a customer's words here, and the agents' in their own code.
  assert.ok(customers.some(({ content }) => content.includes('New reply')));
  const agents = await programOf(agent, ['/agent', `/agent/requests/${number}`]);
  const theirs = new Set(agents.flatMap(wordsIn));
  t.diagnostic(`${theirs.size} of ${words.length} sentences of agents are in their code`);
  assert.ok(theirs.size > words.length / 3, `${theirs.size} of ${words.length}`);
});

for (const reducedMotion of ['reduce', 'no-preference']) {
  test(`one page fades into the next where the reader asked for nothing else: ${reducedMotion}`, async () => {
    await visit(olga.client, { reducedMotion }, async (page) => {
      await page.addInitScript(() => {
        window.fades = 0;
        const start = Document.prototype.startViewTransition;
        Document.prototype.startViewTransition = function (...given) {
          window.fades++;
          return start.apply(this, given);
        };
      });
      await go(page, '/');
      assert.equal(await page.evaluate(() => typeof document.startViewTransition), 'function');
      await follow(page, page.locator('.site-nav a[href="/requests"]'), /^\/requests$/);
      await follow(page, page.locator('main a[href^="/requests/T-"]').first(), /^\/requests\/T-/);
      await page.waitForFunction(() => document.activeElement.tagName === 'H1');
      const fades = reducedMotion === 'reduce' ? 0 : 2;
      assert.equal(await page.evaluate(() => window.fades), fades);
      // The same page with other data does not fade.
      await page.locator('#body').fill(`Not a fade, ${reducedMotion}.`);
      await button(page, 'Send reply').click();
      await page.locator('.comment-body').getByText(`Not a fade, ${reducedMotion}.`).waitFor();
      await live(page);
      assert.equal(await page.evaluate(() => window.fades), fades);
    });
  });
}
