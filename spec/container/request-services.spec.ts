import { describe, expect, it } from '@jest/globals';
import { Clock } from '../../lib/base/clock.js';
import { RequestServices } from '../../lib/container/request-services.js';
import { MissingServiceError } from '../../lib/errors/index.js';
import { floorPlan } from '../support/services.js';

class Watch {
  constructor(readonly clock: Clock) {}
}

class Unit {
  hasEnded = false;
  dispose(): void {
    this.hasEnded = true;
  }
}

describe('The services of a request', () => {
  const plan = () =>
    floorPlan()
      .perRequest(Watch, (get) => new Watch(get(Clock)))
      .perRequest(Unit)
      .boot();
  const requestOf = (services = plan()) => new RequestServices(services, () => new Map());

  it('are the shared ones, and others of its own', () => {
    const services = plan();
    const [one, other] = [requestOf(services), requestOf(services)];
    expect(one.get(Clock)).toBe(services.get(Clock));
    expect(one.get(Watch)).toBe(one.get(Watch));
    expect(other.get(Watch)).not.toBe(one.get(Watch));
  });

  it('are those that were put in the place of shared ones, for services of the request as well', () => {
    const services = plan();
    const request = requestOf(services);
    const clock = new Clock();
    request.replace(Clock, clock);
    expect([request.get(Clock), request.get(Watch).clock]).toEqual([clock, clock]);
    expect(requestOf(services).get(Clock)).toBe(services.get(Clock));
  });

  it('are none that nobody registered', () => {
    expect(() => requestOf().get(class Stranger {})).toThrow(MissingServiceError);
  });

  it('end with the request, and are created anew for whatever asks afterwards', async () => {
    const request = requestOf();
    expect(request.mayEnd).toBe(false);
    const unit = request.get(Unit);
    expect(request.mayEnd).toBe(true);
    await request.dispose();
    expect(unit.hasEnded).toBe(true);
    expect(request.get(Unit)).not.toBe(unit);
  });
});
