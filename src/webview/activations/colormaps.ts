/** Perceptual colour maps as tables of 256 colours: viridis and magma (from their published stops, CC0), grey, and a diverging one for signed values. */

export const COLORMAPS = ['viridis', 'magma', 'grey', 'diverging'] as const;
export type ColormapName = (typeof COLORMAPS)[number];

/** 256 × RGB, 8 bits each. */
export type Colormap = Uint8ClampedArray;

const STOPS: Record<Exclude<ColormapName, 'diverging'>, readonly string[]> = {
  viridis: [
    '440154',
    '482475',
    '414487',
    '355f8d',
    '2a788e',
    '21918c',
    '22a884',
    '44bf70',
    '7ad151',
    'bddf26',
    'fde725',
  ],
  magma: [
    '000004',
    '140e36',
    '3b0f70',
    '641a80',
    '8c2981',
    'b73779',
    'de4968',
    'f7705c',
    'fe9f6d',
    'fecf92',
    'fcfdbf',
  ],
  grey: ['000000', 'ffffff'],
};

const tables = new Map<ColormapName, Colormap>();

export function isColormap(name: string): name is ColormapName {
  return (COLORMAPS as readonly string[]).includes(name);
}

export function colormap(name: ColormapName): Colormap {
  let table = tables.get(name);
  if (!table) {
    table = name === 'diverging' ? diverging() : fromStops(STOPS[name]);
    tables.set(name, table);
  }
  return table;
}

function fromStops(stops: readonly string[]): Colormap {
  const colours = stops.map((stop) => [0, 2, 4].map((at) => parseInt(stop.slice(at, at + 2), 16)));
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colours.length - 1);
    const low = Math.min(colours.length - 2, Math.floor(at));
    for (let c = 0; c < 3; c++)
      table[i * 3 + c] = Math.round(colours[low][c] + (colours[low + 1][c] - colours[low][c]) * (at - low));
  }
  return table;
}

/** Blue through near white to red, its lightness falling evenly to both sides (made in OKLab, so that equal steps look equal). */
function diverging(): Colormap {
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const signed = (i / 255) * 2 - 1;
    const strength = Math.abs(signed);
    const hue = signed < 0 ? (255 * Math.PI) / 180 : (28 * Math.PI) / 180;
    const chroma = 0.16 * Math.min(1, strength * 1.25);
    table.set(fromOklab(0.97 - 0.52 * strength, chroma * Math.cos(hue), chroma * Math.sin(hue)), i * 3);
  }
  return table;
}

/** Björn Ottosson, A perceptual color space for image processing (2020). */
function fromOklab(lightness: number, a: number, b: number): [number, number, number] {
  const l = Math.pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const m = Math.pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const s = Math.pow(lightness - 0.0894841775 * a - 1.291485548 * b, 3);
  const gamma = (x: number): number =>
    255 * (x <= 0.0031308 ? 12.92 * Math.max(0, x) : 1.055 * Math.pow(x, 1 / 2.4) - 0.055);
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
