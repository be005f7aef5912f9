/** What somebody wrote to an incident. */
export interface Note {
  /** Unix ms. */
  readonly at: number;
  readonly author: string | null;
  readonly text: string;
}
