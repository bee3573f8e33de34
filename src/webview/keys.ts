/** The page's own keys, where nothing is being typed: `/` searches, `n` goes to the network, 1 to 4 are the tabs. */
import { TABS, type Tab } from './state';

export function shortcut(event: KeyboardEvent): 'search' | 'network' | Tab | null {
  const typing = (event.target as Element).matches('input, select, textarea');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === '/') return 'search';
  if (event.key === 'n') return 'network';
  return /^[1-9]$/.test(event.key) ? (TABS[Number(event.key) - 1] ?? null) : null;
}
