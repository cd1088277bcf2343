/** The names of the actions that ran since the witness was asked for the last time. */
export const noted: string[] = [];
