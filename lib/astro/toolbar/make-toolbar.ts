import { DecisionHistory } from './decision-recorder.js';
import { Toolbar, type ToolbarMemory, type ToolbarParts } from './toolbar.js';

/**
 * The key under which the process keeps the toolbar's memory. When the setup module changes, Astro reloads its server,
 * and this module with it.
 */
const MEMORY = Symbol.for('astro-gatehouse.toolbar');

export function makeToolbar(parts: ToolbarParts): Toolbar {
  const kept = globalThis as { [MEMORY]?: ToolbarMemory };
  kept[MEMORY] ??= { standIns: { jars: new Map() }, history: new DecisionHistory() };
  return new Toolbar({ ...parts, memory: kept[MEMORY] });
}
