// Serves one built application in a process of its own and tells the parent what it used.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { exchange } from './exchange.mjs';

const { handler } = await import(pathToFileURL(process.argv[2]).href);
const server = createServer((request, response) => {
  handler(request, response, (error) => {
    response.statusCode = error ? 500 : 404;
    response.end();
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', async ({ slice, memory, usage }) => {
  try {
    if (usage) return process.send({ usage: cpuUsed() });
    if (memory) return process.send({ memory: await memoryInUse() });
    process.send(slice ? { cpu: await cpuOf(slice) } : { loaded: globalThis.loadedBytes });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
process.on('disconnect', () => process.exit());

function cpuUsed() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function memoryInUse() {
  for (let time = 0; time < 3; time++) {
    globalThis.gc();
    // What is freed by callbacks goes between two turns.
    await new Promise((wake) => setTimeout(wake, 50));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

/** @returns Microseconds of CPU per request, of all threads: WebCrypto and the garbage collector have their own. */
async function cpuOf({ count, path, cookies, status }) {
  const start = cpuUsed();
  for (let sent = 0; sent < count; sent++) {
    const answered = await exchange(handler, path, cookies[sent % cookies.length]);
    if (answered !== status) throw new Error(`${path} answered ${answered} where ${status} was expected.`);
  }
  return (cpuUsed() - start) / count;
}
