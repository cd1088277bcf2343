import type { SiteFacts } from './site-facts.js';

/**
 * Returns sentences on what a report does not cover.
 *
 * @param setupName The setup module's file, relative to the project's root.
 */
export function reportNotes({ setup, actions }: SiteFacts, setupName = 'the setup module'): string[] {
  const notes: string[] = [];
  if ('message' in setup) notes.push(`${setupName} could not be loaded, and its rules are missing: ${setup.message}`);
  else {
    const { replaced, hasCheck, servicesProblem } = setup;
    if (replaced.length > 0) {
      notes.push(`${setupName} replaces ${replaced.join(', ')}, and the replacements may decide otherwise`);
    }
    if (hasCheck) notes.push('access.check decides every rule alone');
    if (servicesProblem !== undefined) {
      notes.push(`the services of ${setupName} could not be registered, and may decide otherwise: ${servicesProblem}`);
    }
  }
  if ('message' in actions) notes.push(`the actions could not be loaded, and are missing: ${actions.message}`);
  return notes;
}
