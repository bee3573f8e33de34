/** Textures that hold nothing any more and wait to be drawn into, by size: making one costs more than a small map's arithmetic. */

/** A WebGL texture as GPU.js counts who holds it. */
type Counted = WebGLTexture & { _refs?: number };

export class TexturePool {
  private readonly waiting = new Map<string, Counted[]>();
  private bytes = 0;

  constructor(private readonly mostBytes: number) {}

  take(size: ArrayLike<number>): Counted | undefined {
    const texture = this.waiting.get(keyOf(size))?.pop();
    if (texture) this.bytes -= bytesOf(size);
    return texture;
  }

  /** False when there is no room: the texture is the caller's to delete. */
  put(texture: Counted, size: ArrayLike<number>): boolean {
    if (this.bytes + bytesOf(size) > this.mostBytes) return false;
    const list = this.waiting.get(keyOf(size)) ?? [];
    this.waiting.set(keyOf(size), list);
    texture._refs = 1;
    list.push(texture);
    this.bytes += bytesOf(size);
    return true;
  }

  empty(context: WebGL2RenderingContext): void {
    for (const list of this.waiting.values()) for (const texture of list) context.deleteTexture(texture);
    this.waiting.clear();
    this.bytes = 0;
  }
}

const keyOf = (size: ArrayLike<number>): string => `${size[0]}x${size[1]}`;
/** Four float32 per texel. */
const bytesOf = (size: ArrayLike<number>): number => 16 * size[0] * size[1];
