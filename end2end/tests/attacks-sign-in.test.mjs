// Attacks on signing in with a provider (OpenID Connect), each named after what it tries. The provider is
// the test's own, and lies.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, afterEach, before, describe, test } from 'node:test';

import { Client, errorOf, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { CLIENT, startProvider } from '../lib/provider.mjs';

let provider;
let desk;
before(async () => {
  provider = await startProvider();
  desk = await startDesk({ config: provider.settings(), settings: { TRESEN_SIGN_IN_COMPANY_SECRET: CLIENT.secret } });
});
after(async () => {
  await desk?.stop();
  await provider?.stop();
});
afterEach(() => {
  provider.lies = {};
  provider.who = HONEST;
});
const HONEST = { sub: 'grace-1', email: 'grace@example.com', email_verified: true, name: 'Grace Hopper', groups: ['desk'] };

/** Presses the button; answers where the browser is sent. */
async function leave(client, fields = {}) {
  const answer = await client.post('/login/with/company', fields);
  return { answer, address: /^0;url=(.*)$/.exec(answer.headers.get('refresh') ?? '')?.[1] };
}

/** Signs in at the provider; answers the address with which the browser comes back. */
async function signInThere(address) {
  const page = await (await fetch(address)).text();
  const [, back] = /href="([^"]+)"/.exec(page) ?? [];
  assert.ok(back, page);
  const url = new URL(back.replaceAll('&amp;', '&'));
  return url.pathname + url.search;
}

async function whole(client = new Client(desk), fields = {}) {
  const { address } = await leave(client, fields);
  return client.get(await signInThere(address));
}

/** One calm page, whatever it was; nobody is signed in, and nothing of the attempt is left. */
function assertRefused(answer, client) {
  assert.equal(answer.status, 403, words(answer.text));
  assert.match(words(answer.text), /You are not signed in/);
  assert.doesNotMatch(words(answer.text), /nonce|audience|issuer|signature|grace/i);
  assert.equal(client.cookie('tresen-session'), undefined);
  assert.equal(client.cookie('tresen-sign-in'), undefined);
}

async function refused() {
  const client = new Client(desk);
  assertRefused(await whole(client), client);
}

test('the good way works, and the provider is asked with PKCE, nonce and state', async () => {
  const client = new Client(desk);
  const answer = await whole(client, { next: '/agent/reports' });
  assert.equal(answer.status, 303, words(answer.text));
  assert.equal(answer.location, '/agent/reports');
  assert.equal((await client.get('/agent')).status, 200);
  const { code_challenge, nonce, state, scope, redirect_uri } = provider.lastAsked;
  for (const part of [code_challenge, nonce, state]) assert.match(part, /^[\w-]{43}$/);
  assert.equal(new Set([code_challenge, nonce, state]).size, 3);
  assert.equal(scope, 'openid email profile groups');
  assert.equal(redirect_uri, `${desk.url}/login/with/company/back`);
});

describe('a token', () => {
  const claims = (lie) => () => (provider.lies.claims = lie);
  const attacks = {
    'for another nonce': claims((good) => ({ ...good, nonce: 'another' })),
    'without a nonce': claims(({ nonce, ...rest }) => rest),
    'for another audience': claims((good) => ({ ...good, aud: 'another-desk' })),
    'for several audiences': claims((good) => ({ ...good, aud: [CLIENT.id, 'another-desk'] })),
    'of another issuer': claims((good) => ({ ...good, iss: 'https://login.example.org' })),
    'that has expired': claims((good) => ({ ...good, exp: Math.floor(Date.now() / 1000) - 1 })),
    'without an end': claims(({ exp, ...rest }) => rest),
    'without a subject': claims(({ sub, ...rest }) => rest),
    'with an empty subject': claims((good) => ({ ...good, sub: '' })),
    'without a role': claims((good) => ({ ...good, sub: 'new', email: 'new@example.com', groups: ['others'] })),
    'with an address that is not verified': claims((good) => ({ ...good, sub: 'new', email: 'new@example.com', email_verified: false })),
    'that does not say whether the address is verified': claims(({ email_verified, ...good }) => ({ ...good, sub: 'new', email: 'new@example.com' })),
    'that says so in words': claims((good) => ({ ...good, sub: 'new', email: 'new@example.com', email_verified: 'yes' })),
    'with alg none': () => (provider.lies.header = (good) => ({ ...good, alg: 'none' })),
    'signed with the secret of the desk (HS256)': () => (provider.lies.header = ({ typ }) => ({ typ, alg: 'HS256' })),
    'whose signature is cut off': () => (provider.lies.token = (token) => token.slice(0, token.lastIndexOf('.') + 1)),
    'whose claims were changed': () =>
      (provider.lies.token = (token) => {
        const [header, payload, signature] = token.split('.');
        const changed = { ...JSON.parse(Buffer.from(payload, 'base64url')), groups: ['bosses'] };
        return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
      }),
    'signed by somebody else': () => (provider.lies.keys = () => []),
    'that is none': () => (provider.lies.token = () => 'none'),
  };
  for (const [name, attack] of Object.entries(attacks)) {
    test(`${name} is refused`, async () => {
      attack();
      // With another key nothing that was known before helps.
      if (provider.lies.keys) provider.changeKeys();
      await refused();
    });
  }

  test('says something else, and nobody has lost anything', async () => {
    assert.equal((await whole()).status, 303);
  });
});

test('a provider that supports what is not safe is not talked into it', async () => {
  provider.lies.description = (good) => ({ ...good, id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'] });
  provider.changeKeys();
  provider.lies.header = (good) => ({ ...good, alg: 'none' });
  await refused();
  provider.lies.header = ({ typ }) => ({ typ, alg: 'HS256' });
  await refused();
});

test('new keys of the provider are asked for', async () => {
  assert.equal((await whole()).status, 303);
  provider.changeKeys();
  assert.equal((await whole()).status, 303);
});

for (const kind of ['ES256', 'EdDSA']) {
  test(`${kind} is understood`, async () => {
    const own = await startProvider(kind);
    const other = await startDesk({ config: own.settings(), settings: { TRESEN_SIGN_IN_COMPANY_SECRET: CLIENT.secret } });
    try {
      const client = new Client(other);
      const { headers } = await client.post('/login/with/company');
      const back = await signInThere(headers.get('refresh').slice('0;url='.length));
      assert.equal((await client.get(back)).status, 303);
    } finally {
      await other.stop();
      await own.stop();
    }
  });
}

test('login CSRF: an answer that another browser has begun', async () => {
  const attacker = new Client(desk);
  const { address } = await leave(attacker);
  const back = await signInThere(address);
  const victim = new Client(desk);
  assertRefused(await victim.get(back), victim);
  // Also while the victim is signing in.
  const own = await leave(victim);
  assertRefused(await victim.get(back), victim);
  assert.ok(own.address);
});

test('another state, or none', async () => {
  for (const change of [(url) => url.set('state', 'x'.repeat(43)), (url) => url.delete('state'), (url) => url.delete('code')]) {
    const client = new Client(desk);
    const { address } = await leave(client);
    const back = new URL(await signInThere(address), desk.url);
    change(back.searchParams);
    assertRefused(await client.get(back.pathname + back.search), client);
  }
});

test('a code that was used', async () => {
  const client = new Client(desk);
  const { address } = await leave(client);
  const cookie = client.cookie('tresen-sign-in');
  const back = await signInThere(address);
  assert.equal((await client.get(back)).status, 303);
  const thief = new Client(desk);
  thief.setCookie('tresen-sign-in', cookie);
  const before = provider.asked.length;
  assertRefused(await thief.get(back), thief);
  assert.equal(provider.asked.length, before, 'the provider was asked again');
});

test("a code of somebody else's (code injection)", async () => {
  const victim = await leave(new Client(desk));
  const stolen = new URL(await signInThere(victim.address), desk.url).searchParams.get('code');
  const attacker = new Client(desk);
  const { address } = await leave(attacker);
  const back = new URL(await signInThere(address), desk.url);
  back.searchParams.set('code', stolen);
  assertRefused(await attacker.get(back.pathname + back.search), attacker);
});

test('mix-up: the answer names another issuer', async () => {
  provider.lies.answer = (good) => ({ ...good, iss: 'https://login.example.org' });
  await refused();
});

test('an error of the provider is not repeated', async () => {
  const client = new Client(desk);
  const { address } = await leave(client);
  const state = new URL(address).searchParams.get('state');
  const answer = await client.get(`/login/with/company/back?${new URLSearchParams({ error: 'access_denied', error_description: '<b>Call 0190 666</b>', state })}`);
  assertRefused(answer, client);
  assert.doesNotMatch(words(answer.text), /0190|access_denied/);
});

test('a form elsewhere does not begin a sign-in', async () => {
  const client = new Client(desk);
  const answer = await client.post('/login/with/company', {}, { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' });
  assert.equal(answer.status, 403);
  assert.equal(client.cookie('tresen-sign-in'), undefined);
});

test('nothing leads elsewhere afterwards (open redirect)', async () => {
  for (const next of ['https://evil.example.com', '//evil.example.com', '/\\evil.example.com', 'javascript:alert(1)']) {
    assert.equal((await whole(new Client(desk), { next })).location, '/', next);
  }
});

test('a session from before is not the one afterwards (fixation)', async () => {
  const client = new Client(desk);
  client.setCookie('tresen-session', 'chosen-by-somebody-else');
  assert.equal((await whole(client)).status, 303);
  assert.match(client.cookie('tresen-session'), /^[\w-]{43}$/);
});

test('an unknown provider is no page', async () => {
  assert.equal((await new Client(desk).post('/login/with/nobody')).status, 404);
});

test('the log has reasons, and nobody', async () => {
  assert.match(desk.log, /its nonce is another/);
  assert.match(desk.log, /the claims give no role/);
  assert.doesNotMatch(desk.log, /grace|new@example|s&cret|access_denied/i);
});

describe('server-side request forgery: the provider names', () => {
  /** A server that nobody may be led to by a provider. */
  let inner;
  let visits = 0;
  before(async () => {
    inner = createServer((request, response) => {
      visits++;
      response.end('{}');
    });
    inner.listen(0, '127.0.0.1');
    await once(inner, 'listening');
  });
  after(() => inner.close());

  /** A desk of its own, since descriptions are kept. */
  async function tried(lie, { settings = provider.settings(), begins = false } = {}) {
    provider.lies = lie;
    const own = await startDesk({ config: settings, settings: { TRESEN_SIGN_IN_COMPANY_SECRET: CLIENT.secret } });
    try {
      const client = new Client(own);
      const answer = await client.post('/login/with/company');
      if (!begins) {
        assertRefused(answer, client);
        return own.log;
      }
      const back = await signInThere(answer.headers.get('refresh').slice('0;url='.length));
      assertRefused(await client.get(back), client);
      return own.log;
    } finally {
      await own.stop();
    }
  }

  test('an address for its keys where clouds answer their machines', async () => {
    const log = await tried({ description: (good) => ({ ...good, jwks_uri: 'https://169.254.169.254/latest/meta-data' }) });
    assert.match(log, /169\.254\.169\.254 has an address that is never asked/);
  });

  test('the same, hidden in IPv6', async () => {
    const log = await tried({ description: (good) => ({ ...good, jwks_uri: 'https://[::ffff:169.254.169.254]/' }) });
    assert.match(log, /never asked/);
  });

  test('an address for its keys without TLS', async () => {
    const log = await tried({ description: (good) => ({ ...good, jwks_uri: 'http://192.168.0.1/keys' }) });
    assert.match(log, /no https/);
  });

  test('a name that leads to this machine, without TLS', async () => {
    const { port } = inner.address();
    const log = await tried({ description: (good) => ({ ...good, jwks_uri: `http://localhost:${port}/` }) });
    assert.match(log, /no https/);
    assert.equal(visits, 0);
  });

  test('an address for tokens that is never asked', async () => {
    const log = await tried({ description: (good) => ({ ...good, token_endpoint: 'https://169.254.169.254/token' }) }, { begins: true });
    assert.match(log, /never asked/);
  });

  test('a page for signing in that is no https address', async () => {
    for (const page of ['http://login.example.com/', 'javascript:alert(1)', 'ftp://login.example.com/']) {
      await tried({ description: (good) => ({ ...good, authorization_endpoint: page }) });
    }
  });

  test('another place by a redirect', async () => {
    const { port } = inner.address();
    const raw = (url, response) => {
      if (!url.pathname.endsWith('openid-configuration')) return false;
      response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
      return true;
    };
    await tried({ raw });
    assert.equal(visits, 0);
  });

  test('more than anybody reads', async () => {
    const raw = (url, response) => {
      if (!url.pathname.endsWith('/keys')) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.on('error', () => {});
      response.end(`{"keys":[],"x":"${'x'.repeat(1024 * 1024)}"}`);
      return true;
    };
    assert.match(await tried({ raw }), /says more than is read/);
  });

  test('itself as another issuer', async () => {
    assert.match(await tried({ description: (good) => ({ ...good, issuer: 'https://login.example.org' }) }), /another issuer/);
  });

  test('nothing in a private network unless the operator allows it', async () => {
    const before = provider.asked.length;
    const settings = provider.settings().replace('allow_private = true', 'allow_private = false');
    assert.match(await tried({}, { settings }), /is in a private network/);
    assert.equal(provider.asked.length, before, 'it was asked');
  });
});

describe('only with a provider:', () => {
  test('a password opens nothing for staff, and everything for customers', async () => {
    const own = await startDesk({ config: provider.settings('only = true'), settings: { TRESEN_SIGN_IN_COMPANY_SECRET: CLIENT.secret } });
    try {
      const agent = await own.addPerson();
      const client = new Client(own);
      const answer = await client.post('/login', agent);
      assert.equal(answer.status, 422);
      assert.match(errorOf(answer.text, 'password'), /button of your organisation/);
      assert.equal(client.cookie('tresen-session'), undefined);
    } finally {
      await own.stop();
    }
  });
});
