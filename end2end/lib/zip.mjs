// Reads ZIP files (APPNOTE.TXT 6.3.10), as somebody does who was sent one: by the list at their end.

import { crc32, inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const LISTED = 0x02014b50;
const LOCAL = 0x04034b50;

/** Everything in it: a map of paths to bytes. Fails on anything that is damaged, listed twice or leads elsewhere. */
export function readZip(bytes) {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new Error('This is no ZIP file, or it was cut off.');
  const count = bytes.readUInt16LE(end + 10);
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== LISTED) throw new Error(`Entry ${index} of the ZIP file is damaged.`);
    const [method, checksum, packed, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    if (name.startsWith('/') || /(^|\/)\.\.?(\/|$)|[\\\0]/.test(name)) throw new Error(`The ZIP file would write to ${name}.`);
    if (files.has(name)) throw new Error(`The ZIP file has ${name} twice.`);
    if (bytes.readUInt32LE(local) !== LOCAL) throw new Error(`${name} is not where the list says.`);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const raw = bytes.subarray(start, start + packed);
    const contents = method === 0 ? raw : inflateRawSync(raw);
    if (contents.length !== size || crc32(contents) !== checksum) throw new Error(`${name} is damaged.`);
    files.set(name, contents);
    at += 46 + nameLength + extra + comment;
  }
  return files;
}
