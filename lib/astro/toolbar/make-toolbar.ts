import { DecisionHistory } from '../../access/decision-history.js';
import { Toolbar, type ToolbarMemory, type ToolbarParts } from './toolbar.js';

/** Astro starts its server anew, and this module with it, when the setup module changes. The process stays. */
const MEMORY = Symbol.for('astro-gatehouse.toolbar');

export function makeToolbar(parts: ToolbarParts): Toolbar {
  const kept = globalThis as { [MEMORY]?: ToolbarMemory };
  kept[MEMORY] ??= { standIns: { jars: new Map() }, history: new DecisionHistory() };
  return new Toolbar({ ...parts, memory: kept[MEMORY] });
}
