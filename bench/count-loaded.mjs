// Preloaded: adds up the JavaScript that is read from files, that of packages left outside the bundle included.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

globalThis.loadedBytes = 0;
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) globalThis.loadedBytes += readFileSync(fileURLToPath(url)).length;
    return nextLoad(url, context);
  },
});
