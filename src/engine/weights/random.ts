/** Seeded random numbers: the same (seed, layer, weight) gives the same values on every machine and in every order of asking. */

/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/** Hash of a text, 32 bits (FNV-1a with a final mix). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** sfc32 (Doty-Humphrey's small fast counter), seeded from a text. */
export function randomStream(text: string): Random {
  let a = hashText(text);
  let b = hashText(`${text}#`);
  let c = a ^ b;
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Standard normal numbers (Marsaglia's polar method). */
export function normalStream(random: Random): Random {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * random() - 1;
      const v = 2 * random() - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
}

/** Standard normal numbers within two deviations, others drawn again, as Keras' truncated normal. */
export function truncatedNormalStream(random: Random): Random {
  const normal = normalStream(random);
  return () => {
    for (;;) {
      const value = normal();
      if (value >= -2 && value <= 2) return value;
    }
  };
}
