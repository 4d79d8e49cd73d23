// Who may do what: every route crossed with every kind of person. The routes are read from the
// source, so one that is new fails here until somebody has decided who may use it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, filled, registered, tokenIn, write } from '../lib/people.mjs';
import { fixedRoutes, pageRoutes, serverFunctions } from '../lib/routes.mjs';

const ID = '01990000-0000-7000-8000-000000000000';

/**
 * Whoever comes, in the order of the columns. `link` holds the mailed link of the request and shows
 * it. `restricted` is a customer whose data is restricted, on a request of their own; all other
 * customers meet the request of `owner`. `elsewhere` is an agent who works on another type of request.
 */
const ROLES = ['nobody', 'link', 'owner', 'other', 'restricted', 'agent', 'elsewhere', 'admin'];

let desk;
let scene;

before(async () => {
  desk = await startDesk();
  const clients = Object.fromEntries(['nobody', 'link', 'agent', 'elsewhere', 'admin'].map((role) => [role, new Client(desk)]));
  await clients.agent.login(await desk.addPerson({ email: 'agent@example.com' }));
  await clients.elsewhere.login(await desk.addPerson({ email: 'elsewhere@example.com', name: 'Bo', kinds: 'order,problem' }));
  await clients.admin.login(await desk.addPerson({ email: 'admin@example.com', role: 'admin' }));
  for (const name of ['owner', 'other', 'restricted']) {
    clients[name] = (await registered(desk, { email: `${name}@example.com` })).client;
  }
  const file = [{ name: 'file.txt', content: 'The words of a file' }];
  const number = await write(clients.owner, { subject: 'The matter of the owner' }, file);
  const withheld = await write(clients.restricted, { subject: 'A matter in dispute' }, file);
  const token = tokenIn(await desk.mail({ to: 'owner@example.com', subject: number }), '/requests/');
  const id = fileIn((await clients.owner.get(`/requests/${number}`)).text);
  const withheldId = fileIn((await clients.restricted.get(`/requests/${withheld}`)).text);
  const comment = /id="comment-([0-9a-f-]{36})"/.exec((await clients.owner.get(`/requests/${number}`)).text)?.[1] ?? ID;
  await clients.restricted.post('/account/data', { act: 'restrict' });
  scene = { clients, number, withheld, token, id, withheldId, comment };
});

after(() => desk?.stop());

const fileIn = (html) => /\/files\/([0-9a-f-]{36})/.exec(html)[1];

// What comes back, in one word. `login`: come back when you have logged in. `ok`: a page or a file.
// `done`: it was done, go there. `refused`: this person may, but what was sent is no good; so rows
// whose act cannot be taken back send something that is looked at last. `gone`: no longer good.
const OUTCOMES = {
  login: ({ status, location }) => status === 303 && /^\/login(\?|$)/.test(location),
  done: ({ status, location }) => status === 303 && !/^\/login(\?|$)/.test(location),
  ok: ({ status }) => status === 200,
  refused: ({ status }) => status === 422,
  forbidden: ({ status }) => status === 403,
  missing: ({ status }) => status === 404,
  gone: ({ status }) => status === 410,
};

const outcome = (answer) => Object.keys(OUTCOMES).find((name) => OUTCOMES[name](answer)) ?? `${answer.status}`;

const all = (word) => ROLES.map(() => word).join(' ');
/** Nobody and link holders log in; the six others. */
const known = (...six) => ['login', 'login', ...six].join(' ');
const staff = (agent, admin = agent, elsewhere = agent) => known('forbidden', 'forbidden', 'forbidden', agent, elsewhere, admin);
/** On a request: for whoever works on another type there is none. */
const onIt = (agent, admin = agent) => staff(agent, admin, 'missing');
const everybody = (word) => known(...ROLES.slice(2).map(() => word));
/** A request as its customer: its link opens it, another's does not exist. Agents have pages of their own. */
const reader = (word, restricted = word) => ['login', word, word, 'missing', restricted, 'missing', 'missing', 'missing'].join(' ');
/** Whoever comes to the address of a form finds its page. */
const back = all('done');

/** `[route, what nobody link owner other restricted agent elsewhere admin get, fields]`. */
const TABLE = [
  ['GET /', all('ok')],
  ['GET /requests/new', all('ok')],
  ['POST /requests/new', all('refused'), { ...filled(), body: '' }],
  ['GET /requests/sent', all('ok'), { number: 'T-0000-0001' }],
  ['GET /requests', everybody('ok')],
  ['GET /requests/{number}', reader('ok')],
  ['POST /requests/{number}', reader('refused'), { body: '', once: 'x' }],
  ['GET /requests/{number}/confirm', back],
  ['POST /requests/{number}/confirm', reader('done', 'forbidden')],
  ['GET /requests/{number}/close', back],
  ['POST /requests/{number}/close', reader('done', 'forbidden')],
  ['GET /requests/{number}/reopen', back],
  ['POST /requests/{number}/reopen', reader('done', 'forbidden')],
  ['GET /requests/{number}/files/{id}', reader('ok')],
  // The file is no image: for whoever may read it there is none either. Their rights: attacks-files.
  ['GET /requests/{number}/files/{id}/preview', reader('missing')],
  ['GET /requests/{number}/comments/{comment}/formatted', ['login', ...ROLES.slice(1).map(() => 'missing')].join(' ')],
  ['GET /events/queue', staff('ok')],
  ['GET /events/requests/{number}', reader('ok')],
  ['POST /language', all('done'), { language: 'en', return_to: '/' }],
  ['POST /api/ui/{*function}', all('missing')],

  ['GET /agent', staff('ok')],
  ['GET /agent/requests/new', staff('ok')],
  ['POST /agent/requests/new', staff('refused'), { ...filled(), language: 'en', body: '' }],
  ['GET /agent/requests/{number}', onIt('ok')],
  ['POST /agent/requests/{number}', onIt('refused'), { body: '', visibility: 'public', once: 'x' }],
  ['GET /agent/requests/{number}/restrict', back],
  ['POST /agent/requests/{number}/restrict', onIt('done')],
  ['GET /agent/requests/{number}/lift', back],
  ['POST /agent/requests/{number}/lift', onIt('done')],
  ['GET /agent/requests/{number}/mail', back],
  ['POST /agent/requests/{number}/mail', onIt('missing'), { mail: ID }],
  ['GET /agent/requests/{number}/change', back],
  ['POST /agent/requests/{number}/change', onIt('done'), { priority: 'urgent' }],
  ['GET /agent/requests/{number}/erase', onIt('ok')],
  ['POST /agent/requests/{number}/erase', onIt('refused'), { asked: 'by telepathy' }],
  ['GET /agent/requests/{number}/files/{id}', onIt('ok')],
  ['GET /agent/requests/{number}/files/{id}/preview', onIt('missing')],
  ['GET /agent/requests/{number}/release', back],
  ['POST /agent/requests/{number}/release', onIt('missing')],
  ['GET /agent/requests/{number}/discard', back],
  ['POST /agent/requests/{number}/discard', onIt('missing')],
  ['GET /agent/requests/{number}/comments/{comment}/admit', back],
  ['POST /agent/requests/{number}/comments/{comment}/admit', onIt('missing')],
  ['GET /agent/requests/{number}/comments/{comment}/split', back],
  ['POST /agent/requests/{number}/comments/{comment}/split', onIt('missing')],
  ['GET /agent/requests/{number}/comments/{comment}/formatted', onIt('missing')],
  ['GET /agent/held', staff('ok')],
  ['GET /agent/reports', staff('ok')],
  ['GET /agent/settings/people', staff('forbidden', 'ok')],
  ['POST /agent/settings/people', staff('forbidden', 'refused'), { role: 'agent', kinds: 'all', email: 'nobody', name: 'New' }],
  ['GET /agent/settings/people/{id}', staff('forbidden', 'missing')],
  ['POST /agent/settings/people/{id}', staff('forbidden', 'missing'), { role: 'admin', kinds: 'all' }],
  ['GET /agent/settings/people/{id}/withdraw', back],
  ['POST /agent/settings/people/{id}/withdraw', staff('forbidden', 'done')],
  ['GET /agent/settings/mail', staff('forbidden', 'ok')],
  ['GET /agent/settings/mail/send', back],
  ['POST /agent/settings/mail/send', staff('forbidden', 'done')],
  ['GET /agent/settings/mail/aside/{id}', staff('forbidden', 'missing')],
  ['GET /agent/settings/mail/aside/{id}/retry', back],
  ['POST /agent/settings/mail/aside/{id}/retry', staff('forbidden', 'missing')],
  ['GET /agent/settings/mail/aside/{id}/delete', back],
  ['POST /agent/settings/mail/aside/{id}/delete', staff('forbidden', 'missing')],

  ['GET /login', 'ok ok done done done done done done'],
  ['POST /login', all('refused'), { email: 'nobody@example.com', password: 'wrong' }],
  ['GET /login/second', 'gone gone done done done done done done'],
  ['POST /login/second', all('gone'), { code: '123456' }],
  // By its address this desk has no passkeys.
  ['GET /login/passkey', all('login')],
  ['POST /login/passkey', all('refused'), { passkey: '{}' }],
  // This desk has no provider; whoever comes back from one has begun nothing here.
  ['GET /login/with/{provider}', all('login')],
  ['POST /login/with/{provider}', all('missing')],
  ['GET /login/with/{provider}/back', all('forbidden')],
  ['GET /register', 'ok ok done done done done done done'],
  ['POST /register', all('gone'), { token: 'forged', password: PASSWORD }],
  ['GET /password', all('ok')],
  ['POST /password', all('gone'), { token: 'forged', password: PASSWORD }],
  ['GET /account', everybody('ok')],
  ['GET /account/name', back],
  ['POST /account/name', everybody('done'), { name: 'Their own name' }],
  ['GET /account/address', back],
  ['POST /account/address', everybody('refused'), { email: 'new@example.com', password: 'wrong' }],
  ['GET /account/language', back],
  ['POST /account/language', everybody('done'), { language: 'en' }],
  ['GET /account/news', back],
  ['POST /account/news', staff('done')],
  ['GET /account/password', back],
  ['POST /account/password', everybody('refused'), { current_password: 'wrong', password: PASSWORD }],
  ['GET /account/sessions/end', back],
  ['POST /account/sessions/end', everybody('done'), { session: ID }],
  ['GET /account/confirm', everybody('ok')],
  ['POST /account/confirm', everybody('refused'), { password: 'wrong' }],
  ['GET /account/factors', everybody('ok')],
  ['GET /account/factors/passkeys', back],
  ['POST /account/factors/passkeys', everybody('refused'), { passkey: '{}', passkey_name: 'Phone' }],
  ['GET /account/factors/passkeys/remove', back],
  ['POST /account/factors/passkeys/remove', everybody('done'), { id: ID }],
  ['GET /account/factors/codes', back],
  // Whoever has no second factor has nothing to recover.
  ['POST /account/factors/codes', everybody('missing')],
  // Nothing is being set up yet.
  ['GET /account/factors/app', everybody('done')],
  ['POST /account/factors/app', everybody('done'), { code: '123456' }],
  ['GET /account/factors/app/begin', back],
  ['POST /account/factors/app/begin', everybody('done')],
  ['GET /account/factors/app/remove', back],
  ['POST /account/factors/app/remove', everybody('done')],
  ['GET /account/data', all('ok')],
  ['POST /account/data', everybody('refused'), { act: 'nonsense' }],
  ['GET /account/data/export', back],
  ['POST /account/data/export', everybody('ok')],
  ['GET /account/delete', all('ok')],
  ['POST /account/delete', everybody('refused'), { password: 'wrong' }],
  ['GET /privacy', all('ok')],
  ['GET /privacy/receipt', all('ok')],
  ['POST /privacy/receipt', all('ok'), { receipt: 'x' }],
  ['GET /privacy/receipt/download', all('ok')],
  ['POST /privacy/receipt/download', all('missing'), { receipt: 'x' }],
  ['GET /imprint', all('ok')],
  // Only under --dev, and this desk is without: the address does not exist.
  ['GET /dev/mail', all('missing')],
  ['GET /dev/mail/{name}', all('missing')],
  ['GET /dev/mail/{name}/raw', all('missing')],
  // Last: whoever logs out is nobody.
  ['POST /logout', all('done')],
];

/** What an agent may not even look at while its customer's data is restricted. */
const WITHHELD = [
  ['GET /agent/requests/{number}', 'forbidden'],
  ['GET /agent/requests/{number}/erase', 'ok'],
  ['GET /agent/requests/{number}/files/{id}', 'forbidden'],
  ['POST /agent/requests/{number}', 'forbidden', { body: 'A word', visibility: 'internal', once: 'x' }],
  ['POST /agent/requests/{number}/change', 'forbidden', { priority: 'urgent' }],
  ['POST /agent/requests/{number}/release', 'forbidden'],
  ['POST /agent/requests/{number}/discard', 'forbidden'],
  ['GET /events/requests/{number}', 'forbidden'],
];

/** Sends what a row says as one of the roles. */
async function ask(role, route, fields = {}, { withheld = role === 'restricted' && !route.includes('/agent/') } = {}) {
  const [method, path] = route.split(' ');
  const { clients, number, token, comment } = scene;
  const named = {
    '{number}': withheld ? scene.withheld : number,
    '{id}': path.includes('/aside/') ? ID : withheld ? scene.withheldId : scene.id,
    '{comment}': comment,
    '{name}': '1.eml',
    '{provider}': 'company',
    '{*function}': 'nothing',
  };
  const address = path.replace(/\{[^}]+\}/g, (name) => named[name]);
  const proof = role === 'link' && path.includes('/requests/{number}') && !path.startsWith('/agent') ? { token } : {};
  const sent = { ...fields, ...proof };
  if (method === 'POST') return clients[role].post(address, sent);
  const query = new URLSearchParams({ ...sent, ...(path.startsWith('/events/requests') && ['agent', 'admin'].includes(role) && withheld ? { agent: 'true' } : {}) });
  const url = query.size > 0 ? `${address}?${query}` : address;
  return path.startsWith('/events/') ? listen(clients[role], url) : clients[role].get(url);
}

/** The head of an answer that does not end. */
async function listen(client, url) {
  const answer = await fetch(new URL(url, desk.url), {
    redirect: 'manual',
    headers: { cookie: `tresen-session=${client.cookie('tresen-session') ?? ''}` },
    signal: AbortSignal.timeout(10_000),
  });
  await answer.body?.cancel();
  return { status: answer.status, location: answer.headers.get('location'), text: '' };
}

test('every route of the program has its row, and every row its route', async () => {
  const routes = (await pageRoutes()).flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`));
  const rows = TABLE.map(([route]) => route);
  assert.deepEqual(routes.filter((route) => !rows.includes(route)), [], 'these routes have no row: decide who may use them');
  assert.deepEqual(rows.filter((route) => !routes.includes(route)), [], 'these rows have no route');
  assert.equal(new Set(rows).size, rows.length);
});

describe('who may do what:', () => {
  for (const [route, expected, fields] of TABLE) {
    test(route, async () => {
      const got = [];
      for (const role of ROLES) got.push(outcome(await ask(role, route, fields)));
      assert.equal(got.join(' '), expected);
    });
  }
});

describe('what agents meet while the data of a customer is restricted:', () => {
  before(async () => {
    await scene.clients.agent.login({ email: 'agent@example.com', password: 'correct horse battery staple' });
    await scene.clients.admin.login({ email: 'admin@example.com', password: 'correct horse battery staple' });
    await scene.clients.elsewhere.login({ email: 'elsewhere@example.com', password: 'correct horse battery staple' });
  });
  for (const [route, expected, fields] of WITHHELD) {
    test(route, async () => {
      for (const role of ['agent', 'admin']) {
        const answer = await ask(role, route, fields, { withheld: true });
        assert.equal(outcome(answer), expected, role);
        assert.doesNotMatch(answer.text, /A matter in dispute|The words of a file/, role);
      }
    });
  }
});

test('server functions answer those alone who may read the request', async () => {
  const functions = {
    '/api/ui/judge': { fields: () => ({ password: 'x', language: 'en' }), may: ROLES },
    // By its address this desk has no passkeys: nobody is asked for one.
    '/api/ui/passkey': { fields: () => ({ purpose: 'Login' }), may: [] },
    '/api/ui/news': { fields: (role) => ({ number: scene.number, token: role === 'link' ? scene.token : '', last: '', agent: 'false' }), may: ['link', 'owner'] },
  };
  assert.deepEqual((await serverFunctions()).sort(), Object.keys(functions).sort(), 'decide who may call it');
  await scene.clients.owner.login({ email: 'owner@example.com', password: PASSWORD });
  await scene.clients.other.login({ email: 'other@example.com', password: PASSWORD });
  for (const [path, { fields, may }] of Object.entries(functions)) {
    for (const role of ROLES) {
      const answer = await scene.clients[role].post(path, fields(role));
      const refused = [401, 403, 404].includes(answer.status);
      assert.ok(may.includes(role) ? answer.status === 200 : refused, `${role} ${path}: ${answer.status}`);
      if (!may.includes(role)) assert.ok(answer.text.length < 100 && !/flickers|lamp/.test(answer.text), answer.text);
    }
  }
  const agents = { number: scene.number, token: '', last: '', agent: 'true' };
  for (const [role, status] of [['agent', 200], ['admin', 200], ['elsewhere', 404], ['owner', 403], ['other', 403], ['nobody', 401]]) {
    assert.equal((await scene.clients[role].post('/api/ui/news', agents)).status, status, role);
  }
  for (const [path, fields] of [['news', { number: scene.number }], ['passkey', { purpose: 'Everything' }], ['judge', {}]]) {
    assert.equal((await scene.clients.owner.post(`/api/ui/${path}`, fields)).status, 400, `${path}, misunderstood`);
  }
});

test('nothing but probes and embedded files is served beside the pages', async () => {
  const paths = (await fixedRoutes()).map(({ path }) => path);
  assert.deepEqual(paths, ['/healthz', '/readyz', '/robots.txt', '/assets/{*path}', '/pkg/{*path}']);
  for (const path of paths.slice(0, 3)) assert.equal((await new Client(desk).get(path)).status, 200, path);
});

test('no route takes another method than it says', async () => {
  for (const { path, methods } of await pageRoutes()) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (methods.includes(method)) continue;
      const address = path.replace(/\{[^}]+\}/g, 'x');
      // Another route may take this very path: `/agent/requests/{number}` is there for `/agent/requests/new`.
      const { status, text } = await scene.clients.admin.fetch(address, { method });
      assert.equal(status, 405, `${method} ${path}: ${words(text).slice(0, 100)}`);
    }
  }
});

test('what was refused has changed nothing', async () => {
  const page = await scene.clients.owner.get(`/requests/${scene.number}`);
  assert.equal(page.status, 200);
  assert.match(words(page.text), /The matter of the owner/);
  assert.equal((page.text.match(/class="comment /g) ?? []).length, 1);
});
