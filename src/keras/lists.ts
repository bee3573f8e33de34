/** Lists that programs make by the thousand and that mostly stay at one element. */

/** The list with one more: a first element gets room for itself only, where `push` would make room for sixteen more. */
export function appended<T>(list: T[], item: T): T[] {
  if (list.length === 0) return [item];
  list.push(item);
  return list;
}
