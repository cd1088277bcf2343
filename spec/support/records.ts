export { type ChangesParts, changesOf, type RecordParts, recordOf } from '../../lib/testing/records.js';
