const UNITS = [
  { letter: 'd', seconds: 86_400 },
  { letter: 'h', seconds: 3_600 },
  { letter: 'm', seconds: 60 },
  { letter: 's', seconds: 1 },
] as const;

/** Writes an age in milliseconds in its largest unit, as `3h`; one of a clock that is ahead is `0s`. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  // A whole unit alone would say 1h for everything up to 2h.
  const unit = UNITS.find((one) => seconds >= one.seconds * 2) ?? UNITS[3];
  return `${Math.floor(seconds / unit.seconds)}${unit.letter}`;
}
