import { defineGatehouse } from 'astro-gatehouse/server';
import { identify } from './identify';

export default defineGatehouse({ identify });
