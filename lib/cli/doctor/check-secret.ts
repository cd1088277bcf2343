import { WeakSecretError } from '../../errors/index.js';
import { Secrets } from '../../session/cookies/secrets.js';
import type { Facts } from './facts.js';
import type { Finding } from './findings.js';

const WRITE = 'npx astro-gatehouse secret --write';

/** Checks whether there is a secret with which a production server starts. The findings do not contain it. */
export function checkSecret({ secret, secretsInGit }: Facts): Finding[] {
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
  return [...problemsOf(secret), ...inGit];
}

function problemsOf(secret: Facts['secret']): Finding[] {
  try {
    Secrets.from(secret?.value, { source: secret?.source ?? '', isProduction: true });
    return [];
  } catch (error) {
    return [error instanceof WeakSecretError ? weak(error) : MISSING];
  }
}

const MISSING: Finding = {
  code: 'MISSING_SECRET',
  level: 'danger',
  problem: 'GATEHOUSE_SECRET is neither in the environment nor in .env: no production server starts without it.',
  cure: `Write one into .env (${WRITE}), or print one (npx astro-gatehouse secret) and set it where the server starts.`,
  see: 'secret',
};

function weak({ source, reason }: WeakSecretError): Finding {
  return {
    code: 'WEAK_SECRET',
    level: 'danger',
    problem: `A secret in GATEHOUSE_SECRET, from ${source}, ${reason}: no production server starts with it.`,
    cure: `Remove it, and create one that nobody can guess: ${WRITE}`,
    see: 'secret',
  };
}
