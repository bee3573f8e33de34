/** Arrays as numpy saves them (`.npy`). Source: numpy `lib/format.py`, versions 1 to 3. */
import { Cursor, UnreadableFile } from '../weights/bytes';
import { decodeNumbers, type Datatype } from '../weights/hdf5/datatype';

export interface NpyArray {
  readonly shape: readonly number[];
  /** C order. */
  readonly data: Float32Array;
}

const MAGIC = '\x93NUMPY';
/** Largest array in elements. */
const MOST_ELEMENTS = 1 << 28;

export function looksLikeNpy(bytes: Uint8Array): boolean {
  return new Cursor(bytes).signature(MAGIC);
}

/** Throws `UnreadableFile`. Numbers become float32; complex numbers, texts and objects are refused. */
export function readNpy(bytes: Uint8Array): NpyArray {
  const cursor = new Cursor(bytes);
  if (!cursor.signature(MAGIC)) throw new UnreadableFile('it is not a .npy file');
  const version = cursor.u8();
  cursor.skip(1);
  if (version < 1 || version > 3) throw new UnreadableFile(`.npy files of version ${version} cannot be read`);
  const header = cursor.text(version === 1 ? cursor.u16() : cursor.u32());
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const dims = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || dims === undefined)
    throw new UnreadableFile('it does not hold one array of numbers');
  const shape = dims
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(Number);
  const count = shape.reduce((product, length) => product * length, 1);
  if (shape.some((length) => !Number.isInteger(length) || length < 0) || !(count <= MOST_ELEMENTS))
    throw new UnreadableFile(`an array of shape (${dims}) is too large`);
  const type = datatypeOf(descr);
  const data = decodeNumbers(type, cursor.slice(count * type.size), count);
  return { shape, data: order === 'True' ? fromFortran(data, shape) : data };
}

function datatypeOf(descr: string): Datatype {
  const match = /^([<>|=])([fiub])(\d)$/.exec(descr);
  const size = Number(match?.[3]);
  const known = match !== null && [1, 2, 4, 8].includes(size);
  if (!match || !known || (match[2] === 'f' && size === 1))
    throw new UnreadableFile(`its numbers are of a kind that cannot be read here (${descr})`);
  const bigEndian = match[1] === '>';
  if (match[2] === 'f')
    return { kind: 'float', size, exponent: size === 2 ? 5 : size === 4 ? 8 : 11, bigEndian };
  return { kind: 'integer', size, signed: match[2] === 'i', bigEndian };
}

/** First axis fastest → last axis fastest. */
function fromFortran(data: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  const strides: number[] = [];
  shape.reduce((stride, length) => (strides.push(stride), stride * length), 1);
  const at = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[source];
    for (let d = shape.length - 1; d >= 0; d--) {
      source += strides[d];
      if (++at[d] < shape[d]) break;
      source -= strides[d] * shape[d];
      at[d] = 0;
    }
  }
  return out;
}
