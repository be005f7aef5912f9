// Preloaded into a daemon: sets its wall clock back, by CLOCK_BACK_MS from the start, or at SIGUSR2 by CLOCK_STEP_MS (an hour), and forth again at the next one.
const { now } = Date;
let back = Number(process.env.CLOCK_BACK_MS ?? 0);
let step = Number(process.env.CLOCK_STEP_MS ?? 3_600_000);
Date.now = () => now() - back;
process.on('SIGUSR2', () => {
  back += step;
  step = -step;
});
