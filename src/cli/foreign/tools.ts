/** Tools whose configuration can be read. */
export const tools = ['litellm', 'gatus', 'uptime-kuma', 'blackbox', 'openrouter'] as const;
export type Tool = (typeof tools)[number];
