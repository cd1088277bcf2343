import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { CarefulVisitor } from '../support/careful-visitor.js';
import { RoundRobin } from '../support/round-robin.js';
import { Tally } from '../support/tally.js';
import { visitedSite } from '../support/visited-site.js';

const VISITORS = 60;
/** At the least; it goes on until nothing more goes wrong. */
const ROUNDS = 3;

const pass = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

describe('Two processes and one file, of which each process is killed', () => {
  let app: App;
  let proxy: RoundRobin;
  const servers: Server[] = [];

  beforeAll(async () => {
    app = await App.create(undefined, visitedSite("{ store: 'sqlite' }")).build();
    servers.push(...(await Promise.all([app.serve(), app.serve()])));
    proxy = await RoundRobin.start(servers);
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all(servers.map((server) => server.stop()));
    app.remove();
  });

  it('have lost nothing that was acknowledged, and shown nobody what they should not see', async () => {
    const tally = new Tally();
    const place = { origin: proxy.origin, outage: undefined, turns: 0 };
    const visitors = Array.from({ length: VISITORS }, (_, number) => new CarefulVisitor(place, number, tally));
    let isOver = false;
    const killAll = async () => {
      for (const index of servers.keys()) {
        await pass(1_000);
        await servers[index]?.stop();
        tally.kills += 1;
        await pass(300);
        servers[index] = await app.serve();
      }
      isOver = true;
    };
    const visits = visitors.map(async (visitor) => {
      while (!isOver || visitor.rounds < ROUNDS) await visitor.goRound();
    });
    await Promise.all([killAll(), ...visits]);
    await Promise.all(visitors.map((visitor) => visitor.checkAll()));

    expect({ lost: tally.lost, wrong: tally.wrong }).toEqual({ lost: [], wrong: [] });
    expect(tally).toMatchObject({ visitors: VISITORS, kills: 2, unavailable: 0 });
    expect(tally.broken).toBeGreaterThan(0);
    for (const count of ['acknowledged', 'signOuts', 'idChanges'] as const)
      expect(tally[count]).toBeGreaterThan(VISITORS / 2);
    // On a busy machine a process is killed in many rounds, after which no message is certain.
    expect(tally.certainMessages).toBeGreaterThan(VISITORS / 5);
  });
});
