// Who works at the desk: an admin changes what somebody may do, gives a role, and invites somebody.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axe } from '../lib/axe.mjs';
import { enter, follow, go, launch, live, withPage } from '../lib/browser.mjs';
import { Client, errorOf, isTicked, valueOf, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, linkTo, registered, tokenIn, write } from '../lib/people.mjs';

const PEOPLE = '/agent/settings/people';

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const TEXTS = {
  en: {
    link: 'Team', save: 'Save', add: 'Add', withdraw: 'Withdraw', admin: 'Admin', agent: 'Agent', all: 'All types',
    changed: 'The changes are saved.', added: 'This person has the role now', invited: 'An invitation is on its way.', withdrawn: 'The invitation is withdrawn.',
    some: 'Please choose at least one type', last: 'This is the only admin.', own: 'This is your own role.', none: 'No second factor yet',
    address: 'This is not a complete email address.', works: 'already on the team', news: 'Your role was changed', call: 'You are invited to answer requests', join: 'answer requests', kind: 'Something does not work',
  },
  de: {
    link: 'Team', save: 'Speichern', add: 'Hinzufügen', withdraw: 'Zurückziehen', admin: 'Verwaltung', agent: 'Bearbeitung', all: 'Alle Arten',
    changed: 'Die Änderungen sind gespeichert.', added: 'Diese Person hat die Rolle jetzt', invited: 'Die Einladung ist unterwegs.', withdrawn: 'Die Einladung ist zurückgezogen.',
    some: 'Bitte wählen Sie mindestens eine Art aus', last: 'Das ist die einzige Person', own: 'Das ist Ihre eigene Rolle.', none: 'Noch ohne zweiten Faktor',
    address: 'Das ist keine vollständige E‑Mail-Adresse.', works: 'gehört schon zum Team', news: 'Ihre Rolle wurde geändert', call: 'Einladung: Anfragen beantworten', join: 'beantworten Anfragen', kind: 'Etwas funktioniert nicht',
  },
};

/** A desk with an admin and an agent who speak a language, both logged in. */
async function staffed(language) {
  const desk = await startDesk();
  const people = {};
  for (const [name, role] of [['Berta Boss', 'admin'], ['Grace Gauss', 'agent']]) {
    const client = new Client(desk, { language });
    await client.login(await desk.addPerson({ email: `${role}@example.com`, name, role }));
    await client.post('/account/language', { language });
    people[role] = client;
  }
  return { desk, ...people };
}

/** Where what one person may do is changed. */
async function pageOf(admin, email) {
  const row = (await admin.get(PEOPLE)).text.split('<tr').slice(1).find((row) => row.includes(email));
  assert.ok(row, `${email} is not in the list`);
  return /href="([^"]+)"/.exec(row)[1];
}

for (const [language, javaScript, viewport] of [['en', true, 'desktop'], ['de', true, 'phone'], ['en', false, 'phone'], ['de', false, 'desktop']]) {
  test(`an admin changes types and role, and invites somebody, ${language}, JavaScript ${javaScript}`, async () => {
    const say = TEXTS[language];
    const { desk, admin, agent } = await staffed(language);
    try {
      await withPage(browser, desk, { language, javaScript, viewport, allow: [/status of 422/] }, async (page) => {
        const main = page.locator('main');
        const row = (name) => main.getByRole('row').filter({ hasText: name });
        const press = (name) => main.getByRole('button', { name, exact: true }).first().click();
        const says = async (text) => {
          await main.getByText(text).first().waitFor();
          await live(page);
          if (javaScript) await axe(page);
        };
        await enter(page, desk, admin);
        await go(page, '/agent');
        await follow(page, main.getByRole('link', { name: say.link, exact: true }));
        const grace = await row('Grace Gauss').innerText();
        for (const text of ['agent@example.com', say.agent, say.all, say.none]) assert.ok(grace.includes(text), grace);

        // Request types. Nothing ticked is not everything.
        await follow(page, row('Grace Gauss').getByRole('link'));
        await page.locator('#kinds').selectOption('some');
        await press(say.save);
        await says(say.some);
        await page.locator('[name="kind.problem"]').check();
        await press(say.save);
        await says(say.changed);
        assert.match(await row('Grace Gauss').innerText(), new RegExp(say.kind));
        assert.equal((await agent.get('/agent')).status, 200, 'other types have ended the session');

        // A role, after showing once more who one is.
        const one = await pageOf(admin, 'agent@example.com');
        await go(page, `/account/confirm?next=${one}`);
        await page.locator('input[name=password]').fill('correct horse battery staple');
        await follow(page, main.locator('form:has(#password) button[type=submit]'));
        assert.equal(new URL(page.url()).pathname, one);
        assert.ok(await page.locator('[name="kind.problem"]').isChecked());
        await page.locator('#role').selectOption('admin');
        await press(say.save);
        await says(say.changed);
        assert.match(await row('Grace Gauss').innerText(), new RegExp(`${say.admin}[^]*${say.all}`));
        assert.match((await agent.get('/agent')).location, /^\/login/);
        const news = await desk.mail({ to: 'agent@example.com', subject: say.news });
        assert.ok(!news.text.includes('Berta'));
        await go(page, one);
        await page.locator('#role').selectOption('customer');
        await press(say.save);
        await says(say.changed);
        assert.equal(await row('Grace Gauss').count(), 0);

        // The last admin stays.
        await follow(page, row('Berta Boss').getByRole('link'));
        await says(say.own);
        await page.locator('#role').selectOption('agent');
        await press(say.save);
        await says(say.last);

        // Somebody new: by a link.
        await go(page, PEOPLE);
        await page.locator('#email').fill('new@');
        await page.locator('#name').fill('Nora Neu');
        await main.locator('form:has(#email)').evaluate((form) => (form.noValidate = true));
        await press(say.add);
        await says(say.address);
        assert.equal(await page.locator('#name').inputValue(), 'Nora Neu');
        await page.locator('#email').fill('new@example.com');
        await page.locator('#role').selectOption('agent');
        await page.locator('#kinds').selectOption('some');
        await page.locator('[name="kind.question"]').check();
        await press(say.add);
        await says(say.invited);
        const [waiting] = await main.getByRole('listitem').filter({ hasText: 'new@example.com' }).allInnerTexts();
        assert.ok(waiting.includes('Nora Neu'), waiting);
        const call = await desk.mail({ to: 'new@example.com', subject: say.call });
        assert.ok(!/Nora|Berta/.test(call.text), call.text);

        await withPage(browser, desk, { language, javaScript, viewport, allow: [/status of 403/] }, async (theirs) => {
          await go(theirs, linkTo(call, '/register'));
          await theirs.locator('main').getByText(say.join).waitFor();
          if (javaScript) await axe(theirs);
          await theirs.locator('#password').fill(PASSWORD);
          await Promise.all([theirs.waitForURL(/\/agent$/), theirs.locator('main form button[type=submit]').click()]);
          await live(theirs);
          assert.equal((await theirs.goto(PEOPLE)).status(), 403);
        });
        await go(page, PEOPLE);
        assert.match(await row('Nora Neu').innerText(), new RegExp(say.agent));
        assert.equal(await main.getByRole('button', { name: say.withdraw }).count(), 0);

        // One that is withdrawn.
        await page.locator('#email').fill('slip@example.com');
        await page.locator('#name').fill('Slip');
        await press(say.add);
        await says(say.invited);
        const slip = await desk.mail({ to: 'slip@example.com', subject: say.call });
        await main.getByRole('button', { name: new RegExp(say.withdraw) }).click();
        await says(say.withdrawn);
        assert.equal((await new Client(desk).get(linkTo(slip, '/register'))).status, 410);

        // Whoever has an account has the role at once.
        const carla = await registered(desk, { email: 'carla@example.com', name: 'Carla Curie', language });
        await page.locator('#email').fill('carla@example.com');
        await page.locator('#name').fill('Somebody Else');
        await page.locator('#role').selectOption('admin');
        await press(say.add);
        await says(say.added);
        assert.match(await row('Carla Curie').innerText(), new RegExp(say.admin));
        assert.match((await carla.client.get('/requests')).location, /^\/login/);
        await page.locator('#email').fill('carla@example.com');
        await page.locator('#name').fill('Carla');
        await press(say.add);
        await says(say.works);
      });
    } finally {
      await desk.stop();
    }
  });
}

for (const [language, say] of Object.entries(TEXTS)) {
  test(`what is made up is refused beside its field, what was typed stays, and nothing is stored, ${language}`, async () => {
    const { desk, admin, agent } = await staffed(language);
    try {
      const choose = { en: /choose one of the values/, de: /wählen Sie einen der Werte/ }[language];
      const one = await pageOf(admin, 'agent@example.com');
      for (const [fields, field, sentence] of [
        [{ role: 'root', kinds: 'all' }, 'role', choose],
        [{ kinds: 'all' }, 'role', choose],
        [{ role: 'agent', kinds: 'many' }, 'kinds', choose],
        [{ role: 'agent', kinds: 'some', 'kind.bribe': 'yes' }, 'kinds', choose],
        [{ role: 'agent', kinds: 'some' }, 'kinds', new RegExp(say.some)],
      ]) {
        for (const [path, more] of [[one, {}], [PEOPLE, { email: 'new@example.com', name: 'Nora' }]]) {
          const answer = await admin.post(path, { ...fields, ...more });
          assert.equal(answer.status, 422, JSON.stringify(fields));
          assert.match(errorOf(answer.text, field), sentence, JSON.stringify(fields));
          if (more.email) assert.equal(valueOf(answer.text, 'email'), more.email);
        }
      }
      const kept = await admin.post(PEOPLE, { role: 'agent', kinds: 'some', 'kind.order': 'yes', email: 'x', name: 'Nora' });
      assert.match(errorOf(kept.text, 'email'), new RegExp(say.address));
      assert.ok(isTicked(kept.text, 'kind.order') && !isTicked(kept.text, 'kind.question'));
      const nameless = await admin.post(PEOPLE, { role: 'agent', kinds: 'all', email: 'new@example.com', name: ' ' });
      assert.equal(nameless.status, 422);
      // A customer is nobody's to add without a role, and has no page here.
      assert.equal((await admin.post(PEOPLE, { role: 'customer', kinds: 'all', email: 'new@example.com', name: 'Nora' })).status, 422);
      for (const path of [`${PEOPLE}/nonsense`, `${PEOPLE}/01990000-0000-7000-8000-000000000000`]) {
        assert.equal((await admin.get(path)).status, 404);
        assert.equal((await admin.post(path, { role: 'admin', kinds: 'all' })).status, 404);
      }
      // Whoever is restricted is left alone.
      const { client } = await registered(desk, { email: 'withheld@example.com', language });
      await client.post('/account/data', { act: 'restrict' });
      const withheld = await admin.post(PEOPLE, { role: 'agent', kinds: 'all', email: 'withheld@example.com', name: 'W' });
      assert.equal(withheld.status, 422);
      const list = await admin.get(PEOPLE);
      assert.equal(list.text.split('<tr').length, 4, words(list.text));
      assert.ok(!list.text.includes('/withdraw'));
      assert.equal((await desk.mails()).filter((mail) => mail.to === 'new@example.com').length, 0);
      // An agent finds neither the page nor a link to it.
      assert.equal((await agent.get(PEOPLE)).status, 403);
      assert.ok(!(await agent.get('/agent')).text.includes(PEOPLE));
      assert.equal((await agent.post(one, { role: 'admin', kinds: 'all' })).status, 403);
    } finally {
      await desk.stop();
    }
  });
}

test('an invited sender of requests keeps them, and the log names nobody', async () => {
  const { desk, admin } = await staffed('en');
  try {
    const number = await write(new Client(desk), { email: 'carla@example.com', name: 'Carla Customer' });
    await admin.post(PEOPLE, { role: 'agent', kinds: 'all', email: 'carla@example.com', name: 'Quagmire' });
    const token = tokenIn(await desk.mail({ to: 'carla@example.com', subject: 'invited' }), '/register');
    const carla = new Client(desk);
    assert.equal((await carla.post('/register', { token, password: PASSWORD })).location, '/agent');
    assert.equal((await carla.get(`/requests/${number}`)).status, 200);
    // What a form was given as a name, anybody may have typed.
    const list = words((await admin.get(PEOPLE)).text);
    assert.ok(list.includes('Quagmire') && !list.includes('Carla Customer'), list);
    assert.match(desk.log, /an admin has invited somebody/);
    assert.doesNotMatch(desk.log, /carla|quagmire|@example/i);
  } finally {
    await desk.stop();
  }
});
