import { afterAll, beforeAll, describe } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { walkTheStarter } from './starter.journey.js';

let app: App;
let server: Server;

describe('The starter sample, built and served by Node', () => {
  beforeAll(async () => {
    app = await App.create('samples/starter').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  walkTheStarter(() => server);
});

describe('The starter sample in development', () => {
  beforeAll(async () => {
    app = App.create('samples/starter');
    server = await app.serveWith('dev');
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  walkTheStarter(() => server);
});

describe.each(['dev', 'preview'] as const)(
  'The starter sample on Cloudflare, served by workerd in astro %s',
  (command) => {
    beforeAll(async () => {
      app = App.create('samples/starter', {
        '.dev.vars': `GATEHOUSE_SECRET=${SECRET}`,
        'wrangler.jsonc': JSON.stringify({
          name: 'starter',
          compatibility_date: '2026-01-01',
          compatibility_flags: ['nodejs_compat'],
        }),
      });
      app.rewrite('astro.config.mjs', (text) =>
        text
          .replace("import node from '@astrojs/node'", "import cloudflare from '@astrojs/cloudflare'")
          .replace("node({ mode: 'standalone' })", 'cloudflare()'),
      );
      if (command === 'preview') await app.build();
      server = await app.serveWith(command);
    });
    afterAll(async () => {
      await server.stop();
      app.remove();
    });

    walkTheStarter(() => server);
  },
);
