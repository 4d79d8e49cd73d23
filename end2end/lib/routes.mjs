// The routes of the program, read from its source: a route that is new is noticed by the tests
// that go through all of them.

import { readFile, readdir } from 'node:fs/promises';

const source = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Every source file of the app, in one text. */
async function app() {
  const root = new URL('../../app/src/', import.meta.url);
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.rs')).sort();
  return (await Promise.all(names.map((name) => readFile(new URL(name, root), 'utf8')))).join('\n');
}

/** Every page's route: `[{ path, methods: ['GET', 'POST'] }]`, by the order of the files. */
export async function pageRoutes() {
  return routesIn(await app()).filter(({ path }) => !path.startsWith('/api/ui/'));
}

/** What the program serves beside the pages: probes and embedded files. */
export async function fixedRoutes() {
  return routesIn(await source('server/src/http.rs'));
}

/** The paths of the server functions. */
export async function serverFunctions() {
  const found = [...(await app()).matchAll(/#\[server\(\s*prefix = "([^"]+)",\s*endpoint = "([^"]+)"/g)];
  if (found.length === 0) throw new Error('No server function was found in app/src: is it written differently now?');
  return found.map(([, prefix, endpoint]) => `${prefix}/${endpoint}`);
}

/** The paths of those that take a form with files, and no other form. */
export async function functionsWithFiles() {
  const found = [...(await app()).matchAll(/#\[server\(\s*prefix = "([^"]+)",\s*endpoint = "([^"]+)",\s*input = MultipartFormData/g)];
  if (found.length === 0) throw new Error('No server function takes files: is it written differently now?');
  return found.map(([, prefix, endpoint]) => `${prefix}/${endpoint}`);
}

/** Whatever is no `.route("literal", …)` must be understood here before the tests can go on. */
function routesIn(text) {
  const code = text.replace(/\/\/.*$/gm, '');
  const foreign = /\.(nest|nest_service|route_service|fallback_service)\(/.exec(code);
  if (foreign) throw new Error(`A route is made by ${foreign[0]}…), which end2end/lib/routes.mjs cannot read.`);
  const routes = [];
  for (const { index } of code.matchAll(/\.route\(/g)) {
    const call = upToMatching(code, index + '.route'.length);
    const path = /^\(\s*"([^"]+)"\s*,/.exec(call)?.[1];
    if (!path) continue; // The operator's looks: named by their contents.
    const methods = [...call.matchAll(/\b(get|post|put|patch|delete|any)\(/g)].map(([, method]) => method.toUpperCase());
    // A form shows its page, and takes what is sent.
    if (/\b(form::<|files_form\()/.test(call)) methods.push('GET', 'POST');
    if (methods.length === 0 || methods.includes('ANY')) throw new Error(`The methods of ${path} cannot be read from the source.`);
    routes.push({ path, methods });
  }
  if (routes.length === 0) throw new Error('No route was found: is the source written differently now?');
  return routes;
}

function upToMatching(code, start) {
  let depth = 0;
  for (let index = start; index < code.length; index++) {
    if (code[index] === '(') depth++;
    if (code[index] === ')' && --depth === 0) return code.slice(start, index + 1);
  }
  throw new Error('A parenthesis in the source is not closed.');
}
