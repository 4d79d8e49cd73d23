// What a page asks the server for: whole documents, and what the app's pages show.

import { gzipSync } from 'node:zlib';

/** Notes what a page loads from now on. */
export function traffic(page) {
  const documents = [];
  const loads = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) documents.push(`${request.method()} ${pathname}${search}`);
  });
  page.on('requestfinished', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.startsWith('/api/ui/page/')) loads.push(measure(request, searchParams.get('address')));
  });
  return {
    /** The documents, as `GET /path`. */
    documents: () => documents.splice(0),
    /** The pages that the app has loaded: `[{ address, bytes }]`, compressed as they were sent. */
    pages: () => Promise.all(loads.splice(0)),
  };
}

async function measure(request, address) {
  const answer = await request.response();
  const { responseBodySize } = await request.sizes();
  const encoded = (await answer.allHeaders())['content-encoding'] !== undefined;
  return { address, bytes: encoded ? responseBodySize : gzipSync(await answer.body()).length };
}

/** Notes every file of the program that a page loads: `{ path, bytes, content }`, `bytes` as they were sent. */
export function files(page) {
  const loads = [];
  page.on('requestfinished', (request) => {
    const { pathname } = new URL(request.url());
    if (request.resourceType() !== 'eventsource') loads.push(load(request, pathname));
  });
  return async () => (await Promise.all(loads)).filter(({ path }) => !/\/icon-\w+\.svg$/.test(path));
}

async function load(request, path) {
  const answer = await request.response();
  const [{ responseBodySize: bytes }, content] = await Promise.all([request.sizes(), answer.body().catch(() => Buffer.alloc(0))]);
  return { path, bytes, content };
}

/** A promise, and what keeps it. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}
