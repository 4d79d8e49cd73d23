// The routes of the program, read from its source: a route that is new is noticed by the tests
// that go through all of them.

import { readFile } from 'node:fs/promises';

const source = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Every page's route: `[{ path, methods: ['GET', 'POST'] }]`, in the order of the source. */
export async function pageRoutes() {
  return routesIn(await source('app/src/pages/mod.rs'));
}

/** What the program serves beside the pages: probes and embedded files. */
export async function fixedRoutes() {
  return routesIn(await source('server/src/http.rs'));
}

/** The paths of the server functions that islands call. */
export async function serverFunctions() {
  const found = [...(await source('app/src/api.rs')).matchAll(/#\[server\(prefix = "([^"]+)", endpoint = "([^"]+)"/g)];
  if (found.length === 0) throw new Error('No server function was found in app/src/api.rs: is it written differently now?');
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
