import { sealData, unsealData } from 'iron-session';
import { passwords, type Secrets } from '../../session/secrets.js';
import type { KeptForm } from './kept-form.js';

const PURPOSE = 'form-result';
/** The seal itself never ends: how long a form is kept, the form says. */
const FOREVER = 0;

/**
 * Seals what an action gave, which may be a secret, before it waits for its page in a store that anybody may read who
 * runs it: a key for an API that is shown once, say.
 */
export async function sealResult(form: KeptForm, secrets: Secrets): Promise<KeptForm> {
  const { result, ...open } = form;
  if (result === undefined) return form;
  const [newest] = await secrets.keysFor(PURPOSE);
  const sealed = await sealData({ result }, { password: passwords(newest ? [newest] : []), ttl: FOREVER });
  return { ...open, sealed };
}

/** Opens what {@link sealResult} has sealed. Without the secret that it was sealed with, the result is lost. */
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
