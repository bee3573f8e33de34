/**
 * Objects of a fractal heap in the order of a version 2 B-tree: how new HDF5 files keep many links or attributes.
 * Source: specification, III.A.2 and III.G.
 */
import { Cursor, UnreadableFile } from '../bytes';
import { addressAt, lengthAt, type Frame } from './header';

/** The bytes of every object that the index lists. */
export function* readIndexedObjects(frame: Frame, heap: number, index: number): Generator<Uint8Array> {
  const objects = openHeap(frame, heap);
  for (const record of records(frame, index)) {
    const id = heapIdOf(record.type, record.bytes);
    if (id !== null) yield objects(id);
  }
}

interface TreeRecord {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Where the heap ID stands in a record: link names 5, creation order 6, attribute names 8, creation order 9. */
function heapIdOf(type: number, bytes: Uint8Array): Uint8Array | null {
  switch (type) {
    case 5:
      return bytes.subarray(4);
    case 6:
      return bytes.subarray(8);
    case 8:
    case 9:
      return bytes.subarray(0, 8);
    default:
      return null;
  }
}

function* records(frame: Frame, address: number): Generator<TreeRecord> {
  const cursor = new Cursor(frame.bytes, address);
  if (!cursor.signature('BTHD')) throw new UnreadableFile('an index is damaged');
  cursor.skip(1);
  const type = cursor.u8();
  const nodeSize = cursor.u32();
  const recordSize = cursor.u16();
  const depth = cursor.u16();
  cursor.skip(2);
  const root = addressAt(frame, cursor);
  const count = cursor.u16();
  if (root === null || recordSize < 1) return;
  if (depth > 16) throw new UnreadableFile('an index is too deep');
  // How many records a node of each level can hold decides how many bytes their counts take.
  const most = [Math.floor((nodeSize - 10) / recordSize)];
  const totals = [most[0]];
  const pointerSizes = [0];
  for (let level = 1; level <= depth; level++) {
    const pointer =
      frame.offsetSize + bytesFor(most[level - 1]) + (level > 1 ? bytesFor(totals[level - 1]) : 0);
    most.push(Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer)));
    totals.push((most[level] + 1) * totals[level - 1] + most[level]);
    pointerSizes.push(pointer);
  }
  function* visit(at: number, own: number, level: number): Generator<TreeRecord> {
    frame.spend();
    const node = new Cursor(frame.bytes, at);
    if (!node.signature(level === 0 ? 'BTLF' : 'BTIN')) throw new UnreadableFile('an index is damaged');
    node.skip(2);
    frame.spend(own);
    const rows = Array.from({ length: own }, () => node.slice(recordSize));
    if (level === 0) {
      for (const bytes of rows) yield { type, bytes };
      return;
    }
    for (let i = 0; i <= own; i++) {
      const child = addressAt(frame, node);
      const below = node.uint(bytesFor(most[level - 1]));
      if (level > 1) node.skip(bytesFor(totals[level - 1]));
      if (child !== null) yield* visit(child, below, level - 1);
      if (i < own) yield { type, bytes: rows[i] };
    }
  }
  yield* visit(root, count, depth);
}

/** Bytes that hold numbers up to `value`. */
function bytesFor(value: number): number {
  let bytes = 1;
  while (256 ** bytes <= value) bytes++;
  return bytes;
}

/** Gives the bytes of an object by its heap ID. */
function openHeap(frame: Frame, address: number): (id: Uint8Array) => Uint8Array {
  const cursor = new Cursor(frame.bytes, address);
  if (!cursor.signature('FRHP')) throw new UnreadableFile('a heap is damaged');
  cursor.skip(1);
  cursor.skip(2);
  const filterLength = cursor.u16();
  const flags = cursor.u8();
  const largest = cursor.u32();
  cursor.skip(
    frame.lengthSize + frame.offsetSize + frame.lengthSize + frame.offsetSize + 8 * frame.lengthSize,
  );
  const width = cursor.u16();
  const startSize = lengthAt(frame, cursor);
  const largestBlock = lengthAt(frame, cursor);
  const heapBits = cursor.u16();
  cursor.skip(2);
  const root = addressAt(frame, cursor);
  const rows = cursor.u16();
  if (filterLength > 0) throw new UnreadableFile('packed heaps cannot be read');
  if (root === null || width < 1 || width > 1024 || startSize < 1 || heapBits > 64)
    throw new UnreadableFile('a heap is damaged');
  const offsetBytes = Math.ceil(heapBits / 8);
  const lengthBytes = Math.min(bytesFor(largestBlock), bytesFor(largest));
  const directHeader = 5 + frame.offsetSize + offsetBytes + (flags & 2 ? 4 : 0);
  const rowSize = (row: number): number => (row < 2 ? startSize : startSize * 2 ** (row - 1));
  const directRows = Math.round(Math.log2(largestBlock / startSize)) + 2;

  /** The direct block that holds heap offset `offset`: its address and its own offset. */
  const locate = (
    block: number,
    own: number,
    base: number,
    offset: number,
    depth: number,
  ): [number, number] => {
    frame.spend();
    if (depth > 16) throw new UnreadableFile('a heap is too deep');
    const at = new Cursor(frame.bytes, block);
    if (!at.signature('FHIB')) throw new UnreadableFile('a heap is damaged');
    at.skip(1 + frame.offsetSize + offsetBytes);
    let start = base;
    for (let row = 0; row < own; row++) {
      frame.spend(width);
      for (let column = 0; column < width; column++) {
        const child = addressAt(frame, at);
        const size = rowSize(row);
        if (offset >= start && offset < start + size) {
          if (child === null) throw new UnreadableFile('a heap is damaged');
          if (row < directRows) return [child, start];
          const rowsBelow = Math.round(Math.log2(size / startSize / width)) + 1;
          return locate(child, rowsBelow, start, offset, depth + 1);
        }
        start += size;
      }
    }
    throw new UnreadableFile('a heap is damaged');
  };

  return (id) => {
    const reader = new Cursor(id);
    const kind = (reader.u8() >> 4) & 3;
    if (kind === 2) return reader.slice((id[0] & 15) + 1);
    if (kind !== 0) throw new UnreadableFile('very large names cannot be read');
    const offset = reader.uint(offsetBytes);
    const length = reader.uint(lengthBytes);
    const [block, start] = rows === 0 ? [root, 0] : locate(root, rows, 0, offset, 0);
    if (offset - start < directHeader - 4) throw new UnreadableFile('a heap is damaged');
    return new Cursor(frame.bytes, block + offset - start).slice(length);
  };
}
