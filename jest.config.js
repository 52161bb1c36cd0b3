const swc = [
  "@swc/jest",
  { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
];

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test/unit", "<rootDir>/test/synth", "<rootDir>/test/runtime"],
  testMatch: ["**/*.test.ts"],
  transform: { "\\.ts$": swc },
  moduleNameMapper: {
    "^slipway$": "<rootDir>/constructs/cdktf/index.ts",
    "^slipway/spec$": "<rootDir>/lib/spec/index.ts",
  },
  maxWorkers: 2,
  testTimeout: 30_000,
};
