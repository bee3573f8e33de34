// The imports table of docs/architecture.md as data, and the lint rule that enforces it.
// A room (folder under src/) may import itself, the rooms listed, and the packages listed; nothing else.
import { builtinModules } from 'node:module';
import path from 'node:path';

const browserNeutral = ['fflate', 'fast-png'];

/** Room → what its files may import. `typesOnly` rooms may be imported with `import type` alone. */
export const ROOMS = {
  python: { rooms: [], packages: [] },
  graph: { rooms: [], packages: [] },
  keras: { rooms: ['python', 'graph'], packages: [] },
  analysis: { rooms: ['graph', 'keras', 'python'], packages: [] },
  features: { rooms: ['analysis', 'graph', 'keras', 'python'], packages: browserNeutral },
  engine: { rooms: ['graph', 'keras'], packages: ['gpu.js', ...browserNeutral] },
  protocol: {
    rooms: [],
    typesOnly: ['analysis', 'features', 'graph', 'engine', 'keras', 'python'],
    packages: [],
  },
  webview: { rooms: ['protocol', 'engine', 'graph'], packages: browserNeutral },
  // Of Node, only what makes threads, and that through `process.getBuiltinModule`: the same bundle runs where there is no Node.
  service: { rooms: ['features', 'graph'], packages: [], builtins: ['worker_threads', 'module'] },
  extension: { rooms: ['features', 'protocol', 'service'], packages: ['vscode'] },
  cli: { rooms: ['features', 'engine'], packages: [...browserNeutral, 'jpeg-js'], node: true },
};

const nodeBuiltins = new Set(builtinModules);

/** The room of an absolute file name (`protocol` for src/protocol.ts), or null outside src/. */
export function roomOf(file, root) {
  const relative = path.relative(path.join(root, 'src'), file).split(path.sep).join('/');
  if (relative.startsWith('..') || path.isAbsolute(relative)) return null;
  return relative.split('/')[0].replace(/\.tsx?$/, '');
}

/** Why `specifier` may not be imported from `file`, or null when it may. */
export function importProblem(file, specifier, isTypeOnly, root) {
  const room = roomOf(file, root);
  if (room === null) return null;
  const allowed = ROOMS[room];
  if (!allowed) return `src/${room} is not a room of the imports table (scripts/lint/rooms.mjs)`;
  if (specifier.startsWith('.') || path.isAbsolute(specifier)) {
    const target = roomOf(path.resolve(path.dirname(file), specifier), root);
    if (target === null) return `${room}/ may not import files outside src/ (${specifier})`;
    if (target === room || allowed.rooms.includes(target)) return null;
    if (isTypeOnly && allowed.typesOnly?.includes(target)) return null;
    const listed = allowed.rooms.length ? allowed.rooms.join(', ') : 'no other room';
    return `${room}/ may not import ${target}/ (it may import ${listed})`;
  }
  if (specifier.startsWith('node:') || nodeBuiltins.has(specifier.split('/')[0])) {
    return allowed.node ? null : `${room}/ may not import Node's ${specifier}: only cli/ may`;
  }
  const parts = specifier.split('/');
  const packageName = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
  return allowed.packages.includes(packageName) ? null : `${room}/ may not import the package ${packageName}`;
}

/** Why a file may not ask Node for one of its modules while it runs, or null when it may. `name` is empty where it is not written out. */
function builtinProblem(file, name, root) {
  const room = roomOf(file, root);
  if (room === null || ROOMS[room]?.node || ROOMS[room]?.builtins?.includes(name)) return null;
  return `${room}/ may not ask for Node's module ${name || 'by a name that is not written out'}`;
}

/** The module that a call of `process.getBuiltinModule` asks for; null for other calls. */
function builtinAsked({ callee, arguments: [name] }) {
  const property = callee.type === 'ChainExpression' ? callee.expression : callee;
  if (property.type !== 'MemberExpression' || property.property.name !== 'getBuiltinModule') return null;
  return name?.type === 'Literal' ? String(name.value) : '';
}

/** ESLint rule: reports every import, re-export, dynamic import, `import()` type and `require` the table forbids. */
export const importsTable = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{why}}' } },
  create(context) {
    const check = (node, specifier, isTypeOnly) => {
      const why = importProblem(context.filename, specifier, isTypeOnly, context.cwd);
      if (why) context.report({ node, messageId: 'forbidden', data: { why } });
    };
    const isText = (node) => node?.type === 'Literal' && typeof node.value === 'string';
    const onlyTypes = (node) =>
      node.importKind === 'type' ||
      (node.specifiers.length > 0 && node.specifiers.every((specifier) => specifier.importKind === 'type'));
    return {
      ImportDeclaration: (node) => check(node, node.source.value, onlyTypes(node)),
      ExportNamedDeclaration: (node) =>
        node.source && check(node, node.source.value, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source.value, node.exportKind === 'type'),
      ImportExpression: (node) => isText(node.source) && check(node, node.source.value, false),
      TSImportType: (node) => isText(node.source) && check(node, node.source.value, true),
      TSExternalModuleReference: (node) =>
        isText(node.expression) && check(node, node.expression.value, false),
      CallExpression(node) {
        const builtin = builtinAsked(node);
        if (builtin !== null) {
          const why = builtinProblem(context.filename, builtin, context.cwd);
          if (why) context.report({ node, messageId: 'forbidden', data: { why } });
        }
        if (
          node.callee.type === 'Identifier' &&
          node.callee.name === 'require' &&
          isText(node.arguments[0])
        ) {
          check(node, node.arguments[0].value, false);
        }
      },
    };
  },
};
