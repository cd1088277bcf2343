import { readFileSync } from 'node:fs';
import { Converter, ReflectionKind } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';

const { name, exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The entry of the package by its source: `lib/astro/pipeline/fetch` is `astro-gatehouse/fetch`. */
const ENTRIES = Object.fromEntries(
  Object.entries(exports)
    .filter(([, file]) => file.startsWith('./dist/'))
    .map(([entry, file]) => [file.replace(/^\.\/dist\/|(?:\/index)?\.js$/g, ''), entry.replace(/^\./, name)]),
);

/** What only says again what the signature above it says: types without a word on what they are for. */
const REPETITIONS = [
  /^#+ Returns\n\n[^\n]+\n\n(?=#|\*\*\*|<a id|(?![\s\S]))/gm,
  /^#+ (?:Type )?Parameters\n\n\| (?:Type )?Parameter (?:\| Type )?(?:\| Default (?:value|type) )?\|\n(?:\|.*\n)+\n/gm,
  /^#+ (?:Overrides|Implementation of|Inherited from)\n\n[^\n]+\n\n/gm,
  /^(?:<a id="[^"]*"><\/a>\n\n)?#+ Get Signature\n\n/gm,
  /^<a id="(?:constructor|get-signature|call-signature)[-\d]*"><\/a>\n\n/gm,
];

/**
 * A plugin for TypeDoc: pages are called as what is imported is, and a class has what is its own; what it inherits stands
 * where it comes from.
 *
 * @param {import('typedoc').Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = ENTRIES[module.name] ?? module.name;
    }
    const members = project.getReflectionsByKind(ReflectionKind.ClassMember | ReflectionKind.Constructor);
    for (const member of members) {
      const isKept = member.parent?.kindOf(ReflectionKind.ClassOrInterface) !== true || !member.inheritedFrom;
      if (!isKept) project.removeReflection(member);
    }
  });
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = REPETITIONS.reduce(
      (text, repetition) => text.replace(repetition, ''),
      `${page.contents}\n`,
    ).trimEnd();
    page.contents += '\n';
  });
}
