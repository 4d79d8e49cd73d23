// The third part of the journey: the customer changes their account, and finds their requests.

import assert from 'node:assert/strict';

import { check, live, login } from '../browser.mjs';
import { Client } from '../client.mjs';
import { linkTo, write } from '../people.mjs';
import { CUSTOMER } from './cast.mjs';
import { button, follow, go, main, refused, said, until } from './steps.mjs';

/** Name, language, password, address, sessions; then a list of more than a page. */
export function account({ step }) {
  step('the customer changes the name and the language', async ({ visitor }) => {
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

  step('changes the password', async ({ visitor, desk }) => {
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

  step('takes a new address, which is proven first; the old one is told', async ({ visitor, desk }) => {
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

  step('ends the session of another browser', async ({ visitor, open }) => {
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

  step('logs out, has forgotten the password, and gets in by mail', async ({ visitor, desk }) => {
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

  step('more than a page of requests: paging, searching, filtering', async ({ visitor, desk, number }) => {
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
    await follow(page, main(page).getByRole('link', { name: 'Erste Seite' }), /^\/requests$/);

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
}
