/** Why a slot ended without a result. */
export const missCauses = ['overlap', 'capacity', 'stopped', 'loop_blocked', 'down'] as const;
export type MissCause = (typeof missCauses)[number];
