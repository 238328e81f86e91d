// The client of the API as the seed's frontend builds it: axios, with the SDK's interceptor in front.

import axios from 'axios';

import { settings } from './settings.js';

export function apiClient(Session) {
    const api = axios.create({
        baseURL: `${settings.apiDomain}/api/v1`,
        withCredentials: true,
        headers: { 'Content-Type': 'application/json' },
    });
    Session.addAxiosInterceptors(api);
    return api;
}
