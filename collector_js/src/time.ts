/** Waiting, with an end to it. */

/** Resolves after `ms`. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What `promise` gives, or nothing once `ms` have passed. */
export const deadline = <T>(promise: Promise<T>, ms: number): Promise<T | undefined> =>
  Promise.race([promise, sleep(ms) as Promise<undefined>]);

/** Resolves in a task of its own. A message is used because timers are held back in hidden pages and after five in a row. */
export const macrotask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.postMessage(0);
    port1.onmessage = () => resolve(port1.close());
  });
