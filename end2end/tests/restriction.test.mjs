// Restriction of processing (Art. 18 GDPR), as customers and agents meet it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { enter, follow, go, launch, live, withPage } from '../lib/browser.mjs';
import { Client, errorOf, valueOf, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, countActive, filled, registered, write } from '../lib/people.mjs';
import { readZip } from '../lib/zip.mjs';

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

const SAYS = {
  en: {
    restrict: 'Restrict my data',
    lift: 'Lift the restriction',
    notice: 'Your data is restricted',
    way: 'Go to the restriction in “My data”',
    send: 'Send request',
    reply: 'Send reply',
    refused: /nothing can be sent at the moment/,
    byUs: /only we can lift that/,
    byUsToo: /also restricted your data/,
  },
  de: {
    restrict: 'Verarbeitung einschränken',
    lift: 'Einschränkung aufheben',
    notice: 'Die Verarbeitung Ihrer Daten ist eingeschränkt',
    way: 'Zur Einschränkung unter „Meine Daten“',
    send: 'Anfrage senden',
    reply: 'Antwort senden',
    refused: /lässt sich gerade nichts senden/,
    byUs: /nur wir können das aufheben/,
    byUsToo: /Auch unser Team/,
  },
};

const button = (page, name) => page.locator('main').getByRole('button', { name, exact: true });
const notice = (page, text) => page.locator('main .notice.warning', { hasText: text });

/** Somebody with an account and a request that an agent has answered: names, words and a file of their own. */
async function customer(who, language = 'en') {
  const own = `${who}${language}`;
  const email = `${own}@example.com`;
  const { client } = await registered(desk, { email, name: `Nachname-${own}`, language });
  const secrets = [email, `Nachname-${own}`, `Betreff-${own}`, `Inhalt-${own}`, `datei-${own}`, `Antwort-${own}`, `Notiz-${own}`];
  const number = await write(client, { subject: `Betreff-${own}`, body: `Inhalt-${own}` }, [{ name: `datei-${own}.txt`, content: 'gelb' }]);
  for (const [visibility, body] of [['public', `Antwort-${own}`], ['internal', `Notiz-${own}`]]) {
    const answer = await agent.post(`/agent/requests/${number}`, { body, visibility, once: body, status: 'waiting' });
    assert.equal(answer.status, 303);
  }
  const page = await agent.get(`/agent/requests/${number}`);
  const read = words(page.text);
  for (const secret of secrets) assert.ok(read.includes(secret), `agents cannot read ${secret} to begin with`);
  const file = /href="([^"]*\/files\/[^"]*)"/.exec(page.text)[1].replaceAll('&amp;', '&');
  return { client, email, number, file, secrets, word: `Inhalt-${own}` };
}

/** Whatever agents can ask for says nothing of a restricted customer. `alike` is a form that could have been sent before. */
async function nothingForAgents({ number, email, file, secrets, word }) {
  const searches = ['', number, email, ...secrets, word];
  const lists = searches.flatMap((search) => ['active', 'all', 'open', 'waiting'].map((view) => `/agent?view=${view}&q=${encodeURIComponent(search)}`));
  for (const address of [...lists, '/agent', '/agent?assignee=me', '/agent?order=oldest']) {
    for (const list of [await agent.get(address), await agent.page('agent', address)]) {
      assert.equal(list.status, 200);
      // The search field, its data, and what leads to the same list repeat what was searched for.
      const rest = list.text
        .replaceAll(/\b(value|href)=("[^"]*"|[^\s>]*)/g, (attribute) => (attribute.includes('/agent/requests/') ? attribute : ''))
        .replace(/"search":"(?:[^"\\]|\\.)*"/, '');
      for (const trace of [number, ...secrets]) {
        const place = rest.indexOf(trace);
        assert.ok(place < 0, `${address} shows ${trace}: ${rest.slice(place - 80, place + 80)}`);
      }
    }
  }

  const page = await agent.get(`/agent/requests/${number}`);
  assert.equal(page.status, 403);
  assert.match(words(page.text), new RegExp(`Processing is restricted.*You cannot view, answer or change the request.*${number}|${number}.*Processing is restricted`));
  const raw = `"${'x'.repeat(20)}"`;
  const news = await agent.post('/api/ui/news', { number, token: '', last: '', agent: 'true' });
  const answers = [
    page,
    await agent.get(file),
    await agent.get(`/events/requests/${number}?agent=true`),
    news,
    await agent.get(`/requests/${number}`),
    await agent.post(`/agent/requests/${number}`, { body: 'An answer', visibility: 'public', once: raw, status_afterwards: 'waiting' }),
    await agent.post(`/agent/requests/${number}`, { body: 'A note', visibility: 'internal', once: raw, status_afterwards: 'leave' }),
    await agent.post(`/agent/requests/${number}/change`, { status: 'closed', status_shown: 'waiting' }),
    await agent.page('mine', `/requests/${number}`),
    await agent.call('agent/reply', { number, body: 'An answer', visibility: 'public', once: raw, status_afterwards: 'waiting' }, []),
    await agent.call('agent/reply', { number, body: 'A note', visibility: 'internal', once: raw, status_afterwards: 'leave' }, []),
    await agent.call('agent/change', { number, status: 'closed', status_shown: 'waiting' }),
    await agent.call('seen', { number, token: '', last: '', agent: 'true' }),
  ];
  // What the app is told is what the page of status 403 says, and no more.
  const told = await agent.page('agent', `/agent/requests/${number}`);
  const { restricted } = told.json.request;
  assert.deepEqual(Object.keys(told.json), ['request']);
  assert.deepEqual(Object.keys(told.json.request), ['restricted']);
  assert.deepEqual(Object.keys(restricted).sort(), ['by', 'number', 'since']);
  assert.equal(restricted.number, number);
  assert.ok(news.status >= 400, `the app was answered with ${news.status}`);
  for (const answer of answers) {
    assert.ok([403, 404].includes(answer.status), `an agent was answered with ${answer.status}`);
    for (const secret of secrets) assert.ok(!answer.bytes.includes(secret), `an agent was shown ${secret}`);
  }
  const call = { email, name: '', kind: 'question', subject: 'A call', body: 'Called', language: 'en', once: raw };
  const captured = await agent.post('/agent/requests/new', call);
  assert.equal(captured.status, 422);
  assert.match(errorOf(captured.text, 'email'), /restricted/);
  assert.equal(valueOf(captured.text, 'body'), 'Called');
  const called = await agent.call('agent/capture', call, []);
  assert.equal(called.status, 422);
  assert.match(called.json.refused.errors.email, /restricted/);
}

for (const [language, javaScript] of [['en', true], ['de', false], ['de', true], ['en', false]]) {
  const says = SAYS[language];
  test(`a customer restricts, is told so everywhere, writes nothing, and lifts it, ${language}, JavaScript ${javaScript}`, async () => {
    const carla = await customer(`carla${javaScript}`, language);
    const active = await countActive(agent);
    await withPage(browser, desk, { language, javaScript, viewport: 'phone', allow: [/status of 422/] }, async (page) => {
      await enter(page, desk, carla.client);
      // Two forms are open, with something typed, when it happens.
      const tabs = await Promise.all(['/requests/new', `/requests/${carla.number}`].map(async (address) => {
        const tab = await page.context().newPage();
        await go(tab, address);
        return tab;
      }));
      const [form, conversation] = tabs;
      await form.locator('#kind').selectOption('question');
      await form.locator('#subject').fill('Typed subject');
      await form.locator('#body').fill('Typed words');
      await form.locator('#consent').check();
      await conversation.locator('#body').fill('A typed reply');

      await go(page, '/account/data');
      await follow(page, button(page, says.restrict));
      assert.match(page.url(), /done=restrict/);
      await notice(page, says.notice).waitFor();
      assert.equal(await button(page, says.restrict).count(), 0);
      if (javaScript) await axe(page);

      for (const address of ['/requests', '/requests?q=nothing', `/requests/${carla.number}`, '/requests/new']) {
        await go(page, address);
        await notice(page, says.notice).waitFor();
        if (javaScript) await axe(page);
        await follow(page, page.getByRole('link', { name: says.way }));
        assert.match(page.url(), /\/account\/data#restriction-title$/);
        assert.ok(await page.locator('#restriction-title').isVisible());
      }
      await go(page, `/requests/${carla.number}`);
      assert.match(await page.locator('.comment-body').first().innerText(), /Inhalt/);
      assert.equal(await page.locator('main textarea').count(), 0);

      // What was typed is refused with a sentence, and kept.
      for (const [tab, name, kept] of [[form, says.send, { subject: 'Typed subject', body: 'Typed words' }], [conversation, says.reply, { body: 'A typed reply' }]]) {
        await button(tab, name).click();
        await tab.locator('#body-error:not([hidden])').waitFor();
        assert.match(await tab.locator('#body-error').innerText(), says.refused);
        for (const [field, value] of Object.entries(kept)) assert.equal(await tab.locator(`#${field}`).inputValue(), value);
        await live(tab);
        if (javaScript) await axe(tab);
      }
      assert.ok(await form.locator('#consent').isChecked());

      assert.equal(await countActive(agent), active - 1);
      await nothingForAgents(carla);

      await go(page, '/account/data');
      await follow(page, button(page, says.lift));
      assert.match(page.url(), /done=lift/);
      assert.equal(await notice(page, says.notice).count(), 0);
      for (const address of ['/requests', `/requests/${carla.number}`, '/requests/new']) {
        await go(page, address);
        assert.equal(await notice(page, says.notice).count(), 0, address);
      }
      // What was refused goes through now, as it was typed.
      await button(conversation, says.reply).click();
      await conversation.locator('.comment-body').getByText('A typed reply').waitFor();
      await live(conversation);
      assert.equal(await countActive(agent), active);
      assert.match(words((await agent.get(`/agent/requests/${carla.number}`)).text), new RegExp(carla.word));
    });
  });
}

for (const javaScript of [true, false]) {
  test(`an agent restricts, the customer too, and each lifts their own, JavaScript ${javaScript}`, async () => {
    const language = javaScript ? 'de' : 'en';
    const says = SAYS[language];
    const other = await customer(`olga${javaScript}`, language);
    await withPage(browser, desk, { language, javaScript, viewport: 'phone' }, async (customers) => {
      await enter(customers, desk, other.client);
      await withPage(browser, desk, { javaScript, allow: [/status of 403/] }, async (agents) => {
        await enter(agents, desk, agent);
        const address = `/agent/requests/${other.number}`;
        const seen = async (pattern) => {
          assert.equal((await go(agents, address)).status(), 403);
          assert.match(await agents.locator('main').innerText(), pattern);
          const html = await agents.content();
          for (const secret of other.secrets) assert.ok(!html.includes(secret), secret);
          if (javaScript) await axe(agents);
        };
        await go(agents, address);
        await follow(agents, button(agents, "Restrict this customer's data"));
        await seen(/Restricted by the team\./);
        await nothingForAgents(other);

        // The customer is told, and cannot lift it, not by a forged form either.
        await go(customers, '/requests');
        await notice(customers, says.notice).waitFor();
        await go(customers, '/account/data');
        assert.match(await customers.locator('main').innerText(), says.byUs);
        assert.equal(await button(customers, says.lift).count(), 0);
        if (javaScript) await axe(customers);
        assert.equal((await other.client.post('/account/data', { act: 'lift' })).status, 403);
        assert.equal((await other.client.call('account/data', { act: 'lift' })).status, 403);
        await seen(/Restricted by the team\./);

        await follow(customers, button(customers, says.restrict));
        assert.match(await customers.locator('main').innerText(), says.byUsToo);
        await seen(/Both have to lift it/);

        // The agent lifts the team's; the customer's stays, whatever the agent sends.
        await follow(agents, button(agents, "Lift the team's restriction"));
        await seen(/Only they can lift that/);
        assert.equal(await button(agents, "Lift the team's restriction").count(), 0);
        assert.equal((await agent.post(`${address}/lift`)).status, 403);
        assert.equal((await agent.call('agent/lift', { number: other.number })).status, 403);
        await nothingForAgents(other);

        await go(customers, '/account/data');
        await follow(customers, button(customers, says.lift));
        assert.equal((await go(agents, address)).status(), 200);
      });
    });
  });
}

test('whoever is restricted takes a copy, and is erased', () =>
  withPage(browser, desk, { acceptDownloads: true }, async (page) => {
    const nina = await customer('nina');
    await agent.post(`/agent/requests/${nina.number}/restrict`);
    await nina.client.post('/account/data', { act: 'restrict' });
    const copy = readZip((await nina.client.post('/account/data/export')).bytes);
    const data = JSON.parse(copy.get('data.json'));
    assert.deepEqual(data.restriction.by, ['customer', 'agent']);
    assert.equal(data.requests[0].subject, 'Betreff-ninaen');

    await enter(page, desk, nina.client);
    await go(page, '/account/delete');
    await page.locator('#password').fill(PASSWORD);
    await page.locator('form.danger button').click();
    await page.locator('pre.receipt').waitFor();
    assert.equal((await agent.get(`/agent/requests/${nina.number}`)).status, 404);
  }));

/** Listens to live events: `count` is how many came. */
async function listen(client, address) {
  const stop = new AbortController();
  const answer = await fetch(new URL(address, desk.url), {
    headers: { cookie: `tresen-session=${client.cookie('tresen-session')}` },
    signal: stop.signal,
  });
  const heard = { status: answer.status, count: 0, stop: () => stop.abort() };
  heard.done = (async () => {
    const decoder = new TextDecoder();
    for await (const part of answer.body) heard.count += decoder.decode(part).split('event: news').length - 1;
  })().catch(() => {});
  return heard;
}

test('an agent who has the page open hears nothing of what happens while it is restricted', () =>
  withPage(browser, desk, {}, async (page) => {
    const [theirs, others] = [await customer('vera'), await customer('wanda')];
    await enter(page, desk, agent);
    const asked = [];
    page.on('request', (request) => request.url().endsWith('/api/ui/news') && asked.push(request.url()));
    const listening = page.waitForResponse((answer) => answer.url().includes('/events/requests/'));
    await go(page, `/agent/requests/${theirs.number}`);
    await listening;
    const queue = await listen(agent, '/events/queue');
    const news = page.locator('.comment-body');
    const before = await news.count();

    assert.equal((await theirs.client.post(`/requests/${theirs.number}`, { body: 'Heard of', once: 'a' })).status, 303);
    await news.getByText('Heard of').waitFor();
    assert.equal(asked.length, 1);
    // Those who watch the queue are told ten times a second.
    const soon = Date.now() + 10_000;
    while (queue.count === 0 && Date.now() < soon) await new Promise((resolve) => setTimeout(resolve, 20));
    const heard = queue.count;
    assert.ok(heard >= 1);

    await theirs.client.post('/account/data', { act: 'restrict' });
    assert.equal((await theirs.client.post(`/requests/${theirs.number}`, { body: 'Refused', once: 'b' })).status, 422);
    assert.equal((await theirs.client.post(`/requests/${theirs.number}/close`)).status, 403);
    assert.equal((await theirs.client.post('/requests/new', filled({ subject: 'Refused' }))).status, 422);
    // Whoever knows the address, and not the person, is answered as ever; agents do not hear of it.
    await write(new Client(desk), { email: theirs.email, subject: 'By a stranger' });
    await agent.post(`/agent/requests/${theirs.number}`, { body: 'Forged', visibility: 'public', once: 'c', status_afterwards: 'closed' });
    assert.equal((await listen(agent, `/events/requests/${theirs.number}?agent=true`)).status, 403);

    // What comes after all that is heard of, so nothing of it is still on its way.
    await write(others.client, { subject: 'Of somebody else' });
    const end = Date.now() + 10_000;
    while (queue.count === heard && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(queue.count, heard + 1);
    assert.equal(asked.length, 1);
    assert.equal(await news.count(), before + 1);

    await theirs.client.post('/account/data', { act: 'lift' });
    await theirs.client.post(`/requests/${theirs.number}`, { body: 'Heard of again', once: 'd' });
    await news.getByText('Heard of again').waitFor();
    queue.stop();
    await queue.done;
  }));
