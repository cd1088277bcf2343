export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** Half of the values lie within this distance of the median: how far a figure can be trusted. */
export function spread(values) {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** The median with its spread, and the quarters between which the middle half of the values lies. */
export function summary(values) {
  const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)];
  return { median: median(values), spread: spread(values), low, high };
}
