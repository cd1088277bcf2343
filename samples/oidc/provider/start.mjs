// The identity provider of this sample: everybody is let in by any name and any password. With a real one, delete this
// folder, and the import in astro.config.mjs.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import Provider from 'oidc-provider';

const { ISSUER = 'http://127.0.0.1:4400', SITE = 'http://localhost:4321' } = process.env;
const { SECRET = 'a secret of this sample alone' } = process.env;

/** @param {string[]} sites The origins of the site that sends its visitors here. */
async function start(sites) {
  const { port, hostname } = new URL(ISSUER);
  const provider = new Provider(ISSUER, {
    clients: [
      {
        client_id: 'sample',
        client_secret: SECRET,
        redirect_uris: sites.map((site) => `${site}/auth/provider`),
        post_logout_redirect_uris: sites.map((site) => `${site}/`),
      },
    ],
    claims: { openid: ['sub'], email: ['email'] },
    conformIdTokenClaims: false,
    cookies: { keys: [randomBytes(32).toString('hex')] },
    findAccount: (_, name) => ({ accountId: name, claims: () => ({ sub: name, email: `${name}@example.com` }) }),
  });
  const server = provider.listen(Number(port), hostname);
  await once(server, 'listening');
  return server;
}

/** Starts the provider with `astro dev`. */
export function providerInDevelopment() {
  /** @type {Awaited<ReturnType<typeof start>> | undefined} */
  let server;
  return {
    name: 'provider',
    hooks: {
      /** @param {{ address: import('node:net').AddressInfo }} started */
      'astro:server:start': async ({ address: { port } }) => {
        server ??= await start([`http://localhost:${port}`, `http://127.0.0.1:${port}`]);
      },
      'astro:server:done': () => void server?.close(),
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await start([SITE]);
