// A service desk for tests: the real program on a free loopback port, with a data folder of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { readMails } from './mail.mjs';

const PATIENCE = 30_000;

/**
 * Starts a desk and waits until it is ready.
 *
 * `settings` are environment variables (`{ TRESEN_PUBLIC_URL: … }`), `flags` follow `serve`, `config` is
 * what stands in `tresen.toml`, `host` what browsers call this machine.
 *
 * Forms are taken as they are, unless `TRESEN_SCREEN_FORMS` says otherwise: tests fill them in faster than people.
 */
export async function startDesk({ settings = {}, flags = [], config, host = '127.0.0.1' } = {}) {
  const data = await mkdtemp(path.join(tmpdir(), 'tresen-desk-'));
  if (config !== undefined) {
    const file = path.join(data, 'tresen.toml');
    await writeFile(file, config);
    settings = { TRESEN_CONFIG: file, ...settings };
  }
  const desk = new Desk(data, await freePort(), settings, flags, host);
  try {
    await desk.start();
  } catch (error) {
    await desk.stop();
    throw error;
  }
  return desk;
}

class Desk {
  #process;
  #log = '';
  #flags;
  #env;

  constructor(data, port, settings, flags, host) {
    this.data = data;
    this.url = `http://${host}:${port}`;
    this.#flags = flags;
    // What the developer's own shell says about another desk must not reach this one.
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('TRESEN_'));
    this.#env = {
      ...Object.fromEntries(env),
      TRESEN_DATA: data,
      TRESEN_LISTEN: `127.0.0.1:${port}`,
      TRESEN_PUBLIC_URL: this.url,
      // Tests whose subject it is say `required`.
      TRESEN_SECOND_FACTOR: 'offered',
      TRESEN_SCREEN_FORMS: 'false',
      ...settings,
    };
  }

  /** What the program has logged since its last start. */
  get log() {
    return this.#log;
  }

  /** Starts the server on the data that is there, and waits until it is ready. */
  async start() {
    this.#log = '';
    this.#process = spawn(binary(), ['serve', ...site(), ...this.#flags], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    let failure;
    this.#process.on('error', (error) => (failure = error));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#log += text));
    }
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      if (failure || !this.#running()) break;
      const ready = await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      await sleep(50);
    }
    throw new Error(`The desk did not become ready. ${failure ?? ''}\n${this.#log}`);
  }

  /** Ends the server and keeps the data. `SIGKILL` is a power cut. */
  async end(signal = 'SIGTERM') {
    if (!this.#process || !this.#running()) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill(signal);
    const ended = await Promise.race([exit, sleep(PATIENCE, undefined, { ref: false })]);
    if (ended === undefined) {
      this.#process.kill('SIGKILL');
      await exit;
      throw new Error(`The desk did not end after ${signal}.\n${this.#log}`);
    }
  }

  /** Ends the server and removes its data. */
  async stop() {
    try {
      await this.end();
    } finally {
      await rm(this.data, { recursive: true, force: true });
    }
  }

  /** Runs a command of the program on this desk's data: `{ code, output, errors }`. */
  async run(args, input = '') {
    const child = spawn(binary(), args, { env: this.#env, stdio: 'pipe' });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    child.stdin.on('error', () => {}); // It may end without reading.
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    return { code, output, errors };
  }

  /** Adds an agent or an admin. Answers what logs them in. */
  async addPerson({ email = 'agent@example.com', name = 'Ada Agent', role = 'agent', kinds } = {}) {
    const password = 'correct horse battery staple';
    const args = ['person', 'add', '--email', email, '--name', name, '--role', role, '--password-stdin', ...(kinds ? ['--kinds', kinds] : [])];
    const { code, errors } = await this.run(args, `${password}\n`);
    if (code !== 0) throw new Error(`tresen person add ended with ${code}: ${errors}`);
    return { email, name, role, password };
  }

  /** Hands in a mail as a mail server does. Answers the exit code: 0 stored, 75 try again, 65 refused. */
  async ingest(message, ...flags) {
    return (await this.run(['mail', 'ingest', ...flags], message)).code;
  }

  /** The mails that were sent, oldest first. */
  mails() {
    return readMails(path.join(this.data, 'mail', 'outgoing'));
  }

  /** Waits for a mail to an address; `subject` is a text or a pattern in it, `skip` how many came before. */
  async mail({ to, subject = '', skip = 0 }) {
    const fits = (mail) => mail.to.includes(to) && (subject.test?.(mail.subject) ?? mail.subject.includes(subject));
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      const found = (await this.mails()).filter(fits)[skip];
      if (found) return found;
      await sleep(50);
    }
    const others = (await this.mails()).map((mail) => `${mail.to}: ${mail.subject}`).join('\n');
    throw new Error(`No mail to ${to} with ${subject || 'any subject'}; there are:\n${others || 'none'}`);
  }

  #running() {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }
}

/** The front end that is tested: debug builds hold none. */
function site() {
  const named = process.env.TRESEN_SITE;
  return named ? ['--site', named] : [];
}

function binary() {
  const named = process.env.TRESEN_BINARY;
  if (!named) throw new Error('TRESEN_BINARY must name the program; `cargo xtask test --only browser` does that.');
  return named;
}

/** A port of the loopback interface on which nothing listens. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
