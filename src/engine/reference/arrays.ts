/** Number storage of the reference: float64 in tests, float32 where it stands in for a device. Sums are always float64. */

export type Numbers = Float32Array | Float64Array;

/** Makes an output of the given length, filled with zeros. */
export type Allocate = (length: number) => Numbers;

export const float64: Allocate = (length) => new Float64Array(length);
export const float32: Allocate = (length) => new Float32Array(length);
