import { platform } from './platform.ts';
import { eventually } from './eventually.ts';

interface Processes {
  readonly processes: readonly { readonly processId: number }[];
}

/** Process ids of the app's workers that are ready now. */
export async function workers(): Promise<readonly number[]> {
  const answer = await fetch(`${platform.app}/admin/host/processes`);
  const { processes } = (await answer.json()) as Processes;
  // The first one is the host itself.
  return processes.slice(1).map((one) => one.processId);
}

/** `kill -9` to every worker of the app, as when an instance is lost: the host starts others. */
export async function killWorkers(): Promise<void> {
  const killed = await workers();
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  await eventually('other workers are ready', async () => {
    const now = await workers();
    return now.length > 0 && !now.some((pid) => killed.includes(pid));
  });
  await ready();
}

/** Loads the app anew, as a changed file of it does. */
export async function restartApp(): Promise<void> {
  const before = await workers();
  await fetch(`${platform.app}/admin/host/restart`, { method: 'POST' });
  await eventually('the app is loaded anew', async () => {
    const now = await workers();
    return now.length > 0 && !now.some((pid) => before.includes(pid));
  });
  await ready();
}

async function ready(): Promise<void> {
  await eventually('the app answers', async () => {
    const answer = await fetch(`${platform.app}/api/health`).catch(() => undefined);
    return answer?.ok;
  });
}
