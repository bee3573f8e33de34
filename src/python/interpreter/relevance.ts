/**
 * Which installed packages are worth reading: those that have to do with networks. An interpreter's folder of packages holds
 * plotting, tables and much else, whose reading would cost more than that of the program and tell nothing.
 */
import { directoryOf } from './imports';
import type { Interpreter } from './interpreter';

/** Files of a package that are looked through, nearest first. */
const MAX_FILES = 24;
/** A package of so few characters is read whatever it imports. */
const SMALL = 64 << 10;

/** An import of the libraries that networks are written with. */
const NETWORKS =
  /^[ \t]*(?:from|import)[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*(?:keras|tensorflow|tf_keras|keras_core|tf_slim|sonnet)\b/m;
const RELATIVE = /^[ \t]*from[ \t]+(\.+)([\w.]*)[ \t]+import[ \t]+\(?([^#\n(]*)/gm;
const ABSOLUTE = /^[ \t]*(?:from|import)[ \t]+([\w.]+)/gm;

interface Glance {
  readonly text: string;
  readonly networks: boolean;
  /** Paths without ending of modules of the same package that it imports. */
  readonly next: readonly string[];
}

/** What was seen of files, kept as long as their syntax trees are. */
const glances = new WeakMap<object, Map<string, Glance>>();

/** An interpreter's folder of packages: all that was ever installed, where other folders were named by the user. */
export function isInterpreters(root: string): boolean {
  return /[\\/](?:site|dist)-packages[\\/]?$/.test(root);
}

/**
 * Whether the package `top` in the folder `root`, of which the module at `path` is asked for, imports Keras or TensorFlow
 * somewhere near, or is small. `pending` while some of it is still being read.
 */
export function isWorthReading(
  vm: Interpreter,
  root: string,
  top: string,
  path: string,
): boolean | 'pending' {
  const key = `${root}\n${top}`;
  const known = vm.worthReading.get(key);
  if (known === true) return true;
  const answer = lookThrough(vm, root, top, path);
  if (answer !== 'pending') vm.worthReading.set(key, answer);
  return answer;
}

function lookThrough(vm: Interpreter, root: string, top: string, path: string): boolean | 'pending' {
  const base = root === '' ? '' : root.endsWith('/') ? root : `${root}/`;
  const start = path.replace(/(?:\/__init__)?\.py$/, '');
  const queue = [start];
  // What a package gives under its own name is near too.
  if (start !== base + top) queue.push(base + top);
  const seen = new Set(queue);
  let characters = 0;
  let pending = false;
  for (let files = 0; files < queue.length; files++) {
    if (files >= MAX_FILES) return false;
    const glance = look(vm, base, top, queue[files]);
    if (glance === 'pending') pending = true;
    if (glance === undefined || glance === 'pending') continue;
    if (glance.networks) return true;
    characters += glance.text.length;
    for (const next of glance.next) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return pending ? 'pending' : characters <= SMALL;
}

/** Looks at one module's text without parsing it. */
function look(vm: Interpreter, base: string, top: string, module: string): Glance | 'pending' | undefined {
  const reader = vm.options.reader;
  let path = `${module}/__init__.py`;
  let text = reader?.read(path);
  if (text === undefined) text = reader?.read((path = `${module}.py`));
  if (text === undefined || text === 'pending') return text;
  const kept = vm.options.parsed;
  const known = kept === undefined ? undefined : glances.get(kept)?.get(path);
  if (known?.text === text) return known;
  const glance: Glance = {
    text,
    networks: NETWORKS.test(text),
    next: neighbours(text, base, top, path),
  };
  if (kept !== undefined) {
    let all = glances.get(kept);
    if (all === undefined) glances.set(kept, (all = new Map()));
    all.set(path, glance);
  }
  return glance;
}

/** The modules of its own package that a text imports. */
function neighbours(text: string, base: string, top: string, path: string): string[] {
  const found: string[] = [];
  for (const [, dots, module, names] of text.matchAll(RELATIVE)) {
    let folder = directoryOf(path);
    for (let up = 1; up < dots.length; up++) folder = directoryOf(folder);
    if (module !== '') found.push(`${folder}/${module.replaceAll('.', '/')}`);
    else
      for (const name of names.split(',')) {
        const [word] = name.trim().split(/\s/);
        if (/^\w+$/.test(word)) found.push(`${folder}/${word}`);
      }
  }
  for (const [, module] of text.matchAll(ABSOLUTE))
    if (module.startsWith(`${top}.`)) found.push(base + module.replaceAll('.', '/'));
  return found;
}
