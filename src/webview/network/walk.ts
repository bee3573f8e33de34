/** Walking through the drawing by keyboard: along the flow, across branches, into opened boxes. */
import type { Drawing, PlacedBox } from './types';

export type Direction = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/** The box to go to from `key`; null when there is none that way. */
export function neighbour(drawing: Drawing, key: string | null, direction: Direction): PlacedBox | null {
  const here = drawing.boxes.find((box) => box.key === key);
  const ordered = [...drawing.boxes].sort((a, b) => a.y - b.y || a.x - b.x);
  if (direction === 'first' || !here) return ordered[0] ?? null;
  if (direction === 'last') return ordered.at(-1) ?? null;
  const vertical = direction === 'up' || direction === 'down';
  if (vertical) {
    const linked = followed(drawing, here, direction);
    if (linked) return linked;
    const index = ordered.indexOf(here);
    return ordered[index + (direction === 'down' ? 1 : -1)] ?? null;
  }
  const sign = direction === 'right' ? 1 : -1;
  const middle = (box: PlacedBox): number => box.x + box.width / 2;
  // Beside it: in the same opened box and overlapping in height, else the nearest on that side.
  const aside = drawing.boxes.filter(
    (box) =>
      box.parent === here.parent && (middle(box) - middle(here)) * sign > Math.min(box.width, here.width) / 2,
  );
  const level = aside.filter((box) => box.y < here.y + here.height && here.y < box.y + box.height);
  return nearest(level.length > 0 ? level : aside, here);
}

/** Along an arrow; at the boundary of an opened box on to the box itself, and from it inside. */
function followed(drawing: Drawing, here: PlacedBox, direction: 'up' | 'down'): PlacedBox | null {
  const byKey = new Map(drawing.boxes.map((box) => [box.key, box]));
  if (direction === 'down' && here.open) {
    const inside = drawing.boxes.filter((box) => box.parent === here.key);
    return inside.sort((a, b) => a.y - b.y || a.x - b.x)[0] ?? null;
  }
  const ends = drawing.edges.flatMap((edge) =>
    direction === 'down'
      ? edge.from === here.key
        ? [edge.to]
        : []
      : edge.to === here.key
        ? [edge.from]
        : [],
  );
  const boxes = ends.flatMap((key) => (byKey.has(key) ? [byKey.get(key)!] : []));
  const next = boxes.filter((box) => !contains(box, here) && !contains(here, box));
  if (next.length > 0) return nearest(next, here);
  const outer = boxes.find((box) => contains(box, here));
  if (!outer) return null;
  return direction === 'up' ? outer : (followed(drawing, { ...outer, open: false }, 'down') ?? null);
}

function contains(outer: PlacedBox, inner: PlacedBox): boolean {
  return (
    outer !== inner &&
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

function nearest(boxes: readonly PlacedBox[], here: PlacedBox): PlacedBox | null {
  const distance = (box: PlacedBox): number =>
    Math.hypot(
      box.x + box.width / 2 - here.x - here.width / 2,
      box.y + box.height / 2 - here.y - here.height / 2,
    );
  return boxes.reduce<PlacedBox | null>(
    (best, box) => (best === null || distance(box) < distance(best) ? box : best),
    null,
  );
}
