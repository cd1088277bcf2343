import { defineGatehouse } from 'astro-gatehouse/server';
import { isGlobal } from './is-global';

const everything = {
  globalProtect: true,
  exclude: ['/', '/enter', '/witness', '/_actions/newsletter', '/_actions/admin.*'],
};

export default defineGatehouse(isGlobal ? everything : {});
