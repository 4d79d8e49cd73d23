// Accessibility: WCAG 2.0, 2.1 and 2.2, levels A and AA, as far as a program can tell.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

let source;

/** What a theme can change is colours; all other rules are checked once. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * Fails if the page, as it stands, breaks a rule; the error names the rule and the elements. `exclude` are selectors
 * of what is left out; `rules` are the names of the rules to check, if not all.
 */
export function axe(page, { exclude = [], rules } = {}) {
  return inWorld(page, (run) => run({ exclude, rules }));
}

/** The same for a page in the light theme, then for its colours in the dark one. */
export function axeInBothThemes(page) {
  return inWorld(page, async (run) => {
    await run();
    await page.emulateMedia({ colorScheme: 'dark' });
    await run({ rules: COLOURS });
    await page.emulateMedia({ colorScheme: 'light' });
  });
}

/**
 * Loads axe for `act(run)`. It runs in an isolated world, so the page's Content Security Policy stays on and the page
 * does not notice.
 */
async function inWorld(page, act) {
  source ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const session = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await session.send('Page.getFrameTree');
    const world = { frameId: frameTree.frame.id, worldName: 'axe' };
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', world);
    await evaluate(session, contextId, source);
    await act(({ exclude = [], rules } = {}) => run(page, session, contextId, exclude, rules));
  } finally {
    await session.detach();
  }
}

/** Checks all rules, or those that are named. */
async function run(page, session, contextId, exclude, rules) {
  const context = JSON.stringify({ exclude: exclude.map((selector) => [selector]) });
  const options = JSON.stringify({ runOnly: rules ? { type: 'rule', values: rules } : { type: 'tag', values: TAGS }, resultTypes: ['violations'] });
  const { violations, passes } = await evaluate(
    session,
    contextId,
    `axe.run(${exclude.length ? context : 'document'}, ${options}).then(({ violations, passes }) => ({ violations, passes: passes.length }))`,
  );
  if (violations.length > 0) throw new Error(`${page.url()} is not accessible:\n${violations.map(describe).join('\n')}`);
  if (passes === 0 && !rules) throw new Error(`axe found nothing to check on ${page.url()}.`);
}

async function evaluate(session, contextId, expression) {
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    contextId,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

function describe({ id, help, helpUrl, nodes }) {
  const places = nodes.map(({ target, html, failureSummary }) => `    ${target.join(' ')}\n      ${html}\n      ${failureSummary.replaceAll('\n', '\n      ')}`);
  return `  ${id}: ${help} (${helpUrl})\n${places.join('\n')}`;
}
