/** @type {import("jest").Config} */
module.exports = { ...require("./jest.config.js"), roots: ["<rootDir>/test/e2e"], testTimeout: 900_000, maxWorkers: 4 };
