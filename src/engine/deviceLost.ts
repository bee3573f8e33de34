/** What a run rejects with when the graphics device went away. */

/** Running again opens another device. */
export class DeviceLost extends Error {}
