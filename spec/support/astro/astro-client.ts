import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** The variable that names the socket of the test run's `AstroService`. */
export const ASTRO_SERVICE = 'GATEHOUSE_ASTRO_SERVICE';
/** Milliseconds that a command may take, from when it is begun: checks wait for each other. */
const TIME_LIMIT = 100_000;
/** Milliseconds that a server may take to close, before its process is ended. */
const STOP_LIMIT = 10_000;

export interface AstroOrder {
  readonly command: 'build' | 'check' | 'dev' | 'gatehouse' | 'sync';
  /** The project's. */
  readonly folder: string;
  /** All that the command sees of the environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where a development server is to listen. */
  readonly port?: number;
  /** The program of `gatehouse`. */
  readonly program?: string;
  /** What is typed behind the name of `check` or `gatehouse`. */
  readonly args?: readonly string[];
}

/** A line of what becomes of an order: that it is begun, what is printed, or the code with which the command ended. */
export interface AstroReport {
  readonly isBegun?: boolean;
  readonly output?: string;
  /** Whether that is on standard error. */
  readonly isError?: boolean;
  readonly code?: number;
}

/** How a command ended: its exit code, -1 where it has none, and what it printed, errors last. */
export interface Outcome {
  code: number;
  output: string;
}

/** Has the service run a command to its end. */
export async function runAstro(order: AstroOrder): Promise<Outcome> {
  const printed = { out: '', error: '' };
  const command = new AstroCommand(order, (output, isError) => {
    printed[isError ? 'error' : 'out'] += output;
  });
  let timer: NodeJS.Timeout | undefined;
  command.begun.then(() => {
    timer = setTimeout(() => command.stop(), TIME_LIMIT);
  });
  const code = await command.ended;
  clearTimeout(timer);
  return { code, output: printed.out + printed.error };
}

/** A command that the service runs. */
export class AstroCommand {
  readonly begun: Promise<void>;
  /** Its exit code. */
  readonly ended: Promise<number>;
  exitCode: number | null = null;
  readonly #order: AstroOrder;
  readonly #socket: Socket;

  /** @param print Takes what the command prints. */
  constructor(order: AstroOrder, print: (output: string, isError: boolean) => void) {
    this.#order = order;
    const path = process.env[ASTRO_SERVICE];
    if (!path) throw new Error(`${ASTRO_SERVICE} is not set: the specs' global set-up starts the service.`);
    this.#socket = connect(path);
    this.#socket.write(`${JSON.stringify(order)}\n`);
    const lines = createInterface({ input: this.#socket });
    let begin = () => {};
    this.begun = new Promise((begun) => {
      begin = begun;
    });
    this.ended = new Promise((end) => {
      lines.on('line', (line) => {
        const { isBegun = false, output, isError = false, code }: AstroReport = JSON.parse(line);
        if (isBegun) begin();
        if (output !== undefined) print(output, isError);
        this.exitCode = code ?? this.exitCode;
      });
      this.#socket.once('error', (error) => print(String(error), true));
      const close = () => {
        this.exitCode ??= -1;
        end(this.exitCode);
      };
      lines.once('close', close);
      // Lines end with what is sent, but not with a socket that is destroyed.
      this.#socket.once('close', () => lines.close());
    });
  }

  /** Ends it: a server by closing it, anything else with its process. */
  async stop(): Promise<void> {
    if (this.#order.command === 'dev') this.#socket.write('stop\n');
    else this.#socket.destroy();
    const timer = setTimeout(() => this.#socket.destroy(), STOP_LIMIT);
    await this.ended;
    clearTimeout(timer);
  }
}
