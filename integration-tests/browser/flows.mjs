// What people do, on a node that begins with nothing: set it up, open a forum, ask, sign up, vote, talk, invite.

import { join } from 'node:path';

import { plainVisitor, signIn, visitor } from './browser.mjs';
import { letters, shapes } from './audit.mjs';
import { ensure, test } from './harness.mjs';

const PASSWORD = 'une phrase assez longue';
const ADMIN = 'maire';
const CITIZEN = 'ana';
const QUESTION = 'Shall the market square be closed to cars?';

/** Runs every flow, in order: each builds on the one before. The page that a flow returns is examined as it stands. */
export async function flows(browser, node, out) {
    const state = { browser, base: node.base, out };
    const steps = [
        ['the first run sets the site up', (s) => setUp(s, node.setup)],
        ['the set-up link works once', (s) => setUpOnce(s, node.setup)],
        ['the clerk opens a forum', openForum],
        ['the clerk writes, reviews and publishes a consultation', publish],
        ['a form with mistakes names them and keeps what was typed', mistakes],
        ['a clerk publishes, closes and concludes without JavaScript', clerkAlone],
        ['the administrator fills in a page and chooses colours', furnish],
        ['a visitor chooses, signs up, confirms by mail, and votes', signUpAndVote],
        ['a voter changes the vote', change],
        ['a voter withdraws and votes again', withdraw],
        ['a citizen comments', comment],
        ['the clerk replies and agrees', replyAndAgree],
        ['a citizen signs out and in again', signOutAndIn],
        ['a forgotten password is replaced', reset],
        ['the administrator invites a colleague, who joins', invite],
        ['the administrator gives the colleague a role in a forum', giveRole],
        ['a moderator decides on a report and takes it back', moderate],
        ['a vote without JavaScript', withoutScript],
        ['a page that stays open shows a vote cast elsewhere', staysOpen],
        ['a vote with the keyboard alone', withKeyboard],
        ['the visitor chooses language and colours', preferences],
        ['the mails that went out are valid HTML', () => letters(node.mails())],
    ];
    for (const [name, step] of steps) {
        // Without what it builds on, a step can only repeat the failure; it is counted all the same.
        const page = await test(name, () => step(state));
        if (page?.screenshot) await shapes(page, `after "${name}"`, join(out, name.replace(/\W+/g, '_')));
    }
}

async function setUp(state, link) {
    const page = (state.clerk = await visitor(state.browser, state.base));
    await page.goto(link);
    await shapes(page, 'the set-up page', join(state.out, 'set_up'));
    await page.locator('#institution').fill('Valmont-sur-Orne');
    await page.locator('#language').selectOption('en');
    await page.locator('#time-zone').fill('Europe/Paris');
    await page.locator('#domain').fill(new URL(state.base).host);
    await page.locator('#name').fill(ADMIN);
    await page.locator('#email').fill('maire@example.org');
    await page.locator('#new-password').fill(PASSWORD);
    await page.locator('#brand').fill('#5b2a86');
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.waitForURL((url) => !url.pathname.startsWith('/setup'));
    if ((await page.locator('form[action="/logout"]').count()) === 0) await signIn(page, ADMIN, PASSWORD);
}

async function setUpOnce(state, link) {
    const page = await visitor(state.browser, state.base);
    const answer = await page.goto(link);
    ensure(answer.status() >= 400, `a used link answers ${answer.status()}`);
    await page.context().close();
}

async function openForum(state) {
    const page = state.clerk;
    await page.goto('/f');
    await page.getByRole('link', { name: 'Create a forum' }).click();
    await page.locator('#title').fill('Getting about');
    await page.locator('#slug').fill('mobility');
    await page.locator('#summary').fill('Streets, squares and buses.');
    await page.locator('input[name=visibility][value=public]').check();
    await page.locator('main form').getByRole('button').click();
    await page.waitForURL('**/f/mobility');
    await page.getByRole('heading', { name: 'Getting about', level: 1 }).waitFor();
}

/** A moment so many days from now, as `datetime-local` takes it. */
function inDays(days) {
    return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16);
}

/** Presses the button that keeps a step and leads on. */
async function next(page) {
    await page.getByRole('button', { name: 'Save and continue' }).last().click();
}

async function fillQuestion(page, title) {
    await page.locator('#title').fill(title);
    await page.locator('#summary').fill('The square would be for people on foot, for a year, as a trial.');
}

/** Walks through the five steps, up to the review. */
async function writeDraft(page, title) {
    await page.goto('/f/mobility');
    await page.locator('#content').getByRole('link', { name: 'Create a consultation' }).click();
    await fillQuestion(page, title);
    await next(page);
    await page.waitForURL('**/edit/text');
    await page.locator('#text').fill('## What changes\n\nForty parking places become **trees and benches**.');
    await page.locator('#what').fill('Forty parking places go.');
    await page.locator('#why').fill('Noise and heat.');
    await page.locator('#outcome').fill('The council decides in spring and answers here.');
    await next(page);
    await page.waitForURL('**/edit/participation');
    await page.locator('input[name=method][value=vote]').check();
    await page.locator('input[name=results][value=live]').check();
    await next(page);
    await page.waitForURL('**/edit/calendar');
    await page.locator('#closes-at').fill(inDays(10));
    await next(page);
    await page.waitForURL('**/edit/review**');
}

async function publish(state) {
    const page = state.clerk;
    await writeDraft(page, QUESTION);
    await shapes(page, 'the review of a draft', join(state.out, 'review'));
    await page.getByRole('button', { name: 'Publish now' }).click();
    await page.waitForURL('**/c/*');
    await page.getByRole('heading', { name: QUESTION, level: 1 }).waitFor();
    state.consultation = new URL(page.url()).pathname;
}

async function mistakes(state) {
    const page = state.clerk;
    await page.goto('/f/mobility');
    await page.locator('#content').getByRole('link', { name: 'Create a consultation' }).click();
    await fillQuestion(page, '');
    await next(page);
    await page.locator('#errors [role=alert]').waitFor();
    ensure((await page.title()).startsWith('Error:'), `the title is ${await page.title()}`);
    ensure((await page.locator('#summary').inputValue()).includes('as a trial'), 'what was typed is lost');
    await page.locator('#errors a[href="#title"]').click();
    ensure(await page.locator('#title').evaluate((field) => field === document.activeElement), 'the link leads to no field');
    return page;
}

/** Examines the page that somebody without script looks at: the examination itself needs script. */
async function scripted(state, page, label, out) {
    const storageState = await page.context().storageState();
    const looking = await visitor(state.browser, state.base, { storageState });
    await looking.goto(page.url());
    await shapes(looking, label, out);
    await looking.context().close();
}

/** A clerk who reads no help: a poll with its answers in order, from the first step to the conclusion, without script. */
async function clerkAlone(state) {
    const { page, leave } = await plainVisitor(state.base);
    await signIn(page, ADMIN, PASSWORD);
    await page.goto('/new?forum=mobility');
    await fillQuestion(page, 'Where shall the benches stand?');
    await next(page);
    await page.locator('#text').fill('Ten benches, one place.');
    await next(page);
    await page.locator('input[name=method][value=poll]').check();
    await page.locator('#option-1').fill('By the school');
    await page.locator('#option-2').fill('By the river');
    await scripted(state, page, 'the step of taking part', join(state.out, 'participation'));
    await page.getByRole('button', { name: 'Move answer 2 up' }).click();
    ensure((await page.locator('#option-1').inputValue()) === 'By the river', 'the answer did not move');
    await next(page);
    await page.locator('#closes-at').fill('2020-01-01T10:00');
    await next(page);
    await page.locator('#closes-at-error').waitFor();
    await page.locator('#closes-at').fill(inDays(5));
    await next(page);
    ensure((await page.locator('.post').first().innerText()).includes('Where shall the benches stand?'), 'no preview');
    await page.getByRole('button', { name: 'Publish now' }).click();
    await page.getByRole('heading', { name: 'Where shall the benches stand?', level: 1 }).waitFor();
    const address = new URL(page.url()).pathname;
    await page.goto(`${address}/close`);
    await page.getByRole('button', { name: 'Close now' }).click();
    await page.goto('/admin');
    await scripted(state, page, 'what there is to do today', join(state.out, 'today'));
    await page.getByRole('link', { name: /^Conclude “Where shall/ }).click();
    await page.locator('#decision').fill('By the river.');
    await scripted(state, page, 'the conclusion', join(state.out, 'conclusion'));
    await page.getByRole('button', { name: 'Publish the conclusion' }).click();
    await page.getByText('The conclusion is published.').waitFor();
    await page.goto(`${address}/answers`);
    await page.getByRole('heading', { name: 'Answers to the arguments' }).waitFor();
    await leave();
}

/** A report is read in its thread and decided; everybody reads why; it is taken back. */
async function moderate(state) {
    const citizen = state.colleague;
    await citizen.goto(state.consultation);
    const id = await citizen.locator('.arg[id^=comment-]').first().getAttribute('id');
    await citizen.goto(`${state.consultation}/comments/${id.slice('comment-'.length)}/report`);
    await citizen.locator('input[name=reason][value=off-topic]').check();
    await citizen.locator('main form button.go').click();
    const { page, leave } = await plainVisitor(state.base);
    await signIn(page, ADMIN, PASSWORD);
    await page.goto('/admin');
    await page.getByRole('link', { name: /^Moderate/ }).click();
    await scripted(state, page, 'the queue of moderators', join(state.out, 'queue'));
    await page.getByRole('link', { name: /^Decide/ }).first().click();
    await scripted(state, page, 'a report', join(state.out, 'report'));
    await page.getByRole('button', { name: 'Take the decision' }).click();
    await page.locator('#act-error').waitFor();
    await page.locator('input[name=act][value=hide]').check();
    await page.locator('#reason').fill('It is about another square.');
    await page.getByRole('button', { name: 'Take the decision' }).click();
    await page.getByText('The decision is taken').waitFor();
    await citizen.goto('/modlog');
    await citizen.getByText('It is about another square.').waitFor();
    await shapes(citizen, 'the public log', join(state.out, 'modlog'));
    await page.goto('/mod/log');
    await page.getByRole('button', { name: /^Take it back/ }).first().click();
    await page.getByText('The decision is taken back.').waitFor();
    await leave();
}

/** The administrator fills in a page and gives the site its colours. */
async function furnish(state) {
    const page = state.clerk;
    await page.goto('/legal');
    await page.getByText('has not written this page yet').waitFor();
    await page.goto('/admin/pages');
    await shapes(page, 'the list of pages', join(state.out, 'pages'));
    await page.getByRole('link', { name: /^English Legal/ }).click();
    await page.locator('#text').fill('## Publisher\n\nThe town of Valmont-sur-Orne.');
    await page.locator('main form').getByRole('button').click();
    await page.getByText('Saved.').waitFor();
    await page.goto('/legal');
    await page.getByText('The town of Valmont-sur-Orne.').waitFor();
    await page.goto('/admin/appearance');
    await shapes(page, 'the appearance', join(state.out, 'appearance'));
    await page.locator('#brand').fill('#ffe600');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('#on-brand-error').waitFor();
    await page.getByRole('button', { name: 'Use the nearest readable colours' }).click();
    await page.getByText('Saved.').waitFor();
    return page;
}

/** Asks until `condition` holds: what a job does takes a moment. */
async function eventually(what, condition) {
    const deadline = Date.now() + 15_000;
    while (!(await condition())) ensure(Date.now() < deadline, `waited in vain for ${what}`);
}

/** The link in the latest mail to an address that had `already` so many, as the administrator reads it. */
async function mailedLink(state, address, already = 0) {
    const page = state.clerk;
    const first = page.getByRole('row', { name: address }).nth(already);
    await eventually(`a mail to ${address}`, async () => {
        await page.goto('/admin/mail');
        return (await first.count()) > 0;
    });
    // The latest stands first.
    await page.getByRole('row', { name: address }).first().getByRole('link').click();
    const text = await page.locator('pre.mail').innerText();
    const link = text.match(/https?:\/\/\S+/);
    ensure(link, `no link in the mail: ${text}`);
    const { pathname, search } = new URL(link[0]);
    return state.base + pathname + search;
}

async function signUpAndVote(state) {
    const page = (state.citizen = await visitor(state.browser, state.base));
    await page.goto(state.consultation);
    await page.locator('input[name=choice][value=for]').check();
    await page.locator('#vote form button.go').click();
    await page.waitForURL('**/login*');
    ensure((await page.locator('main').innerText()).includes('Your choice is kept'), 'the choice is not shown');
    await shapes(page, 'sign-in with a choice kept', join(state.out, 'choice_kept'));
    const form = page.locator('form[action="/signup"]');
    await form.locator('[name=email]').fill('ana@example.org');
    await form.locator('[name=name]').fill(CITIZEN);
    await form.locator('[name=new-password]').fill(PASSWORD);
    await form.getByRole('button').click();
    await page.getByRole('heading', { name: 'Read your e-mail' }).waitFor();
    await page.goto(await mailedLink(state, 'ana@example.org'));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.waitForURL(`**${state.consultation}*`);
    ensure(await page.locator('input[name=choice][value=for]').isChecked(), 'the choice is lost');
    await page.locator('#vote form button.go').click();
    await receiptSays(page, 'For');
}

async function receiptSays(page, choice) {
    await page.locator('.receipt[role=status]').waitFor();
    const text = await page.locator('.receipt').innerText();
    ensure(text.includes(choice), `the receipt says ${text}`);
}

async function change(state) {
    const page = state.citizen;
    await page.goto(state.consultation);
    await page.getByRole('link', { name: 'Change my mind' }).click();
    await page.locator('input[name=choice][value=against]').check();
    await page.locator('#vote form button.go').click();
    await receiptSays(page, 'Against');
    return page;
}

async function withdraw(state) {
    const page = state.citizen;
    await page.goto(state.consultation);
    await page.getByRole('button', { name: 'Withdraw my vote' }).click();
    await page.getByText('Your vote is withdrawn').waitFor();
    await page.locator('input[name=choice][value=neutral]').check();
    await page.locator('#vote form button.go').click();
    await receiptSays(page, 'Abstain');
}

async function comment(state) {
    const page = state.citizen;
    await page.goto(state.consultation);
    const form = page.locator('form#say');
    ensure((await form.innerText()).includes('copied to other servers'), 'the first comment is not told where it goes');
    await form.locator('input[name=stance][value=for]').check();
    await form.locator('#text').fill('Where would the Saturday market go?');
    await form.getByRole('button', { name: 'Publish the comment' }).click();
    await page.locator('.arg').getByText('Where would the Saturday market go?').waitFor();
    ensure(!(await page.locator('form#say').innerText()).includes('copied to other servers'), 'it is asked twice');
}

async function replyAndAgree(state) {
    const page = state.clerk;
    await page.goto(state.consultation);
    const said = page.locator('.arg').filter({ hasText: 'Saturday market' });
    await said.getByRole('button', { name: /^Agree/ }).click();
    await page.locator('.arg button[aria-pressed=true]').filter({ hasText: 'Agree' }).waitFor();
    await page.locator('.arg').filter({ hasText: 'Saturday market' }).getByRole('link', { name: 'Reply to ana' }).click();
    await page.locator('form#say #text').fill('To the station square, two hundred metres away.');
    await page.locator('form#say').getByRole('button').click();
    await page.locator('.reply').getByText('To the station square').waitFor({ state: 'attached' });
    return page;
}

async function signOutAndIn(state) {
    const page = state.citizen;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in', exact: true }).first().waitFor();
    await page.goto('/login');
    const form = page.locator('form[action="/login"]');
    await form.locator('[name=who]').fill(CITIZEN);
    await form.locator('[name=password]').fill('not the right one');
    await form.getByRole('button').click();
    await page.locator('#errors [role=alert]').waitFor();
    await shapes(page, 'a refused sign-in', join(state.out, 'refused_sign_in'));
    await signIn(page, 'ana@example.org', PASSWORD);
}

async function reset(state) {
    const page = await visitor(state.browser, state.base);
    await page.goto('/reset');
    await page.locator('main form').locator('[name=email], [name=who]').first().fill('ana@example.org');
    await page.locator('main form').getByRole('button').click();
    await page.getByText('If this address has an account here').waitFor();
    await page.goto(await mailedLink(state, 'ana@example.org', 1));
    await page.locator('#new-password').fill('une autre phrase, plus longue');
    await page.locator('main form').getByRole('button').click();
    await signIn(page, CITIZEN, 'une autre phrase, plus longue');
    await page.context().close();
    // Every session of that account ended with it.
    await state.citizen.goto('/');
    ensure((await state.citizen.locator('form[action="/logout"]').count()) === 0, 'the old session lives on');
}

async function invite(state) {
    const page = state.clerk;
    await page.goto('/admin/users');
    const form = page.locator('form').filter({ hasText: 'Send the invitation' });
    await form.locator('[name=email]').fill('luc@example.org');
    await form.getByRole('button').click();
    await page.getByText('The invitation is on its way').waitFor();
    const guest = (state.colleague = await visitor(state.browser, state.base));
    await guest.goto(await mailedLink(state, 'luc@example.org'));
    await guest.locator('#name').fill('luc');
    await guest.locator('#new-password').fill(PASSWORD);
    await guest.locator('main form').getByRole('button').click();
    await guest.waitForURL((url) => !url.pathname.includes('invit'));
    if ((await guest.locator('form[action="/logout"]').count()) === 0) await signIn(guest, 'luc', PASSWORD);
}

async function giveRole(state) {
    const page = state.clerk;
    await page.goto('/admin/users');
    const form = page.locator('form').filter({ hasText: 'Give this role' });
    await form.locator('[name=name]').fill('luc');
    await form.locator('[name=role]').selectOption({ label: 'Author' });
    await form.locator('[name=place]').selectOption({ label: 'Getting about' });
    await form.getByRole('button').click();
    await page.getByText('The role is given').waitFor();
    await state.colleague.goto('/f/mobility');
    await state.colleague.locator('#content').getByRole('link', { name: 'Create a consultation' }).waitFor();
}

async function withoutScript(state) {
    const { page, leave } = await plainVisitor(state.base);
    await signIn(page, 'luc', PASSWORD);
    await page.goto(state.consultation);
    await page.locator('#vote form button.go').click();
    await page.locator('[role=alert], .ballot .msg').first().waitFor();
    await page.locator('input[name=choice][value=against]').check();
    await page.locator('#vote form button.go').click();
    await receiptSays(page, 'Against');
    await leave();
}

async function staysOpen(state) {
    const page = await visitor(state.browser, state.base);
    await page.goto(state.consultation);
    await page.evaluate(() => { globalThis.sameDocument = true; });
    await page.locator('#results details summary').click();
    const part = (name) => page.locator(`#results [data-count="${name}"]`).first();
    const before = { votes: await part('member').innerText(), share: await part('member:for').innerText(), bar: await part('member:bar').innerHTML() };
    const voter = state.clerk;
    await voter.goto(state.consultation);
    await voter.locator('input[name=choice][value=for]').check();
    await voter.locator('#vote form button.go').click();
    await receiptSays(voter, 'For');
    await eventually('the number on the page', async () => (await part('member').innerText()) !== before.votes);
    ensure((await part('member:for').innerText()) !== before.share, 'the share stands still');
    ensure((await part('member:bar').innerHTML()) !== before.bar, 'the bar stands still');
    ensure(await page.evaluate(() => globalThis.sameDocument), 'the page was loaded anew');
    ensure(await page.locator('#results details').evaluate((it) => it.open), 'what was open is closed');
    const said = await page.locator('[data-live] [role=status]').innerText();
    const votes = (await part('member').innerText()).match(/\d+/)[0];
    ensure(said.includes(`official result: ${votes}`), `it is told as "${said}"`);
    await resultsStayOpen(state);
    await debateStaysOpen(state);
    return page;
}

async function resultsStayOpen(state) {
    const page = await visitor(state.browser, state.base);
    await page.goto(`${state.consultation}/results`);
    const part = (name) => page.locator(`[data-count="${name}"]`).first();
    const read = async () => [await part('member').innerText(), await part('member:bar').innerHTML(), await part('tiers:picture').innerHTML()];
    const before = await read();
    const heard = page.evaluate((at) => new Promise((resolve) => {
        const source = new EventSource(at);
        source.addEventListener('tally', () => { source.close(); resolve(); });
    }), `${state.consultation}/live`);
    await heard;
    const said = await page.locator('[data-live] [role=status]').innerText();
    ensure(said === '', `a page that has just been opened says "${said}"`);
    await state.clerk.goto(`${state.consultation}?change=1`);
    await state.clerk.locator('input[name=choice][value=against]').check();
    await state.clerk.locator('#vote form button.go').click();
    await receiptSays(state.clerk, 'Against');
    await eventually('the bar on the page of the results', async () => (await part('member:bar').innerHTML()) !== before[1]);
    const after = await read();
    ensure(after[2] !== before[2], 'the picture of all tiers stands still');
    await page.context().close();
}

async function debateStaysOpen(state) {
    const page = await visitor(state.browser, state.base);
    const listens = page.waitForResponse((answer) => answer.url().endsWith('/live'));
    await Promise.all([listens, page.goto(`${state.consultation}/debate`)]);
    const way = page.locator('[data-live] [data-new]');
    ensure(!(await way.isVisible()), 'there is a way to nothing');
    const words = 'Something that was said meanwhile.';
    await state.clerk.goto(`${state.consultation}/debate`);
    await state.clerk.locator('form#say #text').fill(words);
    await state.clerk.locator('form#say').getByRole('button').click();
    await way.waitFor({ state: 'visible' });
    const said = await page.locator('[data-live] [role=status]').innerText();
    ensure(said === '1 new comment.', `it is told as "${said}"`);
    await way.click();
    await page.getByText(words).first().waitFor();
    await page.context().close();
}

async function withKeyboard(state) {
    const page = await visitor(state.browser, state.base);
    await signIn(page, CITIZEN, 'une autre phrase, plus longue');
    await page.goto(`${state.consultation}?change=1`);
    await page.keyboard.press('Tab');
    ensure(await focusIs(page, 'a.skip'), 'the first stop is not the skip link');
    await tabUntil(page, 'input[name=choice]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    const ring = await page.locator('.opt:has(:focus-visible)').evaluate((row) => getComputedStyle(row).outlineStyle);
    ensure(ring !== 'none', 'the row shows no ring');
    await tabUntil(page, '#vote button.go');
    await page.keyboard.press('Enter');
    await page.locator('.receipt[role=status]').waitFor();
    await page.context().close();
}

/** Puts two options in order and casts them, without JavaScript and with nothing but the keyboard. */
export async function rankWithKeys(base, who, slug) {
    const { page, leave } = await plainVisitor(base);
    await signIn(page, who.name, who.password);
    await page.goto(`/c/${slug}`);
    for (const act of ['add:o2', 'add:o1', 'up:o1']) {
        await tabUntil(page, `#vote button[value="${act}"]`);
        await Promise.all([page.waitForURL((url) => url.searchParams.get('moved') === act.split(':')[1]), page.keyboard.press('Enter')]);
        await page.locator('#vote [role=status]').first().waitFor();
    }
    const order = await page.locator('#vote input[name=choice]').evaluateAll((all) => all.map((field) => field.value));
    ensure(order.join() === 'o1,o2', `the order is ${order}`);
    await tabUntil(page, '#vote button.go');
    await page.keyboard.press('Enter');
    await receiptSays(page, 'The station, The school');
    await leave();
}

function focusIs(page, selector) {
    return page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
}

async function tabUntil(page, selector) {
    for (let stops = 0; stops < 80; stops += 1) {
        if (await focusIs(page, selector)) return;
        await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach ${selector}`);
}

async function preferences(state) {
    const page = await visitor(state.browser, state.base);
    await page.goto(state.consultation);
    await page.getByRole('button', { name: 'Français' }).click();
    ensure((await page.locator('html').getAttribute('lang')) === 'fr', 'the page is not in French');
    ensure(new URL(page.url()).pathname === state.consultation, 'the visitor is led away');
    await page.getByRole('button', { name: 'Sombre' }).click();
    ensure((await page.locator('html').getAttribute('data-theme')) === 'dark', 'the page is not dark');
    await page.context().close();
}
