import { DecisionHistory } from '../../access/decision-history.js';
import { Toolbar, type ToolbarMemory, type ToolbarParts } from './toolbar.js';

/** A change of the project's code makes everything else anew. */
const memory: ToolbarMemory = { standIns: { jars: new Map() }, history: new DecisionHistory() };

export function makeToolbar(parts: ToolbarParts): Toolbar {
  return new Toolbar({ ...parts, memory });
}
