/** Reads members of a zip archive (`.keras`): stored or deflated, zip64 sizes, with limits against archives that claim too much. */
import { Inflate } from 'fflate';
import { Cursor, UnreadableFile, utf8 } from './bytes';

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly compressed: number;
  readonly size: number;
  /** Where the local header stands. */
  readonly offset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_ENTRIES = 100_000;
/** Largest member that is unpacked. */
export const LARGEST_MEMBER = 2 ** 31 - 1;

export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** The archive's table of contents. Throws `UnreadableFile`. */
export function listZip(bytes: Uint8Array): Map<string, ZipEntry> {
  const { count, start } = directory(bytes);
  if (count > MOST_ENTRIES) throw new UnreadableFile(`the archive claims ${count} members`);
  const entries = new Map<string, ZipEntry>();
  const cursor = new Cursor(bytes, start);
  for (let i = 0; i < count; i++) {
    if (cursor.u32() !== CENTRAL) throw new UnreadableFile('the archive’s table of contents is damaged');
    cursor.skip(4);
    const flags = cursor.u16();
    const method = cursor.u16();
    cursor.skip(8);
    let compressed = cursor.u32();
    let size = cursor.u32();
    const nameLength = cursor.u16();
    const extraLength = cursor.u16();
    const commentLength = cursor.u16();
    cursor.skip(8);
    let offset = cursor.u32();
    const name = utf8(cursor.slice(nameLength));
    const extra = new Cursor(cursor.slice(extraLength));
    cursor.skip(commentLength);
    while (extra.left >= 4) {
      const id = extra.u16();
      const own = new Cursor(extra.slice(extra.u16()));
      if (id !== 1) continue;
      if (size === 0xffffffff) size = own.uint(8);
      if (compressed === 0xffffffff) compressed = own.uint(8);
      if (offset === 0xffffffff) offset = own.uint(8);
    }
    if (flags & 1) throw new UnreadableFile('the archive is encrypted');
    entries.set(name, { name, method, compressed, size, offset });
  }
  return entries;
}

function directory(bytes: Uint8Array): { readonly count: number; readonly start: number } {
  // The end record is the last thing but for a comment of at most 65,535 bytes.
  const lowest = Math.max(0, bytes.length - 22 - 0xffff);
  for (let at = bytes.length - 22; at >= lowest; at--) {
    if (bytes[at] !== 0x50 || bytes[at + 1] !== 0x4b) continue;
    const cursor = new Cursor(bytes, at);
    if (cursor.u32() !== END) continue;
    cursor.skip(6);
    const count = cursor.u16();
    cursor.skip(4);
    const start = cursor.u32();
    if (count !== 0xffff && start !== 0xffffffff) return { count, start };
    const locator = new Cursor(bytes, at - 20);
    if (locator.u32() !== LOCATOR_64) return { count, start };
    locator.skip(4);
    const end = new Cursor(bytes, locator.uint(8));
    if (end.u32() !== END_64) throw new UnreadableFile('the archive’s table of contents is damaged');
    end.skip(28);
    const entries = end.uint(8);
    end.skip(8);
    return { count: entries, start: end.uint(8) };
  }
  throw new UnreadableFile('it is not a whole zip archive');
}

/** A member's bytes: a view where it is stored, unpacked (to the size it states and no further) where it is deflated. */
export function readZip(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  if (entry.size > LARGEST_MEMBER)
    throw new UnreadableFile(`“${entry.name}” claims ${entry.size} bytes: too large`);
  const cursor = new Cursor(bytes, entry.offset);
  if (cursor.u32() !== LOCAL) throw new UnreadableFile(`“${entry.name}” is damaged in the archive`);
  cursor.skip(22);
  const nameLength = cursor.u16();
  const extraLength = cursor.u16();
  cursor.skip(nameLength + extraLength);
  const data = cursor.slice(entry.compressed);
  if (entry.method === 0) {
    if (entry.compressed !== entry.size)
      throw new UnreadableFile(`“${entry.name}” is damaged in the archive`);
    return data;
  }
  if (entry.method !== 8)
    throw new UnreadableFile(
      `“${entry.name}” is packed by a method that cannot be read here (${entry.method})`,
    );
  return inflate(data, entry.size, `“${entry.name}”`);
}

/** Unpacks raw deflated data that must give exactly `size` bytes; gives up as soon as it gives more. */
export function inflate(data: Uint8Array, size: number, what: string): Uint8Array {
  // Deflate cannot do better than 1032 to 1.
  if (size > 1032 * data.length + 1024)
    throw new UnreadableFile(`${what} claims more than can be packed into it`);
  const out = new Uint8Array(size);
  let at = 0;
  const stream = new Inflate((chunk) => {
    if (at + chunk.length > size) throw new UnreadableFile(`${what} unpacks to more than it states`);
    out.set(chunk, at);
    at += chunk.length;
  });
  try {
    // In pieces, so that a bomb is noticed before it has unfolded.
    for (let start = 0; start < data.length; start += 1 << 16)
      stream.push(data.subarray(start, start + (1 << 16)), start + (1 << 16) >= data.length);
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile(`${what} cannot be unpacked: its data is damaged`);
  }
  if (at !== size) throw new UnreadableFile(`${what} unpacks to less than it states`);
  return out;
}
