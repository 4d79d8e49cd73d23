// API tokens: made, used and revoked by people on their page without scripts; and every operation of the API crossed
// with every kind of person. The operations are read from the description, so one that is new fails here until
// somebody has decided who may call it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { registered, write } from '../lib/people.mjs';

const ID = '01990000-0000-7000-8000-000000000000';
const READING = ['requests:read', 'requests:write', 'comments:write', 'people:read'];
const SCOPES = {
  owner: [...READING, 'people:export', 'people:erase'],
  other: [...READING, 'people:export', 'people:erase'],
  agent: [...READING, 'people:write', 'people:restrict', 'statistics:read'],
  elsewhere: [...READING, 'people:write', 'people:restrict', 'statistics:read'],
  admin: [...READING, 'people:write', 'people:restrict', 'people:export', 'people:erase', 'statistics:read', 'audit:read'],
};
/** In the order of the columns. The request and the id are those of `owner`; `elsewhere` works on another type. */
const ROLES = Object.keys(SCOPES);

/** `[operation, the status that each role meets, what is sent]`. */
const TABLE = [
  ['readMe', '200 200 200 200 200'],
  ['listRequests', '200 200 200 200 200'],
  ['createRequest', '422 422 422 422 422', { subject: '', body: '' }],
  ['readRequest', '200 404 200 404 200'],
  ['changeRequest', '200 404 200 404 200', {}],
  ['listComments', '200 404 200 404 200'],
  ['createComment', '201 404 201 404 201', { body: 'A word' }],
  ['readComment', '200 404 200 404 200'],
  ['uploadFile', '201 201 201 201 201', 'The words of a file'],
  ['downloadFile', '200 404 200 404 200'],
  ['findPerson', '403 403 200 403 200', { email: 'owner@example.com' }],
  ['readPerson', '200 404 200 403 200'],
  // Whoever has an account does so themselves.
  ['rectifyPerson', '403 403 403 403 403', { name: 'Another' }],
  ['invitePerson', '403 403 202 403 202'],
  ['restrictPerson', '403 403 404 403 404', undefined, ID],
  ['liftRestriction', '403 403 404 403 404', undefined, ID],
  ['exportPerson', '200 404 403 403 200'],
  ['erasePerson', '422 404 403 403 422', { asked: 'by telepathy' }],
  ['verifyReceipt', '200 200 200 200 200', { receipt: 'x' }],
  ['listTypes', '200 200 200 200 200'],
  ['listAgents', '403 403 200 200 200'],
  ['readStatistics', '403 403 200 200 200'],
  ['readAudit', '403 403 403 403 200'],
  ['handOverMail', '403 403 403 403 403', 'Subject: x\r\n\r\nx'],
];

const QUERIES = { uploadFile: '?name=file.txt', readStatistics: '?from=2026-01-01&to=2026-01-02' };
const TYPES = { uploadFile: 'application/octet-stream', handOverMail: 'message/rfc822' };

let desk;
let scene;

/** Makes a token on the page, and gives it. */
async function make(client, scopes, name = 'Shop') {
  const boxes = Object.fromEntries(scopes.map((scope) => [`scope.${scope}`, 'yes']));
  const answer = await client.post('/account/tokens', { name, days: '90', ...boxes });
  assert.equal(answer.status, 200, answer.text);
  return /id="token"[^>]*>([A-Za-z0-9_-]{43})/.exec(answer.text)[1];
}

/** Calls the API without any cookie. */
async function call(token, method, path, body, type) {
  const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type ?? 'application/json' }) };
  const sent = typeof body === 'object' ? JSON.stringify(body) : body;
  const answer = await fetch(new URL(`/api/v1${path}`, desk.url), { method, headers, body: sent });
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), text, json: () => JSON.parse(text) };
}

/** `{ readMe: { method: 'GET', path: '/me' }, … }` */
async function operations() {
  const description = JSON.parse(await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
  const all = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => [operationId, { method: method.toUpperCase(), path }]));
  return Object.fromEntries(all);
}

before(async () => {
  desk = await startDesk();
  const clients = Object.fromEntries(['agent', 'elsewhere', 'admin'].map((role) => [role, new Client(desk)]));
  await clients.agent.login(await desk.addPerson({ email: 'agent@example.com' }));
  await clients.elsewhere.login(await desk.addPerson({ email: 'elsewhere@example.com', name: 'Bo', kinds: 'order,problem' }));
  await clients.admin.login(await desk.addPerson({ email: 'admin@example.com', role: 'admin' }));
  for (const name of ['owner', 'other']) clients[name] = (await registered(desk, { email: `${name}@example.com` })).client;
  const number = await write(clients.owner, { subject: 'The matter of the owner' }, [{ name: 'file.txt', content: 'Words' }]);
  const tokens = {};
  for (const role of ROLES) tokens[role] = await make(clients[role], SCOPES[role]);
  const comments = (await call(tokens.owner, 'GET', `/requests/${number}/comments`)).json().items;
  const person = (await call(tokens.owner, 'GET', '/me')).json().person;
  scene = { clients, tokens, number, person, comment: comments[0].id, file: comments[0].attachments[0].id };
});

after(() => desk?.stop());

test('every operation has its row', async () => {
  assert.deepEqual(TABLE.map(([name]) => name).sort(), Object.keys(await operations()).sort(), 'decide who may call it');
});

describe('who may call what:', () => {
  for (const [name, expected, body, id] of TABLE) {
    test(name, async () => {
      const { method, path } = (await operations())[name];
      const inside = path.includes('/attachments/') ? scene.file : scene.comment;
      const address = path
        .replace('{number}', scene.number)
        .replace('{id}', path.startsWith('/people') ? id ?? scene.person : inside);
      const met = [];
      for (const role of ROLES) {
        const answer = await call(scene.tokens[role], method, address + (QUERIES[name] ?? ''), body, TYPES[name]);
        if (answer.status >= 400) assert.equal(answer.type, 'application/problem+json', answer.text);
        met.push(answer.status);
      }
      assert.equal(met.join(' '), expected);
    });
  }
});

test('a token is shown once, listed and revoked', async () => {
  const { client } = await registered(desk, { email: 'once@example.com' });
  const token = await make(client, ['requests:read'], 'Kitchen <script>');
  const page = (await client.get('/account/tokens')).text;
  assert.ok(!page.includes(token));
  assert.ok(page.includes('Kitchen &lt;script&gt;') && page.includes('Read your requests'));
  assert.equal((await call(token, 'GET', '/requests')).status, 200);

  const handle = /name="token" value="([^"]+)"/.exec(page)[1];
  const { client: other } = await registered(desk, { email: 'stranger@example.com' });
  await other.post('/account/tokens/end', { token: handle });
  assert.equal((await call(token, 'GET', '/requests')).status, 200);
  const ended = await client.post('/account/tokens/end', { token: handle });
  assert.equal(ended.location, '/account/tokens?done=ended');
  assert.equal((await call(token, 'GET', '/requests')).status, 401);
});

test('a form says what is wrong, and keeps what was typed', async () => {
  const { client } = await registered(desk, { email: 'wrong@example.com' });
  const none = await client.post('/account/tokens', { name: 'My shop', days: '30' });
  assert.equal(none.status, 422);
  assert.ok(none.text.includes('Please choose at least one permission.') && none.text.includes('value="My shop"'));
  for (const fields of [{ name: '', 'scope.requests:read': 'yes' }, { name: 'x', 'scope.audit:read': 'yes' }, { name: 'x', 'scope.mail': 'yes' }, { name: 'x', days: '1', 'scope.requests:read': 'yes' }]) {
    assert.equal((await client.post('/account/tokens', { days: '30', ...fields })).status, 422, JSON.stringify(fields));
  }
});

test('a customer erases themselves with a token, and it ends with them', async () => {
  const { client } = await registered(desk, { email: 'leaving@example.com' });
  const number = await write(client, { subject: 'The matter of somebody who leaves' });
  const token = await make(client, ['requests:read', 'people:erase']);
  assert.equal((await call(token, 'GET', `/requests/${number}`)).status, 200);
  const erased = await call(token, 'POST', '/people/me/erasure', {});
  assert.equal(erased.status, 200, erased.text);
  assert.equal(erased.json().deleted.requests, 1);
  assert.equal((await call(token, 'GET', '/me')).status, 401);
  const checked = await call(scene.tokens.owner, 'POST', '/receipts/verify', { receipt: erased.json().receipt });
  assert.equal(checked.json().genuine, true);
});

test('a session is no token, and a token is no session', async () => {
  const { clients, tokens } = scene;
  assert.equal((await clients.agent.get('/api/v1/requests')).status, 401);
  const visitor = new Client(desk);
  visitor.setCookie('tresen-session', tokens.agent);
  assert.match((await visitor.get('/agent')).location, /^\/login/);
});
