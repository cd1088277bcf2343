import { allowInsecureRequests } from 'openid-client';

/** Lets the client reach a provider without TLS, as that of this sample is. A real one never needs this. */
export const withoutTls = { execute: [allowInsecureRequests] };
