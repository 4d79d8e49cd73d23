// Measures how long a page change takes, from the click to the new page on the screen: node page-changes.mjs
//
// TRESEN_BINARY names the program, TRESEN_SITE the front end of a debug build, TRESEN_CHROMIUM the browser. Prints the
// median and the slowest of ROUNDS, as they are and with the processor slowed to a quarter.

import { enter, go, launch, openPage } from './lib/browser.mjs';
import { Client } from './lib/client.mjs';
import { startDesk } from './lib/desk.mjs';
import { CONFIG } from './lib/pages.mjs';
import { registered, write } from './lib/people.mjs';

const ROUNDS = 15;

const [desk, browser] = await Promise.all([startDesk({ config: CONFIG }), launch()]);
const agent = new Client(desk);
await agent.login(await desk.addPerson({ name: 'Ada Agent', role: 'admin' }));
const anna = await registered(desk, { email: 'anna@example.com', name: 'Anna' });
let number;
for (let index = 1; index <= 40; index++) number = await write(anna.client, { subject: `Umbrella ${index}` });

/** From the click to the frame after the one in which the new page is there, in milliseconds. */
const change = (page, href) =>
  page.evaluate(
    (href) =>
      new Promise((resolve) => {
        const link = document.querySelector(`a[href="${href}"]`);
        if (!link) throw new Error(`There is no link to ${href}.`);
        const begin = performance.now();
        const watch = new MutationObserver(() => {
          if (document.documentElement.dataset.live === undefined) return;
          watch.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
        });
        watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-live'] });
        link.click();
      }),
    href,
  );

const JOURNEYS = [
  [null, '/', ['/requests/new', '/privacy', '/login']],
  [anna.client, '/requests', [`/requests/${number}`, '/account']],
  [agent, '/agent', [`/agent/requests/${number}`, '/agent/reports']],
];

console.log(`${'page'.padEnd(32)}${'median'.padStart(8)}${'slowest'.padStart(9)}   slowed: ${'median'.padStart(6)}${'slowest'.padStart(9)}   ms`);
for (const [client, home, pages] of JOURNEYS) {
  const page = await openPage(browser, desk, { reducedMotion: 'reduce' });
  if (client) await enter(page, desk, client);
  const processor = await page.context().newCDPSession(page);
  for (const href of pages) {
    const figures = [];
    for (const rate of [1, 4]) {
      await processor.send('Emulation.setCPUThrottlingRate', { rate });
      const times = [];
      await go(page, home);
      // The first time loads the code of the part; the page is warm from the second on.
      for (let round = 0; round <= ROUNDS; round++) {
        const time = await change(page, href);
        if (round > 0) times.push(time);
        await change(page, home);
      }
      times.sort((one, other) => one - other);
      figures.push(times[ROUNDS >> 1].toFixed(0), times.at(-1).toFixed(0));
    }
    const [median, slowest, slowMedian, slowSlowest] = figures;
    console.log(`${`${home} → ${href.replace(number, 'NUMBER')}`.padEnd(32)}${median.padStart(8)}${slowest.padStart(9)}           ${slowMedian.padStart(6)}${slowSlowest.padStart(9)}`);
  }
  await page.context().close();
}
await browser.close();
await desk.stop();
