// What bad input gets: the right status, a sentence in the reader's language, what was typed, and
// nothing stored by half. Over plain HTTP, so without any help from a browser.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Client, errorOf, isTicked, valueOf, words } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, countActive, filled, linkTo, registered, tokenIn, write } from '../lib/people.mjs';

const MIB = 1024 * 1024;

let agent;
let desk;

before(async () => {
  desk = await startDesk();
  agent = new Client(desk);
  await agent.login(await desk.addPerson());
});

after(() => desk?.stop());

/** Those who must not get a mail. The mails of earlier tests may come at any time. */
const NOBODY = /(wrong|new|caller|a|b)@example\.com/;

/** Fails if `act` leaves a request, a file or a mail behind. */
async function storesNothing(act) {
  const state = async () => ({
    requests: await countActive(agent),
    files: (await readdir(path.join(desk.data, 'objects'), { recursive: true, withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name),
    mails: (await desk.mails()).filter((mail) => NOBODY.test(mail.to)).length,
  });
  const before = await state();
  const result = await act();
  assert.deepEqual(await state(), before);
  return result;
}

const SENTENCES = {
  address: { en: /not a complete email address/, de: /keine vollständige E‑Mail-Adresse/ },
  noAddress: { en: /give your email address/, de: /geben Sie Ihre E‑Mail-Adresse an/ },
  empty: { en: /write what we can do for you/, de: /schreiben Sie, was wir für Sie tun können/ },
  noSubject: { en: /say in a few words/, de: /in wenigen Worten/ },
  longSubject: { en: /at most 200 characters/, de: /höchstens 200 Zeichen/ },
  longName: { en: /at most 100 characters/, de: /höchstens 100 Zeichen/ },
  long: { en: /100000 characters, the limit is 50000/, de: /100000 Zeichen, höchstens 50000/ },
  kind: { en: /choose what it is about/, de: /wählen Sie aus, worum es geht/ },
  consent: { en: /Without your consent/, de: /Ohne Ihre Einwilligung/ },
  large: { en: /at most 25 MB/, de: /höchstens 25 MB/ },
  many: { en: /at most 10 files/, de: /höchstens 10 Dateien/ },
  please: { en: /check the fields marked/, de: /prüfen Sie die markierten Angaben/ },
  gone: { en: /no longer valid/, de: /gilt nicht mehr/ },
  nothingHere: { en: /Page not found/, de: /Seite nicht gefunden/ },
  unreadable: { en: /could not read this/, de: /konnten wir nicht lesen/ },
  short: { en: /needs at least 10 characters/, de: /mindestens 10 Zeichen/ },
  weak: { en: /guessed quickly/, de: /schnell erraten/ },
  login: { en: /do not match/, de: /passen nicht zusammen/ },
};

const SUBMISSIONS = [
  { what: 'a wrong address', fields: { email: 'carla@' }, field: 'email', says: 'address' },
  { what: 'an address with a line break', fields: { email: 'carla@example.com\r\nBcc: all@example.com' }, field: 'email', says: 'address' },
  { what: 'no address', fields: { email: ' ' }, field: 'email', says: 'noAddress' },
  { what: 'an empty text', fields: { body: '' }, field: 'body', says: 'empty' },
  { what: 'a text of nothing but spaces', fields: { body: ' \n\t\n ' }, field: 'body', says: 'empty' },
  { what: 'a text of 100,000 characters', fields: { body: 'ä'.repeat(100_000) }, field: 'body', says: 'long' },
  { what: 'no subject', fields: { subject: '' }, field: 'subject', says: 'noSubject' },
  { what: 'a long subject', fields: { subject: 'x'.repeat(201) }, field: 'subject', says: 'longSubject' },
  { what: 'a long name', fields: { name: 'x'.repeat(101) }, field: 'name', says: 'longName' },
  { what: 'an unknown request type', fields: { kind: 'bribe' }, field: 'kind', says: 'kind' },
  { what: 'no request type', fields: { kind: '' }, field: 'kind', says: 'kind' },
  { what: 'no consent', fields: { consent: null }, field: 'consent', says: 'consent' },
  {
    what: 'a file of 26 MiB',
    slow: true,
    files: [{ name: 'large.bin', content: Buffer.alloc(26 * MIB, 1) }],
    field: 'attachments',
    says: 'large',
    status: 413,
  },
  {
    what: 'files that are too large together',
    slow: true,
    languages: ['de'],
    files: [1, 2].map((number) => ({ name: `${number}.bin`, content: Buffer.alloc(13 * MIB, number) })),
    field: 'attachments',
    says: 'large',
    status: 413,
  },
  {
    what: 'eleven files',
    files: Array.from({ length: 11 }, (_, index) => ({ name: `${index}.txt`, content: `file ${index}` })),
    field: 'attachments',
    says: 'many',
  },
];

describe('a new request with', () => {
  for (const language of ['en', 'de']) {
    for (const { what, fields = {}, files = [], field, says, status = 422, languages = ['en', 'de'], slow = false } of SUBMISSIONS) {
      if (!languages.includes(language)) continue;
      test(`${what}: ${language}`, async () => {
        const client = new Client(desk, { language });
        const sent = filled({ email: 'wrong@example.com', name: 'Wera', subject: 'A "quoted" <subject>', body: '\nTyped &amp; kept', ...fields });
        if (sent.consent === null) delete sent.consent;
        const answer = await storesNothing(() => client.upload('/requests/new', sent, files));
        assert.equal(answer.status, status);
        assert.match(answer.text, new RegExp(`<html[^>]* lang="${language}"`));
        assert.match(errorOf(answer.text, field), SENTENCES[says][language]);
        assert.match(words(answer.text), SENTENCES.please[language]);
        for (const name of ['email', 'name', 'kind', 'subject', 'body', 'once']) {
          // What no list offers cannot be chosen in it. Browsers normalise line breaks in a text.
          if (name === 'kind' && field === 'kind') continue;
          if (name === 'email' && /[\r\n]/.test(sent.email)) continue;
          assert.equal(valueOf(answer.text, name).replaceAll('\r\n', '\n'), sent[name], name);
        }
        assert.equal(isTicked(answer.text, 'consent'), 'consent' in sent);

        if (slow) return;
        // The app calls the function of the form, and is told no more than what is wrong.
        const called = await storesNothing(() => client.call('requests/send', sent, files));
        assert.equal(called.status, status);
        const { refused, ...more } = called.json;
        assert.deepEqual(more, {});
        const { errors, notice, ...rest } = refused;
        assert.deepEqual(rest, { status, wait: null });
        assert.match(notice, SENTENCES.please[language]);
        assert.deepEqual(Object.keys(errors), [field]);
        assert.match(errors[field], SENTENCES[says][language]);
      });
    }
  }

  test('everything wrong at once: every field says so', async () => {
    const answer = await storesNothing(() => new Client(desk).post('/requests/new', {}));
    assert.equal(answer.status, 422);
    for (const field of ['email', 'kind', 'subject', 'body', 'consent']) assert.notEqual(errorOf(answer.text, field), '', field);
  });

  test('the largest that is allowed is taken', async () => {
    const files = Array.from({ length: 10 }, (_, index) => ({ name: `${index}.bin`, content: Buffer.alloc(index === 0 ? 25 * MIB - 9 : 1, index) }));
    await write(new Client(desk), { email: 'large@example.com', body: 'ä'.repeat(50_000), subject: 's'.repeat(200) }, files);
  });
});

describe('what is no text', () => {
  const field = (name, value) => Buffer.concat([Buffer.from(`Content-Disposition: form-data; name="${name}"\r\n\r\n`), Buffer.from(value)]);
  const broken = {
    'broken UTF-8, urlencoded': (client) => client.post('/requests/new', 'email=a%40example.com&body=%ff%fe'),
    'broken UTF-8, unescaped': (client) => client.fetch('/requests/new', { method: 'POST', body: Buffer.from([0x62, 0x3d, 0xc3, 0x28]), headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    'a broken escape': (client) => client.post('/requests/new', 'body=100%'),
    'a field twice': (client) => client.post('/requests/new', 'email=a%40example.com&email=b%40example.com'),
    'broken UTF-8, multipart': (client) => client.multipart('/requests/new', [field('email', 'a@example.com'), field('body', [0xff, 0xfe, 0x41])]),
    'multipart that is cut off': (client) =>
      client.fetch('/requests/new', {
        method: 'POST',
        body: '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\nhalf',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      }),
    'a file that is cut off': (client) =>
      client.fetch('/requests/new', {
        method: 'POST',
        body: '--b\r\nContent-Disposition: form-data; name="attachments"; filename="a.txt"\r\n\r\nhalf',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      }),
    'multipart without a boundary': (client) => client.fetch('/requests/new', { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } }),
  };
  for (const language of ['en', 'de']) {
    for (const [what, send] of Object.entries(broken)) {
      test(`${what}: ${language}`, async () => {
        const answer = await storesNothing(() => send(new Client(desk, { language })));
        assert.equal(answer.status, 400);
        assert.match(words(answer.text), SENTENCES.unreadable[language]);
      });
    }
  }

  const encoded = (client, body) => client.fetch('/api/ui/sign-in', { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' } });
  const calls = {
    'broken UTF-8, urlencoded': (client) => encoded(client, 'email=a%40example.com&password=%ff%fe'),
    'broken UTF-8, unescaped': (client) => encoded(client, Buffer.from([0x62, 0x3d, 0xc3, 0x28])),
    'a broken escape': (client) => encoded(client, 'password=100%'),
    'a field twice': (client) => encoded(client, 'email=a%40example.com&email=b%40example.com'),
    'broken UTF-8, multipart': (client) => client.multipart('/api/ui/requests/send', [field('body', [0xff, 0xfe, 0x41])], { accept: 'application/json' }),
    'multipart that is cut off': (client) =>
      client.fetch('/api/ui/requests/send', {
        method: 'POST',
        body: '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\nhalf',
        headers: { 'content-type': 'multipart/form-data; boundary=b', accept: 'application/json' },
      }),
    'a file that is cut off': (client) =>
      client.fetch('/api/ui/requests/send', {
        method: 'POST',
        body: '--b\r\nContent-Disposition: form-data; name="attachments"; filename="a.txt"\r\n\r\nhalf',
        headers: { 'content-type': 'multipart/form-data; boundary=b', accept: 'application/json' },
      }),
    'a form without files': (client) => client.call('requests/send', { body: 'x' }),
  };
  for (const [what, send] of Object.entries(calls)) {
    test(`${what}: from the app`, async () => {
      const answer = await storesNothing(() => send(new Client(desk)));
      assert.equal(answer.status, 400);
      assert.deepEqual(JSON.parse(answer.text), { trouble: { status: 400, trouble: 'unreadable' } });
    });
  }

  // Whoever answers before the browser has sent everything leaves it with an error of its own.
  const huge = 'x'.repeat(8 * MIB);
  for (const [what, send] of Object.entries({
    urlencoded: (client) => client.post('/requests/new', { body: huge }),
    multipart: (client) => client.upload('/requests/new', { body: huge }, [{ name: 'a.bin', content: huge }]),
  })) {
    test(`a form that is far too long is read to its end: ${what}`, async () => {
      const answer = await storesNothing(() => send(new Client(desk)));
      assert.equal(answer.status, 413);
      assert.match(words(answer.text), SENTENCES.unreadable.en);
    });
  }

  for (const [what, send] of Object.entries({
    urlencoded: (client) => client.call('sign-in', { password: huge }),
    multipart: (client) => client.call('requests/send', { body: huge }, [{ name: 'a.bin', content: huge }]),
    'with files where there are none': (client) => client.call('sign-in', { password: 'x' }, [{ name: 'a.bin', content: huge }]),
  })) {
    test(`a form that is far too long is read to its end, from the app: ${what}`, async () => {
      const answer = await storesNothing(() => send(new Client(desk)));
      assert.equal(answer.status, 413);
      assert.deepEqual(answer.json, { trouble: { status: 413, trouble: 'unreadable' } });
    });
  }

  test('a damaged form is read to its end', async () => {
    const answer = await storesNothing(() => new Client(desk).multipart('/requests/new', [field('body', [0xff]), field('subject', huge)]));
    assert.equal(answer.status, 400);
  });

  test('broken UTF-8 in an address is a page of its own', async () => {
    for (const address of ['/requests/%ff', '/%ff', '/requests/new/%c3%28']) {
      const answer = await new Client(desk).get(address);
      assert.ok([400, 404].includes(answer.status), `${address}: ${answer.status}`);
      assert.match(words(answer.text), /Page not found|could not read this/);
    }
  });
});

describe('links', () => {
  let carla;
  before(async () => {
    carla = await registered(desk, { email: 'links@example.com', name: 'Lina' });
  });

  const forged = 'x'.repeat(43);
  for (const language of ['en', 'de']) {
    for (const address of [
      `/register?token=${forged}`,
      `/password?token=${forged}`,
      `/account/address?token=${forged}`,
      `/account/delete?token=${forged}`,
      `/requests/T-0000-0000?token=${forged}`,
      '/register?token=short',
      '/password?token=%00%F0%9F%98%80',
    ]) {
      test(`forged: ${address}: ${language}`, async () => {
        const client = new Client(desk, { language });
        const opened = await client.get(address);
        assert.equal(opened.status, 410);
        assert.match(words(opened.text), SENTENCES.gone[language]);
        const [where, query] = address.split('?');
        const token = new URLSearchParams(query).get('token');
        const acted = await storesNothing(() => client.post(where, { token, password: PASSWORD, body: 'text' }));
        assert.equal(acted.status, 410);
        assert.match(words(acted.text), SENTENCES.gone[language]);
        assert.equal(client.cookie('tresen-session'), undefined);
      });
    }
  }

  test('a used link to register', async () => {
    const email = 'used@example.com';
    const client = new Client(desk);
    await client.post('/register', { email });
    const token = tokenIn(await desk.mail({ to: email }), '/register');
    assert.equal((await client.post('/register', { token, password: PASSWORD })).status, 303);
    for (const answer of [await new Client(desk).get(`/register?token=${token}`), await new Client(desk).post('/register', { token, password: `${PASSWORD} 2` })]) {
      assert.equal(answer.status, 410);
      assert.match(words(answer.text), SENTENCES.gone.en);
    }
    // The password of the first time is still the one.
    await new Client(desk).login({ email, password: PASSWORD });
  });

  test('a used link for a new password', async () => {
    const client = new Client(desk);
    await client.post('/password', { email: carla.email });
    const token = tokenIn(await desk.mail({ to: carla.email, subject: /Choose a new password/ }), '/password');
    assert.equal((await client.post('/password', { token, password: `${PASSWORD} new` })).status, 303);
    const again = await new Client(desk).post('/password', { token, password: `${PASSWORD} other` });
    assert.equal(again.status, 410);
    carla.password = `${PASSWORD} new`;
    await carla.client.login(carla);
  });

  test('a link is good for its own purpose only', async () => {
    const email = 'purpose@example.com';
    const number = await write(new Client(desk), { email });
    const mail = await desk.mail({ to: email });
    const [request, register] = [tokenIn(mail, '/requests/'), tokenIn(mail, '/register')];
    for (const address of [`/password?token=${register}`, `/account/delete?token=${register}`, `/register?token=${request}`, `/requests/${number}?token=${register}`]) {
      assert.equal((await new Client(desk).get(address)).status, 410, address);
    }
    assert.equal((await new Client(desk).get(`/requests/${number}?token=${request}`)).status, 200);
  });
});

describe("somebody else's request", () => {
  const MISSING = 'T-0000-0001';
  let bert;
  let foreign;
  let link;
  let own;

  before(async () => {
    const anna = new Client(desk);
    foreign = await write(anna, { email: 'anna@example.com', subject: 'Of nobody else’s concern' }, [{ name: 'secret.txt', content: 'secret' }]);
    bert = await registered(desk, { email: 'bert@example.com' });
    own = await write(bert.client, {});
    link = tokenIn(await desk.mail({ to: 'bert@example.com', subject: own }), '/requests/');
  });

  /** The page without what differs by chance: the nonce and the address. */
  const same = (answer, number) => answer.text.replace(/nonce="[^"]*"|crossorigin="[^"]*"/g, '').replaceAll(number, 'NUMBER');

  const ways = {
    'by login': (number) => bert.client.get(`/requests/${number}`),
    'by the link of another': (number) => new Client(desk).get(`/requests/${number}?token=${link}`),
    'its events': (number) => bert.client.get(`/events/requests/${number}`),
    'its events by the link of another': (number) => new Client(desk).get(`/events/requests/${number}?token=${link}`),
    'a reply': (number) => bert.client.post(`/requests/${number}`, { body: 'Let me in', once: 'x' }),
    'a reply by the link of another': (number) => new Client(desk).post(`/requests/${number}`, { body: 'Let me in', once: 'x', token: link }),
    'an empty reply': (number) => bert.client.post(`/requests/${number}`, { body: '' }),
    'a reply with a file': (number) => bert.client.upload(`/requests/${number}`, { body: 'Let me in' }, [{ name: 'a.txt', content: 'a' }]),
    closing: (number) => bert.client.post(`/requests/${number}/close`, {}),
    reopening: (number) => bert.client.post(`/requests/${number}/reopen`, {}),
    'a reply from the app': (number) => bert.client.call('requests/comment', { number, body: 'Let me in', once: 'x' }, []),
    'a reply from the app by the link of another': (number) => new Client(desk).call('requests/comment', { number, body: 'Let me in', token: link }, []),
    'its data': (number) => bert.client.page('mine', `/requests/${number}`),
    'its data by the link of another': (number) => new Client(desk).page('mine', `/requests/${number}?token=${link}`),
    'its news': (number) => bert.client.call('news', { number, token: '', last: '', agent: 'false' }),
    'closing from the app': (number) => bert.client.call('requests/close', { number }, []),
    'having seen it': (number) => bert.client.call('seen', { number, token: '', last: '00000000-0000-0000-0000-000000000000', agent: 'false' }),
    'as nobody': (number) => new Client(desk).get(`/requests/${number}`),
  };
  for (const [what, act] of Object.entries(ways)) {
    test(`looks like a missing one: ${what}`, async () => {
      const [there, missing] = [await storesNothing(() => act(foreign)), await act(MISSING)];
      assert.equal(there.status, missing.status);
      if (what === 'as nobody') assert.equal(there.location.replace(foreign, MISSING), missing.location);
      // An empty reply may be refused for being empty, as long as both are.
      else assert.ok([404, ...(what === 'an empty reply' ? [422] : [])].includes(there.status), String(there.status));
      assert.equal(same(there, foreign), same(missing, MISSING));
      assert.doesNotMatch(there.text, /nobody else|secret/);
    });
  }

  test('says so in German too', async () => {
    const answer = await new Client(desk, { language: 'de' }).get(`/requests/${foreign}?token=${link}`);
    assert.equal(answer.status, 404);
    assert.match(words(answer.text), SENTENCES.nothingHere.de);
  });

  test('agents find nothing under a missing number', async () => {
    for (const answer of [await agent.get(`/agent/requests/${MISSING}`), await agent.post(`/agent/requests/${MISSING}`, { body: 'x', visibility: 'public' })]) {
      assert.equal(answer.status, 404);
    }
  });
});

describe('passwords', () => {
  for (const language of ['en', 'de']) {
    for (const [what, password, says] of [
      ['none', '', 'short'],
      ['a short one', 'Kaktus 8', 'short'],
      ['a weak one', 'password1234', 'weak'],
      ['the own address', `weak-${language}@example.com`, 'weak'],
    ]) {
      test(`${what} is refused in words, and the link stays good: ${language}`, async () => {
        const email = `weak-${language}@example.com`;
        const client = new Client(desk, { language });
        await client.post('/register', { email });
        const token = tokenIn(await desk.mail({ to: email }), '/register');
        const answer = await client.post('/register', { token, password });
        assert.equal(answer.status, 422);
        assert.match(errorOf(answer.text, 'password'), SENTENCES[says][language]);
        assert.equal(valueOf(answer.text, 'token'), token);
        assert.equal(valueOf(answer.text, 'password'), '', 'A password is never sent back.');
        assert.equal((await client.get(`/register?token=${token}`)).status, 200);
      });
    }

    test(`a wrong login says the same whether the address is known: ${language}`, async () => {
      await registered(desk, { email: `login-${language}@example.com` });
      const client = new Client(desk, { language });
      const answers = [];
      for (const email of [`login-${language}@example.com`, `nobody-${language}@example.com`]) {
        const answer = await client.post('/login', { email, password: 'not this one' });
        assert.equal(answer.status, 422);
        assert.match(errorOf(answer.text, 'password'), SENTENCES.login[language]);
        assert.equal(valueOf(answer.text, 'email'), email);
        answers.push(answer.text.replaceAll(email, 'EMAIL').replace(/nonce="[^"]*"|crossorigin="[^"]*"/g, ''));
      }
      assert.equal(answers[0], answers[1]);
    });
  }
});

describe('the account refuses in words and changes nothing:', () => {
  let person;
  before(async () => {
    person = await registered(desk, { email: 'account@example.com', name: 'Aki' });
  });
  for (const [what, address, fields, field, says] of [
    ['a long name', '/account/name', { name: 'n'.repeat(101) }, 'name', /at most 100 characters/],
    ['a wrong new address', '/account/address', { email: 'not one', password: PASSWORD }, 'email', /not a complete email address/],
    ['the address that it has', '/account/address', { email: 'Account@Example.com', password: PASSWORD }, 'email', /already your address/],
    ['a new address with a wrong password', '/account/address', { email: 'new@example.com', password: 'guess' }, 'address-password', /not your current password/],
    ['a wrong current password', '/account/password', { current_password: 'guess', password: `${PASSWORD} x` }, 'current_password', /not your current password/],
    ['a weak new password', '/account/password', { current_password: PASSWORD, password: 'password1234' }, 'new-password', /guessed quickly/],
    ['an unknown language', '/account/language', { language: 'tlh' }, 'account-language', /choose one of the values/],
    ['an erasure with a wrong password', '/account/delete', { password: 'guess' }, 'password', /not your current password/],
  ]) {
    test(what, async () => {
      const answer = await storesNothing(() => person.client.post(address, fields));
      assert.equal(answer.status, 422);
      assert.match(errorOf(answer.text, field), says);
      for (const [name, value] of Object.entries(fields)) {
        if (name === 'language') continue;
        if (name.includes('password')) assert.doesNotMatch(answer.text, new RegExp(`value="${value}"`));
        else assert.equal(valueOf(answer.text, name), value);
      }
      await new Client(desk).login(person);
      assert.equal(valueOf((await person.client.get('/account')).text, 'name'), 'Aki');
    });
  }
});

test('an agent who captures a request is told what is wrong, and keeps what was typed', async () => {
  const sent = { email: 'caller@', name: 'Cem', language: 'de', kind: 'problem', subject: '', body: 'Called "twice"', once: 'x' };
  const answer = await storesNothing(() => agent.upload('/agent/requests/new', sent));
  assert.equal(answer.status, 422);
  assert.match(errorOf(answer.text, 'email'), SENTENCES.address.en);
  assert.match(errorOf(answer.text, 'subject'), SENTENCES.noSubject.en);
  for (const [name, value] of Object.entries(sent)) assert.equal(valueOf(answer.text, name), value, name);
});

test('the mail of a request opens it', async () => {
  const email = 'opens@example.com';
  const number = await write(new Client(desk), { email });
  const answer = await new Client(desk).get(linkTo(await desk.mail({ to: email }), `/requests/${number}`));
  assert.equal(answer.status, 200);
  assert.match(words(answer.text), /The lamp flickers/);
});
