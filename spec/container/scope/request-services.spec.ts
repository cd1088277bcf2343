import { describe, expect, it } from '@jest/globals';
import { Clock } from '../../../lib/base/clock.js';
import { RequestServices } from '../../../lib/container/scope/request-services.js';
import { MissingServiceError } from '../../../lib/errors/index.js';
import { floorPlan } from '../../support/services.js';

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

  it('are the shared ones and those that are created for the request', () => {
    const services = plan();
    const [one, other] = [requestOf(services), requestOf(services)];
    expect(one.get(Clock)).toBe(services.get(Clock));
    expect(one.get(Watch)).toBe(one.get(Watch));
    expect(other.get(Watch)).not.toBe(one.get(Watch));
  });

  it('can be replaced within the request, also for the services that depend on them', () => {
    const services = plan();
    const request = requestOf(services);
    const clock = new Clock();
    request.replace(Clock, clock);
    expect([request.get(Clock), request.get(Watch).clock]).toEqual([clock, clock]);
    expect(requestOf(services).get(Clock)).toBe(services.get(Clock));
  });

  it('do not include unregistered classes', () => {
    expect(() => requestOf().get(class Stranger {})).toThrow(MissingServiceError);
  });

  it('are disposed of with the request, and created again on later use', async () => {
    const request = requestOf();
    expect(request.mayEnd).toBe(false);
    const unit = request.get(Unit);
    expect(request.mayEnd).toBe(true);
    await request.dispose();
    expect(unit.hasEnded).toBe(true);
    expect(request.get(Unit)).not.toBe(unit);
  });
});
