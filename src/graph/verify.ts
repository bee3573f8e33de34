/**
 * Says whether a model graph is well formed: ids are indices, everything referred to exists, producers agree with
 * outputs, parents with children, and known shapes are whole non-negative numbers. Tests and debug views call it.
 */
import { isUnknown, type Given, type Layer, type ModelGraph, type Node, type Shape } from './graph';

/** Everything that is wrong with the graph, in words; empty when it is well formed. */
export function verifyGraph(graph: ModelGraph): string[] {
  const wrong: string[] = [];
  const exists = (list: readonly unknown[], id: number | null, where: string): void => {
    if (id !== null && (!Number.isInteger(id) || id < 0 || id >= list.length))
      wrong.push(`${where} refers to ${id}, which does not exist`);
  };
  const ids = (list: readonly { readonly id: number }[], what: string): void =>
    list.forEach((item, index) => {
      if (item.id !== index) wrong.push(`${what} ${index} has the id ${item.id}`);
    });
  ids(graph.tensors, 'tensor');
  ids(graph.nodes, 'node');
  ids(graph.layers, 'layer');
  ids(graph.weights, 'weight');
  ids(graph.calls, 'call');
  for (const call of graph.calls) exists(graph.calls, call.parent, `call ${call.id}`);
  for (const tensor of graph.tensors) {
    const where = `tensor ${tensor.id}`;
    checkShape(tensor.shape, where, wrong);
    exists(graph.nodes, tensor.producer, where);
    const producer = tensor.producer === null ? undefined : graph.nodes[tensor.producer];
    if (producer && producer.outputs[tensor.index] !== tensor.id)
      wrong.push(`${where} is not output ${tensor.index} of node ${producer.id}`);
  }
  for (const weight of graph.weights) {
    checkShape(weight.shape, `weight ${weight.id}`, wrong);
    exists(graph.layers, weight.owner, `weight ${weight.id}`);
  }
  for (const node of graph.nodes) verifyNode(graph, node, exists, wrong);
  for (const layer of graph.layers) verifyLayer(graph, layer, exists, wrong);
  graph.models.forEach((model, index) => {
    const where = `model ${index}`;
    exists(graph.layers, model.layer, where);
    for (const id of [...model.inputs, ...model.outputs]) exists(graph.tensors, id, where);
    for (const id of model.nodes) exists(graph.nodes, id, where);
    for (const row of model.rows) {
      exists(graph.layers, row.layer, `${where}, a row`);
      exists(graph.nodes, row.node, `${where}, a row`);
    }
  });
  for (const failure of graph.failures) {
    exists(graph.nodes, failure.node, `failure ${failure.code}`);
    exists(graph.layers, failure.layer, `failure ${failure.code}`);
    if (failure.range.from > failure.range.to) wrong.push(`failure ${failure.code} has a backward range`);
  }
  return wrong;
}

type Exists = (list: readonly unknown[], id: number | null, where: string) => void;

function verifyNode(graph: ModelGraph, node: Node, exists: Exists, wrong: string[]): void {
  const where = `node ${node.id} (${node.type})`;
  exists(graph.layers, node.layer, where);
  exists(graph.nodes, node.parent, where);
  exists(graph.calls, node.site.call ?? null, where);
  for (const id of [...node.inputs, ...node.outputs]) exists(graph.tensors, id, where);
  for (const value of Object.values(node.given ?? {})) verifyGiven(graph, value, exists, where);
  for (const id of node.weights) exists(graph.weights, id, where);
  for (const id of node.children) {
    exists(graph.nodes, id, where);
    const child = graph.nodes[id];
    if (child && child.parent !== node.id)
      wrong.push(`${where} has the child ${id}, whose parent is ${child.parent}`);
  }
  if (
    node.parent !== null &&
    graph.nodes[node.parent] &&
    !graph.nodes[node.parent].children.includes(node.id)
  ) {
    wrong.push(`${where} is not among the children of its parent ${node.parent}`);
  }
}

function verifyGiven(graph: ModelGraph, value: Given, exists: Exists, where: string): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value))
    for (const item of value as readonly Given[]) verifyGiven(graph, item, exists, where);
  else if ('tensor' in value) exists(graph.tensors, value.tensor, `${where}, an argument`);
}

function verifyLayer(graph: ModelGraph, layer: Layer, exists: Exists, wrong: string[]): void {
  const where = `layer ${layer.id} (${layer.name})`;
  for (const id of layer.weights) exists(graph.weights, id, where);
  for (const id of layer.sublayers) exists(graph.layers, id, where);
  for (const id of layer.nodes) {
    exists(graph.nodes, id, where);
    if (graph.nodes[id] && graph.nodes[id].layer !== layer.id)
      wrong.push(`${where} lists node ${id}, which is of layer ${graph.nodes[id].layer}`);
  }
}

function checkShape(shape: Shape, where: string, wrong: string[]): void {
  if (isUnknown(shape)) return;
  for (const dim of shape) {
    if (typeof dim === 'number' && (!Number.isInteger(dim) || dim < 0))
      wrong.push(`${where} has the length ${dim}`);
  }
}
