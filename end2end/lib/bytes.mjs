// Searching the raw bytes of every file, as somebody would who got hold of the disk.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Where any of `needles` stands in a file below `folder`, in its contents or its path, as
 * `file: needle (form)`. A needle is looked for as it is, in lower and upper case, as UTF-16 and in
 * base64 at each of its three offsets. `without` are paths below the folder that are left out.
 */
export async function findBytes(folder, needles, { without = [] } = {}) {
  const forms = needles.flatMap((needle) => [...formsOf(needle)].map(([form, bytes]) => ({ needle, form, bytes })));
  const found = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const name = path.relative(folder, file);
    if (!entry.isFile() || without.some((left) => name.startsWith(left))) continue;
    const contents = Buffer.concat([Buffer.from(`${name}\n`), await readFile(file)]);
    for (const { needle, form, bytes } of forms) {
      if (contents.includes(bytes)) found.push(`${name}: ${needle} (${form})`);
    }
  }
  return found;
}

function* formsOf(needle) {
  // As the search index has it: without what stands above and below letters.
  const folded = needle.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss');
  for (const [spelling, text] of new Map([['as typed', needle], ['lower case', needle.toLowerCase()], ['upper case', needle.toUpperCase()], ['folded', folded]])) {
    const bytes = Buffer.from(text);
    yield [spelling, bytes];
    yield [`${spelling}, UTF-16LE`, Buffer.from(text, 'utf16le')];
    yield [`${spelling}, UTF-16BE`, Buffer.from(text, 'utf16le').swap16()];
    yield [`${spelling}, hex`, Buffer.from(bytes.toString('hex'))];
    for (const offset of [0, 1, 2]) {
      // The signs at both ends depend on the neighbours, so they are left out.
      const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').replace(/=+$/, '');
      yield [`${spelling}, base64`, Buffer.from(encoded.slice(offset === 0 ? 0 : offset + 1, -1))];
    }
  }
}
