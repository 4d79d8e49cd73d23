// An authenticator app (RFC 6238): SHA-1, six digits, thirty seconds.

import { createHmac } from 'node:crypto';

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export class App {
  #secret;
  #last = 0;

  /** `shown` is the key as the page shows it. */
  constructor(shown) {
    const bits = [...shown.replace(/\s/g, '')].map((sign) => SIGNS.indexOf(sign).toString(2).padStart(5, '0')).join('');
    this.#secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  }

  /**
   * A code that was not given before. A desk takes that of the next step, too, so two can be had at once;
   * the third comes when its time has.
   */
  async next() {
    const step = Math.max(this.#last + 1, App.#now());
    while (step > App.#now() + 1) await new Promise((done) => setTimeout(done, 250));
    this.#last = step;
    return this.#code(step);
  }

  /** Six digits that are not right, now or soon. */
  wrong() {
    const right = [-1, 0, 1, 2].map((more) => this.#code(App.#now() + more));
    return ['000000', '111111', '222222', '333333', '444444'].find((code) => !right.includes(code));
  }

  static #now() {
    return Math.floor(Date.now() / 30_000);
  }

  #code(step) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const hash = createHmac('sha1', this.#secret).update(counter).digest();
    const number = hash.readUInt32BE(hash[19] & 0xf) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, '0');
  }
}
