// Who may do what: every route crossed with every kind of person. The routes are read from the
// source, so one that is new fails here until somebody has decided who may use it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, filled, registered, tokenIn, write } from '../lib/people.mjs';
import { fixedRoutes, functionsWithFiles, pageRoutes, serverFunctions } from '../lib/routes.mjs';

/** What `addPerson` gives them. */
const STAFF_PASSWORD = 'correct horse battery staple';

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
  const comment = /id="c-([0-9a-f-]{36})"/.exec((await clients.owner.get(`/requests/${number}`)).text)[1];
  await clients.restricted.post('/account/data', { act: 'restrict' });
  scene = { clients, number, withheld, token, id, withheldId, comment };
});

after(() => desk?.stop());

const fileIn = (html) => /\/files\/([0-9a-f-]{36})/.exec(html)[1];

// What comes back, in one word. `login`: come back when you have logged in. `ok`: a page or a file.
// `done`: it was done, go there. `refused`: this person may, but what was sent is no good; so rows
// whose act cannot be taken back send something that is looked at last. `gone`: no longer good.
const OUTCOMES = {
  login: ({ status, location, text }) => (status === 303 && /^\/login(\?|$)/.test(location)) || (status === 401 && /href="\/login/.test(text)),
  done: ({ status, location }) => status === 303 && !/^\/login(\?|$)/.test(location),
  ok: ({ status }) => status === 200,
  refused: ({ status }) => status === 422,
  forbidden: ({ status }) => status === 403,
  missing: ({ status }) => status === 404,
  gone: ({ status }) => status === 410,
};

/** The same of a server function, which answers the app in JSON. */
const CALLED = {
  login: ({ status, json }) => status === 401 && json === 'sign_in',
  done: ({ status, json }) => (status === 200 && Boolean(json.go ?? json.enter)) || (status === 403 && (json === 'confirm' || Boolean(json.go))),
  ok: ({ status }) => status === 200,
  refused: ({ status, json }) => status === 422 && json.refused.status === 422,
  forbidden: ({ status, json }) => status === 403 && json.trouble?.status === 403,
  missing: ({ status, json }) => status === 404 && json.trouble?.status === 404,
  gone: ({ status, json }) => status === 410 && json.trouble?.status === 410,
};

const among = (outcomes) => (answer) => Object.keys(outcomes).find((name) => outcomes[name](answer)) ?? `${answer.status}`;
const outcome = among(OUTCOMES);
const called = among(CALLED);

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
  ['GET /language', all('done')],
  ['POST /language', all('done'), { to: 'en', return_to: '/' }],

  ['GET /agent', staff('ok')],
  ['GET /agent/requests/new', staff('ok')],
  ['POST /agent/requests/new', staff('refused'), { ...filled(), language: 'en', body: '' }],
  ['GET /agent/requests/{number}', onIt('ok')],
  ['POST /agent/requests/{number}', onIt('refused'), { body: '', visibility: 'public', once: 'x' }],
  ['GET /agent/requests/{number}/restrict', back],
  ['POST /agent/requests/{number}/restrict', onIt('done')],
  ['GET /agent/requests/{number}/lift', back],
  ['POST /agent/requests/{number}/lift', onIt('done')],
  ['GET /agent/requests/{number}/comments/{comment}/mail', back],
  ['POST /agent/requests/{number}/comments/{comment}/mail', onIt('missing'), { comment: ID }],
  ['GET /agent/requests/{number}/change', back],
  ['POST /agent/requests/{number}/change', onIt('done'), { priority: 'urgent' }],
  ['GET /agent/requests/{number}/take', back],
  ['POST /agent/requests/{number}/take', onIt('done')],
  ['GET /agent/requests/{number}/erase', onIt('ok')],
  ['POST /agent/requests/{number}/erase', onIt('refused'), { asked: 'by telepathy' }],
  ['GET /agent/requests/{number}/files/{id}', onIt('ok')],
  ['GET /agent/requests/{number}/files/{id}/preview', onIt('missing')],
  ['GET /agent/requests/{number}/release', back],
  ['POST /agent/requests/{number}/release', onIt('missing')],
  ['GET /agent/requests/{number}/discard', back],
  ['POST /agent/requests/{number}/discard', onIt('missing')],
  ['GET /agent/requests/{number}/comments/{comment}/answer', back],
  ['POST /agent/requests/{number}/comments/{comment}/answer', onIt('missing')],
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
  ['GET /agent/settings/tokens', staff('forbidden', 'ok')],
  ['POST /agent/settings/tokens', staff('forbidden', 'refused'), { name: '', days: '30', 'scope.mail': 'yes' }],
  ['GET /agent/settings/tokens/end', back],
  ['POST /agent/settings/tokens/end', staff('forbidden', 'done'), { service: 'None' }],
  ['GET /agent/settings/webhooks', staff('forbidden', 'ok')],
  ['POST /agent/settings/webhooks', staff('forbidden', 'refused'), { name: 'Shop', url: 'none' }],
  ['GET /agent/settings/webhooks/{id}', staff('forbidden', 'missing')],
  ['GET /agent/settings/webhooks/{id}/secret', back],
  ['POST /agent/settings/webhooks/{id}/secret', staff('forbidden', 'missing')],
  ['GET /agent/settings/webhooks/{id}/switch', back],
  ['POST /agent/settings/webhooks/{id}/switch', staff('forbidden', 'missing'), { on: 'on' }],
  ['GET /agent/settings/webhooks/{id}/remove', back],
  ['POST /agent/settings/webhooks/{id}/remove', staff('forbidden', 'missing')],
  ['GET /agent/settings/webhooks/{id}/replay', back],
  ['POST /agent/settings/webhooks/{id}/replay', staff('forbidden', 'missing'), { delivery: ID }],

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
  ['POST /register', 'gone gone gone gone gone forbidden forbidden forbidden', { token: 'forged', password: PASSWORD }],
  ['GET /password', all('ok')],
  ['POST /password', 'gone gone gone gone gone forbidden forbidden forbidden', { token: 'forged', password: PASSWORD }],
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
  ['GET /account/tokens', everybody('ok')],
  // What a token allows and what it is refused is tried in server/tests/program/rest.
  ['POST /account/tokens', everybody('refused'), { name: 'Shop', days: '30' }],
  ['GET /account/tokens/end', back],
  ['POST /account/tokens/end', everybody('done'), { token: ID }],
  ['GET /account/data', all('ok')],
  ['POST /account/data', everybody('refused'), { act: 'nonsense' }],
  ['GET /account/data/export', back],
  ['POST /account/data/export', everybody('ok')],
  ['GET /account/delete', all('ok')],
  ['POST /account/delete', everybody('refused'), { password: 'wrong' }],
  ['GET /privacy', all('ok')],
  ['GET /privacy/receipt', all('ok')],
  ['POST /privacy/receipt', all('ok'), { receipt: 'x' }],
  ['GET /privacy/receipt/download', back],
  ['POST /privacy/receipt/download', all('missing'), { receipt: 'x' }],
  ['GET /imprint', all('ok')],
  // Only under --dev, and this desk is without: the address does not exist.
  ['GET /dev/mail', all('missing')],
  ['GET /dev/mail/{name}', all('missing')],
  ['GET /dev/mail/{name}/raw', all('missing')],
  // Last: whoever logs out is nobody.
  ['POST /logout', all('done')],
];

/**
 * The server function that the app calls in the place of each route. It answers everybody as the route does: a
 * form's function has the same fields, with those that the path names among them, and a page's loader its address.
 */
const FUNCTIONS = {
  'page/customer': ['GET /', 'GET /requests/new', 'GET /requests/sent'],
  'page/mine': ['GET /requests', 'GET /requests/{number}'],
  'page/sign-in': ['GET /login', 'GET /login/second', 'GET /register', 'GET /password'],
  'page/account': ['GET /account', 'GET /account/address', 'GET /account/confirm', 'GET /account/factors', 'GET /account/factors/app', 'GET /account/tokens', 'GET /account/data', 'GET /account/delete'],
  'page/legal': ['GET /privacy', 'GET /privacy/receipt', 'GET /imprint'],
  'page/agent': ['GET /agent', 'GET /agent/requests/new', 'GET /agent/requests/{number}', 'GET /agent/held'],
  'page/supervision': ['GET /agent/requests/{number}/erase', 'GET /agent/reports'],
  'page/settings': ['GET /agent/settings/people', 'GET /agent/settings/people/{id}', 'GET /agent/settings/mail', 'GET /agent/settings/tokens', 'GET /agent/settings/webhooks', 'GET /agent/settings/webhooks/{id}'],
  'page/dev': ['GET /dev/mail', 'GET /dev/mail/{name}'],

  'requests/send': ['POST /requests/new'],
  'requests/comment': ['POST /requests/{number}'],
  'requests/confirm': ['POST /requests/{number}/confirm'],
  'requests/close': ['POST /requests/{number}/close'],
  'requests/reopen': ['POST /requests/{number}/reopen'],
  'agent/capture': ['POST /agent/requests/new'],
  'agent/reply': ['POST /agent/requests/{number}'],
  'agent/restrict': ['POST /agent/requests/{number}/restrict'],
  'agent/lift': ['POST /agent/requests/{number}/lift'],
  'agent/change': ['POST /agent/requests/{number}/change'],
  'agent/take': ['POST /agent/requests/{number}/take'],
  'agent/erase': ['POST /agent/requests/{number}/erase'],
  'agent/release': ['POST /agent/requests/{number}/release'],
  'agent/discard': ['POST /agent/requests/{number}/discard'],
  'agent/comments/mail': ['POST /agent/requests/{number}/comments/{comment}/mail'],
  'agent/comments/answer': ['POST /agent/requests/{number}/comments/{comment}/answer'],
  'agent/comments/admit': ['POST /agent/requests/{number}/comments/{comment}/admit'],
  'agent/comments/split': ['POST /agent/requests/{number}/comments/{comment}/split'],
  'settings/add': ['POST /agent/settings/people'],
  'settings/duty': ['POST /agent/settings/people/{id}'],
  'settings/withdraw': ['POST /agent/settings/people/{id}/withdraw'],
  'settings/tokens': ['POST /agent/settings/tokens'],
  'settings/tokens/end': ['POST /agent/settings/tokens/end'],
  'settings/webhooks': ['POST /agent/settings/webhooks'],
  'settings/webhook/secret': ['POST /agent/settings/webhooks/{id}/secret'],
  'settings/webhook/switch': ['POST /agent/settings/webhooks/{id}/switch'],
  'settings/webhook/remove': ['POST /agent/settings/webhooks/{id}/remove'],
  'settings/webhook/replay': ['POST /agent/settings/webhooks/{id}/replay'],
  'settings/mail/send': ['POST /agent/settings/mail/send'],
  'settings/mail/retry': ['POST /agent/settings/mail/aside/{id}/retry'],
  'settings/mail/delete': ['POST /agent/settings/mail/aside/{id}/delete'],
  'sign-in': ['POST /login'],
  'sign-in/second': ['POST /login/second'],
  'sign-in/passkey': ['POST /login/passkey'],
  register: ['POST /register'],
  password: ['POST /password'],
  'account/name': ['POST /account/name'],
  'account/address': ['POST /account/address'],
  'account/language': ['POST /account/language'],
  'account/news': ['POST /account/news'],
  'account/password': ['POST /account/password'],
  'account/sessions/end': ['POST /account/sessions/end'],
  'account/confirm': ['POST /account/confirm'],
  'account/factors/passkeys': ['POST /account/factors/passkeys'],
  'account/factors/passkeys/remove': ['POST /account/factors/passkeys/remove'],
  'account/factors/codes': ['POST /account/factors/codes'],
  'account/factors/app': ['POST /account/factors/app'],
  'account/factors/app/begin': ['POST /account/factors/app/begin'],
  'account/factors/app/remove': ['POST /account/factors/app/remove'],
  'account/tokens': ['POST /account/tokens'],
  'account/tokens/end': ['POST /account/tokens/end'],
  'account/data': ['POST /account/data'],
  'account/delete': ['POST /account/delete'],
  'receipt/check': ['POST /privacy/receipt'],
};

/**
 * What they answer otherwise. What was sent is refused before anybody looks for the request; in the place of the
 * route then its page answers. What is good is the business of a test below.
 */
const OTHERWISE = {
  'requests/comment': ['login', ...ROLES.slice(1).map(() => 'refused')].join(' '),
  'agent/reply': staff('refused'),
  'agent/erase': staff('refused'),
};

/** What the app asks for without a route. Who may: below. */
const ASIDE = ['judge', 'passkey', 'news', 'seen'];

/** What is always sent by the browser: it sets cookies of its own, leaves the app or is a file. */
const BY_BROWSER = ['POST /language', 'POST /logout', 'POST /login/with/{provider}', 'POST /account/data/export', 'POST /privacy/receipt/download'];

const functionOf = (route) => Object.keys(FUNCTIONS).find((name) => FUNCTIONS[name].includes(route));

/** What an agent may not even look at while its customer's data is restricted. */
const WITHHELD = [
  ['GET /agent/requests/{number}', 'forbidden'],
  ['GET /agent/requests/{number}/erase', 'ok'],
  ['GET /agent/requests/{number}/files/{id}', 'forbidden'],
  ['POST /agent/requests/{number}', 'forbidden', { body: 'A word', visibility: 'internal', once: 'x' }],
  ['POST /agent/requests/{number}/change', 'forbidden', { priority: 'urgent' }],
  ['POST /agent/requests/{number}/take', 'forbidden'],
  ['POST /agent/requests/{number}/release', 'forbidden'],
  ['POST /agent/requests/{number}/discard', 'forbidden'],
  ['GET /events/requests/{number}', 'forbidden'],
];

/** The address of a row, what its path names, and what is sent there by one of the roles. */
function addressed(role, route, fields, { withheld = role === 'restricted' && !route.includes('/agent/') } = {}) {
  const [method, path] = route.split(' ');
  const { number, token, comment } = scene;
  const values = {
    number: withheld ? scene.withheld : number,
    id: path.includes('/aside/') ? ID : withheld ? scene.withheldId : scene.id,
    comment,
    name: '1.eml',
    provider: 'company',
  };
  const named = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, values[name]]));
  const address = path.replace(/\{(\w+)\}/g, (_, name) => named[name]);
  const proof = role === 'link' && path.includes('/requests/{number}') && !path.startsWith('/agent') ? { token } : {};
  const listens = path.startsWith('/events/requests') && ['agent', 'admin'].includes(role) && withheld ? { agent: 'true' } : {};
  const sent = { ...fields, ...proof, ...listens };
  const query = new URLSearchParams(sent);
  return { method, address, named, sent, url: query.size > 0 ? `${address}?${query}` : address };
}

/** Sends what a row says as one of the roles. */
async function ask(role, route, fields = {}, options) {
  const { method, address, sent, url } = addressed(role, route, fields, options);
  const client = scene.clients[role];
  if (method === 'POST') return client.post(address, sent);
  return address.startsWith('/events/') ? listen(client, url) : client.get(url);
}

/** The same by the server function of the row. */
async function call(role, route, fields = {}, options) {
  const name = functionOf(route);
  const { method, named, sent, url } = addressed(role, route, fields, options);
  const client = scene.clients[role];
  if (method === 'GET') return client.page(name.slice('page/'.length), url);
  return client.call(name, { ...sent, ...named }, (await functionsWithFiles()).includes(`/api/ui/${name}`) ? [] : undefined);
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

test('every server function has its routes, and every form its function', async () => {
  const functions = (await serverFunctions()).map((path) => path.slice('/api/ui/'.length));
  assert.deepEqual(functions.sort(), [...Object.keys(FUNCTIONS), ...ASIDE].sort(), 'decide who may call it');
  const rows = TABLE.map(([route]) => route);
  const named = Object.values(FUNCTIONS).flat();
  assert.deepEqual(named.filter((route) => !rows.includes(route)), [], 'these have no row');
  assert.equal(new Set(named).size, named.length);
  const forms = rows.filter((route) => route.startsWith('POST ') && !named.includes(route));
  assert.deepEqual(forms.sort(), [...BY_BROWSER].sort(), 'these forms have no function');
});

describe('who may do what:', () => {
  for (const [route, expected, fields] of TABLE) {
    test(route, async () => {
      const got = [];
      for (const role of ROLES) got.push(outcome(await ask(role, route, fields)));
      assert.equal(got.join(' '), expected);
    });
    const name = functionOf(route);
    if (!name) continue;
    test(`${route}, by ${name}`, async () => {
      const got = [];
      for (const role of ROLES) got.push(called(await call(role, route, fields)));
      assert.equal(got.join(' '), OTHERWISE[name] ?? expected);
    });
  }
});

test('what is sent to a request that is not theirs is sent to none', async () => {
  await scene.clients.other.login({ email: 'other@example.com', password: PASSWORD });
  for (const name of ['elsewhere', 'agent', 'admin']) await scene.clients[name].login({ email: `${name}@example.com`, password: STAFF_PASSWORD });
  const fields = { body: 'A word', visibility: 'public', once: 'x', asked: 'mail' };
  for (const [route, roles] of [
    ['POST /requests/{number}', ['other', 'agent', 'elsewhere', 'admin']],
    ['POST /agent/requests/{number}', ['elsewhere']],
    ['POST /agent/requests/{number}/erase', ['elsewhere']],
  ]) {
    for (const role of roles) {
      assert.equal(outcome(await ask(role, route, fields)), 'missing', `${role}, ${route}`);
      assert.equal(called(await call(role, route, fields)), 'missing', `${role}, ${functionOf(route)}`);
    }
  }
});

describe('what agents meet while the data of a customer is restricted:', () => {
  before(async () => {
    for (const name of ['agent', 'admin', 'elsewhere']) await scene.clients[name].login({ email: `${name}@example.com`, password: STAFF_PASSWORD });
  });
  for (const [route, expected, fields] of WITHHELD) {
    test(route, async () => {
      for (const role of ['agent', 'admin']) {
        const answer = await ask(role, route, fields, { withheld: true });
        assert.equal(outcome(answer), expected, role);
        assert.doesNotMatch(answer.text, /A matter in dispute|The words of a file/, role);
        if (!functionOf(route)) continue;
        const told = await call(role, route, fields, { withheld: true });
        // This page says so itself, and has the form that lifts it.
        if (told.json.request?.restricted) assert.deepEqual([route, told.status], ['GET /agent/requests/{number}', 200]);
        else assert.equal(called(told), expected, `${role}, by its function`);
        assert.doesNotMatch(told.text, /A matter in dispute|The words of a file/, role);
      }
    });
  }
});

test('nor does a server function without a route tell agents of it', async () => {
  const asked = { number: scene.withheld, token: '', last: ID, agent: 'true' };
  for (const role of ['agent', 'admin']) {
    for (const name of ['news', 'seen']) {
      const answer = await scene.clients[role].call(name, asked);
      assert.equal(called(answer), 'forbidden', `${role}, ${name}`);
      assert.doesNotMatch(answer.text, /A matter in dispute|The words of a file/, role);
    }
  }
});

test('server functions without a route answer those alone who may read the request', async () => {
  const one = (role) => ({ number: scene.number, token: role === 'link' ? scene.token : '', last: '', agent: 'false' });
  const functions = {
    judge: { fields: () => ({ password: 'x', language: 'en' }), may: ROLES },
    // By its address this desk has no passkeys: nobody is asked for one.
    passkey: { fields: () => ({ purpose: 'Login' }), may: [] },
    news: { fields: one, may: ['link', 'owner'] },
    seen: { fields: (role) => ({ ...one(role), last: scene.comment }), may: ['link', 'owner'] },
  };
  assert.deepEqual(Object.keys(functions), ASIDE);
  await scene.clients.owner.login({ email: 'owner@example.com', password: PASSWORD });
  await scene.clients.other.login({ email: 'other@example.com', password: PASSWORD });
  for (const [name, { fields, may }] of Object.entries(functions)) {
    for (const role of ROLES) {
      const answer = await scene.clients[role].call(name, fields(role));
      const refused = [401, 403, 404].includes(answer.status);
      assert.ok(may.includes(role) ? answer.status === 200 : refused, `${role} ${name}: ${answer.status}`);
      if (!may.includes(role)) assert.ok(answer.text.length < 100 && !/flickers|lamp/.test(answer.text), answer.text);
    }
  }
  const agents = { number: scene.number, token: '', last: scene.comment, agent: 'true' };
  for (const [role, status] of [['agent', 200], ['admin', 200], ['elsewhere', 404], ['owner', 403], ['other', 403], ['nobody', 401]]) {
    for (const name of ['news', 'seen']) assert.equal((await scene.clients[role].call(name, agents)).status, status, `${role}, ${name}`);
  }
  for (const [name, fields] of [['news', { number: scene.number }], ['seen', { number: scene.number }], ['passkey', { purpose: 'Everything' }], ['judge', {}]]) {
    assert.equal((await scene.clients.owner.call(name, fields)).status, 400, `${name}, misunderstood`);
  }
});

test('a part of the app shows its own pages alone', async () => {
  const parts = Object.keys(FUNCTIONS).filter((name) => name.startsWith('page/'));
  for (const part of parts) {
    for (const route of FUNCTIONS[part]) {
      const { url } = addressed('admin', route, {});
      for (const other of parts.filter((name) => name !== part)) {
        const answer = await scene.clients.admin.page(other.slice('page/'.length), url);
        assert.equal(called(answer), 'missing', `${route} by ${other}`);
      }
    }
  }
});

test('a server function that is none, or another method, is missing for everybody', async () => {
  for (const role of ROLES) {
    const client = scene.clients[role];
    for (const name of ['nothing', 'page', 'agent', 'news/', '..%2fjudge', 'account/data/export']) {
      assert.equal((await client.post(`/api/ui/${name}`, { password: 'x', language: 'en' })).status, 404, `${role} ${name}`);
    }
    for (const path of await serverFunctions()) {
      const loads = path.startsWith('/api/ui/page/');
      assert.equal((await client.fetch(path, { method: loads ? 'POST' : 'GET' })).status, 404, `${role} ${path}`);
    }
  }
  for (const path of await serverFunctions()) {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      assert.equal((await scene.clients.admin.fetch(path, { method })).status, 405, `${method} ${path}`);
    }
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
