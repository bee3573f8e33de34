/**
 * What an HDF5 group holds: old groups (a tree of symbol tables) and new ones (link messages, or a fractal heap of them when
 * many). Only hard links are followed. Source: specification, III.A–D, IV.A.2.c, g.
 */
import { Cursor, UnreadableFile } from '../bytes';
import { addressAt, lengthAt, MESSAGE, type Frame, type Message } from './header';
import { readIndexedObjects } from './fractalHeap';

/** Name → address of the member's object header, in the order of the file (which sorts by name). */
export function readLinks(frame: Frame, messages: readonly Message[]): Map<string, number> {
  const links = new Map<string, number>();
  for (const message of messages) {
    const cursor = new Cursor(message.data);
    if (message.type === MESSAGE.symbolTable) {
      const tree = addressAt(frame, cursor);
      const heap = addressAt(frame, cursor);
      if (tree !== null && heap !== null) readTree(frame, tree, heapData(frame, heap), links, 0);
    } else if (message.type === MESSAGE.link) {
      readLink(frame, cursor, links);
    } else if (message.type === MESSAGE.linkInfo) {
      cursor.skip(1);
      if (cursor.u8() & 1) cursor.skip(8);
      const heap = addressAt(frame, cursor);
      const index = addressAt(frame, cursor);
      if (heap !== null && index !== null)
        for (const bytes of readIndexedObjects(frame, heap, index)) readLink(frame, new Cursor(bytes), links);
    }
  }
  return links;
}

/** Is it a group at all? */
export function holdsLinks(messages: readonly Message[]): boolean {
  return messages.some(
    ({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.link || type === MESSAGE.linkInfo,
  );
}

function readTree(
  frame: Frame,
  address: number,
  heap: Uint8Array,
  links: Map<string, number>,
  depth: number,
): void {
  frame.spend();
  if (depth > 32) throw new UnreadableFile('a group’s tree is too deep');
  const cursor = new Cursor(frame.bytes, address);
  if (cursor.signature('SNOD')) {
    cursor.skip(2);
    for (let left = cursor.u16(); left > 0; left--) {
      frame.spend();
      const name = nameAt(heap, cursor.uint(frame.offsetSize));
      const header = addressAt(frame, cursor);
      // 2 is a soft link, whose target is a path: not followed.
      const cache = cursor.u32();
      cursor.skip(20);
      if (header !== null && cache !== 2) links.set(name, header);
    }
    return;
  }
  if (!cursor.signature('TREE') || cursor.u8() !== 0) throw new UnreadableFile('a group’s tree is damaged');
  cursor.skip(1);
  const count = cursor.u16();
  cursor.skip(2 * frame.offsetSize);
  for (let i = 0; i < count; i++) {
    cursor.skip(frame.lengthSize);
    const child = addressAt(frame, cursor);
    if (child !== null) readTree(frame, child, heap, links, depth + 1);
  }
}

function heapData(frame: Frame, address: number): Uint8Array {
  const cursor = new Cursor(frame.bytes, address);
  if (!cursor.signature('HEAP')) throw new UnreadableFile('a group’s names are damaged');
  cursor.skip(4);
  const size = lengthAt(frame, cursor);
  cursor.skip(frame.lengthSize);
  const data = addressAt(frame, cursor);
  return data === null ? new Uint8Array(0) : new Cursor(frame.bytes, data).slice(size);
}

function nameAt(heap: Uint8Array, offset: number): string {
  const end = heap.indexOf(0, offset);
  if (offset >= heap.length || end < 0) throw new UnreadableFile('a group’s names are damaged');
  return new Cursor(heap, offset).text(end - offset);
}

function readLink(frame: Frame, cursor: Cursor, links: Map<string, number>): void {
  if (cursor.u8() !== 1) throw new UnreadableFile('a link is of an unknown version');
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  if (flags & 4) cursor.skip(8);
  if (flags & 16) cursor.skip(1);
  const name = cursor.text(cursor.uint(1 << (flags & 3)));
  if (type !== 0) return;
  const header = addressAt(frame, cursor);
  if (header !== null) links.set(name, header);
}
