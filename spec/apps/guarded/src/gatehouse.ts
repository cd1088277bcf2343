import { defineGatehouse } from 'astro-gatehouse/server';
import { rules } from './rules';

export default defineGatehouse(JSON.parse(rules));
