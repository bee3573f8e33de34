/** While it moves the drawing is a layer of its own, which is moved and scaled and not painted; at rest it is painted sharp. */

/** A movement is over when nothing has moved for this long. */
const REST_MS = 180;
/** A moving layer is stretched up to so much before it is painted anew. */
const STRETCH = 1.4;

export class MovingLayer {
  /** The scale at which the layer was painted. */
  private paintedAt = 1;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly element: Element) {}

  /** A layer is covered at the scale at which it was lifted: far from that one it is set down and lifted anew. */
  moved(zoom: number): void {
    const isNear = zoom / this.paintedAt < STRETCH && this.paintedAt / zoom < STRETCH;
    if (!isNear) this.paintedAt = zoom;
    this.element.classList.toggle('moves', isNear);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.element.classList.remove('moves');
      this.paintedAt = zoom;
    }, REST_MS);
  }
}
