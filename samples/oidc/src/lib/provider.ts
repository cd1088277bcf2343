import { type Configuration, discovery } from 'openid-client';
import { withoutTls } from '../../provider/without-tls.mjs';

const { ISSUER = 'http://127.0.0.1:4400', SECRET = 'a secret of this sample alone' } = process.env;
let found: Configuration | undefined;

/** Returns what the provider says about itself, once it has been reached. */
export async function provider(): Promise<Configuration> {
  found ??= await discovery(new URL(ISSUER), 'sample', SECRET, undefined, withoutTls);
  return found;
}
