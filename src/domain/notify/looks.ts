/** What a plan finds on its way. */
export interface Looks {
  /** Notes the time (Unix ms) of a further look. */
  at(time: number): void;
  /** Notes that the memory changed. */
  changed(): void;
}
