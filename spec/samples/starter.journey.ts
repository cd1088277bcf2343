import { expect, it } from '@jest/globals';
import type { Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

/** What the starter sample does, wherever it is served. */
export function walkTheStarter(served: () => Server): void {
  it('counts visits', async () => {
    const browser = new Browser(served());
    const first = await browser.get('/');
    const second = await browser.get('/');
    expect(first.text).toMatch(/data-visits[^>]*>1</);
    expect(second.text).toMatch(/data-visits[^>]*>2</);
  });

  it('sends a guest to sign in and back to where they wanted to go', async () => {
    const browser = new Browser(served());
    const refused = await browser.get('/dashboard?tab=1');
    expect(refused).toMatchObject({ status: 302, location: '/login?returnTo=%2Fdashboard%3Ftab%3D1' });

    const wrong = await browser.post('/api/login?returnTo=%2Fdashboard%3Ftab%3D1', {
      email: 'ada@example.com',
      password: 'no',
    });
    expect(wrong).toMatchObject({ status: 303, location: '/login?returnTo=%2Fdashboard%3Ftab%3D1' });
    expect((await browser.get('/login')).text).toContain('Wrong email or password');
    expect((await browser.get('/login')).text).not.toContain('Wrong email or password');

    const right = await browser.post('/api/login?returnTo=%2Fdashboard%3Ftab%3D1', {
      email: 'ada@example.com',
      password: 'lovelace',
    });
    expect(right).toMatchObject({ status: 303, location: '/dashboard?tab=1' });
    const dashboard = await browser.get('/dashboard?tab=1');
    expect(dashboard.status).toBe(200);
    expect(dashboard.text).toContain('Good to see you, Ada');
    expect((await browser.get('/dashboard')).text).not.toContain('Good to see you');
  });

  it('lets the admin role into the admin area, and nobody else', async () => {
    const admin = new Browser(served());
    const editor = new Browser(served());
    await admin.post('/api/login', { email: 'ada@example.com', password: 'lovelace' });
    await editor.post('/api/login', { email: 'grace@example.com', password: 'hopper' });
    expect((await admin.get('/admin')).status).toBe(200);
    expect(await editor.get('/admin')).toMatchObject({ status: 302, location: '/no-entry' });
    expect((await editor.get('/no-entry')).status).toBe(403);
  });

  it('ends the session with a sign-out', async () => {
    const browser = new Browser(served());
    await browser.post('/api/login', { email: 'ada@example.com', password: 'lovelace' });
    expect(await browser.post('/api/logout')).toMatchObject({ status: 303, location: '/' });
    expect((await browser.get('/')).text).toContain('You are signed out');
    expect((await browser.get('/dashboard')).status).toBe(302);
  });
}
