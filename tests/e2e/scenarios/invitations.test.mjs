// An admin brings a colleague in: a letter, a link that another browser follows, and a sign-up that founds nothing.

import assert from 'node:assert/strict';

import { mailedLink } from '../stage/mailbox.mjs';
import { everywhere } from '../stage/matrix.mjs';

everywhere('brings a colleague in by the link in a mail, once', async ({ visitor: admin, newcomer, mails }) => {
    const adminTab = await admin.signedUp();
    const { data: host } = await adminTab.answer('me');
    const colleague = await newcomer();
    const search = await invited(adminTab, colleague, mails);

    const tab = await colleague.tab(search);
    const { data: shown } = await tab.answer('invitation');
    assert.deepEqual([shown.email, shown.role], [colleague.email, 'member']);
    assert.equal(shown.organization.name, host.organization.name);
    assert.deepEqual(Object.keys(shown.organization), ['name']);
    assert.equal(await tab.answer('session-exists'), false);

    const { status, user } = await tab.answer('sign-up-invited', person(colleague));
    assert.deepEqual([status, user.emails], ['OK', [colleague.email]]);
    assert.equal(user.loginMethods[0].verified, true);
    const { data: me } = await tab.answer('me');
    assert.deepEqual([me.id, me.role, me.organization.id], [user.id, 'member', host.organization.id]);
    // Whoever followed the link has the address.
    assert.equal(await tab.answer('claim-value'), true);
    assert.equal((await tab.press('invitations')).error.status, 403);
    assert.equal(await tab.answer('refresh'), true);

    assert.deepEqual(await memberIds(adminTab), [host.id, me.id].toSorted());
    assert.deepEqual((await adminTab.answer('invitations')).data.items, []);

    await assertUsedUp(await (await newcomer()).tab(search), colleague);
    assert.deepEqual(await memberIds(adminTab), [host.id, me.id].toSorted());
    await tab.answer('sign-out');
    assert.equal((await tab.answer('sign-in', colleague.credentials)).user.id, me.id);
});

everywhere('brings a colleague in through the routes of the API', async ({ visitor: admin, newcomer, mails }) => {
    const adminTab = await admin.signedUp();
    const { data: host } = await adminTab.answer('me');
    const colleague = await newcomer();
    const search = await invited(adminTab, colleague, mails);

    const tab = await colleague.tab(search);
    const stranger = await newcomer();
    const refused = await tab.press('api-signup-invited', person(stranger));
    assert.deepEqual([refused.error.status, refused.error.body.error_code], [422, 'VALIDATION']);
    const { status, data } = await tab.answer('api-signup-invited', person(colleague));
    assert.deepEqual([status, data.user.role, data.organization.id], [201, 'member', host.organization.id]);
    assert.equal(await tab.answer('user-id'), data.user.id);
    assert.equal((await tab.answer('rename', { firstName: 'Nura' })).data.firstName, 'Nura');
    await assertUsedUp(await stranger.tab(search), colleague);
});

/** Invites somebody; answers the query of the link that they are mailed. */
async function invited(adminTab, colleague, mails) {
    const { email, firstName, lastName } = colleague.form;
    const { status, data } = await adminTab.answer('invite', { email, firstName, lastName });
    assert.deepEqual([status, data.email, data.role], [201, email, 'member']);
    return mailedLink(mails, email, '/auth/invitation');
}

/** Nobody sees or gets anything by the link any more, and is told so. */
async function assertUsedUp(tab, colleague) {
    const { error } = await tab.press('invitation');
    assert.deepEqual([error.status, error.body.error_code], [404, 'NOT_FOUND']);
    const again = await tab.answer('sign-up-invited', { ...person(colleague), password: 'another horse 8' });
    assert.equal(again.status, 'FIELD_ERROR');
    assert.deepEqual(again.formFields.map(({ id }) => id), ['inviteToken']);
    assert.match(again.formFields[0].error, /invalid|expired|used/i);
    const refused = (await tab.press('api-signup-invited', person(colleague))).error;
    assert.deepEqual([refused.status, refused.body.error_code], [400, 'TOKEN_INVALID']);
    assert.equal(await tab.answer('session-exists'), false);
}

async function memberIds(tab) {
    const { data } = await tab.answer('members');
    return data.items.map(({ id }) => id).toSorted();
}

/** What the page asks of somebody who was invited. */
function person({ form: { email, password, firstName, lastName } }) {
    return { email, password, firstName, lastName };
}
