/** `convlens run`: computes a model's feature maps on a sample and writes them as PNG, with the time each layer took. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode as decodeJpeg } from 'jpeg-js';
import { openInput, type Picture } from '../engine/inputs/openInput';
import { runInNode } from '../engine/node';
import type { CustomInput, SampleName, WeightReport, WeightSource } from '../engine/api';
import { openWeightFile } from '../engine/weights/weightFile';
import { weightFileCandidates } from '../features';
import { UsageError, type Command } from './arguments';
import { analyzeFile, nodeReader, plainly } from './files';
import { tilesPng } from './images';
import { modelIndex } from './summaryCommand';

const SAMPLES: readonly SampleName[] = [
  'auto',
  'photo',
  'digit',
  'text',
  'signal',
  'noise',
  'zeros',
  'impulse',
];

export async function runCommand(command: Extract<Command, { command: 'run' }>): Promise<string> {
  const analysis = analyzeFile(command.file, nodeReader(), command);
  const index = modelIndex(analysis, command.model);
  const { layer } = command;
  // Said before anything is computed.
  if (layer !== null && !analysis.graph.nodes.some(({ name }) => name === layer))
    throw new UsageError(`${command.model} has no layer called ${layer}`);
  try {
    mkdirSync(command.out, { recursive: true });
  } catch (error) {
    throw new UsageError(`cannot write to ${command.out}: ${plainly(error)}`, { cause: error });
  }
  const weights = command.weights ?? weightsBeside(analysis.graph.models[index], command.file);
  const result = await runInNode(analysis.graph, index, {
    seed: command.seed,
    sample: await sampleOf(command),
    weights: weights === null || weights === 'none' ? undefined : weightsOf(weights),
    layer: command.layer ?? undefined,
  });
  if (!result.loaded.ok)
    throw new UsageError(
      `${command.model} cannot be run: ${result.loaded.message ?? 'nothing in it can be computed'}`,
    );
  if (result.maps.length === 0)
    throw new UsageError(
      command.layer === null
        ? `${command.model} gives no map`
        : `no layer called ${command.layer} was computed in ${command.model}`,
    );
  const lines: string[] = [];
  const taken = new Map<string, number>();
  for (const map of result.maps) {
    const count = (taken.get(map.name) ?? 0) + 1;
    taken.set(map.name, count);
    const file = path.join(
      command.out,
      `${map.name.replace(/[^\w.-]/g, '_')}${count > 1 ? `-${count}` : ''}.png`,
    );
    writeFileSync(file, tilesPng(map));
    const timing = result.timings.find((entry) => entry.node === map.node);
    const fused =
      timing?.fusedInto === null || timing?.fusedInto === undefined
        ? ''
        : ` (within ${analysis.graph.nodes[timing.fusedInto].name})`;
    lines.push(
      `${map.name}  (${map.shape.join(', ')})  ${timing === undefined ? '' : `${timing.milliseconds.toFixed(1)} ms${fused}`}  ${file}`,
    );
  }
  for (const input of result.loaded.inputs)
    lines.push(
      `input ${input.name}: (${input.shape.join(', ')}), sample ${input.sample}${input.scaling === null ? '' : `, pixels ${input.scaling}`}${input.assumed.length > 0 ? ', open lengths chosen' : ''}`,
    );
  lines.push(...weightLines(result.loaded.weights));
  for (const { node, reason } of result.unsupported)
    lines.push(`not computed: ${analysis.graph.nodes[node].name}: ${reason}`);
  for (const { backend, reason } of result.backend.fallbacks) lines.push(`${backend} is not used: ${reason}`);
  lines.push(
    `${result.maps.length} maps on ${result.backend.name} in ${result.milliseconds.toFixed(0)} ms, ${result.loaded.weights === null ? `seed ${command.seed}` : 'trained weights'}`,
    '',
  );
  return lines.join('\n');
}

/** The file that the program loads its weights from, or one beside it that bears its name; null when there is none. */
function weightsBeside(model: Parameters<typeof weightFileCandidates>[0], source: string): string | null {
  const folder = path.dirname(source);
  const found = weightFileCandidates(model, path.basename(source)).find((file) =>
    existsSync(path.resolve(folder, file)),
  );
  return found === undefined ? null : path.resolve(folder, found);
}

function weightsOf(file: string): WeightSource {
  try {
    return openWeightFile(path.basename(file), new Uint8Array(readFileSync(file)));
  } catch (error) {
    throw new UsageError(`cannot read the weights ${file}: ${plainly(error)}`, { cause: error });
  }
}

function weightLines(report: WeightReport | null): string[] {
  if (report === null) return [];
  return [
    `weights ${report.name} (${report.format}): ${report.loaded} of ${report.layers.length} layers that have weights`,
    ...report.layers
      .filter((layer) => layer.status !== 'loaded')
      .map((layer) => `  ${layer.name}: ${layer.reason ?? layer.status}; its other weights are initial ones`),
  ];
}

async function sampleOf({
  image,
  sample,
}: {
  readonly image: string | null;
  readonly sample: string | null;
}): Promise<SampleName | CustomInput> {
  if (image !== null) return ownInput(image);
  if (sample === null) return 'auto';
  const found = SAMPLES.find((name) => name === sample);
  if (found === undefined) throw new UsageError(`--sample takes ${SAMPLES.join(', ')}; not ${sample}`);
  return found;
}

/** A picture or an array of the user's own. */
async function ownInput(file: string): Promise<CustomInput> {
  try {
    return await openInput(path.basename(file), new Uint8Array(readFileSync(file)), jpeg);
  } catch (error) {
    throw new UsageError(`cannot read the input ${file}: ${plainly(error)}`, { cause: error });
  }
}

function jpeg(bytes: Uint8Array): Picture {
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    maxResolutionInMP: 100,
    maxMemoryUsageInMB: 1024,
  });
  return { width, height, rgba: data };
}
