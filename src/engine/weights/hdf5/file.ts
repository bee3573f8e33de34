/** An HDF5 file as a tree of groups and arrays, read when asked for. */
import { Cursor, UnreadableFile } from '../bytes';
import { readData } from './dataset';
import { decodeNumbers, decodeTexts, readDataspace, readDatatype, type Datatype } from './datatype';
import { readIndexedObjects } from './fractalHeap';
import { addressAt, MESSAGE, openFrame, readMessages, type Frame, type Message } from './header';
import { holdsLinks, readLinks } from './links';

const DEEPEST = 64;

export interface Hdf5Array {
  readonly kind: 'array';
  readonly shape: readonly number[];
  /** Reads the values. Throws `UnreadableFile`. */
  values(): Float32Array;
}

export class Hdf5Group {
  readonly kind = 'group';
  private members: ReadonlyMap<string, number> | null = null;
  private readonly opened = new Map<string, Hdf5Group | Hdf5Array>();

  constructor(
    private readonly frame: Frame,
    private readonly messages: readonly Message[],
    private readonly depth: number,
  ) {}

  /** Names of its members, in the file's order. */
  get names(): string[] {
    return [...this.links.keys()];
  }

  get(name: string): Hdf5Group | Hdf5Array | undefined {
    const known = this.opened.get(name);
    if (known) return known;
    const address = this.links.get(name);
    if (address === undefined) return undefined;
    const member = openObject(this.frame, address, this.depth + 1);
    this.opened.set(name, member);
    return member;
  }

  group(name: string): Hdf5Group | undefined {
    const member = this.get(name);
    return member?.kind === 'group' ? member : undefined;
  }

  array(name: string): Hdf5Array | undefined {
    const member = this.get(name);
    return member?.kind === 'array' ? member : undefined;
  }

  /** The member at a path of names divided by `/`; undefined for an empty one. */
  at(path: string): Hdf5Group | Hdf5Array | undefined {
    const [first, ...rest] = path.split('/').filter((name) => name !== '');
    const member = first === undefined ? undefined : this.get(first);
    if (rest.length === 0) return member;
    return member?.kind === 'group' ? member.at(rest.join('/')) : undefined;
  }

  /** Texts of an attribute; undefined when there is none, empty when it holds no texts. */
  texts(name: string): string[] | undefined {
    for (const bytes of attributes(this.frame, this.messages)) {
      const attribute = readAttribute(this.frame, bytes);
      if (attribute?.name === name) return attribute.texts();
    }
    return undefined;
  }

  private get links(): ReadonlyMap<string, number> {
    this.members ??= readLinks(this.frame, this.messages);
    return this.members;
  }
}

/** Opens a file's bytes. Throws `UnreadableFile`; later reads of its members may throw it too. */
export function openHdf5(bytes: Uint8Array): Hdf5Group {
  const { frame, root } = openFrame(bytes);
  const object = openObject(frame, root, 0);
  if (object.kind !== 'group') throw new UnreadableFile('the HDF5 file has no root group');
  return object;
}

function openObject(frame: Frame, address: number, depth: number): Hdf5Group | Hdf5Array {
  if (depth > DEEPEST) throw new UnreadableFile(`the file nests deeper than ${DEEPEST} groups`);
  const messages = readMessages(frame, address);
  const space = messages.find(({ type }) => type === MESSAGE.dataspace);
  const datatype = messages.find(({ type }) => type === MESSAGE.datatype);
  if (!space || !datatype || holdsLinks(messages)) return new Hdf5Group(frame, messages, depth);
  const shape = readDataspace(frame, new Cursor(space.data)) ?? [0];
  return {
    kind: 'array',
    shape,
    values() {
      const type = readDatatype(new Cursor(datatype.data));
      const count = shape.reduce((product, length) => product * length, 1);
      return decodeNumbers(type, readData(frame, messages, shape, type.size), count);
    },
  };
}

function* attributes(frame: Frame, messages: readonly Message[]): Generator<Uint8Array> {
  for (const { type, data } of messages) {
    if (type === MESSAGE.attribute) yield data;
    if (type !== MESSAGE.attributeInfo) continue;
    const cursor = new Cursor(data, 1);
    if (cursor.u8() & 1) cursor.skip(2);
    const heap = addressAt(frame, cursor);
    const index = addressAt(frame, cursor);
    if (heap !== null && index !== null) yield* readIndexedObjects(frame, heap, index);
  }
}

interface Attribute {
  readonly name: string;
  texts(): string[];
}

/** Source: specification, IV.A.2.m. */
function readAttribute(frame: Frame, bytes: Uint8Array): Attribute | null {
  const cursor = new Cursor(bytes);
  const version = cursor.u8();
  if (version < 1 || version > 3) throw new UnreadableFile('an attribute is of an unknown version');
  const flags = cursor.u8();
  const nameSize = cursor.u16();
  const typeSize = cursor.u16();
  const spaceSize = cursor.u16();
  if (version === 3) cursor.skip(1);
  // Version 1 fills up each part to eight bytes.
  const part = (size: number): Uint8Array => {
    const own = cursor.slice(size);
    if (version === 1 && size % 8) cursor.skip(8 - (size % 8));
    return own;
  };
  const name = new Cursor(part(nameSize)).text(Math.max(0, nameSize - 1));
  const typeBytes = part(typeSize);
  const spaceBytes = part(spaceSize);
  if (version > 1 && flags & 3) return null;
  return {
    name,
    texts() {
      const type: Datatype = readDatatype(new Cursor(typeBytes));
      const shape = readDataspace(frame, new Cursor(spaceBytes)) ?? [0];
      const count = shape.reduce((product, length) => product * length, 1);
      if (count > 1_000_000) throw new UnreadableFile('an attribute is too large');
      if (type.kind !== 'text' && type.kind !== 'variableText') return [];
      return decodeTexts(frame, type, cursor.goTo(cursor.at).slice(count * type.size), count) ?? [];
    },
  };
}
