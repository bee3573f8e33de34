/** HDF5's dataspaces and datatypes, as far as arrays of numbers and texts go. Source: specification, IV.A.2.b and d. */
import { Cursor, UnreadableFile, utf8 } from '../bytes';
import { lengthAt, type Frame } from './header';

export type Datatype =
  | { readonly kind: 'integer'; readonly size: number; readonly signed: boolean; readonly bigEndian: boolean }
  | { readonly kind: 'float'; readonly size: number; readonly exponent: number; readonly bigEndian: boolean }
  | { readonly kind: 'text'; readonly size: number }
  /** Texts of any length, kept in the file's global heap. */
  | { readonly kind: 'variableText'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number; readonly what: string };

const OTHERS = ['', '', 'times', '', 'bit fields', 'opaque data', 'compounds', 'references'];

export function readDatatype(cursor: Cursor, depth = 0): Datatype {
  const head = cursor.u8();
  const bits = cursor.uint(3);
  const size = cursor.u32();
  const bigEndian = (bits & 1) === 1;
  switch (head & 15) {
    case 0:
      return { kind: 'integer', size, signed: (bits & 8) !== 0, bigEndian };
    case 1: {
      cursor.skip(4);
      cursor.skip(1);
      return { kind: 'float', size, exponent: cursor.u8(), bigEndian };
    }
    case 3:
      return { kind: 'text', size };
    case 8:
      // An enumeration (Python's bool) is stored as its base type.
      return depth > 4 ? { kind: 'other', size, what: 'enumerations' } : readDatatype(cursor, depth + 1);
    case 9:
      return (bits & 15) === 1
        ? { kind: 'variableText', size }
        : { kind: 'other', size, what: 'sequences of any length' };
    default:
      return { kind: 'other', size, what: OTHERS[head & 15] ?? 'an unknown type' };
  }
}

/** Lengths of the axes; empty for one value, null for none at all. */
export function readDataspace(frame: Frame, cursor: Cursor): number[] | null {
  const version = cursor.u8();
  const rank = cursor.u8();
  if (version !== 1 && version !== 2) throw new UnreadableFile('a dataspace is damaged');
  if (rank > 32) throw new UnreadableFile(`a dataset claims ${rank} axes`);
  cursor.skip(1);
  const type = cursor.u8();
  if (version === 1) cursor.skip(4);
  if (version === 2 && type === 2) return null;
  return Array.from({ length: rank }, () => lengthAt(frame, cursor));
}

/** Numbers as float32, as the engine computes. */
export function decodeNumbers(type: Datatype, bytes: Uint8Array, count: number): Float32Array {
  if (type.kind !== 'integer' && type.kind !== 'float')
    throw new UnreadableFile(`a dataset holds ${type.kind === 'other' ? type.what : 'texts'}, not numbers`);
  if (type.size < 1 || type.size > 8 || bytes.length < count * type.size)
    throw new UnreadableFile('a dataset is shorter than its shape');
  const out = new Float32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = type.kind === 'float' ? floatReader(view, type) : integerReader(view, type);
  for (let i = 0; i < count; i++) out[i] = read(i * type.size);
  return out;
}

type Read = (at: number) => number;

function floatReader(view: DataView, type: Extract<Datatype, { kind: 'float' }>): Read {
  const little = !type.bigEndian;
  if (type.size === 4 && type.exponent === 8) return (at) => view.getFloat32(at, little);
  if (type.size === 8 && type.exponent === 11) return (at) => view.getFloat64(at, little);
  if (type.size === 2 && type.exponent === 5) return (at) => half(view.getUint16(at, little));
  if (type.size === 2 && type.exponent === 8) {
    // bfloat16: the upper half of a float32.
    const scratch = new DataView(new ArrayBuffer(4));
    return (at) => {
      scratch.setUint32(0, view.getUint16(at, little) << 16);
      return scratch.getFloat32(0);
    };
  }
  throw new UnreadableFile(`floating-point numbers of ${type.size} bytes cannot be read`);
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function integerReader(view: DataView, type: Extract<Datatype, { kind: 'integer' }>): Read {
  const little = !type.bigEndian;
  switch (`${type.signed ? 'i' : 'u'}${type.size}`) {
    case 'i1':
      return (at) => view.getInt8(at);
    case 'u1':
      return (at) => view.getUint8(at);
    case 'i2':
      return (at) => view.getInt16(at, little);
    case 'u2':
      return (at) => view.getUint16(at, little);
    case 'i4':
      return (at) => view.getInt32(at, little);
    case 'u4':
      return (at) => view.getUint32(at, little);
    case 'i8':
      return (at) => Number(view.getBigInt64(at, little));
    case 'u8':
      return (at) => Number(view.getBigUint64(at, little));
    default:
      throw new UnreadableFile(`whole numbers of ${type.size} bytes cannot be read`);
  }
}

/** Texts of a fixed or any length; numbers and others give none. */
export function decodeTexts(frame: Frame, type: Datatype, bytes: Uint8Array, count: number): string[] | null {
  if (type.kind !== 'text' && type.kind !== 'variableText') return null;
  if (type.size < 1 || bytes.length < count * type.size)
    throw new UnreadableFile('a text is shorter than stated');
  return Array.from({ length: count }, (_, i) => {
    const own = bytes.subarray(i * type.size, (i + 1) * type.size);
    return type.kind === 'text' ? untilZero(own) : heapText(frame, own);
  });
}

function untilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A text in the global heap: length, address of the collection, index of the object there. Source: III.E. */
function heapText(frame: Frame, reference: Uint8Array): string {
  const cursor = new Cursor(reference);
  const length = cursor.u32();
  const address = cursor.address(frame.offsetSize);
  const index = cursor.u32();
  if (address === null || length === 0 || index === 0) return '';
  frame.spend();
  const heap = new Cursor(frame.bytes, address + frame.base);
  if (!heap.signature('GCOL')) throw new UnreadableFile('a heap of texts is damaged');
  heap.skip(4);
  const end = address + frame.base + lengthAt(frame, heap);
  while (heap.at + 16 <= end) {
    const id = heap.u16();
    heap.skip(6);
    const size = lengthAt(frame, heap);
    if (id === 0) break;
    if (id === index) return heap.text(Math.min(length, size));
    heap.skip(Math.ceil(size / 8) * 8);
  }
  throw new UnreadableFile('a text is missing from its heap');
}
