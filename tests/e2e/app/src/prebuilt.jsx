// The app as the seed's frontend is built: supertokens-auth-react with its prebuilt pages under /auth, a home page
// that only signed-in people with a verified address see, and axios behind the SDK's interceptor.

import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import SuperTokens, { SuperTokensWrapper } from 'supertokens-auth-react';
import EmailPassword from 'supertokens-auth-react/recipe/emailpassword';
import { EmailPasswordPreBuiltUI } from 'supertokens-auth-react/recipe/emailpassword/prebuiltui';
import EmailVerification from 'supertokens-auth-react/recipe/emailverification';
import { EmailVerificationPreBuiltUI } from 'supertokens-auth-react/recipe/emailverification/prebuiltui';
import Session, { SessionAuth, useSessionContext } from 'supertokens-auth-react/recipe/session';
import { canHandleRoute, getRoutingComponent } from 'supertokens-auth-react/ui';

import { apiClient } from './api.js';
import { SIGN_UP_FIELDS, appInfo, settings } from './settings.js';

const PAGES = [EmailPasswordPreBuiltUI, EmailVerificationPreBuiltUI];
const extraFields = SIGN_UP_FIELDS.map((id) => ({ id, label: id, placeholder: id }));

SuperTokens.init({
    appInfo,
    recipeList: [
        EmailPassword.init({ signInAndUpFeature: { signUpForm: { formFields: extraFields } } }),
        EmailVerification.init({ mode: 'REQUIRED' }),
        Session.init({ tokenTransferMethod: settings.tokenTransferMethod }),
    ],
});

const api = apiClient(Session);

createRoot(document.querySelector('#root')).render(
    <SuperTokensWrapper>{canHandleRoute(PAGES) ? getRoutingComponent(PAGES) : <Front />}</SuperTokensWrapper>,
);

function Front() {
    return (
        <SessionAuth>
            <Home />
        </SessionAuth>
    );
}

function Home() {
    const { userId } = useSessionContext();
    const [me, setMe] = useState();
    useEffect(() => {
        void api.get('/users/me').then(({ data }) => setMe(data));
    }, []);
    if (me === undefined) {
        return <p>…</p>;
    }
    return (
        <main>
            <h1 data-testid="name">{`${me.firstName} ${me.lastName}`}</h1>
            <p data-testid="organization">{me.organization.name}</p>
            <p data-testid="user-id">{userId}</p>
            <button data-testid="sign-out" onClick={signOut}>
                Sign out
            </button>
        </main>
    );
}

async function signOut() {
    await Session.signOut();
    window.location.assign('/auth');
}
