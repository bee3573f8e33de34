// The formula by which record.py and the tests make the same weights and inputs.

/** Numbers in [-1, 1]. */
export function pattern(length: number, salt: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 7919 + salt * 104729) % 2003) / 1001 - 1);
}

export function weightValues(name: string, length: number): Float32Array {
  const salt = [...name].reduce((sum, letter, i) => sum + letter.charCodeAt(0) * (i + 1), 0);
  const values = pattern(length, salt).map((value) => value * 0.5);
  return name.includes('variance') ? values.map((value) => Math.abs(value) + 0.3) : values;
}
