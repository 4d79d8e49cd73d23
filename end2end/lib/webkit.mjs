// The small browser of WebKitGTK, on a display of its own, and a guard on its pages.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { freePort } from './desk.mjs';
import { PATIENCE, Page, connect, until } from './webdriver.mjs';

/** Starts a display and the driver. The driver has one browser at a time: `withWebKitPage` starts and ends it. */
export async function launchWebKit({ javaScript = true } = {}) {
  const home = await mkdtemp(path.join(tmpdir(), 'tresen-webkit-'));
  const webkit = { home, javaScript, children: [] };
  try {
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    webkit.children.unshift(screen);
    const [display] = await started(screen, once(screen.stdio[3], 'data'));

    const port = await freePort();
    const folders = { HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
    const env = { ...process.env, ...folders, LC_ALL: 'C.UTF-8', DISPLAY: `:${String(display).trim()}` };
    const driver = spawn(process.env.TRESEN_WEBKIT_DRIVER ?? 'WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' });
    webkit.children.unshift(driver);
    webkit.send = connect(`http://127.0.0.1:${port}`);
    await started(driver, until(() => webkit.send('GET', '/status').catch(() => false), 'the driver is ready'));
    return webkit;
  } catch (error) {
    await closeWebKit(webkit);
    throw error;
  }
}

/** Ends what `launchWebKit` started. */
export async function closeWebKit(webkit) {
  for (const child of webkit?.children ?? []) {
    if (child.kill()) await once(child, 'exit');
  }
  // Processes of the browser end a moment after the driver.
  if (webkit) await rm(webkit.home, { recursive: true, maxRetries: 10 });
}

/** Starts the browser without any state, runs `journey(page)` and fails if the page complained of anything. */
export async function withWebKitPage({ send, javaScript }, desk, journey) {
  const options = { args: ['--automation', `--enable-javascript=${javaScript}`] };
  const capabilities = { alwaysMatch: { timeouts: { implicit: PATIENCE }, 'webkitgtk:browserOptions': options } };
  const { sessionId } = await send('POST', '/session', { capabilities });
  try {
    const ofSession = (method, path, body) => send(method, `/session/${sessionId}${path}`, body);
    const page = javaScript ? new GuardedPage(ofSession, desk.url) : new Page(ofSession, desk.url);
    await journey(page);
    await page.check?.();
  } finally {
    await send('DELETE', `/session/${sessionId}`);
  }
}

/** A page that is listened to from the moment at which a test has waited for something in it. */
class GuardedPage extends Page {
  #problems = [];

  async waitForFunction(test, argument) {
    await super.waitForFunction(test, argument);
    this.#problems.push(...(await this.evaluate(problems)));
  }

  async check() {
    this.#problems.push(...(await this.evaluate(problems)));
    if (this.#problems.length > 0) throw new Error(`The page has problems:\n${this.#problems.join('\n')}`);
  }
}

/**
 * Runs in the page and returns what it complained of since the last call. WebDriver does not report it, so that what
 * a document complains of before the first call goes unseen; a program that does not start is never live.
 */
function problems() {
  if (!window.problems) {
    const all = (window.problems = []);
    const add = (problem) => all.push(`${location.href}: ${problem}`);
    addEventListener('error', (event) => add(`uncaught ${event.message}`));
    addEventListener('unhandledrejection', (event) => add(`uncaught ${event.reason}`));
    for (const level of ['error', 'warn']) console[level] = (...said) => add(`console ${level}: ${said.join(' ')}`);
    addEventListener('securitypolicyviolation', (event) => add(`${event.effectiveDirective} blocked ${event.blockedURI}`));
  }
  return window.problems.splice(0);
}

/** Waits for what a program does first. Fails if it ends before, or cannot be started. */
function started(child, first) {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${child.spawnfile} ended with ${code}.`)));
  return Promise.race([first, ended]);
}
