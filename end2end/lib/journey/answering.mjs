// The second part of the journey: an agent answers, the customer replies.

import assert from 'node:assert/strict';

import { live, login } from '../browser.mjs';
import { linkTo } from '../people.mjs';
import { AGENT, CUSTOMER } from './cast.mjs';
import { button, follow, go, main, said } from './steps.mjs';

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mNIKZmJFTEMLQkA/pVcQdcmDmIAAAAASUVORK5CYII=',
  'base64',
);

/** Writes into the form under the conversation and sends it. */
async function noteAndAnswer(page, text, press, after) {
  await page.locator('#body').fill(text);
  if (after) await page.locator('#status_afterwards').selectOption(after);
  await button(page, press).click();
  await page.locator('.comment-body').getByText(text).waitFor();
  await live(page);
}

/** A conversation, from the agent's queue to a closed request and back. */
export function answering({ step, javaScript }) {
  step('an agent logs in and finds it unread', async ({ agent, staff, number }) => {
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

  step('writes an internal note, which is marked as such', async ({ agent }) => {
    const { page } = agent;
    await noteAndAnswer(page, AGENT.note, 'Save as internal note');
    assert.equal(await page.locator('.comment.note .comment-body').innerText(), AGENT.note);
    assert.match(await page.locator('.comment.note').innerText(), /never shown to the customer/);
  });

  step('sets priority, assignee and status, and the history tells it', async ({ agent, staff }) => {
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

  step('answers with a file', async ({ agent }) => {
    const { page } = agent;
    await page.locator('#attachments').setInputFiles({ name: AGENT.file, mimeType: 'text/plain', buffer: Buffer.from('One cake') });
    await noteAndAnswer(page, AGENT.first, 'Send reply', 'waiting');
    await said(page, AGENT.file);
    await go(page, '/agent');
    assert.doesNotMatch((await page.locator('.queue tbody tr').getAttribute('class')) ?? '', /unread/);
    assert.match(await page.locator('.queue tbody tr').innerText(), /Waiting[^]*High[^]*Ada Agent/);
  });

  step('the customer gets it by mail, in the same thread', async ({ desk, number, confirmation }) => {
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

  step('the list marks it as unread until it is read', async ({ visitor, number }) => {
    const { page } = visitor;
    await go(page, '/requests');
    assert.equal(await page.locator('.unread-mark').innerText(), 'New reply');
    const read = javaScript ? page.waitForResponse((answer) => answer.url().endsWith('/api/ui/seen')) : null;
    await follow(page, page.getByRole('link', { name: CUSTOMER.subject }), new RegExp(`^/requests/${number}$`));
    await read;
    await said(page, AGENT.first);
    await said(page, 'Waiting for you');
    assert.equal(await main(page).getByText('Bäckermeister').count(), 0);
    const answer = page.locator('.comment.theirs');
    assert.match(await answer.innerText(), /Ada Agent[^]*Gutschein\.txt/);
    await go(page, '/requests');
    assert.equal(await page.locator('.unread-mark').count(), 0);
  });

  step(javaScript ? 'the open page shows the next answer without reloading' : 'the next answer is there after reloading', async ({ visitor, agent, desk, number }) => {
    const { page } = visitor;
    const listening = javaScript ? page.waitForResponse((answer) => answer.url().includes('/events/requests/')) : null;
    await go(page, `/requests/${number}`);
    await listening;
    await page.locator('#body').fill('Half a thought');
    await page.evaluate(() => (document.documentElement.dataset.sameDocument = ''));
    await go(agent.page, `/agent/requests/${number}`);
    await noteAndAnswer(agent.page, AGENT.note + ' Again.', 'Save as internal note');
    await noteAndAnswer(agent.page, AGENT.second, 'Send reply', 'resolved');
    if (javaScript) {
      await page.locator('.comment-body').getByText(AGENT.second).waitFor();
      await page.locator('#request-status').getByText('Resolved', { exact: true }).waitFor();
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

  step('the customer replies with a picture, which is shown', async ({ visitor, agent, number }) => {
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

  step('the agent hears of it', async ({ agent }) => {
    const { page } = agent;
    if (javaScript) await page.locator('main [role=status]').getByText('There are updates.').waitFor();
    await go(page, '/agent');
    assert.match(await page.locator('.queue tbody tr').getAttribute('class'), /unread/);
  });

  step('the customer closes the request, and opens it again', async ({ visitor }) => {
    const { page } = visitor;
    const status = page.locator('#request-status .status');
    await button(page, 'Close request').click();
    await status.getByText('Closed', { exact: true }).waitFor();
    await live(page);
    await button(page, 'Reopen request').click();
    await status.getByText('Open', { exact: true }).waitFor();
    await live(page);
  });

  step('an agent writes a request down for somebody who called', async ({ agent, desk }) => {
    const { page } = agent;
    await go(page, '/agent');
    await follow(page, main(page).getByRole('link', { name: 'Log a call' }), /^\/agent\/requests\/new$/);
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
}
