import { defineGatehouse } from 'astro-gatehouse/server';
import { isGlobal } from './is-global';

const everything = { globalProtect: true, exclude: ['/', '/enter', '/_server-islands/Weather'] };

export default defineGatehouse(isGlobal ? everything : {});
