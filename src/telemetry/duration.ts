/** Redfish durations (`P1DT2H3M4.5S`, DSP0266 clause "Duration values"). Pure. */

const form = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Returns a duration in milliseconds; null for any other text. */
export function millisecondsOf(text: string): number | null {
  const parts = form.exec(text);
  if (parts === null) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}
