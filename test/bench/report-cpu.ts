// Preloaded into a program that is measured: tells the processor time of the whole process, its start included.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(`\ncpu ${user + system}\n`);
});
