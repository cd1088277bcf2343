import { afterEach, describe, expect, it } from '@jest/globals';
import { App } from '../support/app.js';

const PAGE = '---\n---\n<p>page</p>\n';
const FILES = {
  'tsconfig.json': JSON.stringify({
    extends: 'astro/tsconfigs/strict',
    compilerOptions: { allowJs: true, noEmit: true, skipLibCheck: true },
    include: ['.astro/types.d.ts', 'src', 'astro.config.ts', 'options.js'],
  }),
  'src/pages/index.astro': PAGE,
  'src/pages/login.astro': PAGE,
  'src/pages/admin/index.astro': PAGE,
  'src/pages/admin/users.astro': PAGE,
  'src/pages/users/[id].astro': PAGE,
  'src/pages/api/hook.ts': 'export const POST = () => new Response();\n',
  'public/robots.txt': '',
};

function config(isStrict: boolean): string {
  return `import node from '@astrojs/node';
import gatehouse from 'astro-gatehouse';
import { defineConfig } from 'astro/config';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  redirects: { '/old': '/admin' },
  integrations: [
    gatehouse({
      strict: ${isStrict},
      globalProtect: true,
      loginPath: '/login',
      homePath: '/?welcome',
      protect: [{ pattern: '/admin/**', redirectTo: 'https://elsewhere.example/no' }, { pattern: '/users/[user]' }],
      exclude: ['/old', '/robots.txt', '/_image'],
      session: { quiet: ['/api/hook'] },
      csrf: { except: ['/api/hook'], requireToken: ['/admin/*'] },
    }),
  ],
});
`;
}

/** Every place that takes a pattern or a path, with one that leads nowhere. */
function slips(mark: string): Record<string, string> {
  return {
    'src/slips.ts': `import gatehouse from 'astro-gatehouse';
import { defineGatehouse, type Guard, type RoutePath, type RoutePattern } from 'astro-gatehouse/server';
${mark}
defineGatehouse({ protect: [{ pattern: '/adminn/**' }] });
${mark}
defineGatehouse({ protect: [{ pattern: '/admin/**', redirectTo: '/no-entry' }] });
${mark}
gatehouse({ exclude: ['/abuot'] });
${mark}
gatehouse({ csrf: { except: ['/api/hoook'] } });
${mark}
gatehouse({ csrf: { requireToken: ['/user/**'] } });
${mark}
gatehouse({ session: { quiet: ['/api/hoook'] } });
${mark}
gatehouse({ loginPath: '/sign-in' });
${mark}
gatehouse({ homePath: '/home' });
${mark}
gatehouse({ forbiddenPath: '/403' });
${mark}
export const guard: Guard = { role: 'admin', redirectTo: '/no-entry' };
${mark}
export const pattern: RoutePattern = '/adminn';
${mark}
export const path: RoutePath = '/adminn';
`,
    'options.js': `// @ts-check
import gatehouse from 'astro-gatehouse';
${mark}
gatehouse({ loginPath: '/sign-in' });
gatehouse({ loginPath: '/login' });
`,
  };
}

/** What the compiler complains of. */
async function check(app: App): Promise<string> {
  const { code, output } = await app.astro(['check', '--noSync', '--minimumSeverity', 'error']);
  return code === 0 ? '' : output;
}

describe('The routes of a project', () => {
  let app: App;
  afterEach(() => app.remove());

  it.each([
    { command: 'sync', isStrict: true, mark: '// @ts-expect-error it leads nowhere', what: 'errors' },
    { command: 'build', isStrict: true, mark: '// @ts-expect-error it leads nowhere', what: 'errors' },
    { command: 'sync', isStrict: false, mark: '', what: 'allowed' },
  ])(
    'are types after astro $command; unknown ones are $what with strict: $isStrict',
    async ({ command, isStrict, mark }) => {
      app = App.create(undefined, { ...FILES, ...slips(mark), 'astro.config.ts': config(isStrict) });
      const { code, output } = await app.astro(command);
      expect(code === 0 ? '' : output).toBe('');
      expect(await check(app)).toBe('');
    },
  );

  it('can be any string without strict types', async () => {
    app = App.create(undefined, { ...FILES, ...slips(''), 'astro.config.ts': config(true) });
    app.write({ '.astro/types.d.ts': '' });
    expect(await check(app)).toBe('');
  });
});
