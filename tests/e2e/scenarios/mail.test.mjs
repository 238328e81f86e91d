// What needs a mail: proving an address, and a new password for somebody who forgot the old one.

import assert from 'node:assert/strict';

import { mailedLink } from '../stage/mailbox.mjs';
import { everywhere } from '../stage/matrix.mjs';

everywhere('proves an address by the link in a mail', async ({ visitor, mails }) => {
    const tab = await visitor.signedUp();
    assert.equal(await tab.answer('claim-value'), false);
    assert.equal((await tab.answer('is-verified')).isVerified, false);
    const [{ id, reason }] = await tab.answer('check-claim');
    assert.deepEqual([id, reason.actualValue], ['st-ev', false]);

    assert.equal((await tab.answer('send-verification')).status, 'OK');
    const search = await mailedLink(mails, visitor.email, '/auth/verify-email');
    const followed = await visitor.tab(search);
    assert.equal((await followed.answer('verify-email')).status, 'OK');
    assert.equal(await followed.answer('claim-value'), true);
    assert.deepEqual(await tab.answer('check-claim'), []);
    assert.equal((await tab.answer('is-verified')).isVerified, true);
    assert.equal((await tab.answer('me')).data.isVerified, true);

    const again = await followed.answer('verify-email');
    assert.equal(again.status, 'EMAIL_VERIFICATION_INVALID_TOKEN_ERROR');
    assert.equal((await tab.answer('send-verification')).status, 'EMAIL_ALREADY_VERIFIED_ERROR');
});

everywhere('proves an address in a browser that is not signed in', async ({ visitor, mails }) => {
    const tab = await visitor.signedUp();
    await tab.answer('sign-out');
    const search = await mailedLink(mails, visitor.email, '/auth/verify-email');
    const followed = await visitor.tab(search);
    assert.equal((await followed.answer('verify-email')).status, 'OK');
    assert.equal(await followed.answer('session-exists'), false);
    await followed.answer('sign-in', visitor.credentials);
    assert.equal(await followed.answer('claim-value'), true);
});

everywhere(
    'shows nothing but the own profile before the address is proven, where an operator wants that',
    async ({ visitor, mails }) => {
        const tab = await visitor.signedUp();
        assert.equal((await tab.answer('me')).data.isVerified, false);
        const { status, body } = (await tab.press('members')).error;
        assert.equal(status, 403);
        const reason = { message: 'wrong value', expectedValue: true, actualValue: false };
        assert.deepEqual(body.claimValidationErrors, [{ id: 'st-ev', reason }]);
        assert.ok((await tab.events()).includes('API_INVALID_CLAIM'));

        const search = await mailedLink(mails, visitor.email, '/auth/verify-email');
        const followed = await visitor.tab(search);
        assert.equal((await followed.answer('verify-email')).status, 'OK');
        assert.equal((await followed.answer('members')).status, 200);
        assert.equal((await tab.answer('members')).status, 200);
    },
    { sessions: { require_verified: true } },
);

everywhere('sets a new password by the link in a mail', async ({ visitor, mails }) => {
    const tab = await visitor.signedUp();
    await tab.answer('sign-out');
    assert.equal((await tab.answer('send-reset', { email: 'nobody@nowhere.example' })).status, 'OK');
    assert.equal((await tab.answer('send-reset', { email: visitor.email })).status, 'OK');

    const search = await mailedLink(mails, visitor.email, '/auth/reset-password');
    const followed = await visitor.tab(search);
    const weak = await followed.answer('submit-password', { password: 'short' });
    assert.equal(weak.status, 'FIELD_ERROR');
    const password = 'another horse 8';
    assert.equal((await followed.answer('submit-password', { password })).status, 'OK');
    const again = await followed.answer('submit-password', { password });
    assert.equal(again.status, 'RESET_PASSWORD_INVALID_TOKEN_ERROR');

    assert.equal((await tab.answer('sign-in', visitor.credentials)).status, 'WRONG_CREDENTIALS_ERROR');
    assert.equal((await tab.answer('sign-in', { ...visitor.credentials, password })).status, 'OK');
    // Whoever read that mail has the address.
    assert.equal(await tab.answer('claim-value'), true);
});

everywhere('ends the sessions of somebody whose password was set anew', async ({ visitor, mails }) => {
    const tab = await visitor.signedUp();
    await tab.answer('send-reset', { email: visitor.email });
    const search = await mailedLink(mails, visitor.email, '/auth/reset-password');
    const followed = await visitor.tab(search);
    const answer = await followed.answer('submit-password', { password: 'another horse 8' });
    assert.equal(answer.status, 'OK');
    assert.equal(await tab.answer('refresh'), false);
    assert.equal(await tab.answer('session-exists'), false);
});
