// A real Chromium, and a guard on every page, also of Firefox: no error in the console, no broken Content Security
// Policy, nothing from another host.

import { chromium } from 'playwright-core';

export const VIEWPORTS = {
  phone: { width: 360, height: 740 },
  desktop: { width: 1280, height: 900 },
};

const LOCALES = { de: 'de-DE', en: 'en-GB' };

/** Starts the browser. One is enough for a file of tests; every page has a context of its own. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.TRESEN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/**
 * Opens a page in a fresh context, runs `journey(page)` and fails if the guard saw anything.
 *
 * Options: `language` (de, en), `theme` (light, dark), `javaScript` (true, false), `viewport` (phone,
 * desktop), `allow` (patterns of problems that are expected, such as `/status of 422/`), and whatever
 * `browser.newContext` knows.
 */
export async function withPage(browser, desk, options, journey) {
  const page = await openPage(browser, desk, options);
  try {
    await journey(page);
    check(page);
  } finally {
    await page.context().close();
  }
}

/** Opens a page in a fresh context, guarded. Whoever calls it calls `check(page)` and closes the context. */
export async function openPage(browser, desk, options = {}) {
  const { language = 'en', theme = 'light', javaScript = true, viewport = 'desktop', allow = [], ...rest } = options;
  const context = await browser.newContext({
    baseURL: desk.url,
    locale: LOCALES[language],
    timezoneId: 'Europe/Berlin',
    colorScheme: theme,
    javaScriptEnabled: javaScript,
    viewport: VIEWPORTS[viewport],
    hasTouch: viewport === 'phone',
    reducedMotion: 'reduce',
    ...rest,
  });
  context.setDefaultTimeout(10_000);
  const problems = [];
  context.on('page', (page) => {
    guard(page, desk, problems, { allow, javaScript });
    if (javaScript) scripted.add(page);
  });
  return context.newPage();
}

const seen = new WeakMap();
const scripted = new WeakSet();

function guard(page, desk, problems, { allow, javaScript }) {
  const origin = new URL(desk.url).origin;
  const add = (problem) => {
    if (!allow.some((pattern) => pattern.test(problem))) problems.push(`${page.url()}: ${problem}`);
  };
  seen.set(page, problems);
  page.on('pageerror', (error) => add(`uncaught ${error.stack ?? error}`));
  page.on('console', (message) => {
    // With JavaScript off nobody uses the WASM that a page preloads.
    if (!javaScript && /was preloaded using link preload but not used/.test(message.text())) return;
    // Leptos warns where the browser's page and the server's differ.
    if (['error', 'warning'].includes(message.type())) add(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('request', (request) => {
    const { protocol, origin: other } = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(protocol) && other !== origin) add(`request to another host: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // Leaving a page aborts what it still loads. With JavaScript off, Chromium fetches no scripts.
    const off = !javaScript && request.resourceType() === 'script' && reason === 'csp';
    if (!off && !/ERR_ABORTED|NS_BINDING_ABORTED/.test(reason)) add(`request failed: ${request.url()} ${reason}`);
  });
}

/** Fails if the guard saw anything in this page or in those that it opened. */
export function check(page) {
  const problems = seen.get(page) ?? [];
  if (problems.length > 0) throw new Error(`The page has problems:\n${problems.splice(0).join('\n')}`);
}

/** Waits until the page is loaded and live; `app/src/nav/` marks that. */
export async function live(page) {
  await page.waitForLoadState('load');
  if (!scripted.has(page) || (await page.locator('script[type=module]').count()) === 0) return;
  await page.locator('html[data-live]').waitFor({ state: 'attached' });
}

/** Logs somebody in through the form. */
export async function login(page, person) {
  await page.goto('/login');
  await page.locator('input[name=email]').fill(person.email);
  await page.locator('input[name=password]').fill(person.password);
  await Promise.all([
    page.waitForURL((url) => url.pathname !== '/login'),
    page.locator('form:has(input[name=password]) button[type=submit]').click(),
  ]);
}

/** Lets a page in as somebody whom a `Client` has logged in. */
export function enter(page, desk, client) {
  return page.context().addCookies([{ name: 'tresen-session', value: client.cookie('tresen-session'), url: desk.url }]);
}

/** Goes to an address of the desk and waits until the page is live. Answers the response. */
export async function go(page, address) {
  const answer = await page.goto(address);
  await live(page);
  return answer;
}

/** Presses what leads to another page, or to the same anew, and waits until that is live. */
export async function follow(page, locator) {
  const html = page.locator('html');
  if (!scripted.has(page) || (await html.getAttribute('data-live')) === null) {
    await Promise.all([page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame()), locator.click()]);
    return live(page);
  }
  // The app navigates without a document, and writes to the history whenever a page was scrolled, which is a
  // navigation as well for Playwright. So only its own mark says that the page is another one.
  await html.evaluate((html) => (html.dataset.live = 'left'));
  await locator.click();
  await page.locator('html:not([data-live=left])').waitFor({ state: 'attached' });
  return live(page);
}
