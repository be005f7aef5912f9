// Preloaded into a process: its wall clock stands still at CLOCK_STANDS_AT, in Unix ms.
const time = Number(process.env.CLOCK_STANDS_AT);
Date.now = () => time;
