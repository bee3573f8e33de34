/** Document symbols: the models of a file with their layers, each with shape and parameters. */
import type { Analysis } from '../analysis/analysis';
import { lensTitle } from './codeLenses';
import { listedLayer } from './contract';
import { short } from './format';
import { modelName, shapesOf } from './summary';
import { t } from './words';

export interface DocumentSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'model' | 'layer' | 'operation';
  readonly from: number;
  readonly to: number;
  readonly children: readonly DocumentSymbol[];
}

export function symbols(analysis: Analysis, cell = 0): DocumentSymbol[] {
  const { graph, program } = analysis;
  const here = (
    range: { file: string; from: number; to: number } | undefined,
  ): { from: number; to: number } | null => {
    if (range === undefined || range.file !== program.path) return null;
    const place = program.place(range.from);
    return place.cell === cell ? { from: place.offset, to: place.offset + range.to - range.from } : null;
  };
  return graph.models.flatMap((model, index) => {
    const binding = model.bindings.find((candidate) => candidate.range.file === program.path);
    const range = here(binding?.range ?? graph.layers[model.layer].site.range);
    if (range === null) return [];
    const children = model.rows.flatMap((row): DocumentSymbol[] => {
      const site = row.layer !== null ? graph.layers[row.layer].site.range : graph.nodes[row.node].site.range;
      const place = here(site);
      if (place === null) return [];
      const layer = listedLayer(analysis, row, model);
      const detail = [
        layer.type,
        layer.outputs === null ? null : shapesOf(layer.outputs),
        layer.params ? t('{0} parameters', short(layer.params)) : null,
      ];
      return [
        {
          name: layer.name,
          detail: detail.filter((part) => part !== null).join(' · '),
          kind: layer.op ? 'operation' : 'layer',
          ...place,
          children: [],
        },
      ];
    });
    return [
      {
        name: modelName(analysis, model),
        detail: lensTitle(analysis, index),
        kind: 'model' as const,
        ...range,
        children,
      },
    ];
  });
}
