/** The annotated names of a class body, of which dataclasses and named tuples make their fields. */
import type { Expr } from '../../ast';
import type { ClassValue, Value } from '../../values';

export interface AnnotatedField {
  readonly name: string;
  /** Value of the class attribute, absent when the annotation stands alone. */
  readonly value: Value | undefined;
  /** The annotation's outermost name: `int`, `ClassVar`, `InitVar`, `KW_ONLY`; '' where it has none. */
  readonly annotation: string;
}

/** Fields in the order of the class body; none for classes without source. */
export function annotatedFields(cls: ClassValue): AnnotatedField[] {
  const fields = new Map<string, AnnotatedField>();
  for (const statement of cls.def?.body ?? []) {
    if (statement.type !== 'AnnAssign' || statement.target.type !== 'Name') continue;
    const name = statement.target.id;
    fields.set(name, {
      name,
      value: statement.value ? cls.attrs.get(name) : undefined,
      annotation: outermost(statement.annotation),
    });
  }
  return [...fields.values()];
}

function outermost(annotation: Expr): string {
  switch (annotation.type) {
    case 'Name':
      return annotation.id;
    case 'Attribute':
      return annotation.attr;
    case 'Subscript':
      return outermost(annotation.value);
    case 'Constant':
      return annotation.value.kind === 'str'
        ? (/^(?:\w+\.)*(\w+)/.exec(annotation.value.value)?.[1] ?? '')
        : '';
    default:
      return '';
  }
}
