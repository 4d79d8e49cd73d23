// Pictures of every page in its states, in both themes, languages and sizes:
//
//   TRESEN_BINARY=target/debug/tresen node end2end/screenshots.mjs FOLDER [WORD]...
//
// With words, only the pages whose name has one of them: `queue`, `refused`, `for nobody`.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { VIEWPORTS, launch, live, openPage } from './lib/browser.mjs';
import { startDesk } from './lib/desk.mjs';
import { CONFIG, PAGES, prepare } from './lib/pages.mjs';

const [folder, ...named] = process.argv.slice(2);
if (!folder) {
  console.error('Name the folder for the pictures: node end2end/screenshots.mjs FOLDER [WORD]...');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const [desk, empty, browser] = await Promise.all([startDesk({ flags: ['--dev'], config: CONFIG }), startDesk(), launch()]);
try {
  for (const language of ['de', 'en']) {
    const places = await prepare(desk, empty, language);
    for (const page of PAGES) await picture(page, places, language);
  }
} finally {
  await browser.close();
  await desk.stop();
  await empty.stop();
}

async function picture([who, what, address, , act], places, language) {
  const name = `${what}, for ${who}`;
  if (named.length > 0 && !named.some((word) => name.includes(word))) return;
  const at = who === 'idle' ? empty : desk;
  const page = await openPage(browser, at, { language });
  try {
    for (const cookie of ['tresen-session', 'tresen-data', 'tresen-second-step']) {
      const value = places[who]?.cookie(cookie);
      if (value) await page.context().addCookies([{ name: cookie, value, url: at.url }]);
    }
    await page.goto(new URL(address(places), at.url).href);
    await live(page);
    await act?.(page);
    for (const [size, viewport] of Object.entries(VIEWPORTS)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const file = path.join(folder, `${name.replace(/[^a-zA-Z-]+/g, '-')}.${size}.${language}.${colorScheme}.png`);
        await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
        console.log(file);
      }
    }
  } finally {
    await page.context().close();
  }
}
