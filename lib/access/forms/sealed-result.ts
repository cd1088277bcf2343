import { sealData, unsealData } from 'iron-session';
import { passwords, type Secrets } from '../../session/secrets.js';
import type { KeptForm } from './kept-form.js';

const PURPOSE = 'form-result';
/** The seal itself does not expire, because the lifetime of the form limits it. */
const FOREVER = 0;

/**
 * Seals the result of an action before it is kept in a store that its operators can read. The result may contain a
 * secret, for example an API key that is shown once.
 */
export async function sealResult(form: KeptForm, secrets: Secrets): Promise<KeptForm> {
  const { result, ...open } = form;
  if (result === undefined) return form;
  const [newest] = await secrets.keysFor(PURPOSE);
  const sealed = await sealData({ result }, { password: passwords(newest ? [newest] : []), ttl: FOREVER });
  return { ...open, sealed };
}

/**
 * Opens a result that {@link sealResult} has sealed. Without the secret that it was sealed with, the result is lost.
 */
export async function openResult({ sealed, ...form }: KeptForm, secrets: Secrets): Promise<KeptForm> {
  if (sealed === undefined) return form;
  try {
    const password = passwords(await secrets.keysFor(PURPOSE));
    const { result } = await unsealData<{ result?: unknown }>(sealed, { password, ttl: FOREVER });
    return { ...form, result };
  } catch {
    return form;
  }
}
