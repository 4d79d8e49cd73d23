// The whole way of a customer and of an agent who answers: one story, told with WASM and without
// JavaScript. Each test is a step of it and begins where the one before it ended.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { check, launch, live, login, openPage } from './browser.mjs';
import { findBytes } from './bytes.mjs';
import { Client, errorOf, words } from './client.mjs';
import { startDesk } from './desk.mjs';
import { linkTo, tokenIn, write } from './people.mjs';

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mNIKZmJFTEMLQkA/pVcQdcmDmIAAAAASUVORK5CYII=',
  'base64',
);

const CUSTOMER = {
  email: 'quendoline.zwirn@example.com',
  newEmail: 'zwirnstein.neu@example.net',
  name: 'Quendoline Zwirnstein',
  newName: 'Quendolinchen Garnrolle',
  subject: 'Blaubeerkuchen without blueberries',
  body: 'Yesterday I bought a Blaubeerkuchen,\nand there was no Heidelbeere in it.',
  file: 'Kuchenbeleg.txt',
  fileText: 'Kassenzettel Nummer siebenundvierzigelf',
  reply: 'Here is a Krümelfoto of the cake.',
  picture: 'Krümelfoto.png',
  password: 'Kaktus Fahrplan Regenschirm 88',
  changedPassword: 'Leuchtturm Besenstiel Marmelade 17',
  lastPassword: 'Ziegenpeter Dachboden Pinguin 63',
};
const AGENT = {
  note: 'Among us: the Bäckermeister forgot them.',
  first: 'We are sorry for the missing Waldbeeren.',
  second: 'A new Obsttorte is on its way.',
  file: 'Gutschein.txt',
};

/** Tells the story. */
export function journey({ javaScript }) {
  describe(`the whole way, ${javaScript ? 'live' : 'without JavaScript'}`, () => {
    let agent;
    let browser;
    let desk;
    let number;
    let staff;
    let visitor;

    before(async () => {
      [desk, browser] = await Promise.all([startDesk(), launch()]);
      staff = await desk.addPerson({ name: 'Ada Agent' });
      [visitor, agent] = await Promise.all([open(), open()]);
    });

    after(async () => {
      await browser?.close();
      await desk?.stop();
    });

    /** A page of its own. What it may complain of can be changed while it is open. */
    async function open() {
      const allow = [];
      const page = await openPage(browser, desk, { javaScript, allow });
      return { page, allow };
    }

    /** A step: whatever the pages complained of in it fails it. */
    function step(name, act) {
      test(name, async () => {
        await act();
        for (const { page } of [visitor, agent]) check(page);
      });
    }

    /** Chromium writes every refused form into the console; here it is meant to be refused. */
    async function refused(who, act) {
      who.allow.push(/status of 422/);
      await act();
      who.allow.pop();
    }

    async function go(page, address) {
      await page.goto(address);
      await live(page);
    }

    /** Presses what leads to another page, and waits for it. */
    async function follow(page, locator, to) {
      await Promise.all([page.waitForURL((url) => to.test(url.pathname + url.search)), locator.click()]);
      await live(page);
    }

    const button = (page, name) => page.getByRole('button', { name, exact: true });
    const main = (page) => page.locator('main');
    const said = (page, text) => main(page).getByText(text).first().waitFor();
    /** Without WASM the browser's own checks keep the most of it from being sent at all. */
    const withoutChecks = (page) => page.evaluate(() => document.querySelectorAll('form').forEach((form) => (form.noValidate = true)));
    const focused = (page) => page.evaluate(() => document.activeElement.id);

    /** Reloads until something is there that a worker brings about. */
    async function until(page, locator) {
      const end = Date.now() + 15_000;
      while ((await locator.count()) === 0) {
        if (Date.now() > end) throw new Error(`${page.url()} never showed ${locator}.`);
        await sleep(100);
        await page.reload();
        await live(page);
      }
    }

    step('the front page leads to a new request', async () => {
      const { page } = visitor;
      await go(page, '/');
      assert.match(await page.locator('h1').innerText(), /help you/);
      for (const href of ['/requests/new', '/requests', '/privacy']) assert.notEqual(await main(page).locator(`a[href="${href}"]`).count(), 0, href);
      await follow(page, main(page).getByRole('link', { name: 'New request', exact: true }), /^\/requests\/new$/);
    });

    step('a request with mistakes is refused beside the fields, and keeps what was typed', async () => {
      const { page } = visitor;
      await page.locator('#email').fill('quendoline.zwirn@');
      await page.locator('#name').fill(CUSTOMER.name);
      await page.locator('#kind').selectOption('problem');
      await page.locator('#subject').fill(CUSTOMER.subject);
      await page.locator('#attachments').setInputFiles({ name: CUSTOMER.file, mimeType: 'text/plain', buffer: Buffer.from(CUSTOMER.fileText) });
      if (!javaScript) await withoutChecks(page);
      await refused(visitor, async () => {
        await button(page, 'Send request').click();
        await page.locator('#email-error:not([hidden])').waitFor();
      });
      assert.match(await page.locator('#email-error').innerText(), /not a complete mail address/);
      assert.match(await page.locator('#body-error').innerText(), /write what we can do/);
      assert.match(await page.locator('#consent-error').innerText(), /Without your consent/);
      assert.equal(await page.locator('#subject-error').isVisible(), false);
      for (const field of ['email', 'body', 'consent']) assert.equal(await page.locator(`#${field}`).getAttribute('aria-invalid'), 'true');
      assert.equal(await page.locator('#email').inputValue(), 'quendoline.zwirn@');
      assert.equal(await page.locator('#name').inputValue(), CUSTOMER.name);
      assert.equal(await page.locator('#kind').inputValue(), 'problem');
      assert.equal(await page.locator('#subject').inputValue(), CUSTOMER.subject);
      await said(page, 'Please check what is marked');
      if (javaScript) {
        assert.equal(await focused(page), 'email');
        assert.equal(await page.locator('#attachments').evaluate((input) => input.files.length), 1);
      }
    });

    step('put right, it is sent and has a number', async () => {
      const { page } = visitor;
      await page.locator('#email').fill(CUSTOMER.email);
      await page.locator('#body').fill(CUSTOMER.body);
      await page.locator('#consent').check();
      if (!javaScript) await page.locator('#attachments').setInputFiles({ name: CUSTOMER.file, mimeType: 'text/plain', buffer: Buffer.from(CUSTOMER.fileText) });
      await follow(page, button(page, 'Send request'), /^\/requests\/sent\?number=/);
      number = await main(page).locator('.slip').innerText();
      assert.match(number, /^T-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
      // Whoever reloads asks for the same page.
      await page.reload();
      await live(page);
      assert.equal(await main(page).locator('.slip').innerText(), number);
    });

    let confirmation;
    step('the confirmation has number and links, and repeats nothing that was typed', async () => {
      confirmation = await desk.mail({ to: CUSTOMER.email });
      assert.match(confirmation.subject, new RegExp(number));
      for (const part of [confirmation.text, confirmation.html]) {
        assert.match(part, new RegExp(number));
        for (const typed of [CUSTOMER.name, 'Quendoline', 'Blaubeerkuchen', 'Heidelbeere', CUSTOMER.file]) {
          assert.ok(!part.includes(typed) && !confirmation.subject.includes(typed) && !confirmation.to.includes(typed), typed);
        }
      }
      linkTo(confirmation, `/requests/${number}`);
      linkTo(confirmation, '/register');
    });

    step('its link opens this one request, without an account', async () => {
      const { page } = visitor;
      await go(page, linkTo(confirmation, `/requests/${number}`));
      assert.equal(await page.locator('h1').innerText(), CUSTOMER.subject);
      assert.equal(await page.locator('.comment-body').innerText(), CUSTOMER.body);
      await said(page, CUSTOMER.file);
      assert.equal((await page.goto('/requests')).status(), 200);
      assert.equal(new URL(page.url()).pathname, '/login');
      await live(page);
    });

    step('the registration link refuses a weak password in words', async () => {
      const { page } = visitor;
      await go(page, linkTo(confirmation, '/register'));
      await page.locator('#password').fill('password1234');
      if (javaScript) await page.locator('.password-strength [role=status]').getByText(/guessed|Not enough/).waitFor();
      await refused(visitor, async () => {
        await button(page, 'Create account').click();
        await page.locator('#password-error:not([hidden])').waitFor();
      });
      assert.match(await page.locator('#password-error').innerText(), /guessed quickly/);
      assert.equal(await page.locator('#password').inputValue(), '');
      if (javaScript) assert.equal(await focused(page), 'password');
    });

    step('with a strong one the customer is in, and the request is there', async () => {
      const { page } = visitor;
      await page.locator('#password').fill(CUSTOMER.password);
      if (javaScript) await page.locator('.password-strength [role=status]').getByText(/Good|Very good/).waitFor();
      await follow(page, button(page, 'Create account'), /^\/requests$/);
      assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), [CUSTOMER.subject]);
      assert.equal(await page.locator('.unread-mark').count(), 0);
    });

    step('an agent logs in and finds it unread', async () => {
      const { page } = agent;
      await login(page, staff);
      await live(page);
      assert.equal(new URL(page.url()).pathname, '/agent');
      const row = page.locator('.queue tbody tr');
      assert.equal(await row.count(), 1);
      assert.match(await row.innerText(), new RegExp(`${CUSTOMER.subject}[^]*${number}[^]*${CUSTOMER.name}`));
      assert.match(await row.getAttribute('class'), /unread/);
      await follow(page, row.getByRole('link', { name: CUSTOMER.subject }), new RegExp(`^/agent/requests/${number}$`));
      for (const fact of [CUSTOMER.email, CUSTOMER.name, CUSTOMER.file]) await said(page, fact);
    });

    const noteAndAnswer = async (page, text, press, after) => {
      await page.locator('#body').fill(text);
      if (after) await page.locator('#status-afterwards').selectOption(after);
      await button(page, press).click();
      await page.locator('.comment-body').getByText(text).waitFor();
      await live(page);
    };

    step('writes an internal note, which is marked as such', async () => {
      const { page } = agent;
      await noteAndAnswer(page, AGENT.note, 'Save as internal note');
      assert.equal(await page.locator('.comment.note .comment-body').innerText(), AGENT.note);
      assert.match(await page.locator('.comment.note').innerText(), /never shown to the customer/);
    });

    step('sets priority, assignee and status, and the history tells it', async () => {
      const { page } = agent;
      await page.locator('.panel select[name=priority]').selectOption('high');
      await page.locator('.panel select[name=assignee]').selectOption({ label: staff.name });
      await page.locator('.panel select[name=status]').selectOption('waiting');
      await button(page, 'Save').click();
      await page.locator('.history').getByText('changed the priority').waitFor();
      await live(page);
      const history = await page.locator('.history').innerText();
      for (const change of [/priority from “Normal” to “High”/, /took the request/, /status from “Open” to “Waiting”/]) assert.match(history, change);
      assert.equal(await page.locator('.panel select[name=priority]').inputValue(), 'high');
      assert.equal(await page.locator('.panel select[name=status]').inputValue(), 'waiting');
      assert.equal(await page.locator('#request-status').innerText(), 'Waiting');
    });

    step('answers with a file', async () => {
      const { page } = agent;
      await page.locator('#attachments').setInputFiles({ name: AGENT.file, mimeType: 'text/plain', buffer: Buffer.from('One cake') });
      await noteAndAnswer(page, AGENT.first, 'Send answer', 'waiting');
      await said(page, AGENT.file);
      await go(page, '/agent');
      assert.doesNotMatch((await page.locator('.queue tbody tr').getAttribute('class')) ?? '', /unread/);
      assert.match(await page.locator('.queue tbody tr').innerText(), /Waiting[^]*High[^]*Ada Agent/);
    });

    step('the customer gets it by mail, in the same thread', async () => {
      const mail = await desk.mail({ to: CUSTOMER.email, subject: /^Re: / });
      const id = confirmation.headers.get('message-id');
      assert.match(id, /^<[^<>@\s]+@[^<>@\s]+>$/);
      assert.equal(mail.headers.get('in-reply-to'), id);
      assert.ok(mail.headers.get('references').split(/\s+/).includes(id));
      assert.notEqual(mail.headers.get('message-id'), id);
      assert.match(mail.subject, new RegExp(`${number}.*${CUSTOMER.subject}`));
      for (const part of [mail.text, mail.html]) {
        assert.match(part, /missing Waldbeeren/);
        assert.doesNotMatch(part, /Bäckermeister/);
      }
      linkTo(mail, `/requests/${number}`);
      assert.equal((await desk.mails()).filter(({ to }) => to.includes(CUSTOMER.email)).length, 2, 'A note is no mail.');
    });

    step('the list marks it as unread until it is read', async () => {
      const { page } = visitor;
      await go(page, '/requests');
      assert.equal(await page.locator('.unread-mark').innerText(), 'New answer');
      await follow(page, page.getByRole('link', { name: CUSTOMER.subject }), new RegExp(`^/requests/${number}$`));
      await said(page, AGENT.first);
      await said(page, 'Waiting for you');
      assert.equal(await main(page).getByText('Bäckermeister').count(), 0);
      const answer = page.locator('.comment.theirs');
      assert.match(await answer.innerText(), /Ada Agent[^]*Gutschein\.txt/);
      await go(page, '/requests');
      assert.equal(await page.locator('.unread-mark').count(), 0);
    });

    step(javaScript ? 'the open page shows the next answer without reloading' : 'the next answer is there after reloading', async () => {
      const { page } = visitor;
      const listening = javaScript ? page.waitForResponse((answer) => answer.url().includes('/events/requests/')) : null;
      await go(page, `/requests/${number}`);
      await listening;
      await page.locator('#body').fill('Half a thought');
      await page.evaluate(() => (document.documentElement.dataset.sameDocument = ''));
      await go(agent.page, `/agent/requests/${number}`);
      await noteAndAnswer(agent.page, AGENT.note + ' Again.', 'Save as internal note');
      await noteAndAnswer(agent.page, AGENT.second, 'Send answer', 'resolved');
      if (javaScript) {
        await page.locator('.comment-body').getByText(AGENT.second).waitFor();
        await page.locator('#request-status').getByText('Resolved').waitFor();
        assert.equal(await page.locator('html[data-same-document]').count(), 1);
        assert.equal(await page.locator('#body').inputValue(), 'Half a thought');
        assert.notEqual(await page.locator('#thread-news').innerText(), '');
      } else {
        await page.reload();
        await page.locator('.comment-body').getByText(AGENT.second).waitFor();
      }
      assert.equal(await main(page).getByText('Bäckermeister').count(), 0);
      // One mail: the answer, and that with it the request is resolved.
      const last = await desk.mail({ to: CUSTOMER.email, subject: /^Re: /, skip: 1 });
      assert.ok(last.text.replace(/\s+/g, ' ').includes(AGENT.second), last.text);
      assert.match(last.text, /your request is resolved/);
    });

    step('the customer replies with a picture, which is shown', async () => {
      const { page } = visitor;
      await go(agent.page, '/agent?view=all');
      await go(page, `/requests/${number}`);
      await page.locator('#body').fill(CUSTOMER.reply);
      await page.locator('#attachments').setInputFiles({ name: CUSTOMER.picture, mimeType: 'image/png', buffer: PICTURE });
      await button(page, 'Send reply').click();
      await page.locator('.comment-body').getByText(CUSTOMER.reply).waitFor();
      await live(page);
      assert.equal(await page.locator('.comment-body').count(), 4);
      await page.locator('#request-status').getByText('Open', { exact: true }).waitFor();
      const preview = page.locator('.attachment.picture img');
      await preview.scrollIntoViewIfNeeded();
      await preview.evaluate((image) => image.decode());
      assert.ok(await preview.evaluate((image) => image.naturalWidth === 8));

      const href = await page.locator('.attachment.picture').getAttribute('href');
      const download = await page.request.get(href);
      const headers = download.headers();
      assert.deepEqual(await download.body(), PICTURE);
      assert.equal(headers['content-type'], 'image/png');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['content-security-policy'], "sandbox; default-src 'none'");
      assert.equal(headers['content-disposition'], `attachment; filename="Kr_melfoto.png"; filename*=UTF-8''${encodeURIComponent(CUSTOMER.picture)}`);
    });

    step('the agent hears of it', async () => {
      const { page } = agent;
      if (javaScript) await page.locator('main [role=status]').getByText('There is something new.').waitFor();
      await go(page, '/agent');
      assert.match(await page.locator('.queue tbody tr').getAttribute('class'), /unread/);
    });

    step('the customer closes the request, and opens it again', async () => {
      const { page } = visitor;
      const status = page.locator('#request-status .status');
      await button(page, 'Close request').click();
      await status.getByText('Closed', { exact: true }).waitFor();
      await live(page);
      await button(page, 'Open again').click();
      await status.getByText('Open', { exact: true }).waitFor();
      await live(page);
    });

    step('an agent writes a request down for somebody who called', async () => {
      const { page } = agent;
      await go(page, '/agent');
      await follow(page, main(page).getByRole('link', { name: 'Write down a call' }), /^\/agent\/requests\/new$/);
      await page.locator('#email').fill('caller@example.org');
      await page.locator('#name').fill('Caspar Caller');
      await page.locator('select[name=language]').last().selectOption('de');
      await page.locator('#kind').selectOption('question');
      await page.locator('#subject').fill('Opening hours');
      await page.locator('#body').fill('Asked on the phone when we open.');
      await follow(page, button(page, 'Save request'), /^\/agent\/requests\/T-/);
      await said(page, 'Caspar Caller');
      const mail = await desk.mail({ to: 'caller@example.org' });
      assert.match(mail.text, /Sie haben mit uns gesprochen/);
      assert.doesNotMatch(mail.subject + mail.text + mail.html + mail.to, /Opening|phone|Caspar/);
    });

    step('the customer changes the name and the language', async () => {
      const { page } = visitor;
      await go(page, '/account');
      await page.locator('#name').fill(CUSTOMER.newName);
      await follow(page, button(page, 'Save name'), /done=name/);
      await said(page, 'Your name has been saved.');
      assert.equal(await page.locator('#name').inputValue(), CUSTOMER.newName);
      await page.locator('#account-language').selectOption('de');
      await follow(page, button(page, 'Save language'), /done=language/);
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      await said(page, 'Die Sprache ist gespeichert.');
    });

    step('changes the password', async () => {
      const { page } = visitor;
      await page.locator('#current_password').fill('not this one');
      await page.locator('#new-password').fill(CUSTOMER.changedPassword);
      await refused(visitor, async () => {
        await button(page, 'Passwort ändern').click();
        await page.locator('#current_password-error:not([hidden])').waitFor();
      });
      await page.locator('#current_password').fill(CUSTOMER.password);
      await page.locator('#new-password').fill(CUSTOMER.changedPassword);
      await follow(page, button(page, 'Passwort ändern'), /done=password/);
      await desk.mail({ to: CUSTOMER.email, subject: 'Ihr Passwort wurde geändert' });
    });

    step('takes a new address, which is proven first; the old one is told', async () => {
      const { page } = visitor;
      await page.locator('#email').fill(CUSTOMER.newEmail);
      await page.locator('#address-password').fill(CUSTOMER.changedPassword);
      await follow(page, button(page, 'Link zusenden'), /done=address/);
      const mail = await desk.mail({ to: CUSTOMER.newEmail });
      assert.doesNotMatch(mail.text + mail.html + mail.to, /Quendol/);
      await said(page, CUSTOMER.email);
      await go(page, linkTo(mail, '/account/address'));
      await follow(page, button(page, 'Neue Adresse bestätigen'), /confirmed/);
      const told = await desk.mail({ to: CUSTOMER.email, subject: 'Ihre E-Mail-Adresse wurde geändert' });
      assert.ok(!told.text.includes(CUSTOMER.newEmail));
      await go(page, '/account');
      await said(page, CUSTOMER.newEmail);
    });

    step('ends the session of another browser', async () => {
      const { page } = visitor;
      const other = await open();
      await login(other.page, { email: CUSTOMER.newEmail, password: CUSTOMER.changedPassword });
      await go(page, '/account');
      assert.equal(await main(page).getByText('Ein anderer Browser').count(), 1);
      await follow(page, page.locator('form[action="/account/sessions/end"] button'), /done=session/);
      assert.equal(await main(page).getByText('Ein anderer Browser').count(), 0);
      await other.page.goto('/requests');
      assert.equal(new URL(other.page.url()).pathname, '/login');
      await live(other.page);
      check(other.page);
      await other.page.context().close();
    });

    step('logs out, has forgotten the password, and gets in by mail', async () => {
      const { page } = visitor;
      await follow(page, page.locator('.site-header form[action="/logout"] button'), /^\/$/);
      await go(page, '/login');
      await follow(page, page.getByRole('link', { name: 'Passwort vergessen?' }), /^\/password$/);
      await page.locator('#email').fill(CUSTOMER.newEmail);
      await follow(page, button(page, 'Link zusenden'), /^\/password\?sent/);
      const mail = await desk.mail({ to: CUSTOMER.newEmail, subject: 'Wählen Sie ein neues Passwort' });
      await go(page, linkTo(mail, '/password'));
      await page.locator('#password').fill(CUSTOMER.lastPassword);
      await follow(page, button(page, 'Passwort speichern'), /^\/requests$/);
      assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), [CUSTOMER.subject]);
    });

    step('more than a page of requests: paging, searching, filtering', async () => {
      const { page } = visitor;
      const client = new Client(desk);
      await client.login({ email: CUSTOMER.newEmail, password: CUSTOMER.lastPassword });
      for (let index = 1; index <= 27; index++) {
        await write(client, { subject: `Serviettenring ${index}`, body: index === 5 ? 'Der mit dem Eichhörnchen.' : 'Einer mehr.' });
      }
      await go(page, '/requests');
      const rows = page.locator('.request-row');
      assert.equal(await rows.count(), 25);
      assert.match(await rows.first().innerText(), /Serviettenring 27/);
      await follow(page, main(page).getByRole('link', { name: 'Ältere Anfragen' }), /after=/);
      assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), ['Serviettenring 2', 'Serviettenring 1', CUSTOMER.subject]);
      assert.equal(await main(page).getByRole('link', { name: 'Ältere Anfragen' }).count(), 0);
      await follow(page, main(page).getByRole('link', { name: 'Zum Anfang' }), /^\/requests$/);

      await page.locator('input[name=q]').fill('eichhörnchen');
      await follow(page, button(page, 'Suchen'), /q=/);
      await until(page, rows);
      assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), ['Serviettenring 5']);
      // What an agent wrote to the customer is found too; what agents wrote among themselves is not.
      await go(page, '/requests?q=Obsttorte');
      await until(page, rows);
      await go(page, '/requests?q=Bäckermeister');
      assert.equal(await rows.count(), 0);
      await said(page, 'Nichts gefunden');
      await go(page, `/requests?q=${number}`);
      assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), [CUSTOMER.subject]);

      await client.post(`/requests/${number}/close`, {});
      await go(page, '/requests');
      await follow(page, page.locator('.tabs').getByRole('link', { name: 'Geschlossen' }), /status=closed/);
      assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), [CUSTOMER.subject]);
      await follow(page, page.locator('.tabs').getByRole('link', { name: 'Gelöst' }), /status=resolved/);
      await said(page, 'Hier ist keine Anfrage');
    });

    const TRACES = [
      CUSTOMER.email, CUSTOMER.newEmail, 'quendoline.zwirn', 'zwirnstein', CUSTOMER.name, CUSTOMER.newName, 'Garnrolle', 'Blaubeerkuchen', 'Heidelbeere',
      'Kuchenbeleg', 'Kassenzettel', 'Krümelfoto', 'melfoto', 'Waldbeeren', 'Obsttorte', 'Bäckermeister', 'Gutschein', 'Serviettenring', 'Eichhörnchen',
    ];
    const outgoing = { without: [path.join('mail', 'outgoing')] };

    step('before the erasure there are traces', async () => {
      // So the search below finds what there is to be found.
      const found = (await findBytes(desk.data, TRACES, outgoing)).join('\n');
      for (const trace of ['Blaubeerkuchen', 'Obsttorte', 'Eichhörnchen']) assert.match(found, new RegExp(`${trace} \\(`, 'i'));
      assert.match((await findBytes(desk.data, [CUSTOMER.email])).join('\n'), /mail/);
    });

    step('erasing oneself: the password again, the numbers, and it is done', async () => {
      const { page } = visitor;
      await go(page, '/account');
      await follow(page, main(page).getByRole('link', { name: /löschen/ }), /^\/account\/delete$/);
      await said(page, '28 Anfragen');
      await said(page, /\d+ Nachrichten und Notizen/);
      await said(page, '3 Dateien');
      await page.locator('#password').fill('not this one');
      await refused(visitor, async () => {
        await button(page, 'Alles endgültig löschen').click();
        await page.locator('#password-error:not([hidden])').waitFor();
      });
      await said(page, '28 Anfragen');
      await page.locator('#password').fill(CUSTOMER.lastPassword);
      await button(page, 'Alles endgültig löschen').click();
      await page.getByRole('heading', { name: 'Alles ist gelöscht' }).waitFor();
      await live(page);
      await said(page, '28 Anfragen');
      assert.equal(await page.locator('form[action="/logout"]').count(), 0);
    });

    step('no byte of the customer is left', async () => {
      assert.deepEqual(await findBytes(desk.data, TRACES, outgoing), []);
      for (const trace of TRACES) assert.ok(!desk.log.includes(trace), `the log has ${trace}`);
      await go(agent.page, '/agent?view=all');
      assert.deepEqual(await agent.page.locator('.queue tbody th a').allInnerTexts(), ['Opening hours']);
      agent.allow.push(/status of 404/);
      assert.equal((await agent.page.goto(`/agent/requests/${number}`)).status(), 404);
      await live(agent.page);
    });

    step('logging in fails as for anybody unknown, and old links are gone', async () => {
      const answers = [];
      for (const email of [CUSTOMER.newEmail, CUSTOMER.email, 'nobody@example.com']) {
        const answer = await new Client(desk).post('/login', { email, password: CUSTOMER.lastPassword });
        assert.equal(answer.status, 422);
        answers.push(errorOf(answer.text, 'password') + words(answer.text));
      }
      assert.equal(new Set(answers).size, 1);
      for (const link of confirmation.links) assert.equal((await new Client(desk).get(new URL(link).pathname + new URL(link).search)).status, 410);
      const { page } = visitor;
      await page.goto('/requests');
      assert.equal(new URL(page.url()).pathname, '/login');
      await live(page);
    });

    step('whoever writes again starts afresh', async () => {
      const client = new Client(desk);
      const again = await write(client, { email: CUSTOMER.email, name: '', subject: 'It is me again', body: 'Hello.' });
      const mail = await desk.mail({ to: CUSTOMER.email, subject: again });
      assert.doesNotMatch(mail.text, /It is me again|Quendol|Garnrolle/);
      await client.post('/register', { token: tokenIn(mail, '/register'), password: CUSTOMER.password });
      const list = await client.get('/requests');
      assert.match(words(list.text), /It is me again/);
      assert.doesNotMatch(words(list.text), /Blaubeerkuchen|Serviettenring/);
      await go(agent.page, `/agent/requests/${again}`);
      await said(agent.page, 'No name given');
    });
  });
}
