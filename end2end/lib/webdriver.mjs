// A page of a browser that is driven over WebDriver (https://www.w3.org/TR/webdriver2/). It has the methods of
// Playwright's pages that `other-browsers.test.mjs` needs, so that one test runs in all browsers.

import { setTimeout as sleep } from 'node:timers/promises';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
export const PATIENCE = 10_000;

/** Calls the driver at an address: `send(method, path, body)` returns the value of its answer. */
export function connect(address) {
  return async (method, path, body) => {
    const signal = AbortSignal.timeout(3 * PATIENCE);
    const answer = await fetch(address + path, { method, body: body && JSON.stringify(body), signal });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
}

/** Polls until `holds` returns something, and returns that. */
export async function until(holds, what) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(20)) {
    const found = await holds();
    if (found) return found;
  }
  throw new Error(`Waited in vain until ${what}.`);
}

/** A session's only page. Its addresses may be relative to `origin`. */
export class Page {
  #send;
  #origin;

  constructor(send, origin) {
    this.#send = send;
    this.#origin = origin;
  }

  goto(address) {
    return this.#send('POST', '/url', { url: new URL(address, this.#origin).href });
  }

  click(selector) {
    return this.#act(selector, 'click', {});
  }

  type(selector, text) {
    return this.#act(selector, 'value', { text });
  }

  setInputFiles(selector, file) {
    return this.type(selector, file);
  }

  async innerText(selector) {
    return this.#send('GET', `/element/${await this.#find(selector)}/text`);
  }

  evaluate(act, argument = null) {
    return this.#send('POST', '/execute/sync', { script: `return (${act})(arguments[0])`, args: [argument] });
  }

  /** Waits until `test` holds in the page, or in the document that replaces it. */
  waitForFunction(test, argument) {
    return until(() => this.evaluate(test, argument).catch(() => false), `${test} with ${JSON.stringify(argument)}`);
  }

  waitForURL(pattern) {
    return until(async () => pattern.test(await this.#send('GET', '/url')), `the address fits ${pattern}`);
  }

  /** Waits, as Playwright does, while the element is hidden or something else is in front of it. */
  #act(selector, what, body) {
    const act = async () => this.#send('POST', `/element/${await this.#find(selector)}/${what}`, body);
    const again = (error) => (/not interactable|intercepted/.test(error.message) ? false : Promise.reject(error));
    return until(() => act().then(() => true, again), `${selector} can be reached`);
  }

  async #find(selector) {
    return (await this.#send('POST', '/element', { using: 'css selector', value: selector }))[ELEMENT];
  }
}
