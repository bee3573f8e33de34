/** Reading of untrusted bytes: every access is checked against the end, and what a file claims is never believed before. */

/** A file that cannot be read: damaged, of another kind, or beyond the limits. The message is for the user. */
export class UnreadableFile extends Error {}

/** A place in some bytes that moves on as it is read. Little endian. */
export class Cursor {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.require(0);
  }

  /** A second cursor over the same bytes. */
  goTo(at: number): Cursor {
    return new Cursor(this.bytes, at);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** An unsigned number of 1 to 8 bytes; beyond 2⁵³ it is refused. */
  uint(size: number): number {
    const start = this.take(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.bytes[start + i];
    if (!Number.isSafeInteger(value)) throw new UnreadableFile('the file gives an impossible number');
    return value;
  }

  /** An address of `size` bytes; null where all bits are set, which means that there is none. */
  address(size: number): number | null {
    const start = this.at;
    if (this.slice(size).every((byte) => byte === 0xff)) return null;
    this.at = start;
    return this.uint(size);
  }

  slice(length: number): Uint8Array {
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  skip(length: number): void {
    this.take(length);
  }

  text(length: number): string {
    return utf8(this.slice(length));
  }

  /** Whether the signature stands here; moves past it if so. */
  signature(text: string): boolean {
    if (this.left < text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[this.at + i] !== text.charCodeAt(i)) return false;
    this.at += text.length;
    return true;
  }

  private take(length: number): number {
    this.require(length);
    const start = this.at;
    this.at += length;
    return start;
  }

  private require(length: number): void {
    if (!(length >= 0 && this.at >= 0 && this.at + length <= this.bytes.length))
      throw new UnreadableFile('the file ends too early or points outside itself');
  }
}

export function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
