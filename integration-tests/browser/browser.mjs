// Debian's Chromium, through Playwright.

import { chromium } from 'playwright-core';

const QUIET = [
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    // Containers often forbid what the sandbox needs, and the pages are our own.
    '--no-sandbox',
];
const PATIENCE = 30_000;

/** The browser. */
export function launch() {
    return chromium.launch({ executablePath: '/usr/bin/chromium', args: QUIET });
}

/** A visitor with no history, and the page they look at. Nothing glides: what is clicked keeps still. */
export async function visitor(browser, base, options = {}) {
    const context = await browser.newContext({ baseURL: base, locale: 'en-GB', reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE);
    return context.newPage();
}

/**
 * A visitor without script, in a browser of their own: a page behind another is not drawn, and what is not drawn is
 * never found still enough to be clicked. `leave` closes it.
 */
export async function plainVisitor(base) {
    const browser = await launch();
    const page = await visitor(browser, base, { javaScriptEnabled: false });
    return { page, leave: () => browser.close() };
}

/** Signs in. */
export async function signIn(page, who, password) {
    await page.goto('/login');
    const form = page.locator('form[action="/login"]');
    await form.locator('[name=who]').fill(who);
    await form.locator('[name=password]').fill(password);
    await form.getByRole('button').click();
    await page.locator('form[action="/logout"]').waitFor();
}
