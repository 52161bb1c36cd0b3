#!/usr/bin/env node
import { packageVersion } from "../package";
import { createProgram } from "./program";

// Each command is loaded when it is run: the AWS SDK alone costs more than all of `slipway --help`.
void createProgram(
  {
    dev: async (...args) => (await import("./dev-command.js")).dev(...args),
    demo: async (...args) => (await import("./demo-command.js")).demo(...args),
    status: async (...args) => (await import("./status-command.js")).status(...args),
    shell: async (...args) => (await import("./shell-command.js")).shell(...args),
  },
  packageVersion(),
).parseAsync();
