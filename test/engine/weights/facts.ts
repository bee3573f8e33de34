// Recorded weight files and what is in them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';

export function facts<T>(name: string): T[] {
  return JSON.parse(readFileSync(path.join(__dirname, 'facts', name), 'utf8')) as T[];
}

export const bytesOf = (base64: string): Uint8Array =>
  new Uint8Array(inflateSync(Buffer.from(base64, 'base64')));
