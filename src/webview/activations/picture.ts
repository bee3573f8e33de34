/** A picture of the user's own as pixels for the engine, or an array as its exact values. */
import type { CustomInput } from '../../engine/api';
import { looksLikeNpy, readNpy } from '../../engine/inputs/npy';

/** The engine scales it to the model's input anyway; larger pictures only cost time on the way. */
const LONGEST = 1024;

/** Rejects when the bytes are no picture that the browser can read, and no `.npy` array. */
export async function decodePicture(name: string, bytes: Uint8Array): Promise<CustomInput> {
  if (looksLikeNpy(bytes)) return { kind: 'values', name, ...readNpy(bytes) };
  const bitmap = await createImageBitmap(new Blob([bytes as BlobPart]));
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0, width, height);
  return { kind: 'picture', name, width, height, rgba: context.getImageData(0, 0, width, height).data };
}
