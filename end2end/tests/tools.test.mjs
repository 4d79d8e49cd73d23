// The tools of these tests see what they should see: a guard that sleeps would let everything pass.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { launch, live, withPage } from '../lib/browser.mjs';
import { parseMail } from '../lib/mail.mjs';

const POLICY = "default-src 'none'; script-src 'nonce-1'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

const PAGES = {
  '/good': '<h1>Good</h1><p>Text</p><img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">',
  '/console': '<script nonce="1">console.error("broken")</script>',
  '/uncaught': '<script nonce="1">throw new Error("broken")</script>',
  '/missing': '<img alt="" src="/nothing.png">',
  '/inline': '<p style="color: red">Red</p>',
  '/other-host': '<a href="http://example.invalid/">Away</a>',
  '/image': '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">',
};

describe('the guard', () => {
  let browser;
  let server;
  let site;

  before(async () => {
    server = createServer((request, answer) => {
      const body = PAGES[request.url];
      answer.writeHead(body ? 200 : 404, { 'content-type': 'text/html', 'content-security-policy': POLICY });
      answer.end(`<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,"><main>${body ?? ''}</main></html>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    site = { url: `http://127.0.0.1:${server.address().port}` };
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    server.close();
  });

  const open = (path, options = {}) =>
    withPage(browser, site, options, async (page) => {
      await page.goto(path);
      await live(page);
    });

  test('lets a good page pass', () => open('/good'));

  for (const [path, problem] of [
    ['/console', /broken/],
    ['/uncaught', /broken/],
    ['/missing', /status of 404/],
    ['/inline', /Content Security Policy/],
  ]) {
    test(`sees ${path}`, () => assert.rejects(open(path), problem));
  }

  test('sees a broken policy without JavaScript too', () =>
    assert.rejects(open('/inline', { javaScript: false }), /Content Security Policy/));

  test('sees another host', () =>
    assert.rejects(
      withPage(browser, site, {}, async (page) => {
        await page.goto('/other-host');
        await page.locator('a').click();
        await page.waitForLoadState().catch(() => {});
        await page.waitForTimeout(200);
      }),
      /another host/,
    ));

  test('allows what a test expects', () => open('/missing', { allow: [/status of 404/] }));

  test('axe runs under the policy and finds what is wrong', () =>
    withPage(browser, site, {}, async (page) => {
      await page.goto('/good');
      await axe(page);
      await page.goto('/image');
      await assert.rejects(axe(page), /image-alt/);
    }));
});

test('mails are read as mail programs read them', () => {
  const mail = parseMail(
    [
      'From: Desk <desk@example.com>',
      'To: =?utf-8?Q?J=C3=BCrgen_?=',
      ' =?utf-8?B?w4Rw?= <j@example.com>',
      'Subject: =?utf-8?b?R3LDvMOfZQ==?=',
      'Content-Type: multipart/alternative; boundary="b 1"',
      '',
      'preamble',
      '--b 1',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Gr=C3=BC=C3=9Fe: https://desk.example/register?token=3Dab=',
      'cd.',
      '--b 1',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<a href="https://desk.example/x?a=1&amp;b=2">Grüße</a>').toString('base64'),
      '--b 1--',
      '',
    ].join('\r\n'),
  );
  assert.equal(mail.to, 'Jürgen Äp <j@example.com>');
  assert.equal(mail.subject, 'Grüße');
  assert.equal(mail.text, 'Grüße: https://desk.example/register?token=abcd.');
  assert.match(mail.html, /Grüße/);
  assert.deepEqual(mail.links, ['https://desk.example/register?token=abcd', 'https://desk.example/x?a=1&b=2']);
});
