/** The syntax tree as text, for the debug command: one line per node with its place and its plain fields, then what could not be read. */
import type { Analysis } from '../analysis/analysis';
import { parseModule } from '../python/syntax/parser';

/** Every cell (or the file) of the program, its nodes indented under their parents. Lines and columns start at 1. */
export function dumpSyntax({ program }: Analysis): string {
  const lines: string[] = [];
  program.cells.forEach((cell, index) => {
    const parsed = parseModule(cell.text, program.path, { magics: program.notebook });
    if (program.notebook) lines.push(`cell ${cell.index}`);
    const place = (offset: number): string => {
      const { line, column } = program.cells[index].lines.position(offset);
      return `${line + 1}:${column + 1}`;
    };
    for (const statement of parsed.body) describe(statement, place, lines);
    for (const problem of parsed.errors) lines.push(`problem ${place(problem.from)}: ${problem.message}`);
  });
  return `${lines.join('\n')}\n`;
}

type Fields = Readonly<Record<string, unknown>>;

/** With a stack of its own: a long sum is a deep tree. */
function describe(statement: object, place: (offset: number) => string, lines: string[]): void {
  const stack: { readonly node: object; readonly role: string; readonly depth: number }[] = [
    { node: statement, role: '', depth: 0 },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, role, depth } = next;
    const fields = node as Fields;
    const plain: string[] = [];
    const children: { readonly node: object; readonly role: string; readonly depth: number }[] = [];
    for (const [key, value] of Object.entries(fields)) {
      if (['type', 'from', 'to', 'file', 'source', 'text', 'range'].includes(key) || value === null) continue;
      for (const item of (Array.isArray(value) ? value : [value]) as readonly unknown[]) {
        if (item === null) continue;
        if (typeof item === 'object') children.push({ node: item, role: `${key}: `, depth: depth + 1 });
        else plain.push(`${key}=${typeof item === 'bigint' ? String(item) : JSON.stringify(item)}`);
      }
    }
    const spans = typeof fields.from === 'number' && typeof fields.to === 'number';
    const at = spans ? ` [${place(fields.from as number)}-${place(fields.to as number)}]` : '';
    const name = typeof fields.type === 'string' ? [fields.type] : [];
    lines.push(`${'  '.repeat(depth)}${role}${[...name, ...plain].join(' ')}${at}`);
    stack.push(...children.reverse());
  }
}
