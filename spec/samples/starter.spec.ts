import { afterAll, beforeAll, describe } from '@jest/globals';
import { App, type Server } from '../support/app.js';
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
