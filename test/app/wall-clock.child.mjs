// Preloaded into a daemon: sets its wall clock back, by CLOCK_BACK_MS from the start or at SIGUSR2 by an hour.
const { now } = Date;
let back = Number(process.env.CLOCK_BACK_MS ?? 0);
Date.now = () => now() - back;
process.on('SIGUSR2', () => (back += 3_600_000));
