// A real Firefox as the distribution ships it, driven over WebDriver BiDi. Pages are opened by `openPage` and
// `withPage`, as in Chromium.

import { firefox } from 'playwright-core';

/** Starts the browser. In Firefox JavaScript is a setting of the whole browser, not of a page. */
export async function launchFirefox({ javaScript = true } = {}) {
  const browser = await firefox.launch({
    channel: 'moz-firefox',
    executablePath: process.env.TRESEN_FIREFOX ?? '/usr/bin/firefox-esr',
    firefoxUserPrefs: { 'javascript.enabled': javaScript },
  });
  keepMedia(browser);
  return browser;
}

/**
 * Drops the command that overrides media features: Playwright sends it for each new context, and Firefox 153 ESR does
 * not know it. Pages get the colour scheme and the motion of the machine. Playwright has no public way to do this, so
 * remove it with the first ESR that knows the command.
 */
function keepMedia(browser) {
  const session = browser._connection.toImpl(browser)._browserSession;
  const send = session.send.bind(session);
  session.send = async (method, parameters) => (method === 'emulation.setMediaFeaturesOverride' ? {} : send(method, parameters));
}
