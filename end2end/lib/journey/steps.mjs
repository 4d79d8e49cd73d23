// What the steps of the journey have in common: going somewhere, pressing, waiting for what is said.

import { setTimeout as sleep } from 'node:timers/promises';

import { live } from '../browser.mjs';

/** Chromium writes every refused form into the console; here it is meant to be refused. */
export async function refused(who, act) {
  who.allow.push(/status of 422/);
  await act();
  who.allow.pop();
}

/** Opens a page, and waits until it is live. */
export async function go(page, address) {
  await page.goto(address);
  await live(page);
}

/** Presses what leads to another page, and waits for it. */
export async function follow(page, locator, to) {
  await Promise.all([page.waitForURL((url) => to.test(url.pathname + url.search)), locator.click()]);
  await live(page);
}

/** Reloads until something is there that a worker brings about. */
export async function until(page, locator) {
  const end = Date.now() + 15_000;
  while ((await locator.count()) === 0) {
    if (Date.now() > end) throw new Error(`${page.url()} never showed ${locator}.`);
    await sleep(100);
    await page.reload();
    await live(page);
  }
}

export const button = (page, name) => page.getByRole('button', { name, exact: true });

export const main = (page) => page.locator('main');

/** Waits until a text is on the page. */
export const said = (page, text) => main(page).getByText(text).first().waitFor();
