import { defineCollection } from 'astro:content';
import { docsSchema, i18nSchema } from '@astrojs/starlight/schema';
import { repositoryPages } from './docs/loader';

export const collections = {
  docs: defineCollection({ loader: repositoryPages(), schema: docsSchema() }),
  // Without it, the server would warn that Starlight looks for it.
  i18n: defineCollection({ loader: () => ({ en: {} }), schema: i18nSchema() }),
};
