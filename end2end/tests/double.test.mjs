// Pressing twice, sending again, going back: one request, or two where somebody meant two.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { check, launch, live, openPage } from '../lib/browser.mjs';
import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { countActive, filled, registered, tokenIn, write } from '../lib/people.mjs';

let agent;
let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** Fails unless `act` brings so many requests. */
async function brings(count, act) {
  const before = await countActive(agent);
  await act();
  assert.equal((await countActive(agent)) - before, count);
}

async function fill(page, fields) {
  await page.goto('/requests/new');
  await live(page);
  await type(page, fields);
}

async function type(page, { email, subject = 'Twice?', body = 'Once, please.' }) {
  await page.locator('#email').fill(email);
  await page.locator('#kind').selectOption('question');
  await page.locator('#subject').fill(subject);
  await page.locator('#body').fill(body);
  await page.locator('#consent').check();
}

const send = (page) => page.locator('main form button[type=submit]');
/** Waits for the page that says so, also where a second press ends the first one's navigation. */
async function sent(page) {
  const end = Date.now() + 30_000;
  while (!page.url().includes('/requests/sent?number=')) {
    assert.ok(Date.now() < end, page.url());
    await sleep(20);
  }
  await page.waitForLoadState();
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'live' : 'without JavaScript';
  const withPage = async (act) => {
    const page = await openPage(browser, desk, { javaScript });
    try {
      await act(page);
      await live(page);
      check(page);
    } finally {
      await page.context().close();
    }
  };

  test(`pressing twice is one request, ${how}`, () =>
    withPage(async (page) => {
      const email = `twice-${javaScript}@example.com`;
      await brings(1, async () => {
        await fill(page, { email });
        if (javaScript) {
          // The first answer waits until the button was pressed again.
          let pressed;
          const again = new Promise((resolve) => (pressed = resolve));
          await page.route('**/api/ui/requests/send', async (route) => {
            if (route.request().method() === 'POST') await again;
            await route.continue();
          });
          await send(page).click();
          await page.locator('form[aria-busy=true]').waitFor();
          await send(page).click();
          pressed();
        } else {
          await send(page).dblclick();
        }
        await sent(page);
      });
      await desk.mail({ to: email });
      assert.equal((await desk.mails()).filter((mail) => mail.to.includes(email)).length, 1);
    }));

  test(`going back and changing the text is another request, ${how}`, () =>
    withPage(async (page) => {
      await brings(2, async () => {
        const email = `change-${javaScript}@example.com`;
        await fill(page, { email });
        await send(page).click();
        await sent(page);
        await live(page);
        await page.goBack();
        await page.waitForURL('**/requests/new');
        await live(page);
        // A browser without scripts shows again what was typed; the app forgets what was sent.
        const body = 'And another thing.';
        if (javaScript) await type(page, { email, body });
        else await page.locator('#body').fill(body);
        await send(page).click();
        await sent(page);
      });
    }));
}

test('the same POST again, one after the other and all at once, is one request with one number', async () => {
  const fields = filled({ email: 'resent@example.com' });
  await brings(1, async () => {
    const first = await write(new Client(desk), fields);
    const again = await Promise.all(Array.from({ length: 8 }, () => write(new Client(desk), fields)));
    assert.deepEqual(new Set([first, ...again]), new Set([first]));
  });
  const atOnce = filled({ email: 'at-once@example.com' });
  await brings(1, async () => {
    const numbers = await Promise.all(Array.from({ length: 8 }, () => write(new Client(desk), atOnce, [{ name: 'a.txt', content: 'a' }])));
    assert.equal(new Set(numbers).size, 1);
  });
  // However it is sent: by the app too.
  const byApp = filled({ email: 'by-app@example.com' });
  await brings(1, async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => new Client(desk).call('requests/send', byApp, [])));
    const number = await write(new Client(desk), byApp);
    for (const { status, json } of answers) assert.deepEqual([status, json.go.includes(number)], [200, true]);
  });
  await desk.mail({ to: 'at-once@example.com' });
  assert.equal((await desk.mails()).filter((mail) => mail.to.includes('at-once@example.com')).length, 1);
});

test('another page, another text or another person is another request', async () => {
  const fields = filled({ email: 'other@example.com' });
  await brings(4, async () => {
    const numbers = [
      await write(new Client(desk), fields),
      await write(new Client(desk), { ...fields, once: 'another page' }),
      await write(new Client(desk), { ...fields, body: 'Another text' }),
      await write(new Client(desk), { ...fields, email: 'another@example.com' }),
    ];
    assert.equal(new Set(numbers).size, 4);
  });
});

test('a form that was refused and put right is one request, however often it is sent then', async () => {
  const fields = filled({ email: 'right@example.com' });
  await brings(1, async () => {
    assert.equal((await new Client(desk).upload('/requests/new', { ...fields, subject: '' })).status, 422);
    await write(new Client(desk), fields);
    await write(new Client(desk), fields);
  });
});

test('a reply, a note and a captured call sent twice are there once', async () => {
  const person = await registered(desk, { email: 'replies@example.com' });
  const number = await write(person.client);
  const link = tokenIn(await desk.mail({ to: person.email, subject: number }), '/requests/');
  const ways = [
    [(fields) => person.client.upload(`/requests/${number}`, fields, [{ name: 'a.txt', content: 'a' }]), { body: 'Reply by login', once: '1' }],
    [(fields) => new Client(desk).upload(`/requests/${number}`, fields), { body: 'Reply by link', once: '2', token: link }],
    [(fields) => agent.upload(`/agent/requests/${number}`, fields), { body: 'Answer of an agent', once: '3', visibility: 'public' }],
    [(fields) => agent.upload(`/agent/requests/${number}`, fields), { body: 'Note of an agent', once: '4', visibility: 'internal' }],
    [(fields) => person.client.call('requests/comment', fields, []), { number, body: 'Reply by the app', once: '5' }],
    [(fields) => agent.call('agent/reply', fields, []), { number, body: 'Note by the app', once: '6', visibility: 'internal' }],
  ];
  for (const [post, fields] of ways) {
    const answers = await Promise.all([post(fields), post(fields), post(fields)]);
    for (const answer of answers) assert.ok(answer.json?.go ?? answer.status === 303, `${fields.body}: ${answer.status}`);
    const page = words((await agent.get(`/agent/requests/${number}`)).text);
    assert.equal(page.split(fields.body).length - 1, 1, fields.body);
  }
  await desk.mail({ to: person.email, subject: /^Re: / });
  assert.equal((await desk.mails()).filter((mail) => mail.to.includes(person.email) && mail.subject.startsWith('Re: ')).length, 1);

  const call = { email: 'called@example.com', name: '', language: 'en', kind: 'question', subject: 'A call', body: 'Called.', once: 'call' };
  await brings(1, async () => {
    const answers = [await agent.upload('/agent/requests/new', call), await agent.upload('/agent/requests/new', call)];
    assert.equal(answers[0].location, answers[1].location);
  });
});

test('the same reply on another page is meant', async () => {
  const person = await registered(desk, { email: 'meant@example.com' });
  const number = await write(person.client);
  for (const once of ['1', '2']) await person.client.post(`/requests/${number}`, { body: 'Any news?', once });
  assert.equal(words((await person.client.get(`/requests/${number}`)).text).split('Any news?').length - 1, 2);
});

test('closing, reopening and logging out twice does no harm', async () => {
  const person = await registered(desk, { email: 'idle@example.com' });
  const number = await write(person.client);
  for (const act of ['close', 'close', 'reopen', 'reopen']) assert.equal((await person.client.post(`/requests/${number}/${act}`)).status, 303);
  const history = words((await agent.get(`/agent/requests/${number}`)).text);
  assert.equal(history.split('changed the status').length - 1, 2);
  for (let times = 0; times < 2; times++) assert.equal((await person.client.post('/logout')).status, 303);
});
