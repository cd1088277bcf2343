const teams = new Map([
  ['ada', ['apollo']],
  ['grace', ['gemini']],
  ['kim', ['staff']],
]);

/** Who is in which team. A real application asks its database. */
export const memberships = {
  people: [...teams.keys()],

  async of(userId: string): Promise<string[]> {
    return teams.get(userId) ?? [];
  },

  async end(userId: string): Promise<void> {
    teams.set(userId, []);
  },
};
