// Two processes of the built site with one secret and one Redis, and in front of them a proxy that asks them in turn.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, request } from 'node:http';

const { PORT = '4321', GATEHOUSE_SECRET = randomBytes(32).toString('base64url') } = process.env;

const ports = await Promise.all([freePort(), freePort()]);
for (const [index, port] of ports.entries()) {
  const name = 'AB'[index];
  const own = { GATEHOUSE_SECRET, PROCESS_NAME: name, HOST: '127.0.0.1', PORT: String(port) };
  const site = spawn(process.execPath, ['dist/server/entry.mjs'], {
    env: { ...process.env, ...own },
    stdio: 'inherit',
  });
  site.once('exit', () => console.log(`Process ${name} has ended.`));
  process.once('exit', () => site.kill());
  console.log(`Process ${name} is at http://127.0.0.1:${port}`);
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));

let turn = 0;
const proxy = createServer((incoming, outgoing) => {
  const { url: path, method, headers } = incoming;
  const port = ports[turn++ % ports.length];
  const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  asked.once('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end('Bad Gateway')));
  incoming.pipe(asked);
});
proxy.listen(Number(PORT), () => console.log(`Both, in turn, are at http://localhost:${PORT}`));

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
