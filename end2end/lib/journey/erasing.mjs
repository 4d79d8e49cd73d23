// The last part of the journey: the customer erases themselves, and nothing is left.

import assert from 'node:assert/strict';
import path from 'node:path';

import { live } from '../browser.mjs';
import { findBytes } from '../bytes.mjs';
import { Client, errorOf, words } from '../client.mjs';
import { tokenIn, write } from '../people.mjs';
import { CUSTOMER } from './cast.mjs';
import { button, follow, go, main, refused, said } from './steps.mjs';

/** Whatever they were known by or wrote: no file may have it afterwards. */
const TRACES = [
  CUSTOMER.email, CUSTOMER.newEmail, 'quendoline.zwirn', 'zwirnstein', CUSTOMER.name, CUSTOMER.newName, 'Garnrolle', 'Blaubeerkuchen', 'Heidelbeere',
  'Kuchenbeleg', 'Kassenzettel', 'Krümelfoto', 'melfoto', 'Waldbeeren', 'Obsttorte', 'Bäckermeister', 'Gutschein', 'Serviettenring', 'Eichhörnchen',
];
/** Mails that were sent are no longer the desk's. */
const outgoing = { without: [path.join('mail', 'outgoing')] };

/** The erasure, what is left of it, and a new beginning. */
export function erasing({ step }) {
  step('before the erasure there are traces', async ({ desk }) => {
    // So the search below finds what there is to be found.
    const found = (await findBytes(desk.data, TRACES, outgoing)).join('\n');
    for (const trace of ['Blaubeerkuchen', 'Obsttorte', 'Eichhörnchen']) assert.match(found, new RegExp(`${trace} \\(`, 'i'));
    assert.match((await findBytes(desk.data, [CUSTOMER.email])).join('\n'), /mail/);
  });

  step('erasing oneself: the password again, the numbers, and it is done', async ({ visitor }) => {
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

  step('no byte of the customer is left', async ({ agent, desk, number }) => {
    assert.deepEqual(await findBytes(desk.data, TRACES, outgoing), []);
    for (const trace of TRACES) assert.ok(!desk.log.includes(trace), `the log has ${trace}`);
    await go(agent.page, '/agent?view=all');
    assert.deepEqual(await agent.page.locator('.queue tbody th a').allInnerTexts(), ['Opening hours']);
    agent.allow.push(/status of 404/);
    assert.equal((await agent.page.goto(`/agent/requests/${number}`)).status(), 404);
    await live(agent.page);
  });

  step('logging in fails as for anybody unknown, and old links are gone', async ({ visitor, desk, confirmation }) => {
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

  step('whoever writes again starts afresh', async ({ agent, desk }) => {
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
}
