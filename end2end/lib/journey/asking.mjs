// The first part of the journey: somebody asks, has a mail, and registers by its link.

import assert from 'node:assert/strict';

import { live } from '../browser.mjs';
import { linkTo } from '../people.mjs';
import { CUSTOMER } from './cast.mjs';
import { button, follow, go, main, refused, said } from './steps.mjs';

/** Without WASM the browser's own checks keep the most of it from being sent at all. */
const withoutChecks = (page) => page.evaluate(() => document.querySelectorAll('form').forEach((form) => (form.noValidate = true)));
const focused = (page) => page.evaluate(() => document.activeElement.id);

/** From the front page to an account. Leaves behind the request's number and the mail that confirmed it. */
export function asking({ step, javaScript }) {
  step('the front page leads to a new request', async ({ visitor }) => {
    const { page } = visitor;
    await go(page, '/');
    assert.match(await page.locator('h1').innerText(), /help you/);
    for (const href of ['/requests/new', '/requests', '/privacy']) assert.notEqual(await main(page).locator(`a[href="${href}"]`).count(), 0, href);
    await follow(page, main(page).getByRole('link', { name: 'New request', exact: true }), /^\/requests\/new$/);
  });

  step('a request with mistakes is refused beside the fields, and keeps what was typed', async ({ visitor }) => {
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
    assert.match(await page.locator('#email-error').innerText(), /not a complete email address/);
    assert.match(await page.locator('#body-error').innerText(), /write what we can do/);
    assert.match(await page.locator('#consent-error').innerText(), /Without your consent/);
    assert.equal(await page.locator('#subject-error').isVisible(), false);
    for (const field of ['email', 'body', 'consent']) assert.equal(await page.locator(`#${field}`).getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('#email').inputValue(), 'quendoline.zwirn@');
    assert.equal(await page.locator('#name').inputValue(), CUSTOMER.name);
    assert.equal(await page.locator('#kind').inputValue(), 'problem');
    assert.equal(await page.locator('#subject').inputValue(), CUSTOMER.subject);
    await said(page, 'Please check the fields marked');
    if (javaScript) {
      assert.equal(await focused(page), 'email');
      assert.equal(await page.locator('#attachments').evaluate((input) => input.files.length), 1);
    }
  });

  step('put right, it is sent and has a number', async (story) => {
    const { page } = story.visitor;
    await page.locator('#email').fill(CUSTOMER.email);
    await page.locator('#body').fill(CUSTOMER.body);
    await page.locator('#consent').check();
    if (!javaScript) await page.locator('#attachments').setInputFiles({ name: CUSTOMER.file, mimeType: 'text/plain', buffer: Buffer.from(CUSTOMER.fileText) });
    await follow(page, button(page, 'Send request'), /^\/requests\/sent\?number=/);
    const number = await main(page).locator('.slip').innerText();
    story.number = number;
    assert.match(number, /^T-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    // Whoever reloads asks for the same page.
    await page.reload();
    await live(page);
    assert.equal(await main(page).locator('.slip').innerText(), number);
  });

  step('the confirmation has number and links, and repeats nothing that was typed', async (story) => {
    const { desk, number } = story;
    const confirmation = await desk.mail({ to: CUSTOMER.email });
    story.confirmation = confirmation;
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

  step('its link opens this one request, without an account', async ({ visitor, number, confirmation }) => {
    const { page } = visitor;
    await go(page, linkTo(confirmation, `/requests/${number}`));
    assert.equal(await page.locator('h1').innerText(), CUSTOMER.subject);
    assert.equal(await page.locator('.comment-body').innerText(), CUSTOMER.body);
    await said(page, CUSTOMER.file);
    assert.equal((await page.goto('/requests')).status(), 200);
    assert.equal(new URL(page.url()).pathname, '/login');
    await live(page);
  });

  step('the registration link refuses a weak password in words', async ({ visitor, confirmation }) => {
    const { page } = visitor;
    await go(page, linkTo(confirmation, '/register'));
    await page.locator('#password').fill('password1234');
    if (javaScript) await page.locator('.password-strength [role=status]').getByText(/easy to guess|Not strong enough/).waitFor();
    await refused(visitor, async () => {
      await button(page, 'Create account').click();
      await page.locator('#password-error:not([hidden])').waitFor();
    });
    assert.match(await page.locator('#password-error').innerText(), /guessed quickly/);
    assert.equal(await page.locator('#password').inputValue(), '');
    if (javaScript) assert.equal(await focused(page), 'password');
  });

  step('with a strong one the customer is in, and the request is there', async ({ visitor }) => {
    const { page } = visitor;
    await page.locator('#password').fill(CUSTOMER.password);
    if (javaScript) await page.locator('.password-strength [role=status]').getByText(/Good|Very good/).waitFor();
    await follow(page, button(page, 'Create account'), /^\/requests$/);
    assert.deepEqual(await page.locator('.request-subject').allInnerTexts(), [CUSTOMER.subject]);
    assert.equal(await page.locator('.unread-mark').count(), 0);
  });
}
