// Names what has to be filled in before the package is published: placeholders in package.json, and pictures of the README
// that a registry would not show. `npm run check` only prints it; with --publish, as `npm publish` runs it, it is an error.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [folder = '.'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isPublishing = process.argv.includes('--publish');
const read = (name) => readFileSync(join(resolve(folder), name), 'utf8');

/** Fields that a reader of the registry follows, and what each is for. */
const FIELDS = {
  repository: 'the address of the repository, which provenance is checked against',
  homepage: 'the address of the documentation',
  bugs: 'the address where defects are reported',
  funding: 'the address where the work is supported; remove the field if there is none',
};
/** A host that exists for nobody, as all under `.example`. */
const PLACEHOLDER = /\/\/placeholder\.example\b/;
const addressOf = (field) => (typeof field === 'object' ? field.url : field);

const manifest = JSON.parse(read('package.json'));
const unfilled = Object.keys(FIELDS).filter((name) => {
  const address = addressOf(manifest[name]);
  return address === undefined ? name !== 'funding' : PLACEHOLDER.test(address);
});
const notes = unfilled.map((name) => `package.json: "${name}" is a placeholder. Write ${FIELDS[name]}.`);

if (!unfilled.includes('repository')) {
  const [, onGitHub] = /github\.com[/:]([^/]+\/[^/]+?)(?:\.git)?$/.exec(addressOf(manifest.repository)) ?? [];
  for (const [, path] of read('README.md').matchAll(/!\[[^\]]*\]\((?!https?:)([^)\s]+)\)/g)) {
    const address = onGitHub ? `https://raw.githubusercontent.com/${onGitHub}/HEAD/${path}` : 'its absolute address';
    notes.push(
      `README.md: the picture ${path} is not in the package, and registries do not show it. Write ${address}.`,
    );
  }
}

for (const note of notes) console.log(`Before publishing, ${note}`);
if (notes.length > 0 && isPublishing) process.exit(1);
if (notes.length > 0) console.log('The check passes all the same. `npm publish` will not.');
