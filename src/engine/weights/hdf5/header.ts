/**
 * HDF5's frame: superblock and object headers with their messages. The part of the format that h5py writes.
 * Source: HDF5 File Format Specification version 3.0, sections II and IV.A.
 */
import { Cursor, UnreadableFile } from '../bytes';

/** Sizes of addresses and lengths in this file, and what limits reading it. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly offsetSize: number;
  readonly lengthSize: number;
  readonly base: number;
  /** Counts what is read (objects, messages, links, records); a file that loops or nests without end runs out of it. */
  spend(amount?: number): void;
}

export interface Message {
  readonly type: number;
  readonly data: Uint8Array;
}

export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** Objects, messages, links and records that one file may make us read. */
const MOST_PARTS = 20_000_000;
/** Messages of one object; the older format counts them in 16 bits. */
const MOST_MESSAGES = 65_535;

export function looksLikeHdf5(bytes: Uint8Array): boolean {
  return new Cursor(bytes).signature(SIGNATURE);
}

/** Reads the superblock: the frame, and the address of the root group's object header. */
export function openFrame(bytes: Uint8Array): { readonly frame: Frame; readonly root: number } {
  const cursor = new Cursor(bytes);
  if (!cursor.signature(SIGNATURE)) throw new UnreadableFile('it is not an HDF5 file');
  const version = cursor.u8();
  let parts = 0;
  const spend = (amount = 1): void => {
    parts += amount;
    if (parts > MOST_PARTS) throw new UnreadableFile('the file has too many parts, or they point in circles');
  };
  const frameOf = (offsetSize: number, lengthSize: number, base: number): Frame => {
    if (![2, 4, 8].includes(offsetSize) || ![2, 4, 8].includes(lengthSize))
      throw new UnreadableFile('the HDF5 header is damaged');
    return { bytes, offsetSize, lengthSize, base, spend };
  };
  if (version === 0 || version === 1) {
    cursor.skip(4);
    const offsetSize = cursor.u8();
    const lengthSize = cursor.u8();
    cursor.skip(1 + 4 + 4 + (version === 1 ? 4 : 0));
    const base = cursor.uint(offsetSize);
    cursor.skip(3 * offsetSize);
    // Root group's symbol table entry: name offset, then the object header's address.
    cursor.skip(offsetSize);
    return { frame: frameOf(offsetSize, lengthSize, base), root: base + cursor.uint(offsetSize) };
  }
  if (version === 2 || version === 3) {
    const offsetSize = cursor.u8();
    const lengthSize = cursor.u8();
    cursor.skip(1);
    const base = cursor.uint(offsetSize);
    cursor.skip(2 * offsetSize);
    return { frame: frameOf(offsetSize, lengthSize, base), root: base + cursor.uint(offsetSize) };
  }
  throw new UnreadableFile(`HDF5 files of superblock version ${version} cannot be read`);
}

/** An address of the frame at the cursor as a place in the bytes; null for none. */
export function addressAt(frame: Frame, cursor: Cursor): number | null {
  const address = cursor.address(frame.offsetSize);
  return address === null ? null : address + frame.base;
}

export const lengthAt = (frame: Frame, cursor: Cursor): number => cursor.uint(frame.lengthSize);

/** All messages of the object header at `address`, its continuations included. */
export function readMessages(frame: Frame, address: number): Message[] {
  frame.spend();
  const cursor = new Cursor(frame.bytes, address);
  const messages: Message[] = [];
  if (cursor.signature('OHDR')) {
    readVersion2(frame, cursor, messages);
    return messages;
  }
  if (cursor.u8() !== 1) throw new UnreadableFile('an object header is damaged');
  cursor.skip(1);
  const count = cursor.u16();
  cursor.skip(4);
  const size = cursor.u32();
  cursor.skip(4);
  const blocks = [new Cursor(cursor.slice(size))];
  while (messages.length < count && blocks.length) {
    const block = blocks.shift() as Cursor;
    while (messages.length < count && block.left >= 8) {
      const type = block.u16();
      const length = block.u16();
      const flags = block.u8();
      block.skip(3);
      frame.spend();
      const message = { type, data: block.slice(length) };
      messages.push(unshared(message, flags));
      if (type === MESSAGE.continuation) blocks.push(continuation(frame, message));
    }
  }
  return messages;
}

function readVersion2(frame: Frame, cursor: Cursor, messages: Message[]): void {
  if (cursor.u8() !== 2) throw new UnreadableFile('an object header is of an unknown version');
  const flags = cursor.u8();
  if (flags & 0x20) cursor.skip(16);
  if (flags & 0x10) cursor.skip(4);
  const size = cursor.uint(1 << (flags & 3));
  const blocks = [new Cursor(cursor.slice(size))];
  while (blocks.length) {
    const block = blocks.shift() as Cursor;
    while (block.left >= 4 + (flags & 4 ? 2 : 0)) {
      const type = block.u8();
      const length = block.u16();
      const own = block.u8();
      if (flags & 4) block.skip(2);
      frame.spend();
      if (messages.length >= MOST_MESSAGES) throw new UnreadableFile('an object header is damaged');
      const message = { type, data: block.slice(length) };
      messages.push(unshared(message, own));
      if (type !== MESSAGE.continuation) continue;
      const next = continuation(frame, message);
      if (!next.signature('OCHK')) throw new UnreadableFile('an object header is damaged');
      // The last four bytes are a checksum.
      blocks.push(new Cursor(next.slice(Math.max(0, next.left - 4))));
    }
  }
}

/** Shared messages (committed datatypes) stand elsewhere: h5py writes none for arrays of numbers. */
function unshared(message: Message, flags: number): Message {
  return flags & 2 ? { type: -1, data: message.data } : message;
}

function continuation(frame: Frame, message: Message): Cursor {
  frame.spend();
  const cursor = new Cursor(message.data);
  const at = addressAt(frame, cursor);
  if (at === null) throw new UnreadableFile('an object header is damaged');
  return new Cursor(new Cursor(frame.bytes, at).slice(lengthAt(frame, cursor)));
}
