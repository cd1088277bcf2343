// Serves an application for scripts that look at it in Chromium.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { chromium } from 'playwright-core';

/**
 * @param {string} folder
 * @param {(port: number) => string[]} argumentsFor Those of Node that serve it on a port.
 * @param {string} path A page that answers when it is ready.
 * @param {Record<string, string>} environment
 * @returns {Promise<string>} Where it is served, until this process ends.
 */
export async function serve(folder, argumentsFor, path, environment = {}) {
  const port = await freePort();
  const env = {
    ...process.env,
    ASTRO_TELEMETRY_DISABLED: '1',
    CI: '1',
    PORT: String(port),
    HOST: '127.0.0.1',
    ...environment,
  };
  const server = spawn(process.execPath, argumentsFor(port), { cwd: folder, env, stdio: 'inherit' });
  process.on('exit', () => server.kill());
  const address = `http://localhost:${port}`;
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await fetch(address + path).catch(() => undefined)) return address;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error(`${folder} does not start.`);
}

export function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => probe.once('listening', listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}
