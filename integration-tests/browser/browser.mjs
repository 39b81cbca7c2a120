// Debian's Chromium, through Playwright.

import { chromium } from 'playwright-core';

const QUIET = [
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    // Containers often forbid what the sandbox needs, and the pages are our own.
    '--no-sandbox',
];
const PATIENCE = 10_000;

/** The browser. */
export function launch() {
    return chromium.launch({ executablePath: '/usr/bin/chromium', args: QUIET });
}

/** A visitor with no history, and the page they look at. */
export async function visitor(browser, base, options = {}) {
    const context = await browser.newContext({ baseURL: base, locale: 'en-GB', ...options });
    context.setDefaultTimeout(PATIENCE);
    return context.newPage();
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
