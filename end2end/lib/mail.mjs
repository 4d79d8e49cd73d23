// Reads mails as a mail program does: MIME parts (RFC 2045), encoded words (RFC 2047), their links.

import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** All `*.eml` of a folder, oldest first; none if there is no folder. */
export async function readMails(folder) {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.eml')).map(async (name) => {
    const file = path.join(folder, name);
    return { name, time: (await stat(file)).mtimeMs, raw: await readFile(file, 'latin1') };
  });
  const sorted = (await Promise.all(files)).sort((a, b) => a.time - b.time || a.name.localeCompare(b.name));
  return sorted.map(({ raw }) => parseMail(raw));
}

/** `{ from, to, subject, headers, text, html, links, raw }`; `raw` is one character a byte. */
export function parseMail(raw) {
  const whole = part(raw);
  const leaves = [...flatten(whole)];
  const of = (type) => leaves.filter((leaf) => leaf.type === type).map((leaf) => leaf.content).join('\n');
  const header = (name) => decodeWords(whole.headers.get(name) ?? '');
  const [text, html] = [of('text/plain'), of('text/html')];
  return {
    from: header('from'),
    to: header('to'),
    subject: header('subject'),
    headers: whole.headers,
    text,
    html,
    links: links(text, html),
    raw,
  };
}

function part(raw) {
  const [, head, body] = /^([^]*?)\r?\n\r?\n([^]*)$/.exec(raw) ?? [null, raw, ''];
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const headers = new Map(lines.map((line) => [line.split(':', 1)[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const contentType = headers.get('content-type') ?? 'text/plain';
  const type = contentType.split(';', 1)[0].trim().toLowerCase();
  const [, quoted, plain] = /boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (type.startsWith('multipart/') && boundary) {
    const pieces = `\n${body}`.split(`\n--${boundary}`).slice(1);
    const parts = pieces.filter((piece) => !piece.startsWith('--')).map((piece) => part(piece.replace(/^[^\n]*\n/, '').replace(/\r$/, '')));
    return { headers, type, parts };
  }
  return { headers, type, content: decode(body, headers.get('content-transfer-encoding')).toString('utf8') };
}

function* flatten(whole) {
  if (!whole.parts) yield whole;
  for (const inner of whole.parts ?? []) yield* flatten(inner);
}

function decode(body, encoding = '') {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64');
    case 'quoted-printable':
      return quotedPrintable(body.replace(/=[ \t]*\r?\n/g, ''));
    default:
      return Buffer.from(body, 'latin1');
  }
}

function quotedPrintable(text) {
  return Buffer.from(text.replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
}

function decodeWords(header) {
  const joined = header.replace(/(\?=)\s+(=\?)/g, '$1$2');
  const decoded = joined.replace(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, (words) => {
    const bytes = [...words.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, how, word]) =>
      how.toLowerCase() === 'b' ? Buffer.from(word, 'base64') : quotedPrintable(word.replaceAll('_', ' ')),
    );
    return Buffer.concat(bytes).toString('utf8');
  });
  return decoded;
}

function links(text, html) {
  const inText = [...text.matchAll(/https?:\/\/[^\s<>"]+/g)].map(([link]) => link.replace(/[.,;:!?)]+$/, ''));
  const inHtml = [...html.matchAll(/\bhref="(https?:[^"]+)"/g)].map(([, link]) => link.replaceAll('&amp;', '&'));
  return [...new Set([...inText, ...inHtml])];
}
