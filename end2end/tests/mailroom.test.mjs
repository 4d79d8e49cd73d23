// What comes in by mail, as agents and customers meet it on pages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { enter, follow, go, launch, withPage } from '../lib/browser.mjs';
import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { countActive, registered, write } from '../lib/people.mjs';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let admin;
let agent;
let browser;
let desk;

before(async () => {
  const config = '[intake]\nblocked = ["@spam.example.com"]\n';
  [desk, browser] = await Promise.all([startDesk({ config }), launch()]);
  [agent, admin] = [new Client(desk), new Client(desk)];
  await agent.login(await desk.addPerson());
  await admin.login(await desk.addPerson({ email: 'admin@example.com', name: 'Berta Boss', role: 'admin' }));
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** A mail as programs write it; `headers` replace or add. */
function mail({ body = 'Hello', html, parts = [], ...headers }) {
  const all = {
    from: 'Mia Mail <mia@example.com>',
    to: 'support@desk.example',
    subject: 'From my mail program',
    date: 'Mon, 23 Nov 2026 09:00:00 +0100',
    'message-id': `<${crypto.randomUUID()}@mail.example.com>`,
    'mime-version': '1.0',
    ...headers,
  };
  const head = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const text = `content-type: text/plain; charset=utf-8\r\n\r\n${body.replaceAll('\n', '\r\n')}`;
  if (html === undefined) return `${head}${text}\r\n`;
  const alternative = `content-type: multipart/alternative; boundary=alt\r\n\r\n--alt\r\n${text}\r\n--alt\r\ncontent-type: text/html; charset=utf-8\r\n\r\n${html}\r\n--alt--`;
  const pieces = [alternative, ...parts].map((part) => `--rel\r\n${part}\r\n`).join('');
  return `${head}content-type: multipart/related; boundary=rel\r\n\r\n${pieces}--rel--\r\n`;
}

/** Takes in a mail. Answers the number of the request that the agents then see on top. */
async function ingest(message, subject) {
  assert.equal(await desk.ingest(message), 0);
  const list = await agent.get(`/agent?view=all&order=newest`);
  const row = list.text.split('<tr').slice(1).find((row) => row.includes(subject));
  assert.ok(row, `the queue does not have ${subject}`);
  return /T-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(row)[0];
}

const button = (page, name) => page.locator('main').getByRole('button', { name, exact: true });

const FORMATTED = {
  subject: 'A table and a picture',
  body: 'See the table.\n\n-- \nMia\n\nOn Monday somebody wrote:\n> What is wrong?\n',
  html:
    '<p>See the <b>table</b>.</p><table><tr><td>Lamp</td><td>broken</td></tr></table><img src="cid:lamp@example.com" alt="the lamp">' +
    '<img src="https://tracker.example.net/pixel.gif" alt=""><script>document.title = "taken over"</script>' +
    '<a href="javascript:document.title=1">a</a><p onclick="document.title=2" style="position:fixed;inset:0">over all</p>' +
    '<form action="https://evil.example.net/"><input name="password"><button>Log in</button></form>',
  parts: [`content-type: image/png; name=lamp.png\r\ncontent-id: <lamp@example.com>\r\ncontent-transfer-encoding: base64\r\n\r\n${PNG}`],
};

for (const javaScript of [true, false]) {
  test(`a mail becomes a request: quotes folded, its formatting on a page of its own, JavaScript ${javaScript}`, async () => {
    const subject = `${FORMATTED.subject} ${javaScript}`;
    const number = await ingest(mail({ ...FORMATTED, subject }), subject);
    await withPage(browser, desk, { javaScript, viewport: javaScript ? 'desktop' : 'phone' }, async (page) => {
      await enter(page, desk, agent);
      await go(page, `/agent/requests/${number}`);
      const comment = page.locator('.comment').first();
      assert.match(await comment.innerText(), /by email/);
      const rest = comment.locator('details');
      await rest.getByText('What is wrong?').waitFor({ state: 'hidden' });
      await rest.locator('summary').focus();
      await page.keyboard.press('Enter');
      await rest.getByText('What is wrong?').waitFor({ state: 'visible' });
      assert.match(await comment.innerText(), /Images from other servers were left out/);
      if (javaScript) await axe(page);

      await follow(page, comment.getByRole('link', { name: 'Show with formatting' }));
      assert.equal(await page.title(), 'Email with formatting');
      await page.getByRole('cell', { name: 'broken' }).waitFor();
      const picture = page.getByAltText('the lamp');
      if (javaScript) assert.equal(await picture.evaluate((img) => img.complete && img.naturalWidth), 1);
      assert.equal(await page.locator('script, form, input, button, iframe, [onclick], [style], a[href^="javascript"]').count(), 0);
      assert.equal(await page.locator('img').count(), 1);
    });
    const page = await agent.get(`/agent/requests/${number}`);
    const formatted = /href="([^"]*\/formatted)"/.exec(page.text)[1];
    const document = await agent.get(formatted);
    const policy = document.headers.get('content-security-policy');
    assert.match(policy, /^sandbox /);
    assert.doesNotMatch(policy, /allow-scripts|allow-forms|unsafe|script-src/);
    assert.doesNotMatch(document.text, /tracker|evil|taken over/);
    // Nobody else's to read.
    assert.equal((await new Client(desk).get(formatted)).status, 303);
    assert.equal((await new Client(desk).get(formatted.replace('/agent', ''))).status, 303);
    assert.equal((await agent.get(formatted.replace('/agent', ''))).status, 404);
  });
}

test('what looks like spam is held back, in no list, until an agent releases or deletes it', async () => {
  const before = await countActive(agent);
  for (const subject of ['Cheap lamps one', 'Cheap lamps two']) {
    assert.equal(await desk.ingest(mail({ from: 'Eve <eve@spam.example.com>', subject })), 0);
  }
  assert.equal(await countActive(agent), before);
  for (const view of ['active', 'all', 'open']) {
    for (const search of ['', 'Cheap', 'eve@spam.example.com']) {
      const list = await agent.get(`/agent?view=${view}&q=${encodeURIComponent(search)}`);
      assert.ok(!list.text.includes('Cheap lamps'), `${view} ${search} shows what is held back`);
    }
  }
  assert.equal((await desk.mails()).filter((sent) => sent.to.includes('eve@')).length, 0);

  await withPage(browser, desk, { language: 'de', viewport: 'phone' }, async (page) => {
    await agent.post('/account/language', { language: 'de' });
    await enter(page, desk, agent);
    await go(page, '/agent');
    await follow(page, page.getByRole('link', { name: '2 zurückgehalten' }));
    assert.match(await page.locator('main').innerText(), /Der Absender ist gesperrt/);
    await axe(page);
    await follow(page, page.getByRole('link', { name: 'Cheap lamps one' }));
    await page.getByText('Diese Anfrage wird zurückgehalten').waitFor();
    await axe(page);
    await button(page, 'Kein Spam: freigeben').focus();
    await follow(page, { click: () => page.keyboard.press('Enter') });
    assert.equal(await page.getByText('Diese Anfrage wird zurückgehalten').count(), 0);
    await go(page, '/agent/held');
    await follow(page, page.getByRole('link', { name: 'Cheap lamps two' }));
    await follow(page, button(page, 'Spam: endgültig löschen'));
    assert.equal(new URL(page.url()).pathname, '/agent/held');
    await page.getByText('Nichts wird zurückgehalten').waitFor();
    await agent.post('/account/language', { language: 'en' });
  });
  assert.equal(await countActive(agent), before + 1);
  await desk.mail({ to: 'eve@spam.example.com' });
});

test('an outsider is seen by agents alone until one admits them, or makes it a request of its own', async () => {
  const { client } = await registered(desk, { email: 'owner@example.com', name: 'Olga Owner' });
  const number = await write(client, { subject: 'Who may join' });
  const first = await desk.mail({ to: 'owner@example.com', subject: 'Who may join' });
  const answer = (from, body) =>
    desk.ingest(mail({ from, subject: 'Re: Who may join', body, 'in-reply-to': first.headers.get('message-id') }));
  assert.equal(await answer('Otto Other <otto@example.com>', 'I am the colleague.'), 0);
  assert.equal(await answer('Xaver <xaver@example.com>', 'I am somebody else.'), 0);
  assert.ok(!(await client.get(`/requests/${number}`)).text.includes('colleague'));

  await withPage(browser, desk, {}, async (page) => {
    await enter(page, desk, agent);
    await go(page, `/agent/requests/${number}`);
    const otto = page.locator('.comment', { hasText: 'I am the colleague.' });
    assert.match(await otto.innerText(), /not part of this request/);
    await axe(page);
    await follow(page, otto.getByRole('button', { name: 'Admit to this request' }));
    assert.doesNotMatch(await page.locator('.comment', { hasText: 'colleague' }).innerText(), /not part of this request/);
    const xaver = page.locator('.comment', { hasText: 'I am somebody else.' });
    await follow(page, xaver.getByRole('button', { name: 'Create a separate request' }));
    assert.notEqual(new URL(page.url()).pathname, `/agent/requests/${number}`);
    assert.match(await page.locator('main').innerText(), /I am somebody else\./);
  });
  const page = words((await client.get(`/requests/${number}`)).text);
  assert.match(page, /Otto Other .*I am the colleague\./);
  assert.doesNotMatch(page, /somebody else/);
});

test("a customer's answer by mail appears in the page that the agent has open", async () => {
  const { client } = await registered(desk, { email: 'quick@example.com', name: 'Quentin Quick' });
  const number = await write(client, { subject: 'By mail from now on' });
  const first = await desk.mail({ to: 'quick@example.com', subject: 'By mail from now on' });
  await withPage(browser, desk, {}, async (page) => {
    await enter(page, desk, agent);
    await go(page, `/agent/requests/${number}`);
    const message = mail({ from: 'quick@example.com', body: 'This came by mail.', references: first.headers.get('message-id') });
    assert.equal(await desk.ingest(message), 0);
    // Taken in by another process: what is open hears of it when it looks next.
    await go(page, `/agent/requests/${number}`);
    const comment = page.locator('.comment', { hasText: 'This came by mail.' });
    await comment.waitFor();
    assert.match(await comment.innerText(), /Quentin Quick/);
  });
});

test('a message that cannot be handled waits for an admin, who downloads, tries again, deletes', async () => {
  const message = mail({ from: null, subject: 'From nobody', body: 'Ünfassbar' });
  assert.equal(await desk.ingest(message), 0);
  assert.equal((await agent.get('/agent/settings/mail')).status, 403);
  assert.ok(!(await agent.get('/agent')).text.includes('/agent/settings/mail'));
  await withPage(browser, desk, {}, async (page) => {
    await enter(page, desk, admin);
    await go(page, '/agent');
    // How many there are, said where admins look anyway.
    await follow(page, page.locator('main').getByRole('link', { name: '1 set aside', exact: true }));
    await page.getByText('From nobody').waitFor();
    await page.getByText('It does not say who sent it').waitFor();
    await axe(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString('utf8'), message);
    await follow(page, button(page, 'Try again'));
    await page.getByText('It still cannot be processed and stays here.').waitFor();
    await follow(page, button(page, 'Delete'));
    await page.getByText('No message is set aside.').waitFor();
  });
  // It is known, and does not come again.
  assert.equal(await desk.ingest(message), 0);
  assert.match(words((await admin.get('/agent/settings/mail')).text), /No message is set aside/);
});

test('agents are told who cannot be answered, who sent for others, and where answers should go', async () => {
  const said = async (headers) => {
    const number = await ingest(mail(headers), headers.subject);
    return words((await agent.get(`/agent/requests/${number}`)).text);
  };
  const odd = await said({ from: 'Cron <root@printserver>', subject: 'Disk full' });
  assert.match(odd, /Cannot be answered by email/);
  assert.match(odd, /root@printserver/);
  const elsewhere = await said({ subject: 'Answer me elsewhere', 'reply-to': 'other@example.org' });
  assert.match(elsewhere, /Reply-To names another address: other@example\.org/);
  assert.doesNotMatch(elsewhere, /Cannot be answered/);
  const list = await said({
    subject: 'Through a list',
    from: '"Ada via Team" <team@lists.example>',
    'reply-to': 'ada@example.org',
    'list-id': '<team.lists.example>',
  });
  assert.match(list, /sent by team@lists\.example/);
  assert.match(list, /ada@example\.org/);
});
