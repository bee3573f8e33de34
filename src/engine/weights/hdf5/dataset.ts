/** An HDF5 dataset's bytes: compact, contiguous, or in chunks that may be shuffled and deflated. Source: specification, IV.A.2.i, l. */
import { unzlibSync } from 'fflate';
import { Cursor, UnreadableFile } from '../bytes';
import { addressAt, MESSAGE, type Frame, type Message } from './header';

/** Largest array that is read, in bytes. */
const LARGEST = 2 ** 31 - 1;

interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

const NAMES: Readonly<Record<number, string>> = { 1: 'deflate', 2: 'shuffle', 3: 'fletcher32' };

/** All bytes of an array `shape` of elements of `elementSize` bytes, C order. */
export function readData(
  frame: Frame,
  messages: readonly Message[],
  shape: readonly number[],
  elementSize: number,
): Uint8Array {
  const total = shape.reduce((product, length) => product * length, elementSize);
  if (!(total <= LARGEST)) throw new UnreadableFile(`an array claims ${total} bytes: too large`);
  if (messages.some(({ type }) => type === MESSAGE.externalFiles))
    throw new UnreadableFile('an array lies in another file, which is not followed');
  const message = messages.find(({ type }) => type === MESSAGE.layout);
  if (!message) throw new UnreadableFile('an array does not say where its values are');
  const cursor = new Cursor(message.data);
  const version = cursor.u8();
  if (version !== 3 && version !== 4)
    throw new UnreadableFile(`arrays of layout version ${version} cannot be read`);
  const kind = cursor.u8();
  switch (kind) {
    case 0:
      return cursor.slice(cursor.u16());
    case 1: {
      const at = addressAt(frame, cursor);
      // Never written: all zeros.
      if (at === null) return new Uint8Array(bounded(frame, total));
      return new Cursor(frame.bytes, at).slice(total);
    }
    case 2: {
      if (version !== 3)
        throw new UnreadableFile(
          'arrays in chunks of the newest kind cannot be read: save them without chunks',
        );
      const rank = cursor.u8() - 1;
      const tree = addressAt(frame, cursor);
      if (rank !== shape.length) throw new UnreadableFile('an array’s chunks do not fit its shape');
      const chunk = Array.from({ length: rank }, () => cursor.u32());
      const out = new Uint8Array(bounded(frame, total));
      if (tree !== null)
        readChunks(frame, tree, new Chunks(shape, chunk, elementSize, filtersOf(messages), out), 0);
      return out;
    }
    default:
      throw new UnreadableFile('virtual arrays cannot be read');
  }
}

/** An array that is not in the file byte by byte may not be more than a thousand times as large as the file. */
function bounded(frame: Frame, total: number): number {
  if (total > 1032 * frame.bytes.length)
    throw new UnreadableFile(`an array claims ${total} bytes, far more than the file has`);
  return total;
}

function filtersOf(messages: readonly Message[]): Filter[] {
  const message = messages.find(({ type }) => type === MESSAGE.filters);
  if (!message) return [];
  const cursor = new Cursor(message.data);
  const version = cursor.u8();
  const count = cursor.u8();
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2);
    const values = cursor.u16();
    cursor.skip(nameLength);
    const numbers = Array.from({ length: values }, () => cursor.u32());
    if (version === 1 && values % 2 === 1) cursor.skip(4);
    if (!(id in NAMES))
      throw new UnreadableFile(`an array is packed by a filter that cannot be read here (${id})`);
    return { id, values: numbers };
  });
}

/** Puts unpacked chunks where they belong. */
class Chunks {
  readonly chunkBytes: number;
  /** How many chunks cover the array; a file that lists more repeats them. */
  private left: number;

  constructor(
    readonly shape: readonly number[],
    readonly chunk: readonly number[],
    readonly elementSize: number,
    readonly filters: readonly Filter[],
    readonly out: Uint8Array,
  ) {
    this.left = shape.reduce((product, length, d) => product * Math.ceil(length / Math.max(1, chunk[d])), 1);
    this.chunkBytes = chunk.reduce((product, length) => product * length, elementSize);
    if (!(this.chunkBytes > 0 && this.chunkBytes <= 1 << 28))
      throw new UnreadableFile('an array’s chunks are too large');
  }

  put(offset: readonly number[], packed: Uint8Array, mask: number): void {
    if (this.left-- <= 0) throw new UnreadableFile('an array lists more chunks than it has');
    const bytes = this.unpack(packed, mask);
    if (bytes.length < this.chunkBytes) throw new UnreadableFile('a chunk is shorter than stated');
    const rank = this.shape.length;
    if (rank === 0) {
      this.out.set(bytes.subarray(0, this.elementSize));
      return;
    }
    // Row by row along the last axis, cut at the array's end.
    const { shape, chunk, elementSize } = this;
    const run = Math.min(chunk[rank - 1], shape[rank - 1] - offset[rank - 1]);
    if (run <= 0) return;
    const at = new Array<number>(rank - 1).fill(0);
    const rows = chunk.slice(0, -1).reduce((product, length) => product * length, 1);
    for (let row = 0; row < rows; row++) {
      let target = 0;
      let inside = true;
      for (let d = 0; d < rank - 1; d++) {
        const index = offset[d] + at[d];
        inside &&= index < shape[d];
        target = target * shape[d] + index;
      }
      if (inside) {
        const from = row * chunk[rank - 1] * elementSize;
        this.out.set(
          bytes.subarray(from, from + run * elementSize),
          (target * shape[rank - 1] + offset[rank - 1]) * elementSize,
        );
      }
      for (let d = rank - 2; d >= 0 && ++at[d] === chunk[d]; d--) at[d] = 0;
    }
  }

  private unpack(packed: Uint8Array, mask: number): Uint8Array {
    let bytes = packed;
    for (let i = this.filters.length - 1; i >= 0; i--) {
      if (mask & (1 << i)) continue;
      const { id, values } = this.filters[i];
      if (id === 1) bytes = this.unzlib(bytes);
      else if (id === 2) bytes = unshuffle(bytes, values[0] ?? this.elementSize);
      else bytes = bytes.subarray(0, Math.max(0, bytes.length - 4));
    }
    return bytes;
  }

  private unzlib(bytes: Uint8Array): Uint8Array {
    try {
      // With a buffer of its own it grows no further; four bytes more for a checksum below it.
      return unzlibSync(bytes, { out: new Uint8Array(this.chunkBytes + 4) });
    } catch {
      throw new UnreadableFile('a chunk cannot be unpacked: its data is damaged');
    }
  }
}

/** First all first bytes, then all second bytes …: laid together again. */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  if (size < 2) return bytes;
  const out = new Uint8Array(bytes.length);
  const count = Math.floor(bytes.length / size);
  for (let k = 0; k < size; k++) for (let i = 0; i < count; i++) out[i * size + k] = bytes[k * count + i];
  out.set(bytes.subarray(count * size), count * size);
  return out;
}

/** Version 1 B-tree of chunks: keys are size, filter mask and offsets. */
function readChunks(frame: Frame, address: number, chunks: Chunks, depth: number): void {
  frame.spend();
  if (depth > 32) throw new UnreadableFile('an array’s tree is too deep');
  const cursor = new Cursor(frame.bytes, address);
  if (!cursor.signature('TREE') || cursor.u8() !== 1) throw new UnreadableFile('an array’s tree is damaged');
  const level = cursor.u8();
  const count = cursor.u16();
  cursor.skip(2 * frame.offsetSize);
  for (let i = 0; i < count; i++) {
    const size = cursor.u32();
    const mask = cursor.u32();
    const offset = chunks.shape.map(() => cursor.uint(8));
    cursor.skip(8);
    const child = addressAt(frame, cursor);
    if (child === null) continue;
    if (level > 0) readChunks(frame, child, chunks, depth + 1);
    else {
      frame.spend();
      if (offset.some((start, d) => start >= Math.max(1, chunks.shape[d]))) continue;
      chunks.put(offset, new Cursor(frame.bytes, child).slice(size), mask);
    }
  }
}
