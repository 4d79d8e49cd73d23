// Attacks by what is typed into forms, and by where forms come from, one test each, named after the
// attack. Text that breaks out of its place in a page is the business of hostile.test.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client, valueOf, withoutAges, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { filled, registered, write } from '../lib/people.mjs';
import { head, raw } from '../lib/raw.mjs';
import { functionsWithFiles, pageRoutes, serverFunctions } from '../lib/routes.mjs';

let agent;
let anna;
let guest;
let bert;
let desk;
let number;

before(async () => {
  desk = await startDesk();
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
  anna = await registered(desk, { email: 'anna@example.com', name: 'Anna' });
  bert = await registered(desk, { email: 'bert@example.com', name: 'Bert' });
  guest = await registered(desk, { email: 'guest@example.com' });
  number = await write(anna.client, { subject: 'The matter of Anna' });
});

after(() => desk?.stop());

const NONE = '01990000-0000-7000-8000-000000000000';

/** The paths of all forms, with their request if they name one, and those of the functions that the app calls. */
async function forms() {
  const posts = (await pageRoutes()).filter(({ methods }) => methods.includes('POST'));
  assert.ok(posts.length >= 25);
  const functions = (await serverFunctions()).filter((path) => !isLoader(path));
  assert.ok(functions.length >= 45);
  return [...posts.map(({ path }) => path.replace('{number}', number).replace(/\{[^}]+\}/g, NONE)), ...functions];
}

const isLoader = (path) => path.startsWith('/api/ui/page/');

/** Sends a form to one of these. What the path of a form names is a field of its function. */
async function submit(client, path, fields, headers) {
  if (!path.startsWith('/api/ui/')) return client.post(path, fields, headers);
  const sent = { number, id: NONE, comment: NONE, last: '', agent: 'false', ...fields };
  if (!headers && (await functionsWithFiles()).includes(path)) return client.upload(path, sent);
  return client.post(path, sent, headers);
}

/** Where an answer leads: by its header, or told to the app. */
function leads({ location, text }) {
  const [, told] = /^\{"(?:go|enter)":("(?:[^"\\]|\\.)*")\}$/.exec(text) ?? [];
  return location ?? (told && JSON.parse(told));
}

describe('header injection', () => {
  const EVIL = 'victim@example.org';
  const HOSTILE = {
    'CR LF': `Hello\r\nBcc: ${EVIL}\r\nX-Evil: 1\r\n\r\nInjected body`,
    LF: `Hello\nBcc: ${EVIL}\n\nInjected body`,
    CR: `Hello\rBcc: ${EVIL}\r\rInjected body`,
    'Unicode line ends': `Hello\u2028Bcc: ${EVIL}\u0085X-Evil: 1\u000bX-Evil: 2\u000c`,
    'what becomes CR LF in one byte a sign': `Hello\u010d\u010aBcc: ${EVIL}\u560d\u560aX-Evil: 1`,
    'encoded words': `=?utf-8?q?Hello=0D=0ABcc:_${EVIL}?= =?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm9yZw==?=`,
    'folding of a long line': `${'x '.repeat(80)}\r\n Bcc: ${EVIL}`,
    'another address': `", <${EVIL}>, "x`,
    'a comment and a group': `(x) undisclosed: ${EVIL};`,
    percent: `Hello%0d%0aBcc:%20${EVIL}%0D%0AX-Evil: 1`,
  };

  const headOf = ({ raw: bytes }) => bytes.slice(0, bytes.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ').split('\r\n');

  let usual;
  before(async () => {
    usual = await journey({ subject: 'Hello', name: 'Mallory', body: 'Plain' }, 'usual@example.com');
  });

  /** Somebody proven writes and is answered by an agent of the same name. Answers the two mails. */
  async function journey({ subject, name, body }, email) {
    const person = await registered(desk, { email, name });
    // What is no text at all in a name is refused with the whole form.
    const file = [{ name: `${subject.replace(/[\v\f]/g, '')}.txt`, content: 'x' }];
    const own = await write(person.client, { subject, body, name }, file);
    const receipt = await desk.mail({ to: email, subject: /./, skip: 1 });
    const staff = new Client(desk);
    await staff.login(await desk.addPerson({ email: `agent-${email}`, name: name.replaceAll('\0', '') }));
    const answered = await staff.upload(`/agent/requests/${own}`, { body, visibility: 'public', once: 'x', status_afterwards: 'leave' }, file);
    assert.equal(answered.status, 303);
    return [receipt, await desk.mail({ to: email, subject: /./, skip: 2 })];
  }

  for (const [index, [what, text]] of Object.entries(HOSTILE).entries()) {
    test(`by subject, name, text and file name: ${what}`, async () => {
      const email = `header-${index}@example.com`;
      const mails = await journey({ subject: text, name: text.slice(0, 100), body: text }, email);
      for (const [at, mail] of mails.entries()) {
        const lines = headOf(mail);
        assert.deepEqual(lines.map((line) => line.split(':')[0]), headOf(usual[at]).map((line) => line.split(':')[0]));
        const parts = (one) => one.raw.match(/^--=_\w+/gm).length;
        assert.equal(parts(mail), parts(usual[at]), mail.raw);
        const to = lines.filter((line) => /^(to|cc|bcc|from|reply-to|sender):/i.test(line));
        for (const line of to) {
          const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/=\?[^?]*\?[bq]\?[^?]*\?=/gi, '');
          assert.doesNotMatch(bare, /victim/, line);
          assert.ok((bare.match(/@/g) ?? []).length <= 1, line);
        }
        assert.equal(lines.filter((line) => line === `To: ${email}` || line.includes(`<${email}>`)).length, 1, lines.join('\n'));
        // RFC 5322, 2.1.1 and 2.3: no line is longer than 998, and CR and LF stand together only.
        assert.doesNotMatch(mail.raw, /[^\n]{999}|\r(?!\n)|(?<!\r)\n/);
      }
    });
  }
});

describe('open redirect', () => {
  const ELSEWHERE = [
    'https://evil.example', '//evil.example', '///evil.example', '////evil.example', '\\\\evil.example', '/\\evil.example', '\\/evil.example', '/\t/evil.example', '\t//evil.example',
    'https:evil.example', 'https:/evil.example', 'http:///evil.example', '//evil.example\\@127.0.0.1', '//127.0.0.1@evil.example', '/%0d%0aLocation:%20https://evil.example', '/\r\nLocation: https://evil.example',
    '/\u2028/evil.example', '//evil%E3%80%82example', '//%65vil.example', '/.//evil.example', '/..//evil.example', 'javascript:alert(1)', 'data:text/html,x', '/\0/evil.example', '\u0000//evil.example', ' //evil.example', '.evil.example', '@evil.example', ':80@evil.example', '?//evil.example', '#//evil.example', '',
  ];
  const origin = () => new URL(desk.url).origin;
  const stays = (location, what) => {
    assert.equal(new URL(location, desk.url).origin, origin(), `${what} leads to ${location}`);
    assert.doesNotMatch(location, /[\r\n\\]/, what);
  };

  test('by every field of every form', async () => {
    const fields = ['next', 'return_to', 'to', 'url', 'redirect', 'redirect_uri', 'return', 'continue', 'act', 'done', 'by', 'once', 'token', 'session'];
    let [led, told] = [0, 0];
    for (const path of (await forms()).filter((path) => path !== '/logout')) {
      for (const value of ELSEWHERE) {
        const sent = { language: 'en', ...Object.fromEntries(fields.map((field) => [field, value])) };
        const answer = await submit(/^(\/api\/ui)?\/(agent|settings)/.test(path) ? agent : guest.client, path, sent, { referer: 'https://evil.example/' });
        const where = leads(answer);
        if (!where) continue;
        led++;
        if (!answer.location) told++;
        stays(where, `${path} with ${JSON.stringify(value)}`);
      }
    }
    assert.ok(led >= ELSEWHERE.length, `only ${led} answers led anywhere`);
    assert.ok(told >= ELSEWHERE.length, `only ${told} answers led the app anywhere`);
  });

  test('by where the app goes after signing in, or when somebody is signed in already', async () => {
    for (const value of ELSEWHERE) {
      const entered = await new Client(desk).call('sign-in', { ...guest, next: value });
      assert.equal(entered.status, 200);
      stays(leads(entered), `signing in with ${JSON.stringify(value)}`);
      const address = `/login?${new URLSearchParams({ next: value })}`;
      stays(leads(await guest.client.page('sign-in', address)), address);
    }
  });

  test('by the address of which the app asks what is shown', async () => {
    const loaders = (await serverFunctions()).filter(isLoader).map((path) => path.slice('/api/ui/page/'.length));
    for (const value of ELSEWHERE.filter((value) => !/^[?#]/.test(value))) {
      for (const part of loaders) {
        for (const client of [new Client(desk), guest.client]) {
          const answer = await client.page(part, value);
          assert.notEqual(answer.status, 200, `${part} with ${JSON.stringify(value)}`);
          if (leads(answer)) stays(leads(answer), `${part} with ${JSON.stringify(value)}`);
        }
      }
    }
  });

  test('by the address of every page', async () => {
    const pages = (await pageRoutes()).filter(({ path, methods }) => methods.includes('GET') && !path.startsWith('/events')).map(({ path }) => path.replace(/\{[^}]+\}/g, 'x'));
    let led = 0;
    for (const path of pages) {
      for (const value of ELSEWHERE) {
        const query = `${path}?${['next', 'return_to', 'token', 'after', 'q', 'by', 'done'].map((name) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
        for (const client of [new Client(desk), guest.client]) {
          const { location } = await client.get(query);
          if (!location) continue;
          led++;
          stays(location, query);
        }
      }
    }
    assert.ok(led > 500, `only ${led} answers led anywhere`);
  });

  test('by the path itself', async () => {
    for (const path of ['//evil.example', '//evil.example/%2e%2e', '//evil.example/requests', '/%2f%2fevil.example/', '/\\evil.example/', '//evil.example//account', '/requests//evil.example', '/./evil.example', 'https://evil.example/requests', 'https://evil.example//requests', '*', '@evil.example']) {
      const { text, statuses } = await raw(desk, head(`GET ${path} HTTP/1.1`, 'Host: evil.example', 'Connection: close'));
      assert.ok(statuses.length === 1, path);
      const [, location] = /^location: (.*)\r$/im.exec(text) ?? [];
      if (location) stays(location, path);
    }
  });

  test('positive control: an address of the desk is taken', async () => {
    const answer = await new Client(desk).post('/language', { to: 'en', return_to: '/requests/new?a=b' });
    assert.equal(answer.location, '/requests/new?a=b');
  });
});

describe('cross-site request forgery', () => {
  const FOREIGN = {
    'a form of another site': { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    'a form of an old browser': { origin: 'https://evil.example' },
    'a sandboxed frame': { origin: 'null' },
    'fetch with text': { origin: 'https://evil.example', 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    'fetch with JSON': { origin: 'https://evil.example', 'content-type': 'application/json', accept: 'application/json' },
    'a neighbouring site': { 'sec-fetch-site': 'same-site', origin: 'http://other.127.0.0.1' },
    'a name that begins as ours': { origin: 'http://127.0.0.1.evil.example' },
  };
  for (const [what, headers] of Object.entries(FOREIGN)) {
    test(`every form refuses ${what}, whoever is logged in`, async () => {
      for (const path of await forms()) {
        for (const client of [anna.client, agent]) {
          const answer = await submit(client, path, { language: 'de', name: 'Forged', act: 'restrict', status: 'closed', asked: 'mail' }, headers);
          assert.equal(answer.status, 403, path);
          assert.match(answer.text, /came from another site|"not_yours"/, path);
          assert.deepEqual(answer.headers.getSetCookie(), [], path);
        }
      }
      assert.equal(valueOf((await anna.client.get('/account')).text, 'name'), 'Anna');
      const page = await agent.get(`/agent/requests/${number}`);
      assert.equal(page.status, 200);
      assert.equal(valueOf(page.text, 'status_shown'), 'open');
      assert.doesNotMatch(words(page.text), /Forged|Geschlossen/);
    });
  }

  test('no page changes anything by being opened', async () => {
    const before = await agent.get(`/agent/requests/${number}`);
    for (const { path, methods } of await pageRoutes()) {
      if (!methods.includes('POST')) continue;
      const address = path.replace('{number}', number).replace(/\{[^}]+\}/g, 'x');
      for (const method of ['GET', 'HEAD']) {
        const query = new URLSearchParams({ language: 'de', name: 'Forged', act: 'restrict', status: 'closed', body: 'Forged', asked: 'mail' });
        for (const client of [anna.client, agent]) assert.deepEqual((await client.fetch(`${address}?${query}`, { method })).headers.getSetCookie(), [], address);
      }
    }
    // Nor does the app change anything by asking for it, nor anybody by following a link to a function.
    for (const path of await serverFunctions()) {
      const query = new URLSearchParams({ number, language: 'de', name: 'Forged', act: 'restrict', status: 'closed', asked: 'mail', last: '', token: '', agent: 'false' });
      for (const client of [anna.client, agent]) {
        const answer = await client.get(`${path}?${query}`);
        assert.deepEqual([answer.status, answer.headers.getSetCookie()], [isLoader(path) ? 400 : 404, []], path);
      }
    }
    const after = await agent.get(`/agent/requests/${number}`);
    const bare = ({ text }) => withoutAges(words(text));
    assert.equal(bare(after), bare(before));
    assert.equal(valueOf((await anna.client.get('/account')).text, 'name'), 'Anna');
  });
});

describe('session fixation', () => {
  test('a session from before does not rise with its owner: not by a login, a link, a new password or a role', async () => {
    const email = 'riser@example.com';
    const person = await registered(desk, { email });
    const before = person.client.cookie('tresen-session');
    const thief = new Client(desk);
    thief.setCookie('tresen-session', before);
    assert.equal((await thief.get('/requests')).status, 200, 'positive control');
    await desk.addPerson({ email, name: 'Risen', role: 'admin' });
    assert.notEqual((await thief.get('/agent')).status, 200, 'an old session has a new role');
  });
});

describe('mass assignment', () => {
  /** Every name that a column or a type of the desk has, and some that other programs have. */
  const EXTRA = {
    role: 'admin', 'role[]': 'admin', roles: 'admin', is_admin: 'true', admin: '1', staff: 'true', agent: 'true', person: 'me', person_id: '01990000-0000-7000-8000-000000000000', 'person[role]': 'admin', author: 'agent', author_id: '1', customer: 'bert@example.com', owner: 'bert@example.com',
    restricted: 'false', restricted_at: '', proven_at: '1', registered: 'true', email_verified: 'true', status: 'closed', priority: 'urgent', assignee: 'me', visibility: 'internal', internal: 'true', held: 'true', held_why: 'spam', created_at: '0', updated_at: '0', id: '1', number: 'T-0000-0001', request_id: '1', version: '99', __proto__: 'x', constructor: 'x', _method: 'DELETE', standing: 'erased',
  };

  test('extra fields of a new request and of a comment set nothing', async () => {
    const plain = await write(bert.client, { subject: 'Twin' });
    const extra = await write(bert.client, { ...EXTRA, subject: 'Twin', email: 'anna@example.com' });
    assert.notEqual(extra, EXTRA.number);
    await bert.client.post(`/requests/${plain}`, { body: 'And another thing', once: 'a' });
    await bert.client.post(`/requests/${extra}`, { ...EXTRA, body: 'And another thing', once: 'a' });
    // The customer sees their comment: it did not become a note. The agent sees the same of both.
    for (const [client, base] of [[bert.client, '/requests/'], [agent, '/agent/requests/']]) {
      const [one, other] = await Promise.all([plain, extra].map(async (number) => withoutAges(words((await client.get(base + number)).text)).replaceAll(number, 'NUMBER')));
      assert.match(one, /And another thing/);
      assert.equal(other, one);
    }
    assert.doesNotMatch(words((await anna.client.get('/requests')).text), /Twin/);
  });

  test('extra fields of every form make nobody more than they are', async () => {
    const email = 'climber@example.com';
    const climber = await registered(desk, { email, name: 'Climber' });
    const own = await write(climber.client);
    for (const path of await forms()) {
      if (path === '/logout') continue;
      for (const accept of ['text/html', 'application/json']) {
        const fields = { ...EXTRA, email, name: 'Climber', language: 'en', act: '', password: 'wrong', body: 'x', subject: 'x', kind: 'question', once: `x${accept}` };
        if (path.startsWith('/api/ui/')) await submit(climber.client, path, { ...fields, number: own });
        else await climber.client.post(path.replace(number, own), fields, { accept });
      }
    }
    assert.equal((await climber.client.get('/agent')).status, 403);
    assert.equal((await climber.client.get('/agent/settings/mail')).status, 403);
    assert.equal(valueOf((await climber.client.get('/account')).text, 'name'), 'Climber');
    assert.equal((await climber.client.get(`/requests/${own}`)).status, 200);
    assert.match(words((await agent.get(`/agent/requests/${own}`)).text), /Climber/);
  });

  test('server functions take their arguments and nothing else', async () => {
    const ask = { number, token: '', last: '', agent: 'false' };
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', new URLSearchParams({ ...EXTRA, ...ask }).toString()],
      ['application/json', JSON.stringify({ ...EXTRA, ...ask, agent: true })],
      ['application/x-www-form-urlencoded', `${new URLSearchParams(ask)}&agent=true`],
      ['application/x-www-form-urlencoded', new URLSearchParams({ ...ask, 'session[role]': 'admin', context: 'x' }).toString()],
    ]) {
      const answer = await bert.client.post('/api/ui/news', body, { 'content-type': type });
      assert.notEqual(answer.status, 200, body);
      assert.doesNotMatch(answer.text, /matter of Anna|flickers/);
    }
    assert.equal((await anna.client.post('/api/ui/news', ask)).status, 200, 'positive control');
  });
});

describe('regular expressions and long inputs', () => {
  const BYTES = 100_000;
  const fill = (piece) => piece.repeat(Math.ceil(BYTES / Buffer.byteLength(piece)));
  const HOSTILE = {
    'almost an address': `${fill('a.').slice(0, 60_000)}@${fill('b.').slice(0, 40_000)}`,
    'at signs': fill('a@'),
    'almost links': fill('http://a.'),
    brackets: fill('(((((<<<<<[[[[[{{{{{%'),
    'quote after quote': fill('> \n'),
    'combining signs': `e${fill('\u0301')}`,
    'zero-width joiners': fill('👩\u200d'),
    'operators of a search': fill('"a" OR NOT * '),
    'a password of patterns': fill('abcdefgqwerty1234aaaa'),
  };
  const SUBMISSION = { kind: 'question', language: 'en', consent: 'yes', once: 'x' };
  /** What a form reads. All others are sent every name that any form has. */
  const READS = {
    '/requests/new': ['email', 'name', 'subject', 'body'],
    '/agent/requests/new': ['email', 'name', 'subject', 'body'],
    '/login': ['email', 'password', 'next'],
    '/register': ['email'],
    '/password': ['email'],
    '/account/name': ['name'],
    '/account/address': ['email', 'password'],
    '/account/password': ['current_password', 'password'],
    '/privacy/receipt': ['receipt'],
  };
  /** What their functions read. */
  const OF_FUNCTIONS = {
    'requests/send': READS['/requests/new'],
    'agent/capture': READS['/agent/requests/new'],
    'sign-in': READS['/login'],
    register: READS['/register'],
    password: READS['/password'],
    'account/name': READS['/account/name'],
    'account/address': READS['/account/address'],
    'account/password': READS['/account/password'],
    'receipt/check': READS['/privacy/receipt'],
    judge: ['password'],
  };
  for (const [name, fields] of Object.entries(OF_FUNCTIONS)) READS[`/api/ui/${name}`] = fields;
  const OTHERS = ['body', 'token', 'act', 'session', 'status'];
  test('what is too long for an address leads nowhere', async () => {
    const long = `/${fill('a')}`;
    assert.equal((await new Client(desk).post('/language', { to: 'en', return_to: long })).location, '/');
    assert.equal((await guest.client.get(`/login?next=${long.slice(0, 20_000)}`)).location, '/');
    assert.equal((await new Client(desk).get(`/requests?q=${long.slice(0, 20_000)}`)).location, '/login');
    const own = await write(guest.client);
    const answer = await guest.client.post(`/requests/${own}`, { body: 'Hello', once: 'x', token: fill('a') });
    assert.equal(answer.location, '/');
  });

  for (const [what, text] of Object.entries(HOSTILE)) {
    test(`${what}: 100 KB in every field of every form, and in the search`, async () => {
      const slow = [];
      const timed = async (name, act) => {
        const start = performance.now();
        // Whatever does not read a body may close the connection while it still comes.
        const { status } = await act().catch((error) => ({ status: error.cause?.code ?? String(error) }));
        const took = Math.round(performance.now() - start);
        if (took > 6_000 || status >= 500) slow.push(`${name}: ${took} ms, ${status}`);
      };
      for (const path of await forms()) {
        if (path === '/logout') continue;
        const client = /^(\/api\/ui)?\/(agent|settings)/.test(path) ? agent : /^\/requests\/T-|account|^\/api\/ui\/requests\/c/.test(path) ? guest.client : new Client(desk);
        const fields = Object.fromEntries((READS[path] ?? OTHERS).map((field) => [field, text]));
        await timed(path, () => submit(client, path, { ...SUBMISSION, visibility: 'public', ...fields }));
      }
      const query = encodeURIComponent([...text].slice(0, 2_000).join(''));
      for (const [client, path] of [[anna.client, '/requests'], [agent, '/agent'], [new Client(desk), '/login']]) await timed(path, () => client.get(`${path}?q=${query}`));
      assert.deepEqual(slow, []);
    });
  }
});
