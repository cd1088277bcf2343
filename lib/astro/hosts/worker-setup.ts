import { existsSync, readFileSync } from 'node:fs';
import type { AstroConfig } from 'astro';
import { MissingSecretError, NodejsCompatMissingError } from '../../errors/index.js';
import { CLOUDFLARE } from './host-limits.js';

const SECRET = 'GATEHOUSE_SECRET';
/** The configuration of the deployed Worker, which the adapter writes. */
const CONFIG = 'wrangler.json';
/** @see https://developers.cloudflare.com/workers/wrangler/configuration/ */
const OWN_CONFIGS = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml'];
/**
 * The first compatibility date with which Node's modules are there without a flag.
 *
 * @see https://developers.cloudflare.com/workers/configuration/compatibility-flags/
 */
const NODE_BY_DEFAULT = '2026-08-04';

/** The part of the configuration that the adapter writes for the deployed Worker. */
interface WorkerConfig {
  readonly compatibility_date?: string;
  readonly compatibility_flags?: readonly string[];
}

/**
 * Checks before a preview on workerd that it gets a secret: without one it does not start, and reports an internal error
 * of its own. The build writes the variables for it next to the Worker.
 *
 * @throws {MissingSecretError} When they contain none.
 */
export function assertPreviewSecret({ adapter, build, root }: Pick<AstroConfig, 'adapter' | 'build' | 'root'>): void {
  if (adapter?.name !== CLOUDFLARE) return;
  const written = ['.dev.vars', CONFIG].map((name) => new URL(name, build.server));
  if (written.some((file) => existsSync(file) && readFileSync(file, 'utf8').includes(SECRET))) return;
  const isConfigured = OWN_CONFIGS.some((name) => existsSync(new URL(name, root)));
  const missing = isConfigured ? '' : ' and create wrangler.jsonc, without which that file is not read,';
  throw new MissingSecretError(
    `${SECRET} in .dev.vars`,
    `Then${missing} build again, which copies it for the preview.`,
  );
}

/** @throws {NodejsCompatMissingError} When a built Worker would not have the modules of Node that it needs. */
export function assertNodejsCompat({ adapter, build }: Pick<AstroConfig, 'adapter' | 'build'>): void {
  const file = new URL(CONFIG, build.server);
  if (adapter?.name !== CLOUDFLARE || !existsSync(file)) return;
  const { compatibility_date: date = '', compatibility_flags: flags = [] }: WorkerConfig = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const isDefault = date >= NODE_BY_DEFAULT && !flags.includes('no_nodejs_compat');
  if (!isDefault && !flags.some((flag) => /^nodejs_compat(?:_v2)?$/.test(flag)))
    throw new NodejsCompatMissingError(date);
}
