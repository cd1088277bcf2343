import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from './app.js';
import { CarefulVisitor } from './careful-visitor.js';
import { RoundRobin } from './round-robin.js';
import { Tally } from './tally.js';
import { visitedSite } from './visited-site.js';

const VISITORS = 200;
/** At the least; it goes on until nothing more goes wrong. */
const ROUNDS = 4;
const PROCESSES = 3;
const RECOVERY = 10_000;

const pass = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

/** A database that can be killed, and started again with what it had. */
export interface MortalDatabase {
  kill(): Promise<void>;
  resume(): Promise<void>;
  remove(): Promise<void>;
}

/** How the processes of an application find their database. */
export interface StruckSite<Database> {
  /** Starts the database, ready for sessions. */
  start(): Promise<Database>;
  /** The options of the session, and others, as the site's config has them. */
  session: string;
  environmentOf(database: Database): Record<string, string>;
  /** The setup module of the site, if it has one. */
  setup?: string;
  /** True when the database has several machines, of which one is killed: most visitors then notice nothing. */
  isPartlyKilled?: boolean;
}

/** Three processes with one database, and everything that befalls them. */
class Site<Database extends MortalDatabase> {
  readonly servers: Server[] = [];
  readonly tally = new Tally();
  outage: number | undefined;
  turns = 0;

  constructor(
    readonly database: Database,
    private readonly app: App,
    private readonly environment: Record<string, string>,
    private readonly isPartlyKilled = false,
  ) {}

  async start(): Promise<void> {
    this.servers.push(...(await Promise.all(Array.from({ length: PROCESSES }, () => this.#serve()))));
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  async killServer(index: number): Promise<void> {
    this.tally.kills += 1;
    await this.servers[index]?.stop();
  }

  async restartServer(index: number): Promise<void> {
    this.servers[index] = await this.#serve();
  }

  async killDatabase(): Promise<void> {
    this.turns += 1;
    await this.database.kill();
    this.tally.kills += 1;
    if (!this.isPartlyKilled) this.outage = this.tally.kills;
  }

  async resumeDatabase(): Promise<void> {
    this.outage = undefined;
    await this.database.resume();
    this.turns += 1;
  }

  #serve(): Promise<Server> {
    return this.app.serve({ GATEHOUSE_SECRET: SECRET, ...this.environment });
  }
}

/** What goes wrong, one after another, while visitors come and go. */
async function befall(site: Site<MortalDatabase>): Promise<void> {
  await pass(1_500);
  for (const index of [0, 1, 2]) {
    await site.killServer(index);
    await pass(500);
    await site.restartServer(index);
  }
  await site.killDatabase();
  await pass(1_500);
  await site.resumeDatabase();
  await pass(1_500);
  await Promise.all([site.killServer(0), site.killServer(1)]);
  await Promise.all([site.restartServer(0), site.restartServer(1)]);
  await Promise.all([site.killServer(2), site.killDatabase()]);
  await Promise.all([site.restartServer(2), pass(1_500)]);
  await site.resumeDatabase();
  await pass(1_500);
  // Nobody restarts a process after this one: they have to find the way back by themselves.
  await site.killDatabase();
  await pass(1_000);
  await site.resumeDatabase();
}

/** Has visitors come and go while three processes and their one database are killed again and again. */
export function describeStruckProcesses<Database extends MortalDatabase>(
  name: string,
  struck: StruckSite<Database>,
): void {
  describe(`Three processes and one ${name}, of which each is killed again and again`, () => {
    let app: App;
    let site: Site<Database>;
    let proxy: RoundRobin;
    let visitors: CarefulVisitor[] = [];

    beforeAll(async () => {
      const setup = struck.setup === undefined ? {} : { 'src/gatehouse.ts': struck.setup };
      app = await App.create(undefined, { ...visitedSite(struck.session), ...setup }).build();
      const database = await struck.start();
      site = new Site(database, app, struck.environmentOf(database), struck.isPartlyKilled);
      await site.start();
      proxy = await RoundRobin.start(site.servers);
      const place = {
        origin: proxy.origin,
        get outage() {
          return site.outage;
        },
        get turns() {
          return site.turns;
        },
      };
      visitors = Array.from({ length: VISITORS }, (_, number) => new CarefulVisitor(place, number, site.tally));
      let isOver = false;
      const disasters = befall(site).finally(() => {
        isOver = true;
      });
      const visits = visitors.map(async (visitor) => {
        while (!isOver || visitor.rounds < ROUNDS) await visitor.goRound();
      });
      await Promise.all([disasters, ...visits]);
    });
    afterAll(async () => {
      await proxy.stop();
      await site.stop();
      await site.database.remove();
      app.remove();
    });

    it('serve every visitor again, each by itself, once it is back', async () => {
      const signedIn = visitors.filter((visitor) => visitor.isSignedIn);
      expect(signedIn.length).toBeGreaterThan(0);
      for (const server of site.servers) {
        const deadline = Date.now() + RECOVERY;
        const browser = signedIn[0]?.browserAt(server);
        let status = 0;
        while (status !== 200 && Date.now() < deadline) status = (await browser?.get('/account'))?.status ?? 0;
        expect(status).toBe(200);
      }
    });

    it('have lost nothing that was acknowledged, and shown nobody what they should not see', async () => {
      await Promise.all(visitors.map((visitor) => visitor.checkAll()));
      const { tally } = site;
      console.log(tally.summary);
      expect({ lost: tally.lost, wrong: tally.wrong }).toEqual({ lost: [], wrong: [] });
      expect(tally.visitors).toBe(VISITORS);
      expect(tally.kills).toBe(9);
      for (const count of ['acknowledged', 'unavailable', 'broken'] as const) expect(tally[count]).toBeGreaterThan(0);
      const whileAway = struck.isPartlyKilled ? [] : (['refusedWhileAway', 'shownWhileAway'] as const);
      for (const count of whileAway) expect(tally[count]).toBeGreaterThan(0);
      // On a busy machine fewer come by in the time; that all of them are right is said above.
      for (const count of ['signOuts', 'idChanges', 'certainMessages'] as const)
        expect(tally[count]).toBeGreaterThan(VISITORS / 5);
    });
  });
}
