// The few assertions the host suite needs, in plain code, since Node's `assert` does not exist in the web host.

function fail(message: string): never {
  throw new Error(message);
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

export function ok(value: unknown, message: string): asserts value {
  if (!value) fail(message);
}

export function equal<T>(actual: T, expected: T, message = 'values differ'): void {
  if (actual !== expected) fail(`${message}: got ${show(actual)}, expected ${show(expected)}`);
}

/** Equality of plain data by its JSON text. */
export function deepEqual<T>(actual: T, expected: T, message = 'values differ'): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    fail(`${message}: got ${show(actual)}, expected ${show(expected)}`);
  }
}

export function match(actual: string, expected: RegExp, message = 'text does not match'): void {
  if (!expected.test(actual)) fail(`${message}: ${expected} in ${show(actual)}`);
}

type Truthy<T> = Exclude<T, null | undefined | false | 0 | ''>;

/** Waits until `probe` gives something truthy; the editor answers in its own time. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 45000,
): Promise<Truthy<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value as Truthy<T>;
    if (Date.now() > end) fail(`waited ${timeoutMs / 1000} s for ${what}; last seen: ${show(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
