// The web rules of the desk: each test fails when its rule is removed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client, valueOf, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, countActive, filled, linkTo, registered, tokenIn, write } from '../lib/people.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

let agent;
let anna;
let bert;
let desk;
let request;

before(async () => {
  // Nobody is told to wait here.
  desk = await startDesk({ config: '[limits]\naddress = { at_once = 1000, an_hour = 1000 }' });
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
  anna = await registered(desk, { email: 'anna@example.com', name: 'Anna' });
  bert = await registered(desk, { email: 'bert@example.com', name: 'Bert' });
  request = await write(anna.client, {}, [
    { name: 'picture.png', content: PNG, type: 'image/png' },
    { name: 'page.html', content: '<!doctype html><script>alert(1)</script>', type: 'text/html' },
    { name: 'drawing.svg', content: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', type: 'image/svg+xml' },
    { name: 'wrong.png', content: '<html><script>alert(1)</script>', type: 'image/png' },
    { name: 'script.js', content: 'alert(1)', type: 'text/javascript' },
    { name: 'paper.pdf', content: '%PDF-1.7\n', type: 'application/pdf' },
    { name: 'feed.xml', content: '<?xml version="1.0"?><x:html xmlns:x="http://www.w3.org/1999/xhtml"><x:script>alert(1)</x:script></x:html>', type: 'text/xml' },
  ]);
});

after(() => desk?.stop());

/** Every page, as `[who, path]`. */
const pages = () => [
  ...['/', '/requests/new', `/requests/sent?number=${request}`, '/login', '/register', '/register?sent', '/password', '/password?sent', '/account/delete', '/account/delete?sent', '/privacy', '/imprint', '/nowhere', '/register?token=forged'].map((path) => ['nobody', path]),
  ...['/', '/requests', '/requests?q=nothing', '/requests/new', `/requests/${request}`, '/account', '/account/delete', '/agent'].map((path) => ['anna', path]),
  ...['/agent', '/agent?q=nothing', `/agent/requests/${request}`, `/agent/requests/${request}/erase`, '/agent/requests/new', '/account', '/privacy/receipt'].map((path) => ['agent', path]),
];

const as = (who) => ({ nobody: new Client(desk), anna: anna.client, agent })[who];

/** The policy of DESIGN.md, section 6. */
const policy = (nonce) =>
  `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** The tag of the data that a page goes on with. */
const DATA = '<script id="first" type="application/json">';

describe('every page', () => {
  test('has the policy with a nonce of its own, and nothing inline', async () => {
    const nonces = new Set();
    for (const [who, path] of pages()) {
      const answer = await as(who).get(path);
      const where = `${who} ${path}`;
      assert.match(answer.headers.get('content-type'), /^text\/html/, where);
      const [, nonce] = /'nonce-([^']{20,})'/.exec(answer.headers.get('content-security-policy')) ?? [];
      assert.ok(nonce, where);
      assert.equal(answer.headers.get('content-security-policy'), policy(nonce), where);
      assert.ok(!nonces.has(nonce), `${where} has the nonce of another answer`);
      nonces.add(nonce);

      const tags = answer.text.replace(/(<script\b[^>]*>)[^]*?<\/script>/g, '$1').match(/<[a-z][^>]*>/gi);
      for (const tag of tags) {
        const bare = tag.replace(/"[^"]*"/g, '""');
        assert.doesNotMatch(bare, /\sstyle=|\son\w+=|^<style|^<(iframe|object|embed|base)\b/i, where);
        assert.doesNotMatch(tag, /\b(href|src|action|formaction)="\s*(javascript|data|vbscript):/i, where);
        // What a page goes on with is data, and no script to a browser.
        if (/^<script/i.test(tag) && tag !== DATA) assert.match(tag, new RegExp(`nonce="${nonce}"`), where);
      }
      const inline = [...answer.text.matchAll(/(<script\b[^>]*>)([^]*?)<\/script>/g)].filter(([, , text]) => text !== '');
      const [data, ...scripts] = inline.map(([, tag, text]) => ({ tag, text }));
      assert.ok(inline.length === 0 || inline.length === 2, where);
      if (!data) continue;
      assert.equal(data.tag, DATA, where);
      assert.doesNotThrow(() => JSON.parse(data.text), where);
      assert.doesNotMatch(data.text, /</, where);
      // The only script that stands in a page says nothing but which files make it live.
      for (const { text } of scripts) assert.match(text, /^import s,\{hydrate\} from "\/pkg\/[\w./-]+";await s\(\{module_or_path:"\/pkg\/[\w./-]+"\}\);hydrate\(\)$/, where);
    }
  });

  test('has the other headers', async () => {
    for (const [who, path] of [...pages(), ['nobody', '/healthz'], ['nobody', '/robots.txt'], ['nobody', '/assets/nothing.css']]) {
      const { headers } = await as(who).get(path);
      const where = `${who} ${path}`;
      assert.equal(headers.get('referrer-policy'), 'same-origin', where);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', where);
      assert.equal(headers.get('x-frame-options'), 'DENY', where);
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', where);
      assert.equal(headers.get('access-control-allow-origin'), null, where);
      assert.equal(headers.get('server'), null, where);
    }
  });

  test('is kept by no cache', async () => {
    for (const [who, path] of pages()) {
      assert.match((await as(who).get(path)).headers.get('cache-control') ?? '', /no-store/, `${who} ${path}`);
    }
  });

  test('loads from this host only', async () => {
    for (const [who, path] of pages()) {
      const { text } = await as(who).get(path);
      for (const [, address] of text.matchAll(/<(?:script|link|img|form|source)\b[^>]*\s(?:src|href|action)="([^"]*)"/g)) {
        assert.match(address, /^\/(?!\/)/, `${who} ${path}`);
      }
    }
  });
});

describe('cookies', () => {
  const set = (answer) => answer.headers.getSetCookie();

  test('are for this site and out of reach for scripts', async () => {
    const login = await new Client(desk).post('/login', { email: bert.email, password: PASSWORD });
    const language = await new Client(desk).post('/language', { to: 'de', return_to: '/' });
    for (const cookie of [...set(login), ...set(language)]) {
      assert.match(cookie, /; HttpOnly(;|$)/);
      assert.match(cookie, /; SameSite=Lax(;|$)/);
      assert.match(cookie, /; Path=\/(;|$)/);
      assert.doesNotMatch(cookie, /Domain=/i);
    }
    const names = set(login).map((cookie) => cookie.split('=')[0]).sort();
    assert.deepEqual(names, ['tresen-device', 'tresen-second-step', 'tresen-session']);
    assert.match(set(login).find((cookie) => cookie.startsWith('tresen-second-step')), /=; Path=\/; Max-Age=0/);
    assert.equal(set(language).length, 1);
  });

  test('are bound to the host under HTTPS', async () => {
    const url = 'https://desk.example.com';
    const secure = await startDesk({ settings: { TRESEN_PUBLIC_URL: url } });
    try {
      const person = await secure.addPerson();
      const client = new Client(secure, { headers: { origin: url } });
      const answers = [await client.post('/login', person), await client.post('/language', { to: 'de', return_to: '/' })];
      for (const cookie of answers.flatMap(set)) assert.match(cookie, /^__Host-tresen-[\w-]+=[^;]*; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
      assert.equal(answers.flatMap(set).length, 4);
      assert.equal((await client.get('/agent')).status, 200);
      assert.match(answers[0].headers.get('strict-transport-security'), /max-age=\d{7,}/);

      // A neighbouring site can set a cookie without the prefix, but not one with it.
      const planted = new Client(secure);
      planted.setCookie('tresen-session', client.cookie('__Host-tresen-session'));
      assert.equal((await planted.get('/agent')).status, 303);
    } finally {
      await secure.stop();
    }
  });

  test('a session is new at every login, and one that was planted is worth nothing', async () => {
    const client = new Client(desk);
    const planted = 'A'.repeat(43);
    client.setCookie('tresen-session', planted);
    await client.login(bert);
    const first = client.cookie('tresen-session');
    assert.notEqual(first, planted);
    await client.login(bert);
    assert.notEqual(client.cookie('tresen-session'), first);
    const stranger = new Client(desk);
    stranger.setCookie('tresen-session', planted);
    assert.equal((await stranger.get('/requests')).status, 303);
  });

  test('a session ends with logging out, everywhere with a new password', async () => {
    const person = await registered(desk, { email: 'sessions@example.com' });
    const [one, two] = [new Client(desk), new Client(desk)];
    await one.login(person);
    await two.login(person);
    const kept = one.cookie('tresen-session');
    await one.post('/logout');
    one.setCookie('tresen-session', kept);
    assert.equal((await one.get('/requests')).status, 303, 'the session lives on after logging out');

    const before = person.client.cookie('tresen-session');
    const changed = await person.client.post('/account/password', { current_password: PASSWORD, password: `${PASSWORD} new` });
    assert.equal(changed.status, 303);
    assert.notEqual(person.client.cookie('tresen-session'), before);
    assert.equal((await person.client.get('/requests')).status, 200);
    assert.equal((await two.get('/requests')).status, 303);
    const old = new Client(desk);
    old.setCookie('tresen-session', before);
    assert.equal((await old.get('/requests')).status, 303);
  });

  test('nobody ends the session of another', async () => {
    const two = new Client(desk);
    await two.login(anna);
    const page = await anna.client.get('/account');
    const [, theirs] = /name="session" value="([^"]+)"/.exec(page.text) ?? [];
    assert.ok(theirs);
    const answer = await bert.client.post('/account/sessions/end', { session: theirs });
    assert.ok(answer.status === 303 || answer.status === 404, String(answer.status));
    assert.equal((await two.get('/requests')).status, 200);
    assert.notEqual(theirs, two.cookie('tresen-session'), 'the page shows the secret itself');
  });
});

describe('forms from elsewhere', () => {
  const foreign = [
    ['another origin', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['the same host over another port', { origin: 'http://127.0.0.1:1' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbouring site', { 'sec-fetch-site': 'same-site' }],
  ];
  for (const [what, headers] of foreign) {
    test(`are refused: ${what}`, async () => {
      const count = await countActive(agent);
      for (const [client, path, fields] of [
        [anna.client, '/requests/new', filled()],
        [anna.client, `/requests/${request}`, { body: 'From elsewhere', once: 'x' }],
        [anna.client, `/requests/${request}/close`, {}],
        [anna.client, '/account/name', { name: 'Evil' }],
        [anna.client, '/account/delete', { password: PASSWORD }],
        [anna.client, '/logout', {}],
        [new Client(desk), '/login', { email: anna.email, password: PASSWORD }],
        [new Client(desk), '/language', { to: 'de', return_to: '/' }],
        [agent, `/agent/requests/${request}`, { body: 'From elsewhere', visibility: 'public', once: 'x' }],
        [agent, `/agent/requests/${request}/change`, { status: 'closed' }],
        [agent, `/agent/requests/${request}/erase`, { asked: 'mail' }],
        [new Client(desk), '/api/ui/judge', { password: 'x', language: 'en' }],
        [anna.client, '/api/ui/requests/close', { number: request }],
        [anna.client, '/api/ui/account/name', { name: 'Evil' }],
        [anna.client, '/api/ui/account/delete', { password: PASSWORD }],
        [new Client(desk), '/api/ui/sign-in', { email: anna.email, password: PASSWORD }],
        [agent, '/api/ui/agent/change', { number: request, status: 'closed' }],
        [agent, '/api/ui/agent/erase', { number: request, asked: 'mail' }],
      ]) {
        const answer = await client.post(path, fields, headers);
        assert.equal(answer.status, 403, path);
        assert.deepEqual(answer.headers.getSetCookie(), [], path);
      }
      assert.equal(await countActive(agent), count);
      const page = await anna.client.get(`/requests/${request}`);
      assert.equal(page.status, 200);
      assert.doesNotMatch(words(page.text), /From elsewhere/);
      assert.equal(valueOf((await anna.client.get('/account')).text, 'name'), 'Anna');
    });
  }

  test('are refused on a page that says so', async () => {
    for (const [language, says] of [['en', /came from another site/], ['de', /kam von woanders/]]) {
      const answer = await new Client(desk, { language }).post('/login', {}, { origin: 'https://evil.example' });
      assert.equal(answer.status, 403);
      assert.match(words(answer.text), says);
    }
  });

  test('our own are taken', async () => {
    for (const headers of [{ origin: desk.url }, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, {}]) {
      assert.equal((await bert.client.post('/account/name', { name: 'Bert' }, headers)).status, 303);
    }
  });
});

describe('opening a mailed link changes nothing', () => {
  test('registering', async () => {
    const email = 'opened@example.com';
    await new Client(desk).post('/register', { email });
    const mail = await desk.mail({ to: email });
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await new Client(desk).fetch(linkTo(mail, '/register'), { method });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.headers.getSetCookie(), []);
    }
    const client = new Client(desk);
    assert.equal((await client.post('/register', { token: tokenIn(mail, '/register'), password: PASSWORD })).status, 303);
    assert.equal((await client.get('/requests')).status, 200);
  });

  test('nor makes an agent the customer', async () => {
    const email = 'quoted-link@example.com';
    await new Client(desk).post('/register', { email });
    const mail = await desk.mail({ to: email });
    assert.equal((await agent.get(linkTo(mail, '/register'))).status, 403);
    assert.equal((await agent.post('/register', { token: tokenIn(mail, '/register'), password: PASSWORD })).status, 403);
    await new Client(desk).post('/password', { email: bert.email });
    const reset = await desk.mail({ to: bert.email, subject: 'Choose a new password' });
    assert.equal((await agent.get(linkTo(reset, '/password'))).status, 403);
    assert.equal((await agent.post('/password', { token: tokenIn(reset, '/password'), password: PASSWORD })).status, 403);
    // Whoever it was sent to can use it still.
    assert.equal((await new Client(desk).post('/register', { token: tokenIn(mail, '/register'), password: PASSWORD })).status, 303);
  });

  test('a new password', async () => {
    await new Client(desk).post('/password', { email: bert.email });
    const mail = await desk.mail({ to: bert.email, subject: 'Choose a new password' });
    for (let times = 0; times < 3; times++) assert.equal((await new Client(desk).get(linkTo(mail, '/password'))).status, 200);
    await new Client(desk).login(bert);
  });

  test('a new address', async () => {
    const person = await registered(desk, { email: 'moves@example.com' });
    await person.client.post('/account/address', { email: 'moved@example.com', password: PASSWORD });
    const mail = await desk.mail({ to: 'moved@example.com' });
    for (let times = 0; times < 3; times++) assert.equal((await new Client(desk).get(linkTo(mail, '/account/address'))).status, 200);
    await new Client(desk).login(person);
    assert.equal((await new Client(desk).post('/account/address', { token: tokenIn(mail, '/account/address') })).status, 303);
    await new Client(desk).login({ email: 'moved@example.com', password: PASSWORD });
    const old = await new Client(desk).post('/login', person);
    assert.equal(old.status, 422);
  });

  test('a new address under which somebody wrote as a guest', async () => {
    const guest = 'guest-before@example.com';
    const number = await write(new Client(desk), { email: guest, subject: 'Written as a guest' });
    const person = await registered(desk, { email: 'has-account@example.com' });
    await person.client.post('/account/address', { email: guest, password: PASSWORD });
    const link = linkTo(await desk.mail({ to: guest, subject: /address/i }), '/account/address');
    const token = new URL(link, desk.url).searchParams.get('token');
    for (let times = 0; times < 2; times++) assert.match(words((await new Client(desk).get(link)).text), /move to your account/);
    assert.doesNotMatch((await person.client.get('/requests')).text, new RegExp(number));
    assert.equal((await new Client(desk).post('/account/address', { token })).status, 303);
    assert.match(words((await person.client.get('/requests')).text), /Written as a guest/);
    await new Client(desk).login({ email: guest, password: PASSWORD });
  });

  test('a new address of somebody with an account', async () => {
    const person = await registered(desk, { email: 'wants-another@example.com' });
    await person.client.post('/account/address', { email: 'late-account@example.com', password: PASSWORD });
    const mail = await desk.mail({ to: 'late-account@example.com', subject: /address/i });
    await new Client(desk).post('/register', { email: 'late-account@example.com' });
    const invitation = await desk.mail({ to: 'late-account@example.com', skip: 1 });
    await new Client(desk).post('/register', { token: tokenIn(invitation, '/register'), password: PASSWORD });
    for (const [language, says] of [['en', /belongs to another account/], ['de', /gehört zu einem anderen Konto/]]) {
      const answer = await new Client(desk, { language }).post('/account/address', { token: tokenIn(mail, '/account/address') });
      assert.equal(answer.status, 422);
      assert.match(words(answer.text), says);
    }
    await new Client(desk).login({ email: 'wants-another@example.com', password: PASSWORD });
  });

  test('an erasure', async () => {
    const email = 'stays@example.com';
    const number = await write(new Client(desk), { email });
    await new Client(desk).post('/account/delete', { email });
    const mail = await desk.mail({ to: email, subject: /Delete/i });
    for (let times = 0; times < 3; times++) assert.equal((await new Client(desk).get(linkTo(mail, '/account/delete'))).status, 200);
    assert.equal((await agent.get(`/agent/requests/${number}`)).status, 200);
    const done = await new Client(desk).post('/account/delete', { token: tokenIn(mail, '/account/delete') });
    assert.equal(done.status, 200);
    assert.equal((await agent.get(`/agent/requests/${number}`)).status, 404);
  });

  test('a request, by an unproven address', async () => {
    const email = 'reads@example.com';
    const number = await write(new Client(desk), { email, subject: 'Private words' });
    const first = await desk.mail({ to: email });
    for (let times = 0; times < 2; times++) {
      const answer = await new Client(desk).get(linkTo(first, `/requests/${number}`));
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.headers.getSetCookie(), []);
    }
    // Mail scanners open links: the address is no more proven than before, so a mail repeats nothing.
    const second = await write(new Client(desk), { email, subject: 'Private words' });
    const mail = await desk.mail({ to: email, subject: second });
    assert.doesNotMatch(mail.subject + mail.text + mail.html, /Private words/);
  });
});

describe('an answer is read by a session, not by its link', () => {
  const isUnread = async (person, number) => {
    const rows = (await person.client.get('/requests')).text.split('class="request-row');
    return rows.find((row) => row.includes(`/requests/${number}`)).includes('unread-mark');
  };
  // Marks are written behind the answer.
  const read = async (person, number) => {
    const soon = Date.now() + 10_000;
    while ((await isUnread(person, number)) && Date.now() < soon) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(!(await isUnread(person, number)), 'its owner has looked');
  };

  for (const [name, open] of [
    ['a scanner opens the link', (link) => new Client(desk).get(link)],
    ['a scanner asks for its head', (link) => new Client(desk).fetch(link, { method: 'HEAD' })],
    ['a scanner asks as the app does', (link) => new Client(desk).fetch(link, { headers: { accept: 'application/json' } })],
    ['another customer opens it', (link) => bert.client.get(link)],
    ['an agent opens it', (link) => agent.get(link)],
    ['a browser fetches it before it is opened', (link) => new Client(desk).get(link, { purpose: 'prefetch', 'sec-purpose': 'prefetch' })],
    ['a scanner reads its beginning', (link) => new Client(desk).get(link, { range: 'bytes=0-99' })],
    ['a scanner with the cookies of an old session', async (link) => {
      const client = new Client(desk);
      client.setCookie('tresen-session', 'x'.repeat(43));
      await client.get(link);
    }],
    ['a scanner opens it three times', async (link) => {
      for (let times = 0; times < 3; times++) await new Client(desk).get(link);
    }],
    ['a scanner adds to the address', (link) => new Client(desk).get(`${link}&utm_source=mail&x=1#c-1`)],
    ['a preview of a chat', (link) => new Client(desk, { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' } }).get(link)],
  ]) {
    test(`${name}: the mark stays`, async () => {
      const person = await registered(desk, { email: `unread-${name.replaceAll(' ', '-').slice(0, 40)}@example.com` });
      const numbers = [];
      for (const subject of ['Looked at by nobody', 'Looked at by its owner']) {
        const number = await write(person.client, { email: person.email, subject });
        const answer = { number, body: 'Please try again.', visibility: 'public', once: subject, status_afterwards: 'waiting' };
        assert.equal((await agent.call('agent/reply', answer, [])).status, 200);
        numbers.push(number);
      }
      const [number, other] = numbers;
      const mail = await desk.mail({ to: person.email, subject: number });
      for (const each of numbers) assert.ok(await isUnread(person, each), 'nobody has looked yet');
      await open(linkTo(mail, `/requests/${number}`));
      await person.client.fetch(`/requests/${number}`, { method: 'HEAD' });
      // Marks are written in their order: with that of the other request one of this request would be there.
      assert.equal((await person.client.get(`/requests/${other}`)).status, 200);
      await read(person, other);
      assert.ok(await isUnread(person, number), 'nobody has looked, and a head is no look');
      assert.equal((await person.client.get(`/requests/${number}`)).status, 200);
      await read(person, number);
    });
  }
});

describe('nobody is led elsewhere', () => {
  const ELSEWHERE = ['https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '/\n/evil.example', 'javascript:alert(1)', 'data:text/html,x', ' //evil.example', 'http:evil.example', '@evil.example'];
  const stays = (location) => {
    const url = new URL(location, desk.url);
    assert.equal(url.origin, new URL(desk.url).origin, location);
  };

  for (const next of ELSEWHERE) {
    test(JSON.stringify(next), async () => {
      const client = new Client(desk);
      const login = await client.post('/login', { email: bert.email, password: PASSWORD, next });
      assert.equal(login.status, 303);
      stays(login.location);
      const called = await new Client(desk).call('sign-in', { email: bert.email, password: PASSWORD, next });
      assert.equal(called.status, 200);
      stays(called.json.enter);
      const known = await client.get(`/login?next=${encodeURIComponent(next)}`);
      stays(known.location);
      stays((await client.post('/language', { to: 'en', return_to: next })).location);
    });
  }

  test('but back to where one wanted to go', async () => {
    const client = new Client(desk);
    const asked = await client.get('/requests?q=lamp%20%26%20light&status=open');
    assert.equal(asked.status, 303);
    const page = await client.get(asked.location);
    const next = valueOf(page.text, 'next');
    assert.equal(next, '/requests?q=lamp%20%26%20light&status=open');
    assert.equal((await client.post('/login', { email: bert.email, password: PASSWORD, next })).location, next);
  });
});

describe('embedded files', () => {
  test('are kept for ever, small, and not sent twice', async () => {
    const { text } = await new Client(desk).get('/requests/new');
    const linked = [...new Set([...text.matchAll(/(?:href|src)="(\/(?:assets|pkg)\/[^"]+)"/g)].map(([, path]) => path))];
    assert.ok(linked.some((path) => path.endsWith('.css')) && linked.some((path) => path.endsWith('.js')) && linked.some((path) => path.endsWith('.wasm')), linked.join(' '));
    const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', wasm: 'application/wasm', svg: 'image/svg+xml' };
    for (const path of linked) {
      const lengths = {};
      for (const encoding of ['br', 'gzip', 'identity']) {
        const answer = await new Client(desk).get(path, { 'accept-encoding': encoding });
        assert.equal(answer.status, 200, path);
        assert.equal(answer.headers.get('content-encoding') ?? 'identity', encoding, path);
        assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable', path);
        assert.match(answer.headers.get('vary'), /accept-encoding/i, path);
        assert.equal(answer.headers.get('content-type').replace('application/javascript', 'text/javascript'), types[path.split('.').at(-1)], path);
        lengths[encoding] = Number(answer.headers.get('content-length'));
        const tag = answer.headers.get('etag');
        assert.match(tag, /^"[^"]+"$/, path);
        const again = await new Client(desk).get(path, { 'accept-encoding': encoding, 'if-none-match': tag });
        assert.equal(again.status, 304, path);
        assert.equal(again.bytes.length, 0, path);
        const other = await new Client(desk).get(path, { 'accept-encoding': encoding, 'if-none-match': '"other"' });
        assert.equal(other.status, 200, path);
      }
      assert.ok(lengths.br < lengths.gzip && lengths.gzip < lengths.identity, `${path} ${JSON.stringify(lengths)}`);
    }
    const [theme] = /\/look\/theme-[^"]+\.css/.exec(text);
    const look = await new Client(desk).get(theme);
    assert.match(look.headers.get('cache-control'), /immutable/);
  });
});

describe('attachments', () => {
  /** The links of the files in a page, by the name that is shown. */
  const filesIn = (html) => {
    const links = [...html.matchAll(/<a\b[^>]*href="([^"]*\/files\/[^"]*)"[^>]*>([^]*?)<\/a>/g)];
    return Object.fromEntries(links.map(([, href, inner]) => [words(`<main>${/<bdi[^>]*>([^<]*)</.exec(inner)[1]}</main>`), href.replaceAll('&amp;', '&')]));
  };

  test('are downloads that no browser runs', async () => {
    for (const [client, path] of [[anna.client, `/requests/${request}`], [agent, `/agent/requests/${request}`]]) {
      const files = filesIn((await client.get(path)).text);
      assert.equal(Object.keys(files).length, 7);
      for (const [name, href] of Object.entries(files)) {
        const { status, headers, bytes } = await client.get(href);
        assert.equal(status, 200, name);
        assert.equal(headers.get('x-content-type-options'), 'nosniff', name);
        assert.match(headers.get('content-disposition'), new RegExp(`^attachment; filename="${name}"; filename\\*=UTF-8''${name}$`), name);
        assert.equal(headers.get('content-security-policy'), "sandbox; default-src 'none'", name);
        assert.match(headers.get('cache-control'), /private|no-store/, name);
        assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', name);
        assert.doesNotMatch(headers.get('content-type'), /html|svg|xml|javascript|^text\/(?!plain)/, name);
        if (name === 'picture.png') {
          assert.equal(headers.get('content-type'), 'image/png');
          assert.deepEqual(bytes, PNG);
        }
      }
    }
  });

  test("others' are not found, and without login one has to log in", async () => {
    const files = filesIn((await anna.client.get(`/requests/${request}`)).text);
    const id = files['picture.png'].split('/').at(-1);
    const own = await write(bert.client, {}, [{ name: 'own.txt', content: 'own' }]);
    const link = tokenIn(await desk.mail({ to: bert.email, subject: own }), '/requests/');
    for (const path of [`/requests/${request}/files/${id}`, `/requests/${own}/files/${id}`, `/requests/${own}/files/${id}?token=${link}`, `/requests/${own}/files/00000000-0000-0000-0000-000000000000`, `/requests/${own}/files/none`]) {
      assert.equal((await bert.client.get(path)).status, 404, path);
    }
    assert.equal((await bert.client.get(`/agent/requests/${request}/files/${id}`)).status, 403);
    assert.equal((await agent.get(`/agent/requests/${own}/files/${id}`)).status, 404);
    const nobody = await new Client(desk).get(`/requests/${request}/files/${id}`);
    assert.equal(nobody.status, 303);
    assert.match(nobody.location, /^\/login/);
    assert.equal((await new Client(desk).get(`/requests/${request}/files/${id}?token=forged`)).status, 410);
  });

  test('of a note are for agents only', async () => {
    await agent.upload(`/agent/requests/${request}`, { body: 'A note', visibility: 'internal', once: 'note' }, [{ name: 'internal.txt', content: 'internal' }]);
    const files = filesIn((await agent.get(`/agent/requests/${request}`)).text);
    const id = files['internal.txt'].split('/').at(-1);
    const page = await anna.client.get(`/requests/${request}`);
    assert.doesNotMatch(page.text, /internal\.txt|A note/);
    assert.equal((await anna.client.get(`/requests/${request}/files/${id}`)).status, 404);
    assert.equal((await agent.get(files['internal.txt'])).status, 200);
  });
});

describe("the agents' pages", () => {
  const addresses = () => ['/agent', '/agent?q=x', `/agent/requests/${request}`, '/agent/requests/new', `/agent/requests/${request}/erase`, '/events/queue', `/events/requests/${request}?agent=true`];
  const posts = () => [`/agent/requests/${request}/erase`, `/agent/requests/${request}`, `/agent/requests/${request}/change`, '/agent/requests/new'];

  test('are forbidden for customers, whatever they ask for', async () => {
    for (const path of [...addresses(), '/agent/requests/T-0000-0001']) assert.equal((await anna.client.get(path)).status, 403, path);
    for (const path of [...posts(), '/agent/requests/T-0000-0001']) {
      assert.equal((await anna.client.post(path, { ...filled(), visibility: 'public', status: 'closed', status_afterwards: 'closed', language: 'en' })).status, 403, path);
    }
    assert.doesNotMatch(words((await anna.client.get(`/requests/${request}`)).text), /The lamp over the counter.*The lamp over the counter/);
  });

  test('lead nobody in but through the login', async () => {
    for (const path of addresses()) {
      const answer = await new Client(desk).get(path);
      assert.equal(answer.status, 303, path);
      assert.match(answer.location, /^\/login\?next=/, path);
    }
    for (const path of posts()) {
      const answer = await new Client(desk).post(path, { ...filled(), visibility: 'public', status: 'closed', status_afterwards: 'closed', language: 'en' });
      // What somebody has written stays with them until they are logged in; whoever has written nothing goes there at once.
      if (answer.status === 401) assert.match(answer.text, /<a href="\/login" target="_blank">/, path);
      else assert.match(`${answer.status} ${answer.location}`, /^303 \/login/, path);
    }
    const nothing = await new Client(desk).post(`/agent/requests/${request}/change`, { status: 'closed' });
    assert.match(`${nothing.status} ${nothing.location}`, /^303 \/login/);
  });

  test('news of a conversation are for its readers', async () => {
    await agent.post(`/agent/requests/${request}`, { body: 'Words among colleagues', visibility: 'internal', once: 'news' });
    const ask = (client, fields) => client.post('/api/ui/news', { number: request, token: '', last: '', agent: 'false', ...fields });
    const own = await ask(anna.client, {});
    assert.equal(own.status, 200);
    assert.match(own.text, /The lamp flickers|over the counter/);
    assert.doesNotMatch(own.text, /among colleagues/);
    for (const [client, fields] of [[bert.client, {}], [new Client(desk), {}], [anna.client, { agent: 'true' }], [new Client(desk), { token: 'forged' }]]) {
      const answer = await ask(client, fields);
      assert.notEqual(answer.status, 200);
      assert.doesNotMatch(answer.text, /over the counter|among colleagues/);
    }
    assert.match((await ask(agent, { agent: 'true' })).text, /among colleagues/);
  });
});

describe('answers never tell whether an address is known', () => {
  const both = async (send, fields) => {
    const answers = [];
    for (const email of [anna.email, 'nobody@example.com']) {
      const { status, location, text, headers: got } = await send(new Client(desk), { ...fields, email });
      answers.push({
        status,
        location,
        text: text.replaceAll(email, 'EMAIL').replace(/nonce="[^"]*"|crossorigin="[^"]*"/g, ''),
        headers: [...got.keys()].sort(),
      });
    }
    assert.deepEqual(answers[0], answers[1]);
    return answers[0];
  };
  const FORMS = { '/login': 'sign-in', '/register': 'register', '/password': 'password', '/account/delete': 'account/delete' };
  for (const [how, send] of Object.entries({
    'as a page': (path) => (client, fields) => client.post(path, fields),
    'as the app': (path) => (client, fields) => client.call(FORMS[path], fields),
  })) {
    test(`logging in, ${how}`, async () => {
      assert.equal((await both(send('/login'), { password: 'a wrong password' })).status, 422);
    });
    for (const path of ['/register', '/password', '/account/delete']) {
      test(`${path}, ${how}`, async () => {
        const { status, location, text } = await both(send(path), {});
        assert.ok(location === `${path}?sent` || JSON.parse(text).go === `${path}?sent`, `${status} ${location}`);
      });
    }
  }

  test('answers to the app hold no more than the page', async () => {
    const refused = await new Client(desk).call('sign-in', { email: anna.email, password: 'wrong' });
    assert.equal(refused.status, 422);
    assert.deepEqual(Object.keys(refused.json), ['refused']);
    assert.deepEqual(Object.keys(refused.json.refused).sort(), ['errors', 'notice', 'status', 'wait']);
    const missing = await bert.client.call('requests/comment', { number: request, body: 'x' }, []);
    assert.equal(missing.status, 404);
    assert.deepEqual(missing.json, { trouble: { status: 404, trouble: 'not_found' } });
    const done = await anna.client.call('account/name', { name: 'Anna' });
    assert.deepEqual(done.json, { go: '/account?done=name' });
    assert.match(done.headers.get('content-type'), /^application\/json/);
    for (const { headers } of [refused, missing, done]) assert.match(headers.get('cache-control'), /no-store/);
  });
});

test('the log holds nothing of anybody', async () => {
  assert.doesNotMatch(desk.log, /anna@|bert@|lamp|token=|127\.0\.0\.1:\d+ .*GET/i);
});
