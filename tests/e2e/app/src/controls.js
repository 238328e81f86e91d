// A page of buttons over supertokens-web-js, one per function of the SDK that the product answers to. Pressing one
// shows as JSON what the SDK answered or threw, so that a scenario reads exactly what an app would have got.

import SuperTokens from 'supertokens-web-js';
import EmailPassword from 'supertokens-web-js/recipe/emailpassword';
import EmailVerification from 'supertokens-web-js/recipe/emailverification';
import Session from 'supertokens-web-js/recipe/session';

import { apiClient } from './api.js';
import { SIGN_UP_FIELDS, appInfo, settings } from './settings.js';

SuperTokens.init({
    appInfo,
    recipeList: [
        Session.init({ tokenTransferMethod: settings.tokenTransferMethod, onHandleEvent: showEvent }),
        EmailPassword.init(),
        EmailVerification.init(),
    ],
});

const api = apiClient(Session);
const claim = EmailVerification.EmailVerificationClaim;
const isVerified = () => [claim.validators.isVerified()];

const PERSON_FIELDS = ['email', 'password', 'firstName', 'lastName'];

const CONTROLS = {
    'sign-up': () => EmailPassword.signUp({ formFields: formFields('email', 'password', ...SIGN_UP_FIELDS) }),
    // Somebody who was invited joins an organization that is there: nothing is said of one.
    'sign-up-invited': () => EmailPassword.signUp({ formFields: [...formFields(...PERSON_FIELDS), inviteToken()] }),
    'sign-in': () => EmailPassword.signIn({ formFields: formFields('email', 'password') }),
    'email-exists': () => EmailPassword.doesEmailExist({ email: value('email') }),
    'send-reset': () => EmailPassword.sendPasswordResetEmail({ formFields: formFields('email') }),
    'submit-password': () => EmailPassword.submitNewPassword({ formFields: formFields('password') }),
    'send-verification': () => EmailVerification.sendVerificationEmail(),
    'verify-email': () => EmailVerification.verifyEmail(),
    'is-verified': () => EmailVerification.isEmailVerified(),
    'claim-value': () => Session.getClaimValue({ claim }),
    'check-claim': () => Session.validateClaims({ overrideGlobalClaimValidators: isVerified }),
    'session-exists': () => Session.doesSessionExist(),
    'user-id': () => Session.getUserId(),
    payload: () => Session.getAccessTokenPayloadSecurely(),
    refresh: () => Session.attemptRefreshingSession(),
    'sign-out': () => Session.signOut(),
    // The seed's frontend signs in through the API itself; the interceptor takes the session from the answer.
    'api-signup': () => seen(api.post('/auth/signup', values('email', 'password', ...SIGN_UP_FIELDS))),
    'api-login': () => seen(api.post('/auth/login', values('email', 'password'))),
    'api-logout': () => seen(api.post('/auth/logout')),
    me: () => seen(api.get('/users/me')),
    members: () => seen(api.get('/organizations/members')),
    invite: () => seen(api.post('/users/invite', { ...values('email', 'firstName', 'lastName'), role: 'member' })),
    invitations: () => seen(api.get('/users/invitations')),
    // Whoever follows the link need not be signed in.
    invitation: () => seen(api.get(`/invitations/${linkToken()}`)),
    'api-signup-invited': () => seen(api.post('/auth/signup', { ...values(...PERSON_FIELDS), inviteToken: linkToken() })),
    rename: () => seen(api.patch('/users/me', { firstName: value('firstName') })),
};

const fields = document.querySelector('#fields');
const result = document.querySelector('[data-testid=result]');
const events = document.querySelector('[data-testid=events]');

for (const name of ['email', 'password', ...SIGN_UP_FIELDS]) {
    const input = document.createElement('input');
    input.dataset.testid = input.placeholder = name;
    fields.append(input);
}
for (const [name, run] of Object.entries(CONTROLS)) {
    const button = document.createElement('button');
    button.dataset.testid = button.textContent = name;
    button.addEventListener('click', () => press(name, run));
    document.querySelector('#buttons').append(button);
}

/** Shows `{ control, answer }` or `{ control, error }` once the SDK is done. */
async function press(control, run) {
    result.textContent = '';
    try {
        show({ control, answer: (await run()) ?? null });
    } catch (error) {
        show({ control, error: await described(error) });
    }
}

function show(outcome) {
    // What the SDK gives beside plain data, such as the Response of its own fetch, is of no use to a reader.
    result.textContent = JSON.stringify(outcome, (name, value) => (name === 'fetchResponse' ? undefined : value));
}

async function described(error) {
    const { message, response } = error;
    if (response !== undefined) {
        return { message, status: response.status, body: response.data };
    }
    if (error instanceof Response) {
        return { status: error.status, body: await error.text() };
    }
    return { message: message ?? String(error) };
}

async function seen(call) {
    const { status, data } = await call;
    return { status, data };
}

function showEvent({ action }) {
    const item = document.createElement('li');
    item.textContent = action;
    events.append(item);
}

function formFields(...names) {
    return names.map((id) => ({ id, value: value(id) }));
}

function inviteToken() {
    return { id: 'inviteToken', value: linkToken() };
}

/** Of the link in a letter that this page was opened by. */
function linkToken() {
    return new URLSearchParams(window.location.search).get('token');
}

function values(...names) {
    return Object.fromEntries(names.map((name) => [name, value(name)]));
}

function value(name) {
    return document.querySelector(`[data-testid=${name}]`).value;
}
