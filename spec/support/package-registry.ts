import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { freePort } from './app.js';
import { INSTALLED } from './packed-package.js';

const ROOT = resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** A registry of packages on this machine: this package as it is packed, and what the repository has installed. */
export class PackageRegistry {
  /** What was asked for, and is not there. */
  readonly missed: string[] = [];
  readonly #tarballs = new Map<string, Buffer>();
  readonly #server: Server;

  private constructor(
    private readonly foldersOf: ReadonlyMap<string, readonly string[]>,
    private readonly port: number,
  ) {
    this.#server = createServer(({ url = '' }, response) => this.#answer(decodeURIComponent(url), response));
  }

  static async start(): Promise<PackageRegistry> {
    const registry = new PackageRegistry(installedPackages(), await freePort());
    await new Promise<void>((resolve) => registry.#server.listen(registry.port, '127.0.0.1', resolve));
    return registry;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string, response: ServerResponse): void {
    const [, name = '', version, file] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    const folders = this.foldersOf.get(name) ?? [];
    const manifests = folders.map((folder) => this.#describe(folder));
    const last = manifests.length - 1;
    const at =
      version === undefined || version === 'latest' ? last : manifests.findIndex((one) => one.version === version);
    const [asked, folder] = [manifests[at], folders[at]];
    if (asked === undefined || folder === undefined) {
      this.missed.push(path);
      response.writeHead(404).end('{}');
    } else if (file !== undefined) {
      response.end(this.#packed(folder));
    } else if (version !== undefined) {
      this.#json(response, asked);
    } else {
      const versions = Object.fromEntries(manifests.map((manifest) => [manifest.version, manifest]));
      this.#json(response, { name, 'dist-tags': { latest: asked.version }, versions });
    }
  }

  #json(response: ServerResponse, value: unknown): void {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
  }

  /** As a registry does: what package.json says, and where the package is. */
  #describe(folder: string): Manifest {
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const { name, version } = manifest;
    return Object.assign(manifest, { dist: { tarball: `${this.origin}/${name}/${version}/package.tgz` } });
  }

  /** Packed when somebody asks for it, rather than for a checksum that npm can do without: it asks about far more. */
  #packed(folder: string): Buffer {
    const tarball = this.#tarballs.get(folder) ?? pack(folder);
    this.#tarballs.set(folder, tarball);
    return tarball;
  }
}

/** Folders by name: the one that most others import comes last. */
function installedPackages(): Map<string, string[]> {
  const lock: { packages: Record<string, unknown> } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const paths = Object.keys(lock.packages).filter((path) => path !== '');
  const folders = new Map([['astro-gatehouse', [INSTALLED]]]);
  for (const path of paths.sort((one, other) => other.length - one.length)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    folders.set(name, [...(folders.get(name) ?? []), join(ROOT, path)]);
  }
  return folders;
}

function pack(folder: string): Buffer {
  // It does not go far, so that to make it as small as can be is not worth the time.
  const form = ['--use-compress-program=gzip -1', '--exclude=./node_modules', '--transform=s,^\\.,package,'];
  const args = ['-cf', '-', ...form, '-C', folder, '.'];
  return execFileSync('tar', args, { maxBuffer: 1e8 });
}
