/** Pan and zoom: pure arithmetic on a camera, and the gestures (wheel, drag, pinch) that move it. */
import type { Camera } from '../state';

export const ZOOM = { min: 0.05, max: 4, step: 1.25 } as const;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** Zooms by `factor` while the point (`x`, `y`) of the view stays where it is. */
export function zoomAt(camera: Camera, factor: number, x: number, y: number): Camera {
  const zoom = Math.min(ZOOM.max, Math.max(ZOOM.min, camera.zoom * factor));
  const ratio = zoom / camera.zoom;
  return { x: x - (x - camera.x) * ratio, y: y - (y - camera.y) * ratio, zoom };
}

/** All of it, when that stays legible; else its full width from the top; never larger than drawn. */
export function fit(drawing: Size, view: Size, margin = 16): Camera {
  const room = { width: Math.max(1, view.width - 2 * margin), height: Math.max(1, view.height - 2 * margin) };
  const wide = Math.min(1, room.width / Math.max(1, drawing.width));
  const whole = Math.min(wide, room.height / Math.max(1, drawing.height));
  const zoom = Math.max(ZOOM.min, whole >= 0.62 ? whole : wide);
  const height = drawing.height * zoom;
  return {
    zoom,
    x: (view.width - drawing.width * zoom) / 2,
    y: height <= room.height ? (view.height - height) / 2 : margin,
  };
}

/** All of it, legible or not. */
export function fitWhole(drawing: Size, view: Size, margin = 12): Camera {
  const zoom = Math.max(
    ZOOM.min,
    Math.min(
      1,
      (view.width - 2 * margin) / Math.max(1, drawing.width),
      (view.height - 2 * margin) / Math.max(1, drawing.height),
    ),
  );
  return { zoom, x: (view.width - drawing.width * zoom) / 2, y: (view.height - drawing.height * zoom) / 2 };
}

/** Keeps at least a corner of the drawing in sight. */
export function clamp(camera: Camera, drawing: Size, view: Size, keep = 48): Camera {
  const within = (at: number, length: number, room: number): number =>
    Math.min(room - keep, Math.max(keep - length * camera.zoom, at));
  return {
    ...camera,
    x: within(camera.x, drawing.width, view.width),
    y: within(camera.y, drawing.height, view.height),
  };
}

/** The smallest move that brings `rect` into view with a margin; unchanged when it is in view. */
export function reveal(camera: Camera, rect: Rect, view: Size, margin = 40): Camera {
  const shift = (at: number, length: number, room: number): number => {
    const space = Math.min(margin, Math.max(0, (room - length) / 2));
    if (length > room) return at > 0 || at + length < room ? room / 2 - (at + length / 2) : 0;
    if (at < space) return space - at;
    if (at + length > room - space) return room - space - at - length;
    return 0;
  };
  const { zoom } = camera;
  return {
    zoom,
    x: camera.x + shift(camera.x + rect.x * zoom, rect.width * zoom, view.width),
    y: camera.y + shift(camera.y + rect.y * zoom, rect.height * zoom, view.height),
  };
}

/** What of the drawing is in view, widened by `margin` pixels on screen. */
export function visible(camera: Camera, view: Size, margin = 0): Rect {
  return {
    x: (-camera.x - margin) / camera.zoom,
    y: (-camera.y - margin) / camera.zoom,
    width: (view.width + 2 * margin) / camera.zoom,
    height: (view.height + 2 * margin) / camera.zoom,
  };
}

export function meets(a: Rect, b: Rect): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

/** Wheel pans, with Ctrl or Cmd (and so a trackpad's pinch) it zooms; dragging pans; two fingers do both. */
export function listen(element: HTMLElement, get: () => Camera, move: (camera: Camera) => void): void {
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? element.clientHeight : 1;
      const box = element.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) {
        move(
          zoomAt(
            get(),
            Math.exp((-event.deltaY * unit) / 250),
            event.clientX - box.left,
            event.clientY - box.top,
          ),
        );
      } else {
        const sideways = event.shiftKey && event.deltaX === 0;
        const camera = get();
        move({
          ...camera,
          x: camera.x - (sideways ? event.deltaY : event.deltaX) * unit,
          y: camera.y - (sideways ? 0 : event.deltaY) * unit,
        });
      }
    },
    { passive: false },
  );
  const fingers = new Map<number, { x: number; y: number }>();
  let dragged = false;
  element.addEventListener('pointerdown', (event) => {
    if (event.button > 1) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    dragged = fingers.size > 1;
  });
  element.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    // A tremble of the hand is still a click.
    if (!dragged && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
    if (!dragged) element.setPointerCapture(event.pointerId);
    dragged = true;
    const other = [...fingers.entries()].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, now);
    const camera = get();
    if (!other) return move({ ...camera, x: camera.x + now.x - before.x, y: camera.y + now.y - before.y });
    const box = element.getBoundingClientRect();
    const apart = (finger: { x: number; y: number }): number =>
      Math.max(1, Math.hypot(finger.x - other.x, finger.y - other.y));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    const pinched = zoomAt(camera, apart(now) / apart(before), middle.x - box.left, middle.y - box.top);
    move({ ...pinched, x: pinched.x + (now.x - before.x) / 2, y: pinched.y + (now.y - before.y) / 2 });
  });
  const up = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
  };
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  // The click at the end of a drag is not a choice.
  element.addEventListener(
    'click',
    (event) => {
      if (!dragged) return;
      dragged = false;
      event.stopPropagation();
      event.preventDefault();
    },
    true,
  );
}
