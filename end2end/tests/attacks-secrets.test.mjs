// Attacks on what is secret: links that are used twice at once, ids that are guessed, and what the
// time of an answer tells.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, registered, tokenIn, write } from '../lib/people.mjs';
import { functionsWithFiles } from '../lib/routes.mjs';

let agent;
let anna;
let bert;
let desk;

before(async () => {
  // Whoever is told to wait is told so for known and unknown addresses alike; here nobody is.
  desk = await startDesk({ config: '[limits]\naddress = { at_once = 1000, an_hour = 1000 }' });
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
  anna = await registered(desk, { email: 'anna@example.com' });
  bert = await registered(desk, { email: 'bert@example.com' });
});

after(() => desk?.stop());

describe('race of a single-use link, a hundred at once: one wins', () => {
  const HUNDRED = 100;

  /** Sends the same a hundred times at once. Answers the winners; all others must find the link gone. */
  async function race(path, fields, send = (client, sent) => client.post(path, sent)) {
    const clients = Array.from({ length: HUNDRED }, () => new Client(desk));
    const answers = await Promise.all(clients.map(async (client) => ({ client, ...(await send(client, fields(client))) })));
    const losers = answers.filter(({ status }) => status === 410);
    assert.equal(losers.length, HUNDRED - 1, answers.map(({ status }) => status).join(' '));
    for (const { client } of losers) assert.equal(client.cookie('tresen-session') ?? client.cookie('tresen-data'), undefined);
    return answers.find(({ status }) => status !== 410);
  }

  test('registering', async () => {
    const email = 'racer@example.com';
    await new Client(desk).post('/register', { email });
    const token = tokenIn(await desk.mail({ to: email }), '/register');
    const winner = await race('/register', () => ({ token, password: PASSWORD }));
    assert.equal(winner.status, 303);
    assert.equal((await winner.client.get('/requests')).status, 200);
  });

  test('registering, by forms and by the app', async () => {
    const email = 'two-ways@example.com';
    await new Client(desk).post('/register', { email });
    const token = tokenIn(await desk.mail({ to: email }), '/register');
    let index = 0;
    const send = (client, fields) => (index++ % 2 ? client.call('register', fields) : client.post('/register', fields));
    const winner = await race('/register', () => ({ token, password: PASSWORD }), send);
    assert.ok(winner.json?.enter ?? winner.status === 303, String(winner.status));
    assert.equal((await winner.client.get('/requests')).status, 200);
  });

  test('a new password', async () => {
    await new Client(desk).post('/password', { email: 'bert@example.com' });
    const token = tokenIn(await desk.mail({ to: 'bert@example.com', subject: /password/i }), '/password');
    let index = 0;
    const chosen = new Map();
    const winner = await race('/password', (client) => {
      chosen.set(client, `${PASSWORD} ${index++}`);
      return { token, password: chosen.get(client) };
    });
    assert.equal(winner.status, 303);
    // The winner's password is the one that counts.
    await new Client(desk).login({ email: 'bert@example.com', password: chosen.get(winner.client) });
    await bert.client.login({ email: 'bert@example.com', password: chosen.get(winner.client) });
  });

  test('a new address', async () => {
    const mover = await registered(desk, { email: 'mover@example.com' });
    await mover.client.post('/account/address', { email: 'moved@example.com', password: PASSWORD });
    const token = tokenIn(await desk.mail({ to: 'moved@example.com' }), '/account/address');
    // Nobody is logged in by it, and its loser is told so on a page of its own.
    const answers = await Promise.all(Array.from({ length: HUNDRED }, () => new Client(desk).post('/account/address', { token })));
    assert.equal(answers.filter(({ status }) => status === 303).length, 1);
    assert.equal(answers.filter(({ status }) => status === 410).length, HUNDRED - 1);
    await new Client(desk).login({ email: 'moved@example.com', password: PASSWORD });
  });

  test('seeing one’s data', async () => {
    const email = 'looker@example.com';
    await write(new Client(desk), { email });
    await new Client(desk).post('/account/data', { email });
    const mail = await desk.mail({ to: email, subject: /What is stored/ });
    const token = tokenIn(mail, '/account/data');
    const winner = await race('/account/data', () => ({ token }));
    assert.equal(winner.status, 303);
    assert.equal((await winner.client.get('/account/data?by=link')).status, 200);
  });

  test('an erasure', async () => {
    const email = 'leaver@example.com';
    const number = await write(new Client(desk), { email });
    await new Client(desk).post('/account/delete', { email });
    const token = tokenIn(await desk.mail({ to: email, subject: /Delete/i }), '/account/delete');
    const answers = await Promise.all(Array.from({ length: HUNDRED }, () => new Client(desk).post('/account/delete', { token })));
    // It happens once. Whoever pressed in the same moment is told what the first has counted, and
    // everybody later that the link is gone.
    const told = answers.filter(({ status }) => status === 200);
    assert.ok(told.length >= 1);
    assert.deepEqual(answers.filter(({ status }) => ![200, 410].includes(status)), []);
    const counts = told.map(({ text }) => words(text).replace(/(Tresen erasure receipt|Receipt).*/is, ''));
    assert.equal(new Set(counts).size, 1, [...new Set(counts)].join('\n'));
    assert.match(counts[0], /1 request/);
    assert.equal((await agent.get(`/agent/requests/${number}`)).status, 404);
  });
});

describe('id guessing: what is another’s answers byte for byte as what does not exist', () => {
  const NONE = '01990000-0000-7000-8000-000000000000';
  const bare = ({ status, text, headers, location }, ...ids) => {
    const known = [...headers].filter(([name]) => !['date', 'content-security-policy', 'content-length'].includes(name));
    let words = JSON.stringify([status, location, known, text.replace(/nonce="[^"]*"|crossorigin="[^"]*"/g, '')]);
    for (const id of ids) words = words.replaceAll(id, 'ID');
    return words;
  };
  let ids;
  let withFiles;

  before(async () => {
    withFiles = new Set((await functionsWithFiles()).map((path) => path.slice('/api/ui/'.length)));
    const foreign = await write(anna.client, { subject: 'Of Anna' }, [{ name: 'secret.txt', content: 'secret' }]);
    const own = await write(bert.client, { subject: 'Of Bert' }, [{ name: 'own.txt', content: 'own' }]);
    const link = tokenIn(await desk.mail({ to: 'bert@example.com', subject: own }), '/requests/');
    const page = (await anna.client.get(`/requests/${foreign}`)).text;
    const [, file] = /\/files\/([0-9a-f-]{36})/.exec(page);
    const [, comment] = /id="c-([0-9a-f-]{36})"/.exec(page);
    const [, session] = /name="session" value="([^"]+)"/.exec((await anotherSession()).text);
    const [, ownFile] = /\/files\/([0-9a-f-]{36})/.exec((await bert.client.get(`/requests/${own}`)).text);
    ids = { foreign, own, link, file, comment, session, ownFile };
  });

  async function anotherSession() {
    await new Client(desk).login(anna);
    return anna.client.get('/account');
  }

  const WAYS = {
    'an attachment of another, under its request': (id) => `/requests/${id.foreign}/files/${id.file}`,
    'an attachment of another, under one’s own request': (id) => `/requests/${ids.own}/files/${id.file}`,
    'an attachment of another, with one’s own link': (id) => `/requests/${ids.own}/files/${id.file}?token=${ids.link}`,
    'a request of another': (id) => `/requests/${id.foreign}`,
    'the mail of another’s comment': (id) => `/requests/${ids.own}/comments/${id.comment}/formatted`,
    'the events of another’s request': (id) => `/events/requests/${id.foreign}`,
  };
  for (const [what, way] of Object.entries(WAYS)) {
    test(what, async () => {
      const none = { ...ids, foreign: 'T-0000-0001', file: NONE, comment: NONE };
      const [there, missing] = [await bert.client.get(way(ids)), await bert.client.get(way(none))];
      assert.equal(there.status, 404);
      assert.equal(bare(there, ids.foreign, ids.file, ids.comment), bare(missing, none.foreign, NONE));
    });
  }

  const CALLS = {
    'what the page of another’s request shows': (client, id) => client.page('mine', `/requests/${id.foreign}`),
    'what is new in another’s request': (client, id) => client.call('news', { number: id.foreign, token: '', last: '', agent: 'false' }),
    'what is new since another’s comment': (client, id) => client.call('news', { number: ids.own, token: '', last: id.comment, agent: 'false' }),
    'having seen another’s request': (client, id) => client.call('seen', { number: id.foreign, token: '', last: id.comment, agent: 'false' }),
    'having seen another’s comment in one’s own request': (client, id) => client.call('seen', { number: ids.own, token: '', last: id.comment, agent: 'false' }),
    'a comment on another’s request': (client, id) => client.call('requests/comment', { number: id.foreign, body: 'A word', once: 'x' }, []),
    'a comment on another’s request, by one’s own link': (client, id) => client.call('requests/comment', { number: id.foreign, token: ids.link, body: 'A word', once: 'x' }, []),
    'closing another’s request': (client, id) => client.call('requests/close', { number: id.foreign }, withFiles.has('requests/close') ? [] : undefined),
    'confirming another’s request': (client, id) => client.call('requests/confirm', { number: id.foreign }),
  };
  for (const [what, act] of Object.entries(CALLS)) {
    test(`${what}, by the app`, async () => {
      const none = { ...ids, foreign: 'T-0000-0001', comment: NONE };
      const [there, missing] = [await act(bert.client, ids), await act(bert.client, none)];
      assert.equal(bare(there, ids.foreign, ids.comment), bare(missing, none.foreign, NONE));
      if (!/one’s own request|since/.test(what)) assert.equal(there.status, 404);
      assert.doesNotMatch(there.text, /Of Anna|secret/);
    });
  }

  test('positive control: one’s own are found the same way', async () => {
    const own = { number: ids.own, token: '', last: '', agent: 'false' };
    assert.equal((await bert.client.page('mine', `/requests/${ids.own}`)).status, 200);
    assert.equal((await bert.client.call('news', own)).status, 200);
    assert.equal((await bert.client.get(`/requests/${ids.own}/files/${ids.ownFile}`)).status, 200);
    assert.equal((await new Client(desk).get(`/requests/${ids.own}/files/${ids.ownFile}?token=${ids.link}`)).status, 200);
  });

  test('a session of another', async () => {
    const [there, missing] = [await bert.client.post('/account/sessions/end', { session: ids.session }), await bert.client.post('/account/sessions/end', { session: `${ids.session.slice(0, -4)}AAAA` })];
    assert.equal(bare(there), bare(missing));
    const [told, none] = [await bert.client.call('account/sessions/end', { session: ids.session }), await bert.client.call('account/sessions/end', { session: `${ids.session.slice(0, -4)}AAAA` })];
    assert.equal(bare(told), bare(none));
    assert.match((await anna.client.get('/account')).text, new RegExp(`value="${ids.session}"`), 'it was ended');
  });

  test('for agents too, a file belongs to its request', async () => {
    const [there, missing] = [await agent.get(`/agent/requests/${ids.own}/files/${ids.file}`), await agent.get(`/agent/requests/${ids.own}/files/${NONE}`)];
    assert.equal(there.status, 404);
    assert.equal(bare(there, ids.file), bare(missing, NONE));
    assert.equal((await agent.get(`/agent/requests/${ids.foreign}/files/${ids.file}`)).status, 200, 'positive control');
  });
});

describe('timing', () => {
  /**
   * How probable it is that an answer of the one kind takes longer than one of the other (the
   * statistic of Mann and Whitney): 0.5 where nothing can be told, near 0 or 1 where one look is
   * enough. Both kinds are asked in turn, so that what else runs on the machine slows both. A time is
   * that of the quickest of three answers: what else runs only ever makes one longer, and seldom all.
   */
  async function told(rounds, ...kinds) {
    const times = kinds.map(() => []);
    for (let round = -2; round < rounds; round++) {
      const quickest = kinds.map(() => Infinity);
      for (let look = 0; look < 3; look++) {
        for (const [kind, ask] of kinds.entries()) {
          const start = performance.now();
          await ask(Math.max(round, 0));
          quickest[kind] = Math.min(quickest[kind], performance.now() - start);
        }
      }
      if (round >= 0) quickest.forEach((time, kind) => times[kind].push(time));
    }
    const pairs = times[0].flatMap((a) => times[1].map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
    return pairs.reduce((sum, one) => sum + one, 0) / pairs.length;
  }
  // With 24 rounds chance alone is beyond these once in some hundred thousand runs.
  const untold = (probability, what) => assert.ok(probability > 0.13 && probability < 0.87, `${what}: ${probability.toFixed(2)}`);

  test('the method sees a difference of one password hash', async () => {
    const refused = (round) => new Client(desk).post('/login', { email: `not an address ${round}`, password: 'wrong' });
    const hashed = (round) => new Client(desk).post('/login', { email: `nobody-${round}@example.com`, password: 'wrong' });
    const probability = await told(24, hashed, refused);
    assert.ok(probability > 0.95, String(probability));
  });

  test('of a login does not tell whether the address is known', async () => {
    const known = await Promise.all(Array.from({ length: 6 }, (_, index) => registered(desk, { email: `known-${index}@example.com` })));
    const ask = (email) => new Client(desk).post('/login', { email, password: 'not the password' });
    untold(await told(24, (round) => ask(known[round % known.length].email), (round) => ask(`unknown-${round}@example.com`)), 'login');
  });

  for (const path of ['/register', '/password', '/account/delete', '/account/data']) {
    test(`of ${path} does not tell whether the address is known`, async () => {
      const ask = (email) => new Client(desk).post(path, { email });
      untold(await told(24, (round) => ask(`known-${round % 6}@example.com`), (round) => ask(`unknown-${round}@example.com`)), path);
    });
  }

  test('of a link does not tell how much of its secret was guessed', async () => {
    const email = 'guessed@example.com';
    await new Client(desk).post('/register', { email });
    const token = tokenIn(await desk.mail({ to: email }), '/register');
    const almost = `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`;
    const far = 'A'.repeat(token.length);
    const ask = (token) => new Client(desk).get(`/register?token=${token}`);
    untold(await told(48, () => ask(almost), () => ask(far)), 'link');
    assert.equal((await ask(token)).status, 200, 'positive control');
  });
});
