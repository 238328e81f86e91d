// The prebuilt pages of supertokens-auth-react, used as a person uses them: seen, filled in, clicked.

import assert from 'node:assert/strict';

import { mailedLink } from '../stage/mailbox.mjs';
import { everywhere } from '../stage/matrix.mjs';

everywhere('signs up on the prebuilt page and gets in once the address is proven', async (scene) => {
    const { visitor, origin, mails } = scene;
    const page = await visitor.page();
    await page.goto(origin);
    await page.getByText('Sign Up', { exact: true }).click();
    for (const [name, value] of Object.entries(visitor.form)) {
        await page.locator(`input[name=${name}]`).fill(value);
    }
    await page.getByRole('button', { name: 'SIGN UP' }).click();
    await page.getByText('Verify your email').waitFor();

    const search = await mailedLink(mails, visitor.email, '/auth/verify-email');
    await page.goto(`${origin}/auth/verify-email${search}`);
    await page.getByRole('button', { name: 'CONTINUE' }).click();
    const name = await page.getByTestId('name').textContent();
    assert.equal(name, `${visitor.form.firstName} ${visitor.form.lastName}`);
    assert.equal(await page.getByTestId('organization').textContent(), visitor.form.organizationName);

    await page.getByTestId('sign-out').click();
    await signIn(page, visitor.credentials);
    await page.getByTestId('name').waitFor();
});

everywhere('sets a new password on the prebuilt pages', async ({ visitor, origin, mails }) => {
    const signedUp = await visitor.signedUp();
    await signedUp.answer('sign-out');
    const page = await visitor.page();
    await page.goto(`${origin}/auth/reset-password`);
    await page.locator('input[name=email]').fill(visitor.email);
    await page.getByRole('button', { name: 'Email me' }).click();
    await page.getByText('A password reset email has been sent').waitFor();

    const search = await mailedLink(mails, visitor.email, '/auth/reset-password');
    await page.goto(`${origin}/auth/reset-password${search}`);
    const password = 'another horse 8';
    await page.locator('input[name=password]').fill(password);
    await page.locator('input[name=confirm-password]').fill(password);
    await page.getByRole('button', { name: 'CHANGE PASSWORD' }).click();
    await page.getByRole('button', { name: 'SIGN IN' }).click();
    await signIn(page, { email: visitor.email, password });
    await page.getByTestId('name').waitFor();
});

async function signIn(page, { email, password }) {
    await page.locator('input[name=email]').fill(email);
    await page.locator('input[name=password]').fill(password);
    await page.getByRole('button', { name: 'SIGN IN' }).click();
}
