/** What the panel remembers of how one looks at it; never of what is shown, which comes whole with every snapshot. */

export const TABS = ['layer', 'table', 'field', 'lens'] as const;
export type Tab = (typeof TABS)[number];

export const HEATS = ['kind', 'params', 'macs', 'memory', 'field', 'gradient', 'time'] as const;
/** What the boxes' colour tells. */
export type Heat = (typeof HEATS)[number];

export const COLUMNS = ['order', 'name', 'type', 'shape', 'params', 'macs', 'field'] as const;
export type Column = (typeof COLUMNS)[number];

export interface Camera {
  readonly x: number;
  readonly y: number;
  /** Pixels on screen for one of the drawing's. */
  readonly zoom: number;
}

export interface ViewState {
  readonly version: 1;
  readonly tab: Tab;
  readonly heat: Heat;
  readonly sort: { readonly column: Column; readonly descending: boolean };
  /** Opened boxes, by file and model, then by key. */
  readonly open: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly cameras: Readonly<Record<string, Camera>>;
  /** Key of the selected node, by file and model. */
  readonly selected: Readonly<Record<string, string>>;
  /** Share of the panel that the network takes. */
  readonly split: number;
  readonly minimap: boolean;
  readonly colormap: string;
  readonly scale: 'layer' | 'channel';
  readonly sample: string;
  readonly seed: number;
  /** The lens' way to look at layers that was last chosen. */
  readonly system: string;
}

export const INITIAL: ViewState = {
  version: 1,
  tab: 'layer',
  heat: 'kind',
  sort: { column: 'order', descending: false },
  open: {},
  cameras: {},
  selected: {},
  split: 0.48,
  minimap: true,
  colormap: 'viridis',
  scale: 'channel',
  sample: 'auto',
  seed: 0,
  system: '',
};

/** Models remembered at most; the oldest go first. */
const REMEMBERED = 40;

/** The state as it was stored, with defaults for what is missing or has become something else. */
export function restore(stored: unknown): ViewState {
  if (typeof stored !== 'object' || stored === null || (stored as { version?: unknown }).version !== 1)
    return INITIAL;
  const old = stored as Record<string, unknown>;
  const record = (value: unknown): Record<string, never> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, never>)
      : {};
  const one = <T extends string>(value: unknown, of: readonly T[], otherwise: T): T =>
    of.includes(value as T) ? (value as T) : otherwise;
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  const number = (value: unknown, otherwise: number): number =>
    typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
  const sort = record(old.sort) as Record<string, unknown>;
  const cameras = Object.entries(record(old.cameras)).filter(([, camera]) => isCamera(camera));
  return {
    version: 1,
    tab: one(old.tab, TABS, INITIAL.tab),
    heat: one(old.heat, HEATS, INITIAL.heat),
    sort: { column: one(sort.column, COLUMNS, 'order'), descending: sort.descending === true },
    open: record(old.open),
    cameras: Object.fromEntries(cameras),
    selected: record(old.selected),
    split: Math.min(0.85, Math.max(0.15, number(old.split, INITIAL.split))),
    minimap: old.minimap !== false,
    colormap: text(old.colormap, INITIAL.colormap),
    scale: old.scale === 'layer' ? 'layer' : 'channel',
    sample: text(old.sample, INITIAL.sample),
    seed: number(old.seed, 0),
    system: text(old.system, INITIAL.system),
  };
}

function isCamera(value: unknown): value is Camera {
  const camera = value as Partial<Camera> | null;
  return (
    typeof camera === 'object' &&
    camera !== null &&
    [camera.x, camera.y, camera.zoom].every((n) => typeof n === 'number' && Number.isFinite(n)) &&
    camera.zoom! > 0
  );
}

/** `record` with one entry set (undefined removes it), as the newest. */
export function remember<T>(
  record: Readonly<Record<string, T>>,
  key: string,
  value: T | undefined,
): Record<string, T> {
  const { [key]: _old, ...rest } = record;
  const entries = Object.entries(rest).slice(-(REMEMBERED - 1)) as [string, T][];
  return Object.fromEntries(value === undefined ? entries : [...entries, [key, value]]);
}
