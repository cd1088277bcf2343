import { getSecret } from 'astro:env/server';
import { pages } from 'virtual:astro-gatehouse/guards';
import setup from 'virtual:astro-gatehouse/setup';
import { site, spareSecret } from 'virtual:astro-gatehouse/site';
import { Gatehouse } from './gatehouse.js';

/** Made when this module is loaded, which the server's entry does before it listens. */
export const gatehouse = Gatehouse.start({
  ...site,
  setup,
  pages,
  secret: getSecret('GATEHOUSE_SECRET') ?? spareSecret,
});
