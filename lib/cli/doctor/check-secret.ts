import { CLOUDFLARE } from '../../astro/hosts/host-limits.js';
import { WeakSecretError } from '../../errors/index.js';
import { Secrets } from '../../session/cookies/secrets.js';
import type { Facts } from './facts.js';
import type { Finding } from './findings.js';

const WRITE = 'npx astro-gatehouse secret --write';

/** Checks whether there is a secret with which a production server starts. The findings do not contain it. */
export function checkSecret({ secret, secretsInGit, config }: Facts): Finding[] {
  const inGit = secretsInGit.map(
    (file): Finding => ({
      code: 'SECRET_IN_GIT',
      level: 'danger',
      problem: `${file} holds a secret and is not ignored by git, which would show it to everybody who sees the code.`,
      cure:
        `Add ${file} to .gitignore. If it was ever committed, git rm --cached ${file}, and create a new secret: ` +
        `${WRITE}`,
      see: 'secret',
    }),
  );
  return [...problemsOf(secret, config?.adapter), ...inGit];
}

function problemsOf(secret: Facts['secret'], adapter: string | undefined): Finding[] {
  try {
    Secrets.from(secret?.value, { source: secret?.source ?? '', isProduction: true });
    return [];
  } catch (error) {
    return [error instanceof WeakSecretError ? weak(error) : missing(adapter)];
  }
}

/** Where hosts keep the secret of a deployed site, by the adapter's name. Nothing on this machine shows it. */
const KEPT_BY_HOST: Readonly<Record<string, string>> = {
  [CLOUDFLARE]: 'npx wrangler secret put GATEHOUSE_SECRET, and for this machine a line in .dev.vars',
  '@astrojs/netlify': 'npx netlify env:set GATEHOUSE_SECRET',
  '@astrojs/vercel': 'npx vercel env add GATEHOUSE_SECRET',
};

function missing(adapter = ''): Finding {
  const command = KEPT_BY_HOST[adapter];
  const file = adapter === CLOUDFLARE ? '.dev.vars' : '.env';
  return {
    code: 'MISSING_SECRET',
    level: command === undefined ? 'danger' : 'advice',
    problem:
      `GATEHOUSE_SECRET is neither in the environment nor in ${file}: no production server starts without it.` +
      (command === undefined ? '' : ' Whether the host has it cannot be seen from here.'),
    cure:
      command === undefined
        ? `Write one into .env (${WRITE}), or print one (npx astro-gatehouse secret) and set it where the server starts.`
        : `Print one (npx astro-gatehouse secret), and pass it to the host: ${command}`,
    see: 'secret',
  };
}

function weak({ source, reason }: WeakSecretError): Finding {
  return {
    code: 'WEAK_SECRET',
    level: 'danger',
    problem: `A secret in GATEHOUSE_SECRET, from ${source}, ${reason}: no production server starts with it.`,
    cure: `Remove it, and create one that nobody can guess: ${WRITE}`,
    see: 'secret',
  };
}
