// Nothing of anybody gets into the logs, at whatever level, and nothing of their browsers onto the disk.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { findBytes } from '../lib/bytes.mjs';
import { Client } from '../lib/client.mjs';
import { startDesk } from '../lib/desk.mjs';
import { PASSWORD, filled, linkTo, registered, tokenIn, write } from '../lib/people.mjs';

/** The most that `TRESEN_LOG` can ask for: of everything, and of each that would have something to tell. */
const LOUDEST = ['trace', ...['h2', 'hyper', 'hyper_util', 'lettre', 'rustls', 'sqlx', 'sqlx::query', 'tower_http'].map((name) => `${name}=trace`)].join(',');

/** Made-up words, so that each is found nowhere by chance. */
const CARLA = {
  email: 'quendoline.zwirn@blaumeise.example',
  newEmail: 'zwirnsteiner@rotkehlchen.example',
  name: 'Quendoline Zwirnstein',
  newName: 'Pimpernella Garnrolle',
  subject: 'Blaubeerkuchenfrage',
  body: 'Heidelbeersuche vergeblich',
  comment: 'Waldbeerennachtrag',
  file: 'Kuchenbeleg.txt',
  contents: 'Kassenzettelnummer',
  lookedFor: 'Eichhörnchenkobel',
  wrongPassword: 'Dachbodenleiter verkehrt 4711',
  newPassword: 'Ziegenpeter Besenstiel Pinguin 63',
};
const ADA = {
  email: 'knusperhaus@lebkuchen.example',
  name: 'Adalberta Knusper',
  answer: 'Obsttortenzusage',
  note: 'Bäckermeistervermerk',
  lookedFor: 'Himbeergestrüpp',
  call: 'Telefonnotizbuch',
};
const BROWSER = {
  'user-agent': 'Schnabeltierbrowser/47.11',
  referer: 'http://murmeltier.example/woher?ich=komme',
  'x-forwarded-for': '203.0.113.77, 198.51.100.88',
  'x-real-ip': '203.0.113.99',
  forwarded: 'for=192.0.2.143;by=203.0.113.43;host=murmeltier.example',
  'cf-connecting-ip': '2001:db8:dead:beef::7',
  'accept-language': 'en;q=0.9, tlh;q=0.0123',
};
/** Where the visitors come from; the desk listens elsewhere. */
const ADDRESS = '127.0.0.2';

/** What nobody may find that a browser said about itself. */
const ABOUT_BROWSERS = [
  'Schnabeltierbrowser', 'murmeltier', '203.0.113', '198.51.100.88', '192.0.2.143', '2001:db8:dead', '0.0123', ADDRESS,
];

/** What nobody may find of people: every text above, and of addresses both sides of the `@`. */
const OF_PEOPLE = [CARLA, ADA].flatMap((person) => Object.values(person)).flatMap((text) => [text, ...text.split(/[@ ]/)]).filter((text) => text.length > 5);

describe('with the loudest log', () => {
  let desk;
  let printed = '';
  const secrets = new Set();

  before(async () => {
    desk = await startDesk({ settings: { TRESEN_LOG: LOUDEST } });
  });

  after(() => desk?.stop());

  /** A browser whose cookies and whose mailed secrets are remembered. */
  function visitor() {
    const client = new Client(desk, { headers: BROWSER, from: ADDRESS });
    const { fetch } = client;
    client.fetch = async (...args) => {
      const answer = await fetch.apply(client, args);
      for (const line of answer.headers.getSetCookie()) {
        const value = /=([^;]*)/.exec(line)[1];
        if (value.length >= 16) secrets.add(value);
      }
      return answer;
    };
    return client;
  }

  /** Fails unless an answer has the status that was expected: a journey that fails shows nothing. */
  async function expect(status, answering) {
    const answer = await answering;
    assert.equal(answer.status, status, answer.text.slice(0, 2000));
    return answer;
  }

  async function run(args, input, expected = 0) {
    const { code, output, errors } = await desk.run(args, input);
    assert.equal(code, expected, errors);
    printed += errors;
    return output;
  }

  const secret = (mail, path) => {
    const token = tokenIn(mail, path);
    secrets.add(token);
    return token;
  };

  test('everybody does everything', async () => {
    // An agent.
    const add = ['person', 'add', '--email', ADA.email, '--name', ADA.name, '--role', 'agent', '--password-stdin'];
    await run(add, `${PASSWORD}\n`);
    const agent = visitor();
    await agent.login({ email: ADA.email, password: PASSWORD });

    // A customer without an account.
    const carla = visitor();
    const number = await write(carla, { email: CARLA.email, name: CARLA.name, subject: CARLA.subject, body: CARLA.body }, [{ name: CARLA.file, content: CARLA.contents }]);
    const confirmation = await desk.mail({ to: CARLA.email });
    secret(confirmation, '/register');
    const link = linkTo(confirmation, '/requests/');
    secrets.add(new URLSearchParams(link.split('?')[1]).get('token'));
    const opened = await expect(303, carla.get(link)).catch(() => carla.get(link));
    assert.ok(opened.status < 400);

    // With an account.
    await registered(desk, { email: CARLA.email, client: carla });
    const registration = await desk.mail({ to: CARLA.email, skip: 1 });
    secret(registration, '/register');
    await expect(303, carla.upload(`/requests/${number}`, { body: CARLA.comment, once: 'comment' }, [{ name: CARLA.file, content: CARLA.contents }]));
    const conversation = await expect(200, carla.get(`/requests/${number}`));
    const [file] = /\/requests\/[^/"]+\/files\/[^"?]+/.exec(conversation.text);
    await expect(200, carla.get(file));
    await expect(200, carla.get(`/requests?q=${encodeURIComponent(CARLA.lookedFor)}`));
    // The same by the app, whose own addresses hold those of pages.
    await expect(200, carla.page('mine', `/requests?q=${encodeURIComponent(CARLA.lookedFor)}`));
    await expect(200, visitor().page('mine', link));
    await expect(404, visitor().page('mine', `/${CARLA.subject}?${CARLA.name}`));
    await expect(200, carla.call('requests/comment', { number, body: `${CARLA.comment} ${CARLA.body}`, once: 'by the app' }, [{ name: CARLA.file, content: CARLA.contents }]));
    await expect(422, visitor().call('requests/send', filled({ email: `${CARLA.email}@`, name: CARLA.name, subject: '', body: CARLA.body }), []));
    await expect(422, visitor().call('sign-in', { email: CARLA.email, password: CARLA.wrongPassword }));
    await expect(400, visitor().call('news', { number, token: CARLA.subject, last: CARLA.name, agent: CARLA.body }));
    await expect(303, carla.post('/account/name', { name: CARLA.newName }));
    await expect(303, carla.post('/account/address', { email: CARLA.newEmail, password: PASSWORD }));
    const proof = secret(await desk.mail({ to: CARLA.newEmail }), '/account/address');
    await expect(303, carla.post('/account/address', { token: proof }));
    await expect(303, carla.post('/logout'));
    await expect(422, carla.post('/login', { email: CARLA.newEmail, password: CARLA.wrongPassword }));
    await expect(303, carla.post('/password', { email: CARLA.newEmail }));
    const reset = secret(await desk.mail({ to: CARLA.newEmail, subject: /password/i }), '/password');
    await expect(303, carla.post('/password', { token: reset, password: CARLA.newPassword }));
    await expect(410, visitor().get(`/password?token=${reset}`));

    // The agent at work.
    await expect(200, agent.get(`/agent?view=all&q=${encodeURIComponent(ADA.lookedFor)}`));
    await expect(200, agent.page('agent', `/agent?view=all&q=${encodeURIComponent(ADA.lookedFor)}`));
    const reply = { body: ADA.answer, visibility: 'public', status_afterwards: 'leave' };
    await expect(303, agent.upload(`/agent/requests/${number}`, { ...reply, once: 'answer' }));
    await expect(303, agent.upload(`/agent/requests/${number}`, { ...reply, body: ADA.note, visibility: 'internal', once: 'note' }));
    await expect(303, agent.upload('/agent/requests/new', { email: CARLA.email, name: CARLA.name, language: 'en', kind: 'question', subject: ADA.call, body: CARLA.body, once: 'call' }));
    await desk.mail({ to: CARLA.newEmail, subject: number });

    // What does not work: each field wrong, no CSRF, no such thing, no sense.
    await expect(422, visitor().upload('/requests/new', filled({ email: `${CARLA.email}@`, name: CARLA.name, subject: '', body: CARLA.body })));
    await expect(422, visitor().post('/register', { email: CARLA.name }));
    await expect(403, visitor().post('/login', { email: CARLA.email, password: CARLA.wrongPassword }, { origin: 'http://murmeltier.example' }));
    await expect(404, visitor().get(`/${CARLA.subject}?${CARLA.name}`));
    await expect(400, visitor().post('/requests/new', `email=${CARLA.email}&body=%ff%fe`));
    await visitor().multipart('/requests/new', [Buffer.from(`${CARLA.body}, not a part`)]);
    await visitor().get(`/requests/${CARLA.subject}`);
    await visitor().post(`/api/ui/${CARLA.subject}`, { email: CARLA.email });

    // The customer's rights.
    assert.equal((await expect(200, carla.post('/account/data/export'))).headers.get('content-type'), 'application/zip');
    await expect(303, carla.post('/account/data', { act: 'restrict' }));
    await expect(422, carla.upload(`/requests/${number}`, { body: CARLA.comment, once: 'refused' }));
    await expect(303, carla.post('/account/data', { act: 'lift' }));
    await run(['export', '--email', CARLA.newEmail]);
    await run(['verify-erasure'], `${CARLA.newName}\n`, 1);
    await run(['retention']);
    await run(['config', 'check']);
    await run(['erase', '--email', CARLA.email]);
    await run(['erase', '--email', 'nobody-at-all@blaumeise.example'], '', 1);
    await run(['person', 'add', '--email', CARLA.name, '--name', CARLA.name, '--role', 'agent', '--password-stdin'], 'short\n', 1);
    await expect(422, carla.post('/account/delete', { password: CARLA.wrongPassword }));
    await expect(200, carla.post('/account/delete', { password: CARLA.newPassword }));
    await desk.mail({ to: CARLA.newEmail, subject: /deleted/i });
  });

  test('the log has lines of it, and nothing of anybody', async () => {
    await desk.end();
    const log = desk.log + printed;
    assert.match(log, /a person was erased/);
    assert.ok(secrets.size >= 8, `${secrets.size} secrets`);
    const searched = [...OF_PEOPLE, ...ABOUT_BROWSERS, ...secrets, PASSWORD];
    const small = log.toLowerCase();
    const found = searched.filter((text) => small.includes(text.toLowerCase()) || log.includes(encodeURIComponent(text)) || log.includes(Buffer.from(text).toString('base64').slice(0, -4)));
    assert.deepEqual(found, []);
  });

  test('nothing that a browser said about itself is on the disk', async () => {
    assert.deepEqual(await findBytes(desk.data, ABOUT_BROWSERS), []);
    // What was written is there: in the search index, and in mails.
    assert.notDeepEqual(await findBytes(desk.data, [CARLA.newEmail, ADA.call]), []);
  });
});
