// Pictures of pages in both themes, languages and sizes:
//
//   TRESEN_BINARY=target/debug/tresen node end2end/screenshots.mjs FOLDER [PAGE]...
//
// PAGE is a path such as /requests/new; agent:/agent is seen by an agent, admin:/agent by an admin.
// TRESEN_URL takes a desk that runs already (only pages that need no login).

import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { VIEWPORTS, launch, live, login, openPage } from './lib/browser.mjs';
import { startDesk } from './lib/desk.mjs';

const PAGES = ['/', '/requests/new', '/register', '/login', '/privacy', '/imprint', 'agent:/agent'];

const [folder, ...named] = process.argv.slice(2);
if (!folder) {
  console.error('Name the folder for the pictures: node end2end/screenshots.mjs FOLDER [PAGE]...');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const started = process.env.TRESEN_URL ? null : await startDesk();
const desk = started ?? { url: process.env.TRESEN_URL };
const browser = await launch();
const people = {};
try {
  for (const page of named.length > 0 ? named : PAGES) await picture(page);
} finally {
  await browser.close();
  await started?.stop();
}

async function picture(name) {
  const [, role, address] = /^(?:(agent|admin):)?(.*)$/.exec(name);
  for (const language of ['de', 'en']) {
    for (const theme of ['light', 'dark']) {
      for (const viewport of Object.keys(VIEWPORTS)) {
        const page = await openPage(browser, desk, { language, theme, viewport });
        if (role) {
          people[role] ??= await started.addPerson({ email: `${role}@example.com`, name: 'Ada Lovelace', role });
          await login(page, people[role]);
        }
        await page.goto(address);
        await live(page);
        const slug = [role, ...address.split('/')].filter(Boolean).join('-') || 'home';
        const file = path.join(folder, `${slug}.${viewport}.${language}.${theme}.png`);
        await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
        await page.context().close();
        console.log(file);
      }
    }
  }
}
