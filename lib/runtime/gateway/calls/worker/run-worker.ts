import type { RunWorker } from "../worker-role";
import { Worker } from "./worker";

export const runWorker: RunWorker = (config, surroundings) => new Worker(config, surroundings).run();
