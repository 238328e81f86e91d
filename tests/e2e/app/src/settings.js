// What a scenario decides about the app: whoever serves it answers `/config.json` with
// { apiDomain, tokenTransferMethod: 'cookie' | 'header' }.

const response = await fetch('/config.json');

export const settings = await response.json();

/** What both SDKs want to know, as the seed's frontend tells them. */
export const appInfo = {
    appName: 'P2PSandbox',
    apiDomain: settings.apiDomain,
    websiteDomain: window.location.origin,
    apiBasePath: '/auth',
    websiteBasePath: '/auth',
};

/** What sign-up asks for beside address and password. */
export const SIGN_UP_FIELDS = [
    'firstName',
    'lastName',
    'organizationName',
    'industry',
    'size',
    'country',
    'city',
];
