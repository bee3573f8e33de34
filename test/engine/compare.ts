// Compares float32 results with the reference: largest difference relative to the largest value.
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let scale = 1e-3;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (Number.isNaN(difference))
      return Number.isNaN(actual[i]) && Number.isNaN(expected[i]) ? worst : Infinity;
    worst = Math.max(worst, difference);
  }
  return worst / scale;
}
