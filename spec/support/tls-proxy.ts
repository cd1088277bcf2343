import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './app.js';

/** A proxy that ends TLS, with a certificate that nobody else has signed, and says so to the server behind it. */
export class TlsProxy {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async before(target: { readonly port: number }): Promise<TlsProxy> {
    const server = createServer(selfSigned(), (incoming, outgoing) => {
      const { url: path, method, headers } = incoming;
      const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': headers.host };
      const options = { host: '127.0.0.1', port: target.port, path, method, headers: { ...headers, ...forwarded } };
      const passed = request(options, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.once('error', () => outgoing.destroy());
      incoming.pipe(passed);
    });
    const port = await freePort();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    return new TlsProxy(server, port);
  }

  get origin(): string {
    return `https://site.test:${this.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

function selfSigned(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=site.test', '-days', '2'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
