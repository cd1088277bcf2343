import { sealData, unsealData } from 'iron-session';
import { passwords, type Secrets } from './secrets.js';

/** A complete seal of iron-session. Anything that follows it would not be authenticated. */
const SEAL = /^Fe26\.2\*[\w*-]+~2$/;
/** A seal itself does not expire. Its content says until when it counts, so that the application's clock decides. */
const FOREVER = 0;

/**
 * Seals values with the secrets of the application, so that nobody can read, create or change them. A value that was
 * sealed for one purpose cannot be opened for another.
 */
export class Seals {
  /** @param purpose For example `form-result`. */
  constructor(
    private readonly secrets: Secrets,
    private readonly purpose: string,
  ) {}

  /** Seals a value with the newest secret. @param content Plain JSON, with at least one key. */
  async seal(content: object): Promise<string> {
    const [newest] = await this.secrets.keysFor(this.purpose);
    return sealData(content, { password: passwords(newest ? [newest] : []), ttl: FOREVER });
  }

  /** Opens a seal of any of the secrets. @returns `undefined` when it was changed, or sealed by or for somebody else. */
  async open(seal: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    if (!SEAL.test(seal)) return undefined;
    const password = passwords(await this.secrets.keysFor(this.purpose));
    // iron-session returns an empty object for a seal that it cannot open, and throws for one that is not its own.
    const content = await unsealData<Record<string, unknown>>(seal, { password, ttl: FOREVER }).catch(() => ({}));
    return Object.keys(content).length > 0 ? content : undefined;
  }
}
