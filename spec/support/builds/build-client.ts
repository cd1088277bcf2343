import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** The variable that names the socket of the test run's build service. */
export const BUILD_SERVICE = 'GATEHOUSE_BUILD_SERVICE';

export interface BuildOrder {
  readonly folder: string;
  /** All that the build sees of the environment. */
  readonly environment: NodeJS.ProcessEnv;
}

/** How a command ended: its exit code, -1 where it has none, and what it printed. */
export interface Outcome {
  code: number;
  output: string;
}

/** Has the build service run `astro build`. */
export async function orderBuild(order: BuildOrder): Promise<Outcome> {
  const path = process.env[BUILD_SERVICE];
  if (!path) throw new Error(`${BUILD_SERVICE} is not set: the specs' global set-up starts the build service.`);
  const socket = connect(path);
  socket.write(`${JSON.stringify(order)}\n`);
  return JSON.parse(await text(socket));
}
