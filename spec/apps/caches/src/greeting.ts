import { Visitor } from 'astro-gatehouse/server';

/** A service of each request that knows its visitor. */
export class Greeting {
  constructor(readonly visitor: Visitor) {}

  get text(): string {
    return `Hello, ${this.visitor.id}`;
  }
}
