/** Copies properties under the names that they have on the wire. */

/** `"availWidth"` of the source becomes `avail_width`; names are parted by spaces. What the source does not have is left out. */
export const pick = (source: object, names: string): Record<string, unknown> =>
  Object.fromEntries(names.split(" ").map((name) => [snake(name), source[name as keyof object]]));

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
