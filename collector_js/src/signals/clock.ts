/** Minutes, west positive: for now, and for the two halves of the year. */
export function clock(): { offset: number; january: number; july: number } {
  const now = new Date();
  const first = (month: number) => new Date(now.getFullYear(), month, 1).getTimezoneOffset();
  return { offset: now.getTimezoneOffset(), january: first(0), july: first(6) };
}
