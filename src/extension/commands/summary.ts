/** *Show Summary*: the model under the cursor as Keras' `summary()` would print it, with costs and receptive fields; names lead to their layers. */
import { linkedSummary, modelName } from '../../features';
import { modelAsked } from '../compare/models';
import type { Documents } from '../documents';
import type { Reports } from '../reports';
import { revealTarget } from './reveal';

/** Arguments: a document's URI and a model's index; the model under the cursor without them. Gives the text shown. */
export async function showSummary(
  documents: Documents,
  reports: Reports,
  args: readonly unknown[],
): Promise<string | undefined> {
  const asked = await modelAsked(documents, args);
  if (!asked) return undefined;
  const { analysis, program, model } = asked;
  const { text, links } = linkedSummary(analysis, model);
  await reports.show({
    name: modelName(analysis, analysis.graph.models[model]!),
    text,
    language: 'plaintext',
    links: links.flatMap(({ from, to, range }) => {
      const target = revealTarget(analysis, program, range);
      return target === null ? [] : [{ from, to, target }];
    }),
  });
  return text;
}
