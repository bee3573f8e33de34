/** Opens a file of the user's own as a model's input: a picture (PNG; JPEG where a decoder is given) or exact values (`.npy`). */
import { decode, type DecodedPng } from 'fast-png';
import type { CustomInput } from '../api';
import { UnreadableFile } from '../weights/bytes';
import { looksLikeNpy, readNpy } from './npy';

/** A picture with 8 bits for red, green, blue and opacity. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray | Uint8Array;
}

export type JpegDecoder = (bytes: Uint8Array) => Picture | Promise<Picture>;

const PNG = [0x89, 0x50, 0x4e, 0x47];
const JPEG = [0xff, 0xd8, 0xff];
/** Pixels of the largest picture that is opened. */
const MOST_PIXELS = 100_000_000;

/** Rejects with `UnreadableFile`, whose message is for the user. */
export async function openInput(name: string, bytes: Uint8Array, jpeg?: JpegDecoder): Promise<CustomInput> {
  if (looksLikeNpy(bytes)) return { kind: 'values', name, ...readNpy(bytes) };
  if (startsWith(bytes, PNG)) return { kind: 'picture', name, ...decodePng(name, bytes) };
  if (startsWith(bytes, JPEG)) {
    if (!jpeg) throw new UnreadableFile(`“${name}” is a JPEG, which cannot be read here: save it as PNG`);
    try {
      return { kind: 'picture', name, ...(await jpeg(bytes)) };
    } catch (error) {
      throw new UnreadableFile(`“${name}” is a damaged JPEG (${messageOf(error)})`, { cause: error });
    }
  }
  throw new UnreadableFile(`“${name}” is not a picture (PNG or JPEG) and not an array (.npy)`);
}

const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, i) => bytes[i] === byte);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function decodePng(name: string, bytes: Uint8Array): Picture {
  // The header comes first: a picture of absurd size is refused before anything is unpacked.
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24) throw new UnreadableFile(`“${name}” is a damaged PNG (it ends too early)`);
  if (header.getUint32(16) * header.getUint32(20) > MOST_PIXELS)
    throw new UnreadableFile(
      `“${name}” is ${header.getUint32(16)}×${header.getUint32(20)} pixels: too large`,
    );
  let png: DecodedPng;
  try {
    png = decode(bytes);
  } catch (error) {
    throw new UnreadableFile(`“${name}” is a damaged PNG (${messageOf(error)})`, { cause: error });
  }
  const { width, height, channels, data, depth, palette } = png;
  const rgba = new Uint8ClampedArray(width * height * 4);
  const scale = depth === 16 ? 1 / 257 : depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const grey = !palette && channels < 3;
  for (let i = 0; i < width * height; i++) {
    const color = palette ? palette[data[i]] : null;
    const value = (channel: number): number =>
      color ? (color[channel] ?? 255) : data[i * channels + channel] * scale;
    rgba[i * 4] = value(0);
    rgba[i * 4 + 1] = value(grey ? 0 : 1);
    rgba[i * 4 + 2] = value(grey ? 0 : 2);
    rgba[i * 4 + 3] = palette
      ? (color?.[3] ?? 255)
      : channels === 2
        ? value(1)
        : channels === 4
          ? value(3)
          : 255;
  }
  return { width, height, rgba };
}
