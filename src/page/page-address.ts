/** The page of a model without a choice. */
export const modelAddress = (id: string): string => `/models/${encodeURIComponent(id)}`;

/** The page of the incident with this number. */
export const incidentAddress = (id: number): string => `/incidents/${id}`;

/**
 * Leads to the page of the incident that a model opened at this Unix ms. Logs and alerts know the start, not the number: the
 * database gives it.
 */
export const incidentOfModelAddress = (model: string, openedAt: number): string =>
  `${modelAddress(model)}/incident?opened=${(openedAt / 1_000).toFixed(3)}`;
