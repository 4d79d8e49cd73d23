// Receipts of erasures: given, downloaded, mailed, checked; and an agent who erases on a customer's word.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { follow, go, launch, login, withPage } from '../lib/browser.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { linkTo, write } from '../lib/people.mjs';

let agent;
let browser;
let desk;

before(async () => {
  [desk, browser] = await Promise.all([startDesk(), launch()]);
  agent = await desk.addPerson();
});

after(async () => {
  await browser?.close();
  await desk?.stop();
});

/** Opens the check of receipts with a text, and gives what it says. */
async function checked(page, receipt) {
  await go(page, '/privacy/receipt');
  assert.equal(await page.locator('#receipt').inputValue(), '', 'an earlier one stands there');
  await page.locator('#receipt').fill(receipt);
  await page.locator('main form button[type=submit]').click();
  return page.locator('main .notice').innerText();
}

const texts = {
  en: { genuine: /This receipt is genuine/, invalid: /This receipt is not valid/, unreadable: /cannot be read/ },
  de: { genuine: /Diese Bescheinigung ist echt/, invalid: /ist nicht gültig/, unreadable: /lässt sich nicht/ },
};

for (const [language, says] of Object.entries(texts)) {
  for (const javaScript of [true, false]) {
    test(`a receipt is given, kept and checked, ${language}, JavaScript ${javaScript}`, () =>
      withPage(browser, desk, { language, javaScript, viewport: 'phone', acceptDownloads: true }, async (page) => {
        const email = `vorpalina-${language}-${javaScript}@example.com`;
        await write(new Client(desk, { language }), { email });
        await new Client(desk, { language }).post('/account/delete', { email });
        const mail = await desk.mail({ to: email, subject: /Delete|löschen/ });
        await page.goto(linkTo(mail, '/account/delete'));
        await page.locator('form.danger button').click();
        const receipt = await page.locator('pre.receipt').innerText();
        assert.match(receipt, /^tresen-receipt: 1\n.*\nwish: link\nrequests: 1\n.*\nsignature:\n/s);
        assert(!receipt.includes('vorpalina'));
        if (javaScript) await axe(page);

        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.locator('form[action="/privacy/receipt/download"] button').click(),
        ]);
        assert.equal(download.suggestedFilename(), 'erasure-receipt.txt');
        const file = await readFile(await download.path(), 'utf8');
        assert(file.includes(receipt.trim()));

        assert.match(await checked(page, file), says.genuine);
        if (javaScript) await axe(page);
        assert.match(await checked(page, receipt.replaceAll(/^/gm, '> ')), says.genuine);
        assert.match(await checked(page, receipt.replace('requests: 1', 'requests: 7')), says.invalid);
        assert.match(await checked(page, 'Hello'), says.unreadable);
      }));
  }
}

test('an agent erases on a customer’s word', () =>
  withPage(browser, desk, { allow: [/status of 404/] }, async (page) => {
    const email = 'on-the-phone@example.com';
    const number = await write(new Client(desk), { email, subject: 'Jabberwock' });
    await login(page, agent);
    await go(page, `/agent/requests/${number}`);
    await follow(page, page.locator(`a[href$="/${number}/erase"]`));
    await axe(page);
    assert.match(await page.locator('main').innerText(), /1 request/);
    await page.locator('#asked').selectOption('phone');
    await page.locator('form.danger button').click();
    const receipt = await page.locator('pre.receipt').innerText();
    assert.match(receipt, /wish: agent-phone/);
    await axe(page);
    assert.equal((await page.request.get(`/agent/requests/${number}`)).status(), 404);

    // Only agents, and only for one of the reasons.
    const other = await write(new Client(desk), { email: 'stays@example.com' });
    const stranger = new Client(desk);
    assert.match((await stranger.get(`/agent/requests/${other}/erase`)).location, /^\/login/);
    assert.match((await stranger.post(`/agent/requests/${other}/erase`, { asked: 'phone' })).location, /^\/login/);
    assert.equal((await stranger.call('agent/erase', { number: other, asked: 'phone' })).status, 401);
    const ada = new Client(desk);
    await ada.login(agent);
    assert.equal((await ada.post(`/agent/requests/${other}/erase`, { asked: 'because' })).status, 422);
    assert.equal((await ada.call('agent/erase', { number: other, asked: 'because' })).status, 422);
    assert.equal((await ada.get(`/agent/requests/${other}`)).status, 200);
  }));
