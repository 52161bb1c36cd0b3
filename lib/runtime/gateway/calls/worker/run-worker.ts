import type { RunWorker } from "../worker-role";

export const runWorker: RunWorker = async ({ worker }) => {
  return { code: 1, reason: "not_built", fields: { queue: worker.queueUrl } };
};
