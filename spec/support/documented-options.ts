import ts from 'typescript';
import { checkIntegrationOptions, mergeOptions } from '../../lib/astro/options/options.js';
import { SessionConfig } from '../../lib/session/session-config.js';
import type { Block } from './documents.js';

/** What the integration is called in the documentation. */
const INTEGRATION = /^(?:gatehouse|sessionkit)$/;

/** @returns What a start would say of the options in a block: types do not tell all that is wrong with some. */
export function problemsOfOptions({ code }: Block): string[] {
  return optionsIn(code).flatMap((options) => {
    try {
      const { session } = mergeOptions(checkIntegrationOptions(options), {});
      SessionConfig.from(session, { isProduction: true });
      return [];
    } catch (error) {
      return [String(error)];
    }
  });
}

/** The options of every integration in a script, which are complete in themselves, as they have to be. */
function optionsIn(code: string): unknown[] {
  const found: unknown[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && INTEGRATION.test(node.expression.getText())) {
      const [options] = node.arguments;
      found.push(options && new Function(`return (${options.getText()});`)());
    }
    node.forEachChild(visit);
  };
  ts.createSourceFile('script.ts', code, ts.ScriptTarget.Latest, true).forEachChild(visit);
  return found.filter((options) => options !== undefined);
}
