// A browser without a window: cookies and forms over plain HTTP, to see the bytes of every answer.

import { once } from 'node:events';
import { request } from 'node:http';

/** A visitor. Cookies are kept, redirects are not followed. */
export class Client {
  #desk;
  #cookies = new Map();

  #from;

  /**
   * `language` is what the browser asks for; `headers` go with every request. `from` is the visitor's own
   * address: the whole of 127.0.0.0/8 is on this machine.
   */
  constructor(desk, { language = 'en', headers = {}, from } = {}) {
    this.#desk = desk;
    this.#from = from;
    this.headers = { 'accept-language': language, ...headers };
  }

  /** The cookie with this name, or undefined. */
  cookie(name) {
    return this.#cookies.get(name);
  }

  /** Puts a cookie into the jar, as somebody might who wants to choose it for another. */
  setCookie(name, value) {
    this.#cookies.set(name, value);
  }

  /** Fetches: `{ status, headers, text, bytes, location }`. */
  async fetch(path, { headers = {}, ...init } = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const address = new URL(path, this.#desk.url);
    const sent = { redirect: 'manual', ...init, headers: { ...this.headers, ...(cookie && { cookie }), ...headers } };
    const answer = await (this.#from ? fetchFrom(this.#from, address, sent) : fetch(address, sent));
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const bytes = Buffer.from(await answer.arrayBuffer());
    return {
      status: answer.status,
      headers: answer.headers,
      bytes,
      text: bytes.toString('utf8'),
      location: answer.headers.get('location'),
    };
  }

  get(path, headers) {
    return this.fetch(path, { headers });
  }

  /** Posts a form as browsers do without files. `fields` is an object, or a string as it is to be sent. */
  post(path, fields = {}, headers = {}) {
    const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
    return this.fetch(path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  }

  /** Posts a form with files: `[{ name, content }]` in the field `attachments`. */
  upload(path, fields, files = [], headers = {}) {
    // As browsers do it (HTML 4.10.21.8): quotes and line breaks of names are escaped.
    const escape = (name) => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
    const disposition = (name, more = '') => `Content-Disposition: form-data; name="${escape(name)}"${more}\r\n`;
    const parts = Object.entries(fields).map(([name, value]) => Buffer.from(`${disposition(name)}\r\n${value}`));
    for (const { name, content, type = 'application/octet-stream' } of files) {
      const head = `${disposition('attachments', `; filename="${escape(name)}"`)}Content-Type: ${type}\r\n\r\n`;
      parts.push(Buffer.concat([Buffer.from(head), Buffer.from(content)]));
    }
    return this.multipart(path, parts, headers);
  }

  /**
   * Calls a server function as the app does: `/api/ui/ENDPOINT` with fields, and with files where its form has some
   * (an array, empty or not). Answers like `fetch`, with the decoded answer as `json`.
   */
  async call(endpoint, fields = {}, files = undefined) {
    const headers = { accept: 'application/json' };
    const path = `/api/ui/${endpoint}`;
    const answer = await (files ? this.upload(path, fields, files, headers) : this.post(path, fields, headers));
    return { ...answer, json: answer.text && JSON.parse(answer.text) };
  }

  /** Asks for what a page shows, as the app does. `part` is the part of the app: `customer`, `mine`, `agent`, … */
  async page(part, address) {
    const answer = await this.get(`/api/ui/page/${part}?address=${encodeURIComponent(address)}`, { accept: 'application/json' });
    return { ...answer, json: answer.text && JSON.parse(answer.text) };
  }

  /** Posts raw bytes as multipart/form-data: `parts` are buffers between the boundaries. */
  multipart(path, parts, headers = {}) {
    const boundary = `boundary-${crypto.randomUUID()}`;
    const body = Buffer.concat([
      ...parts.flatMap((part) => [Buffer.from(`--${boundary}\r\n`), part, Buffer.from('\r\n')]),
      Buffer.from(`--${boundary}--\r\n`),
    ]);
    return this.fetch(path, {
      method: 'POST',
      body,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
    });
  }

  /** Logs in, and fails if that does not work. */
  async login({ email, password }) {
    const answer = await this.post('/login', { email, password });
    if (answer.status !== 303) throw new Error(`Logging in ended with ${answer.status}: ${words(answer.text)}`);
    return answer;
  }
}

/** `fetch` from an address of one's own, which the built-in one cannot choose. */
async function fetchFrom(localAddress, address, { method, headers, body }) {
  const sent = request(address, { method, headers, localAddress, agent: false }).end(body);
  const [answer] = await once(sent, 'response');
  const parts = await answer.toArray();
  const lines = Object.entries(answer.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
  const empty = [204, 304].includes(answer.statusCode);
  return new Response(empty ? null : Buffer.concat(parts), { status: answer.statusCode, headers: lines });
}

/** What a field of a page holds: the value of an input, the text of a textarea, the chosen option. */
export function valueOf(html, name) {
  const tag = new RegExp(`<(input|textarea|select)\\b[^>]*\\bname="${name}"[^>]*>`).exec(html);
  if (!tag) throw new Error(`The page has no field ${name}.`);
  const rest = html.slice(tag.index + tag[0].length);
  switch (tag[1]) {
    case 'textarea':
      return decode(rest.slice(0, rest.indexOf('</textarea>')).replace(/^\n/, ''));
    case 'select': {
      const options = rest.slice(0, rest.indexOf('</select>'));
      const chosen = [...options.matchAll(/<option\b[^>]*>/g)].find(([option]) => /\sselected\b/.test(option));
      return decode(/\bvalue="([^"]*)"/.exec(chosen?.[0] ?? '')?.[1] ?? '');
    }
    default:
      return decode(/\svalue="([^"]*)"/.exec(tag[0])?.[1] ?? '');
  }
}

/** Whether a box of a page is ticked. */
export function isTicked(html, name) {
  return /\schecked\b/.test(new RegExp(`<input\\b[^>]*\\bname="${name}"[^>]*>`).exec(html)?.[0] ?? '');
}

/** The sentence beside a field; empty if there is none. */
export function errorOf(html, id) {
  const found = new RegExp(`<p\\b([^>]*\\sid="${id}-error"[^>]*)>([^]*?)</p>`).exec(html);
  if (!found) throw new Error(`The page has no place for an error of ${id}.`);
  return /\shidden\b/.test(found[1]) ? '' : words(found[2]);
}

/** What people read of HTML. */
export function words(html) {
  const body = html.replace(/^[^]*<main\b/, '<main').replace(/<\/main>[^]*$/, '');
  return decode(body.replace(/<(script|style)\b[^]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();
}

/** The same words without those that a minute changes by itself: "just now", "a minute ago", "3 minutes ago". */
export function withoutAges(text) {
  return text.replace(/just now|\b(?:a|\d+) minutes? ago/g, 'AGE');
}

function decode(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (name) return named[name] ?? all;
    return String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal));
  });
}
