/** @type {import("jest").Config} */
module.exports = {
  ...require("./jest.config.js"),
  roots: ["<rootDir>/test/containers"],
  testTimeout: 120_000,
  maxWorkers: 1,
};
