/** Feature maps as pictures: the channels of one map side by side, scaled together from darkest to brightest. */
import { encode } from 'fast-png';

export interface MapData {
  readonly shape: readonly number[];
  /** C order, batch axis first. */
  readonly data: Float32Array;
  readonly channelAxis: number;
}

/** PNG bytes of a map's channels as tiles in a near-square grid; vectors and sequences become strips. */
export function tilesPng(map: MapData): Uint8Array {
  const { channels, height, width, at } = planes(map);
  let least = Infinity;
  let most = -Infinity;
  for (const value of map.data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = most > least ? 255 / (most - least) : 0;
  const columns = Math.max(1, Math.ceil(Math.sqrt((channels * height) / width)));
  const rows = Math.ceil(channels / columns);
  // One pixel between tiles.
  const pictureWidth = columns * (width + 1) - 1;
  const pictureHeight = rows * (height + 1) - 1;
  const data = new Uint8Array(pictureWidth * pictureHeight);
  for (let channel = 0; channel < channels; channel++) {
    const left = (channel % columns) * (width + 1);
    const top = Math.floor(channel / columns) * (height + 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        data[(top + y) * pictureWidth + left + x] = Math.round((at(channel, y, x) - least) * scale);
    }
  }
  return encode({ width: pictureWidth, height: pictureHeight, data, channels: 1, depth: 8 });
}

interface Planes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  at(channel: number, y: number, x: number): number;
}

/** A map without its batch axis as channel planes: vectors are one row, sequences one row per channel, volumes their slices. */
function planes({ shape, data, channelAxis }: MapData): Planes {
  const dims = shape.slice(1);
  if (dims.length <= 1) return { channels: 1, height: 1, width: dims[0] ?? 1, at: (_, __, x) => data[x] };
  const last = channelAxis === shape.length - 1;
  const channels = last ? dims[dims.length - 1] : dims[0];
  const spatial = last ? dims.slice(0, -1) : dims.slice(1);
  const width = spatial[spatial.length - 1] ?? 1;
  const height = spatial.slice(0, -1).reduce((total, length) => total * length, 1);
  const positions = height * width;
  return {
    channels,
    height,
    width,
    at: (channel, y, x) =>
      last ? data[(y * width + x) * channels + channel] : data[channel * positions + y * width + x],
  };
}
