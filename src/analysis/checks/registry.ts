/**
 * The fixes that each diagnostic code has, best first. A check lives in the file of its family; to add one, write its
 * function there and its row here.
 */
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';

/** Ways to mend a failure; entries that do not apply are null. */
export type Fixes = (context: FixContext) => readonly (Fix | null)[];

const FIXES: Readonly<Record<string, Fixes>> = {};

export function fixesFor(context: FixContext): Fix[] {
  const fixes = FIXES[context.failure.code]?.(context) ?? [];
  return fixes.filter((fix): fix is Fix => fix !== null);
}
