/** Opens a file of trained weights (`.keras`, `.weights.h5`, legacy `.h5`), told by its first bytes, as a source of weights. */
import type { WeightSource } from '../api';
import { Assignment } from './assignment';
import { UnreadableFile } from './bytes';
import { looksLikeHdf5 } from './hdf5/header';
import { openHdf5, type Hdf5Group } from './hdf5/file';
import { matchSaved } from './match';
import { legacyGroup, matchLegacy } from './matchLegacy';
import { listZip, looksLikeZip, readZip } from './zip';

export { UnreadableFile } from './bytes';

/** Largest file that is opened, in bytes. */
export const LARGEST_FILE = 2 ** 31 - 1;
const MEMBER = 'model.weights.h5';

/** Throws `UnreadableFile` with a message for the user; matching a graph with it may throw it too. */
export function openWeightFile(name: string, bytes: Uint8Array): WeightSource {
  if (bytes.length > LARGEST_FILE) throw new UnreadableFile(`“${name}” is larger than 2 GB`);
  const { root, format } = guarded(() => openRoot(name, bytes));
  const legacy = guarded(() => legacyGroup(root));
  return {
    name,
    match(graph, model, shapeOf) {
      const assignment = new Assignment(graph, shapeOf);
      const { layer } = graph.models[model];
      guarded(() => {
        if (legacy) matchLegacy(graph, layer, legacy, assignment);
        else matchSaved(graph, layer, root, assignment);
      });
      return {
        get: (id) => assignment.arrays.get(id)?.values(),
        report: assignment.report(name, legacy ? 'legacy HDF5' : format),
      };
    },
  };
}

function openRoot(name: string, bytes: Uint8Array): { readonly root: Hdf5Group; readonly format: string } {
  if (looksLikeZip(bytes)) {
    const entries = listZip(bytes);
    const member = entries.get(MEMBER);
    if (!member) {
      const other = [...entries.keys()].some((entry) => entry.endsWith('.npz'));
      throw new UnreadableFile(
        other
          ? `“${name}” keeps its weights as .npz, which cannot be read`
          : `“${name}” is not a Keras file: it has no ${MEMBER}`,
      );
    }
    return { root: openHdf5(readZip(bytes, member)), format: 'Keras 3' };
  }
  if (looksLikeHdf5(bytes)) return { root: openHdf5(bytes), format: 'Keras weights' };
  throw new UnreadableFile(`“${name}” is neither a Keras file nor HDF5 weights`);
}

/** Whatever damaged bytes lead to is an unreadable file; nothing else may come out. */
function guarded<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof RangeError) throw new UnreadableFile('the file is damaged');
    throw error;
  }
}
