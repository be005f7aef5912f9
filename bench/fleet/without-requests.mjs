/** A prober that asks nobody: each check is healthy after some 100 ms. */
export function createProber({ clock }) {
  return {
    check(model) {
      const startedAt = clock.wall();
      const durationMs = 60 + Math.floor(Math.random() * 80);
      const found = {
        startedAt,
        durationMs,
        firstTokenMs: null,
        outcome: 'healthy',
        reason: 'ok',
        detail: null,
        httpStatus: 200,
        phases: { tcp: 10, tls: 22, request: 1, first_byte: durationMs - 35, download: 2 },
        usage: { inputTokens: 14, outputTokens: 8 },
        response: 'New Delhi',
        responseModel: model.endpoint.model ?? 'm',
        systemFingerprint: null,
        retryAfterMs: null,
        rateLimitRemaining: {},
        certificateExpiresAt: null,
        keyIndex: 0,
      };
      return new Promise((resolve) => setTimeout(resolve, durationMs, found));
    },
    close: () => undefined,
  };
}
