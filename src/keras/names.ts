/** Names that Keras accepts as strings (activations, initialisers, regularisers, constraints) and the closest of them to a typo. */

/** Names made already: every layer and every operation asks for its own. */
const snakes = new Map<string, string>();

export const ACTIVATIONS: readonly string[] = [
  'relu',
  'leaky_relu',
  'relu6',
  'softmax',
  'celu',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'squareplus',
  'soft_shrink',
  'sparse_plus',
  'silu',
  'gelu',
  'glu',
  'tanh',
  'tanh_shrink',
  'threshold',
  'sigmoid',
  'sparse_sigmoid',
  'exponential',
  'hard_sigmoid',
  'hard_silu',
  'hard_tanh',
  'hard_shrink',
  'linear',
  'mish',
  'log_softmax',
  'log_sigmoid',
  'sparsemax',
  'swish',
  'hard_swish',
];

/** Keras 2 also looks among its layers. */
export const KERAS2_ACTIVATIONS: readonly string[] = [
  ...ACTIVATIONS,
  'ReLU',
  'LeakyReLU',
  'PReLU',
  'ELU',
  'Softmax',
  'ThresholdedReLU',
];

const INITIALIZER_CLASSES = [
  'Constant',
  'Identity',
  'Ones',
  'STFT',
  'Zeros',
  'GlorotNormal',
  'GlorotUniform',
  'HeNormal',
  'HeUniform',
  'LecunNormal',
  'LecunUniform',
  'Orthogonal',
  'RandomNormal',
  'RandomUniform',
  'TruncatedNormal',
  'VarianceScaling',
  'Initializer',
];

export const INITIALIZERS: readonly string[] = [
  ...INITIALIZER_CLASSES,
  ...INITIALIZER_CLASSES.map(snakeCase),
  'IdentityInitializer',
  'normal',
  'one',
  'STFTInitializer',
  'OrthogonalInitializer',
  'uniform',
  'zero',
];

const REGULARIZER_CLASSES = ['L1', 'L2', 'L1L2', 'OrthogonalRegularizer', 'Regularizer'];
export const REGULARIZERS: readonly string[] = [
  ...REGULARIZER_CLASSES,
  ...REGULARIZER_CLASSES.map(snakeCase),
];

const CONSTRAINT_CLASSES = ['MaxNorm', 'MinMaxNorm', 'NonNeg', 'UnitNorm', 'Constraint'];
export const CONSTRAINTS: readonly string[] = [...CONSTRAINT_CLASSES, ...CONSTRAINT_CLASSES.map(snakeCase)];

/** Keras' `to_snake_case`. */
export function snakeCase(name: string): string {
  let made = snakes.get(name);
  if (made === undefined) {
    made = name
      .replace(/\W+/g, '')
      .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase();
    // Programs have few class names; a generated flood of them must not stay in memory.
    if (snakes.size < 2000) snakes.set(name, made);
  }
  return made;
}

/** The candidate closest to `text` when it is close enough to be a slip (about a third of its letters), else undefined. */
export function closest(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, rows[i - 2][j - 2] + 1);
      row.push(cost);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
