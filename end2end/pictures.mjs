// The pictures in README.md, made again from the real program:
//
//   TRESEN_BINARY=target/debug/tresen node end2end/pictures.mjs

import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { launch, live, login, openPage } from './lib/browser.mjs';
import { Client } from './lib/client.mjs';
import { startDesk } from './lib/desk.mjs';
import { registered, write } from './lib/people.mjs';

const FOLDER = path.join(import.meta.dirname, '..', 'docs', 'pictures');

const OTHERS = [
  ['Noor', 'order', 'Invoice 2026-118 came twice', 'urgent'],
  ['Jonas Becker', 'question', 'Can I move my appointment to Thursday?', 'normal'],
  ['', 'problem', 'The app logs me out every few minutes', 'high'],
  ['Aylin', 'other', 'Praise for the friendly people on the phone', 'low'],
  ['Piotr', 'question', 'Which cable fits the new model?', 'normal'],
];

const desk = await startDesk({ settings: { TRESEN_NAME: 'Northlight Service' } });
const browser = await launch();
try {
  await mkdir(FOLDER, { recursive: true });
  const agent = await desk.addPerson({ email: 'agent@example.com', name: 'Ada Berger', role: 'agent' });
  const staff = new Client(desk);
  await staff.post('/login', { email: agent.email, password: agent.password });
  for (const [index, [name, kind, subject, priority]] of OTHERS.entries()) {
    const number = await write(new Client(desk), { email: `customer${index}@example.com`, name, kind, subject, body: subject });
    await staff.post(`/agent/requests/${number}/change`, { status: index === 1 ? 'waiting' : 'open', priority });
  }
  const mira = await registered(desk, { email: 'mira@example.com', name: 'Mira' });
  const answer = await mira.client.post('/requests/new', {
    kind: 'problem', subject: 'The printer prints grey stripes', consent: 'yes', once: 'picture',
    body: 'Good morning,\n\nsince today our printer prints grey stripes over every page. The cartridge is new. What can I do?\n\nMira',
  });
  const number = answer.location.split('/').pop();
  await staff.post(`/agent/requests/${number}`, {
    visibility: 'public', status_afterwards: 'waiting', once: 'picture',
    body: 'Hello Mira,\n\nplease clean the print head first: Settings, Maintenance, Clean. It takes two minutes. Here is how, with pictures: https://help.example.com/x200\n\nDoes that help?',
  });

  const customer = await openPage(browser, desk, { language: 'en', theme: 'light', viewport: 'desktop' });
  await login(customer, mira);
  await picture(customer, `/requests/${number}`, 'conversation');
  const phone = await openPage(browser, desk, { language: 'en', theme: 'light', viewport: 'phone' });
  await picture(phone, '/requests/new', 'new-request');
  const night = await openPage(browser, desk, { language: 'en', theme: 'dark', viewport: 'desktop' });
  await login(night, agent);
  await picture(night, '/agent', 'queue');
} finally {
  await browser.close();
  await desk.stop();
}

async function picture(page, address, name) {
  await page.goto(address);
  await live(page);
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: 'disabled' });
}
