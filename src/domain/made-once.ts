/**
 * Makes something with the first call, and returns it to all. One that could not be made is tried again by the next call: what made it
 * fail may pass, such as too many open files.
 */
export function madeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}
