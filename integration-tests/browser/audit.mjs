// Every page, as each kind of visitor, in light and dark, at three widths: accessible, without sideways scrolling, and
// valid HTML.

import { join } from 'node:path';

import { AxeBuilder } from '@axe-core/playwright';
import { FileSystemConfigLoader, HtmlValidate, formatterFactory } from 'html-validate';

import { ensure, test } from './harness.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WIDTHS = [1280, 375, 320];
const SCHEMES = ['light', 'dark'];
const HEIGHT = 900;
/** Kinds of page of which several are looked at, because their parts differ: each method has its own ballot. */
const SEVERAL = new Map([['/c/X?', 5], ['/f/X?', 2]]);
/** Kinds that a second visitor sees differently. */
const PERSONAL = new Set(['/?', '/c/X?', '/f/X?', '/f?']);
/** Reached by a link, but no page: documents, feeds, files. */
const NO_PAGE = /\.(csv|json|atom|ics|svg|css|xml|txt)$|^\/(me\/data\/file|api\/v1\/openapi|assets|logout|nodeinfo|\.well-known)/;

const validator = new HtmlValidate(new FileSystemConfigLoader());
const formatted = formatterFactory('text');

/** Kinds of page that were examined, whoever looked. */
const examined = new Set();

/** Finds the pages that `page`'s visitor can reach from `starts` by links, and examines each kind not yet examined. */
export async function audit(page, who, starts, out) {
    const seen = new Set();
    const kinds = new Map();
    const waiting = [...starts];
    while (waiting.length > 0) {
        const path = waiting.shift();
        const kind = kindOf(path);
        const count = kinds.get(kind) ?? 0;
        if (seen.has(path) || NO_PAGE.test(path) || count >= (SEVERAL.get(kind) ?? 1)) continue;
        if (count === 0 && examined.has(kind) && !PERSONAL.has(kind)) continue;
        seen.add(path);
        kinds.set(kind, count + 1);
        examined.add(kind);
        await examine(page, who, path, out);
        waiting.push(...(await links(page)));
    }
    return [...kinds.keys()];
}

/** Pages made by the same template have the same kind: what differs is a name, an id or a query's value. */
function kindOf(path) {
    const { pathname, searchParams } = new URL(path, 'http://x');
    const query = [...searchParams.keys()].sort().join('&');
    const named = pathname.replace(/^\/remote\/[^/]+\/c\/[^/]+/, '/remote/H/c/X').replace(/^\/(c|f|u)\/[^/]+/, '/$1/X');
    return `${named.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')}?${query}`;
}

async function links(page) {
    const hrefs = await page.locator('a[href]').evaluateAll((all) => all.map((link) => link.href));
    const here = new URL(page.url()).origin;
    const urls = hrefs.filter((href) => href.startsWith('http')).map((href) => new URL(href));
    return urls.filter((url) => url.origin === here).map((url) => url.pathname + url.search);
}

export async function examine(page, who, path, out) {
    const label = `${who}: ${path}`;
    let source = '';
    const loaded = await test(`${label} answers`, async () => {
        const answer = await page.goto(path);
        ensure(answer.status() === 200, `${answer.status()}`);
        source = await answer.text();
    });
    if (!loaded) return;
    await test(`${label} is valid HTML`, () => valid(source, path));
    await shapes(page, label, join(out, path.replace(/[^\w-]+/g, '_').slice(0, 80)));
}

/** The page that is open now, in every colour scheme and width; `picture` is where its likenesses go. */
export async function shapes(page, label, picture) {
    for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const width of WIDTHS) {
            await test(`${label} ${colorScheme} ${width}`, async () => {
                await page.setViewportSize({ width, height: HEIGHT });
                await accessible(page);
                await reflows(page, width);
            });
            if (width !== 375) await page.screenshot({ path: `${picture}-${colorScheme}-${width}.png`, fullPage: true });
        }
    }
    await stretched(page, label);
    await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
}

/** Text twice as large (WCAG 1.4.4), and letters, words and lines further apart (1.4.12): nothing scrolls sideways. */
const LARGER = 'html{font-size:200%}';
const SPACED = '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}';

async function stretched(page, label) {
    for (const [name, css, width] of [['at 200 % text', LARGER, 1280], ['with WCAG spacing', SPACED, 320]]) {
        await test(`${label} ${name}`, async () => {
            await page.setViewportSize({ width, height: HEIGHT });
            // The policy of the pages forbids styles within them; a sheet that is adopted is the reader's own.
            await page.evaluate((wanted) => {
                const sheet = new CSSStyleSheet();
                sheet.replaceSync(wanted);
                document.adoptedStyleSheets = [sheet];
            }, css);
            await reflows(page, width);
            await page.evaluate(() => (document.adoptedStyleSheets = []));
        });
    }
}

async function accessible(page) {
    const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    const said = violations.map(({ id, help, nodes }) => {
        const places = nodes.slice(0, 3).map((node) => `    ${node.target.join(' ')}: ${node.html.slice(0, 160)}`);
        return `${id}: ${help} (${nodes.length})\n${places.join('\n')}`;
    });
    ensure(violations.length === 0, said.join('\n'));
}

async function reflows(page, width) {
    const [wide, widest] = await page.evaluate(() => {
        const over = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
        return [document.documentElement.scrollWidth, over.slice(0, 3).map((e) => e.outerHTML.slice(0, 120))];
    });
    ensure(wide <= width, `${wide} px wide at ${width}:\n${widest.join('\n')}`);
}

/** One of each kind of mail, told apart by its subject in the language that it is written in. */
export async function letters(mails) {
    const kinds = new Map(mails.map((mail) => [mail.subject, mail]));
    ensure(kinds.size > 2, `only ${kinds.size} kinds of mail were written`);
    for (const [subject, mail] of kinds) {
        ensure(mail.html, `"${subject}" has no form as HTML`);
        const report = await new HtmlValidate(LETTER).validateString(mail.html, 'mail.html');
        ensure(report.valid, `"${subject}": ${formatted(report.results)}`);
    }
}

/** A mail holds its styles itself. */
const LETTER = {
    root: true,
    extends: ['html-validate:recommended'],
    rules: { 'doctype-style': 'off', 'long-title': 'off', 'no-trailing-whitespace': 'off', 'void-style': 'off', 'require-sri': 'off' },
};

async function valid(source, path) {
    const report = await validator.validateString(source, `page${path.replace(/\W+/g, '-')}.html`);
    ensure(report.valid, formatted(report.results));
}
