// A provider of sign-ins (OpenID Connect) for tests: it signs whoever comes in as `who`, and lies where
// a test wants it to.

import { createHash, createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const base64 = (value) => Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString('base64url');

/** What a good provider does. Each is replaced by what a test sets in `lies`. */
const HONEST = {
  description: (described) => described,
  keys: (keys) => keys,
  claims: (claims) => claims,
  header: (header) => header,
  token: (token) => token,
  answer: (answer) => answer,
};

export const CLIENT = { id: 'desk', secret: 's&cret with a space' };

/** Starts a provider on this machine. `kind` is what it signs with: RS256, ES256 or EdDSA. */
export async function startProvider(kind = 'RS256') {
  const provider = new Provider(kind);
  await provider.start();
  return provider;
}

class Provider {
  #server;
  #codes = new Map();
  #kid = randomUUID();
  #keys;

  constructor(kind) {
    this.kind = kind;
    this.#keys = keyPair(kind);
    /** Who signs in: claims beside the usual ones. */
    this.who = { sub: 'grace-1', email: 'grace@example.com', email_verified: true, name: 'Grace Hopper', groups: ['desk'] };
    this.lies = {};
    /** Every request that came, as `METHOD path`. */
    this.asked = [];
  }

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.issuer = `http://127.0.0.1:${this.#server.address().port}/realm`;
  }

  async stop() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** Begins to sign with another key, as providers do now and then. */
  changeKeys() {
    this.#keys = keyPair(this.kind);
    this.#kid = randomUUID();
  }

  /** What stands in `tresen.toml`; `more` are further lines of the provider. */
  settings(more = '') {
    return `[[sign_in.provider]]
id = "company"
name = "Example Company"
issuer = "${this.issuer}"
client_id = "${CLIENT.id}"
scopes = ["email", "profile", "groups"]
roles = [{ claim = "groups", contains = "desk", role = "agent" }, { claim = "groups", contains = "bosses", role = "admin" }]
allow_http = true
allow_private = true
${more}
`;
  }

  #lie(name, ...values) {
    return (this.lies[name] ?? HONEST[name])(...values);
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.issuer);
    this.asked.push(`${request.method} ${url.pathname}`);
    const body = Buffer.concat(await request.toArray()).toString();
    const json = (value, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof value === 'string' ? value : JSON.stringify(value));
    };
    if (this.lies.raw?.(url, response)) return;
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /realm/.well-known/openid-configuration':
        return json(this.#lie('description', this.#description()));
      case 'GET /realm/keys':
        return json({ keys: this.#lie('keys', [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: this.#kid, use: 'sig', alg: this.kind }]) });
      case 'GET /realm/sign-in':
        return this.#signIn(url, response);
      case 'POST /realm/token':
        return this.#token(request, new URLSearchParams(body), json);
      default:
        return json({ error: 'not_found' }, 404);
    }
  }

  #description() {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/sign-in`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [this.kind],
      code_challenge_methods_supported: ['S256'],
    };
  }

  /** Where people would give their password: one button. */
  #signIn(url, response) {
    const asked = Object.fromEntries(url.searchParams);
    const fits =
      asked.client_id === CLIENT.id && asked.response_type === 'code' && asked.scope.split(' ').includes('openid') && asked.code_challenge_method === 'S256' && asked.state && asked.nonce;
    if (!fits) {
      response.writeHead(400).end('That is no request for a sign-in.');
      return;
    }
    this.lastAsked = asked;
    const back = new URL(asked.redirect_uri);
    for (const [name, value] of Object.entries(this.#lie('answer', { code: this.code(asked), state: asked.state, iss: this.issuer }))) back.searchParams.set(name, value);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!DOCTYPE html><html lang="en"><title>Company</title><main><h1>Company</h1><a href="${back.href.replaceAll('&', '&amp;')}">Yes, it is me</a></main>`);
  }

  /** A code as whoever signs in gets it. */
  code({ nonce, code_challenge, redirect_uri }) {
    const code = randomUUID();
    this.#codes.set(code, { nonce, code_challenge, redirect_uri });
    return code;
  }

  #token(request, fields, json) {
    const given = this.#codes.get(fields.get('code'));
    this.#codes.delete(fields.get('code'));
    const [, basic] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
    const [id, secret] = Buffer.from(basic ?? '', 'base64').toString().split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    if (id !== CLIENT.id || secret !== CLIENT.secret) return json({ error: 'invalid_client' }, 401);
    const challenge = createHash('sha256').update(fields.get('code_verifier') ?? '').digest('base64url');
    if (!given || challenge !== given.code_challenge || fields.get('redirect_uri') !== given.redirect_uri) return json({ error: 'invalid_grant' }, 400);
    const now = Math.floor(Date.now() / 1000);
    const claims = this.#lie('claims', { iss: this.issuer, aud: CLIENT.id, iat: now, exp: now + 300, nonce: given.nonce, ...this.who });
    const header = this.#lie('header', { alg: this.kind, typ: 'JWT', kid: this.#kid });
    const signed = `${base64(header)}.${base64(claims)}`;
    const token = this.#lie('token', `${signed}.${signature(header.alg, signed, this.#keys)}`, signed);
    return json({ access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token: token });
  }
}

function keyPair(kind) {
  switch (kind) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    default:
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}

function signature(kind, text, keys) {
  switch (kind) {
    case 'none':
      return '';
    // With the secret, as whoever has the desk's settings could.
    case 'HS256':
      return createHmac('sha256', CLIENT.secret).update(text).digest('base64url');
    case 'EdDSA':
      return sign(null, Buffer.from(text), keys.privateKey).toString('base64url');
    case 'ES256':
      return sign('sha256', Buffer.from(text), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    default:
      return sign('sha256', Buffer.from(text), keys.privateKey).toString('base64url');
  }
}
