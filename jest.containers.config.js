/** @type {import("jest").Config} */
module.exports = {
  ...require("./jest.config.js"),
  roots: ["<rootDir>/test/containers"],
  testTimeout: 900_000,
  globalSetup: "<rootDir>/test/containers/shared-world.ts",
  globalTeardown: "<rootDir>/test/containers/shared-world-stop.ts",
  maxWorkers: 3,
};
