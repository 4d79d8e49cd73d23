// Attacks on HTTP itself, one test each, named after the attack: bytes that two programs read
// differently, bodies without an end, addresses that lie, floods, caches, logs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { filled, linkTo, registered, write } from '../lib/people.mjs';
import { head, raw } from '../lib/raw.mjs';
import { pageRoutes, serverFunctions } from '../lib/routes.mjs';

/** Longer than anything here takes on a busy machine, much shorter than what an attack would cost. */
const BOUND = 8_000;

let anna;
let desk;
let number;

before(async () => {
  // The most talkative log that there is: none of it may be the attacker's.
  desk = await startDesk({ settings: { TRESEN_LOG: 'debug' } });
  anna = await registered(desk, { email: 'anna@example.com', name: 'Anna' });
  number = await write(anna.client);
});

after(() => desk?.stop());

/** Runs something that has to be over in bounded time, and answers what it answers. */
async function inTime(act, what) {
  const start = performance.now();
  const answer = await act();
  const took = performance.now() - start;
  assert.ok(took < BOUND, `${what} took ${Math.round(took)} ms`);
  return answer;
}

const HOST = 'Host: desk.example';
const FORM = 'Content-Type: application/x-www-form-urlencoded';
const post = (...lines) => head('POST /login HTTP/1.1', HOST, FORM, ...lines);
const SMUGGLED = head('GET /healthz HTTP/1.1', HOST);

describe('request smuggling', () => {
  test('positive control: two honest requests on one connection have two answers', async () => {
    const whole = head('POST /login HTTP/1.1', HOST, FORM, 'Content-Length: 5');
    const { statuses, closed } = await raw(desk, `${whole}a=b&c${SMUGGLED}`);
    assert.deepEqual(statuses, [422, 200]);
    assert.equal(closed, false);
    const chunked = await raw(desk, `${post('Transfer-Encoding: chunked')}5\r\na=b&c\r\n0\r\n\r\n${SMUGGLED}`);
    assert.deepEqual(chunked.statuses, [422, 200]);
  });

  const REFUSED = {
    'TE.TE': post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity') + '0\r\n\r\n',
    'TE.TE, twice the same': post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    'another coding before chunked': post('Transfer-Encoding: gzip, chunked') + '0\r\n\r\n',
    'a coding that is almost chunked': post('Transfer-Encoding: xchunked') + '0\r\n\r\n',
    'a blank before the colon': post('Transfer-Encoding : chunked') + '0\r\n\r\n',
    'a vertical tab before the coding': post('Transfer-Encoding: \x0bchunked') + '0\r\n\r\n',
    'a bare CR that begins a header': post('X: y\rTransfer-Encoding: chunked') + '0\r\n\r\n',
    'obs-fold of Transfer-Encoding': post('Transfer-Encoding:', ' chunked') + '0\r\n\r\n',
    'obs-fold that hides Content-Length': post('X: y', ' Content-Length: 5') + 'a=b&c',
    'chunked in HTTP/1.0': head('POST /login HTTP/1.0', FORM, 'Transfer-Encoding: chunked', 'Connection: keep-alive') + '0\r\n\r\n',
    'two lengths': post('Content-Length: 5', 'Content-Length: 0') + 'a=b&c',
    'a list of lengths': post('Content-Length: 5, 5') + 'a=b&c',
    'a length with a sign': post('Content-Length: +5') + 'a=b&c',
    'a negative length': post('Content-Length: -1') + 'a=b&c',
    'a hexadecimal length': post('Content-Length: 0x5') + 'a=b&c',
    'a length beyond all numbers': post('Content-Length: 99999999999999999999999') + 'a=b&c',
    'a bare LF after a chunk size': post('Transfer-Encoding: chunked') + '3\na=b\n0\n\n',
    'a bare LF in a chunk extension': post('Transfer-Encoding: chunked') + '3;\n\r\na=b\r\n0\r\n\r\n',
    'a chunk size with a prefix': post('Transfer-Encoding: chunked') + '0x3\r\na=b\r\n0\r\n\r\n',
    'a negative chunk size': post('Transfer-Encoding: chunked') + '-3\r\na=b\r\n0\r\n\r\n',
    'a chunk size that overflows': post('Transfer-Encoding: chunked') + '10000000000000003\r\na=b\r\n0\r\n\r\n',
    'a chunk without its end': post('Transfer-Encoding: chunked') + '3\r\na=bXX0\r\n\r\n',
    'a blank before the first header': head('GET / HTTP/1.1', ' X: y', HOST),
    'a header without a name': head('GET / HTTP/1.1', HOST, ': y'),
    'NUL in a header': head('GET / HTTP/1.1', HOST, 'X: a\0b'),
    'no host': head('GET / HTTP/1.1'),
    'two hosts': head('GET / HTTP/1.1', HOST, 'Host: other.example'),
    'a version that is none': head('GET / HTTP/1.9', HOST),
  };
  for (const [what, bytes] of Object.entries(REFUSED)) {
    test(`${what}: 400, and nothing behind it is answered`, async () => {
      const { statuses, closed, text } = await raw(desk, bytes + SMUGGLED);
      assert.deepEqual(statuses, [400], text.slice(0, 300));
      assert.ok(closed, 'the connection is still open');
    });
  }

  // RFC 9112, section 6.3: a server may go by the chunks, and must close the connection behind them.
  for (const [what, lines] of Object.entries({ 'CL.TE': ['Content-Length: 5', 'Transfer-Encoding: chunked'], 'TE.CL': ['Transfer-Encoding: chunked', 'Content-Length: 5'] })) {
    test(`${what}: the chunks are the body, and nothing behind them is answered`, async () => {
      const { statuses, closed } = await raw(desk, `${post(...lines)}0\r\n\r\n${SMUGGLED}`);
      assert.deepEqual(statuses, [422]);
      assert.ok(closed, 'the connection is still open');
    });
  }

  // RFC 9112, section 2.2, lets a server take a bare LF for the end of a line. So what stands after
  // it is a header here too, and its body is a body: no part of it is a request.
  test('a bare LF ends a line, and hides nothing', async () => {
    const { statuses } = await raw(desk, `POST /login HTTP/1.1\r\n${HOST}\r\nX: y\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`);
    assert.deepEqual(statuses, [422]);
  });

  test('by an upgrade to HTTP/2 in the clear: there is none', async () => {
    const upgrade = head('GET /healthz HTTP/1.1', HOST, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA');
    assert.deepEqual((await raw(desk, upgrade)).statuses, [200]);
  });
});

describe('oversize', () => {
  test('a head that is too long is refused, however it is too long', async () => {
    const many = Array.from({ length: 101 }, (_, index) => `X-${index}: y`);
    for (const [bytes, status] of [
      [head('GET / HTTP/1.1', HOST, `X: ${'y'.repeat(600_000)}`), 431],
      [head('GET / HTTP/1.1', HOST, ...many), 431],
      [head(`GET /${'x'.repeat(70_000)} HTTP/1.1`, HOST), 414],
    ]) {
      const { statuses, closed } = await inTime(() => raw(desk, bytes), 'a long head');
      assert.deepEqual(statuses, [status]);
      assert.ok(closed);
    }
  });

  test('a chunked body without an end is cut off', async () => {
    const piece = `${(1 << 20).toString(16)}\r\n${'a'.repeat(1 << 20)}\r\n`;
    const { statuses, closed } = await inTime(() => raw(desk, post('Transfer-Encoding: chunked') + piece.repeat(60), { quiet: 3_000 }), 'an endless body');
    assert.ok(statuses.length <= 1 && [413, undefined].includes(statuses[0]), String(statuses));
    assert.ok(closed);
  });

  test('a length that is announced and never comes costs no memory', async () => {
    const length = 'Content-Length: 1000000000000';
    const waiting = Array.from({ length: 50 }, () => raw(desk, post(length), { quiet: 500 }));
    await Promise.all(waiting);
    assert.equal((await anna.client.get('/requests')).status, 200);
  });
});

describe('host header poisoning', () => {
  const EVIL = 'evil.example';
  const LIES = {
    Host: [`Host: ${EVIL}`],
    'Host with a port': ['Host: 127.0.0.1@evil.example:80'],
    'X-Forwarded-Host': [HOST, `X-Forwarded-Host: ${EVIL}`, `X-Forwarded-Server: ${EVIL}`, `X-Host: ${EVIL}`, `X-HTTP-Host-Override: ${EVIL}`],
    'X-Forwarded-Proto': [HOST, 'X-Forwarded-Proto: gopher', 'X-Forwarded-Port: 6666', 'X-Forwarded-Prefix: //evil.example/'],
    Forwarded: [HOST, `Forwarded: for=127.0.0.1;host=${EVIL};proto=https`],
    'X-Original-URL': [HOST, `X-Original-URL: https://${EVIL}/`, `X-Rewrite-URL: https://${EVIL}/`],
  };
  for (const [what, lines] of [...Object.entries(LIES), ['the absolute form', [HOST]]]) {
    test(`by ${what}: mailed links lead to the desk`, async () => {
      const email = `host-${what.toLowerCase().replace(/[^a-z]/g, '')}@example.com`;
      const body = new URLSearchParams({ email }).toString();
      for (const path of ['/register', '/password']) {
        const target = what === 'the absolute form' ? `http://${EVIL}${path}` : path;
        const { statuses, text } = await raw(desk, head(`POST ${target} HTTP/1.1`, ...lines, FORM, `Content-Length: ${body.length}`) + body);
        assert.deepEqual(statuses, [303]);
        assert.doesNotMatch(text, /evil\.example|gopher/);
      }
      const mail = await desk.mail({ to: email });
      assert.ok(mail.links.length > 0);
      for (const link of mail.links) assert.equal(new URL(link).origin, new URL(desk.url).origin);
      assert.doesNotMatch(mail.raw, /evil\.example|gopher|:6666/);
    });
  }
});

describe('path traversal', () => {
  test('in the paths of assets, mails and files: nothing but 404', async () => {
    const climbs = ['..', '%2e%2e', '..%2f', '%2e%2e%2f', '..%5c', '..%252f', '....//', '%c0%ae%c0%ae%c0%af', '..%00', '..;'];
    for (const base of ['/assets/', '/pkg/', '/look/', '/dev/mail/', `/requests/${number}/files/`]) {
      for (const climb of climbs) {
        for (const rest of ['master.key', 'etc/passwd', 'Cargo.toml']) {
          const { statuses, text } = await raw(desk, head(`GET ${base}${`${climb}/`.repeat(4)}${rest} HTTP/1.1`, HOST, 'Connection: close'));
          assert.ok([404, 303, 400].includes(statuses[0]), `${base}${climb}: ${statuses}`);
          assert.doesNotMatch(text, /root:x:|\[workspace\]/);
        }
      }
    }
  });

  test('positive control: an asset is served under its own name', async () => {
    const { text } = await new Client(desk).get('/');
    const [, asset] = /href="(\/assets\/[^"]+\.css)"/.exec(text);
    assert.equal((await new Client(desk).get(asset)).status, 200);
  });
});

describe('hash flooding', () => {
  /** Names on which weak hash functions (times 31 or 33, plus the next sign) agree. */
  const colliding = (count) => Array.from({ length: count }, (_, index) => [...index.toString(2).padStart(14, '0')].map((bit) => (bit === '0' ? 'Aa' : 'BB')).join(''));

  test('10,000 colliding fields of a form are refused in bounded time', async () => {
    const fields = colliding(10_000).map((name) => `${name}=x`).join('&');
    for (const path of ['/login', '/api/ui/sign-in']) {
      const { status } = await inTime(() => new Client(desk).post(path, fields), 'fields');
      assert.equal(status, 400);
    }
  });

  test('10,000 parts of a form are refused in bounded time', async () => {
    const parts = colliding(10_000).map((name) => Buffer.from(`Content-Disposition: form-data; name="${name}"\r\n\r\nx`));
    for (const path of ['/requests/new', '/api/ui/requests/send']) {
      const { status } = await inTime(() => new Client(desk).multipart(path, parts), 'parts');
      assert.equal(status, 400);
    }
  });

  test('colliding query parameters and cookies do no harm', async () => {
    const query = colliding(2_000).map((name) => `${name}=x`).join('&').slice(0, 60_000);
    assert.equal((await inTime(() => new Client(desk).get(`/login?${query}`), 'parameters')).status, 200);
    assert.equal((await inTime(() => anna.client.get(`/requests?${query}`), 'parameters')).status, 200);
    const cookie = colliding(500).map((name) => `${name}=x`).join('; ');
    assert.equal((await inTime(() => new Client(desk).get('/', { cookie }), 'cookies')).status, 200);
  });
});

describe('cache poisoning', () => {
  /** A page without what differs in every answer. */
  const bare = (text) =>
    text
      .replace(/nonce="[^"]*"/g, '')
      .replace(/crossorigin="[^"]*"/g, '')
      .replace(/name="(once|stamp)" value="[^"]*"/g, '')
      .replace(/"(once|stamp)":"[^"]*"/g, '');
  const UNKEYED = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-scheme': 'nothttps',
    'x-forwarded-proto': 'http',
    'x-original-url': '/agent',
    'x-rewrite-url': '/agent',
    'x-http-method-override': 'DELETE',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-prefix': '//evil.example',
    forwarded: 'for=192.0.2.1;host=evil.example',
    origin: 'https://evil.example',
    referer: 'https://evil.example/',
    range: 'bytes=0-10',
    'accept-encoding': 'identity',
    'user-agent': '<script>alert(1)</script>',
    'x-nonce': 'abc',
  };

  test('no page is kept by a cache, and no header that caches do not know changes it', async () => {
    const open = (await pageRoutes()).filter(({ path, methods }) => methods.includes('GET') && !path.includes('{')).map(({ path }) => path);
    assert.ok(open.length > 20);
    for (const path of open.filter((path) => !path.startsWith('/events'))) {
      const plain = await new Client(desk).get(path);
      if (plain.status !== 303) assert.match(plain.headers.get('cache-control') ?? '', /no-store/, path);
      for (const [name, value] of Object.entries(UNKEYED)) {
        const lied = await new Client(desk).get(path, { [name]: value });
        const where = `${path} with ${name}`;
        assert.equal(lied.status, plain.status, where);
        assert.equal(lied.location, plain.location, where);
        assert.equal(bare(lied.text), bare(plain.text), where);
      }
    }
  });

  test('what caches may keep is the same for everybody', async () => {
    const { text } = await new Client(desk).get('/requests/new');
    const kept = [...new Set([...text.matchAll(/(?:href|src)="(\/(?:assets|pkg|look)\/[^"]+)"/g)].map(([, path]) => path))];
    assert.ok(kept.length >= 3);
    for (const path of kept) {
      const plain = await new Client(desk).get(path, { 'accept-encoding': 'identity' });
      assert.match(plain.headers.get('cache-control'), /immutable/);
      assert.equal(plain.headers.getSetCookie().length, 0);
      for (const [name, value] of Object.entries(UNKEYED)) {
        const lied = await new Client(desk).get(path, { 'accept-encoding': 'identity', [name]: value });
        assert.equal(lied.status, 200, `${path} with ${name}`);
        assert.ok(lied.bytes.equals(plain.bytes), `${path} with ${name}`);
      }
      assert.ok((await anna.client.get(path, { 'accept-encoding': 'identity' })).bytes.equals(plain.bytes));
    }
  });

  test('a page does not become a file by the end of its address', async () => {
    for (const path of ['/account/x.css', '/account;.css', '/account%2fx.css', '/account%00.css', '/requests/x.js', '/account/.css']) {
      const answer = await anna.client.get(path);
      assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
      assert.doesNotMatch(answer.headers.get('cache-control') ?? '', /public|immutable/);
      assert.doesNotMatch(answer.text, /anna@example\.com/);
    }
  });
});

describe('the live events of others', () => {
  /** The status and headers of an answer that does not end. */
  const listen = async (client, path, headers = {}) => {
    const answer = await fetch(new URL(path, desk.url), { redirect: 'manual', headers: { cookie: `tresen-session=${client?.cookie('tresen-session') ?? ''}`, ...headers } });
    await answer.body?.cancel();
    return answer;
  };

  test('cannot be listened to', async () => {
    const bert = await registered(desk, { email: 'bert@example.com' });
    assert.equal((await listen(anna.client, `/events/requests/${number}`)).status, 200);
    assert.equal((await listen(bert.client, `/events/requests/${number}`)).status, 404);
    assert.equal((await listen(bert.client, `/events/requests/${number}?agent=true`)).status, 403);
    assert.equal((await listen(bert.client, '/events/queue')).status, 403);
    assert.equal((await listen(null, `/events/requests/${number}`)).status, 303);
    assert.equal((await listen(null, `/events/requests/${number}?token=forged`)).status, 410);
  });

  test('end with the session: whoever has logged out hears nothing more', async () => {
    const here = await registered(desk, { email: 'cleo@example.com' });
    const there = new Client(desk);
    await there.login(here);
    const own = await write(here.client, { subject: 'A matter of Cleo' });
    for (const [client, hears] of [[there, true], [here.client, false]]) {
      const signal = AbortSignal.timeout(20_000);
      const cookie = `tresen-session=${here.client.cookie('tresen-session')}`;
      const answer = await fetch(new URL(`/events/requests/${own}`, desk.url), { headers: { cookie }, signal });
      if (!hears) {
        await there.login(here);
        await client.post('/logout');
      }
      const sent = await there.post(`/requests/${own}`, { body: 'One more thing', once: crypto.randomUUID() });
      assert.equal(sent.status, 303);
      let heard = '';
      const reader = answer.body.getReader();
      for (let end = false; !end && !heard.includes('news'); ) {
        const { done, value } = await reader.read();
        end = done;
        heard += Buffer.from(value ?? []).toString();
      }
      await reader.cancel();
      assert.equal(heard.includes('event: news'), hears);
    }
  });

  test('cannot be read by another site, which gets no permission and no cookie', async () => {
    const answer = await listen(anna.client, `/events/requests/${number}`, { origin: 'https://evil.example' });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    assert.equal(answer.headers.get('access-control-allow-credentials'), null);
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
    // There is no WebSocket to hijack.
    const upgrade = await raw(desk, head('GET /events/queue HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='));
    assert.ok(!upgrade.statuses.includes(101), String(upgrade.statuses));
  });
});

describe('clickjacking', () => {
  test('no answer may be framed, whatever it is', async () => {
    const client = anna.client;
    for (const path of ['/', '/login', '/account', '/account/delete', `/requests/${number}`, '/nowhere', '/agent', '/healthz', '/api/ui/page/mine?address=/requests', '/api/ui/nothing']) {
      const { headers } = await client.get(path);
      assert.equal(headers.get('x-frame-options'), 'DENY', path);
      assert.match(headers.get('content-security-policy'), /frame-ancestors 'none'/, path);
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', path);
    }
  });
});

// Last: it reads the log of everything above.
describe('log injection', () => {
  const LINES = '\n2026-01-01T00:00:00Z ERROR forged line\r\n\x1b[2J\x1b[31mred\x1b]0;title\x07\u2028\u0085\x00\x9b31m';

  test('whatever is sent, each line of the log is the program’s own', async () => {
    const client = new Client(desk);
    const hostile = { ...filled(), email: `a${LINES}@example.com`, name: LINES, subject: LINES, body: LINES, token: LINES, password: LINES, next: LINES, return_to: LINES, once: LINES, kind: LINES, act: LINES, session: LINES, receipt: LINES, visibility: LINES, status: LINES };
    for (const { path, methods } of await pageRoutes()) {
      const address = path.replace(/\{[^}]+\}/g, encodeURIComponent(LINES));
      if (methods.includes('POST')) for (const who of [client, anna.client]) if (path !== '/logout') await who.post(address, hostile);
      if (methods.includes('GET')) await client.get(`${address}?token=${encodeURIComponent(LINES)}&q=${encodeURIComponent(LINES)}`);
    }
    for (const path of await serverFunctions()) {
      for (const who of [client, anna.client]) {
        await who.post(path, { ...hostile, number: LINES, id: LINES, comment: LINES, address: LINES, last: LINES, agent: LINES });
        await who.upload(path, { ...hostile, number: LINES }, [{ name: LINES, content: LINES }]);
        await who.get(`${path}?address=${encodeURIComponent(LINES)}`);
      }
    }
    for (const name of ['User-Agent', 'Referer', 'Accept-Language', 'X-Forwarded-For', 'Cookie', 'Origin']) {
      await raw(desk, head('GET /forged%0A%1b HTTP/1.1', HOST, `${name}: a\tERROR forged line \x9b31m \xff`), { quiet: 200 });
    }
    // What breaks is logged: a message that the mail worker cannot deliver, a database that is gone.
    for (const line of desk.log.split('\n').filter(Boolean)) {
      assert.match(line.replace(/\x1b\[\d*m/g, ''), /^\d{4}-\d\d-\d\dT[\d:.]+Z +(ERROR|WARN|INFO|DEBUG) /, JSON.stringify(line));
      assert.doesNotMatch(line.replace(/\x1b\[\d*m/g, ''), /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|forged line|red\]0/, JSON.stringify(line));
    }
    assert.match(desk.log, /INFO/);
  });
});
