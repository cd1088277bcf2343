import { randomUUID } from 'node:crypto';

export const hashPassword = {
  verify: async (password: string, hashed: string): Promise<boolean> => hashed === `#${password}`,
};

export const generateSessionId = (): string => randomUUID();
